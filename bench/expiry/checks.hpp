// SPDX-License-Identifier: BSL-1.0
// Checks of tokens: lookups that come at their times, whether or not the one before is done. Nine in ten are of tokens
// drawn from all that are there, one in ten of a session that ended in the last seconds.
#pragma once

#include <atomic>
#include <random>
#include <vector>

#include "../samples.hpp"
#include "timeline.hpp"

namespace bench::expiry {

/// How many of each kind have been inserted so far.
using progress = std::vector<std::atomic<std::size_t>>;

/// Draws the numbers of entries that may be looked up now.
class token_drawer {
 public:
  token_drawer(const timeline& when, const progress& inserted, std::uint64_t seed)
      : when_(when), inserted_(inserted), generator_(seed) {
    std::vector<double> populations;
    for (const auto& kind : when.kinds()) populations.push_back(static_cast<double>(kind.population));
    kind_ = std::discrete_distribution<std::size_t>(populations.begin(), populations.end());
  }

  std::uint64_t draw(time_point now) {
    const seconds time = since_start(now);
    if (generator_() % 10 == 0)
      if (const auto& kind = when_.kinds()[timeline::sessions]; kind.ended_by(time) != 0) {
        const auto ended = kind.ended_by(time);
        return timeline::number(timeline::sessions, below(ended - kind.ended_by(time - lately), ended));
      }
    for (;;) {
      const auto of = kind_(generator_);
      const auto& kind = when_.kinds()[of];
      // [CH1] acquire: pairs with [CH2] in scene.hpp; what is counted can be found.
      const auto inserted = inserted_[of].load(std::memory_order_acquire);
      if (const auto ended = kind.ended_by(time); ended < inserted)
        return timeline::number(of, below(inserted - ended, inserted));
    }
  }

 private:
  static constexpr seconds lately{10};

  /// One of the `count` numbers below `end`.
  std::size_t below(std::size_t count, std::size_t end) { return end - 1 - generator_() % count; }

  const timeline& when_;
  const progress& inserted_;
  std::mt19937_64 generator_;
  std::discrete_distribution<std::size_t> kind_;
};

/// What one thread has measured and seen.
struct checks {
  /// Of each lookup: from the moment it was due, and from the moment it began, to its answer. Halfway to each, one that
  /// looks nothing up: what the machine alone makes of it.
  samples response, service, empty;
  std::uint64_t made = 0, hits = 0;
  std::uint64_t missed_live = 0, found_expired = 0, wrong_values = 0;

  checks& operator+=(const checks& other) {
    response += other.response;
    service += other.service;
    empty += other.empty;
    made += other.made;
    hits += other.hits;
    missed_live += other.missed_live;
    found_expired += other.found_expired;
    wrong_values += other.wrong_values;
    return *this;
  }

  /// Waits until `due`, looks the number up, and judges the answer; measures it if `counts(time)`.
  template <class Session, class Counts>
  void make(Session& session, const timeline& when, std::uint64_t number, time_point due, Counts&& counts) {
    const key_type key = key_of(number);
    const time_point end = when.end(number);
    const time_point begun = wait_until(due);
    value_type value{};
    const bool hit = session.find(key, value);
    const time_point answered = scene_clock::precise_now();
    in_calls_ += answered - begun;
    ++made;
    hits += hit;
    wrong_values += hit && value != number;
    found_expired += hit && begun >= end && begun - end >= scene_clock::lag;
    missed_live += !hit && answered < end;
    if (!counts(begun)) return;
    response.add(answered - due);
    service.add(answered - begun);
  }

  /// The same without a lookup, less what calls have taken since this thread was last in time.
  template <class Counts>
  void make_empty(time_point due, Counts&& counts) {
    const time_point begun = wait_until(due);
    if (counts(begun)) empty.add(std::max(begun - due - in_calls_, samples::duration::zero()));
  }

 private:
  /// Without sleep: a thread that has slept wakes late.
  time_point wait_until(time_point due) {
    for (;; in_calls_ = {})
      if (const time_point now = scene_clock::precise_now(); now >= due) return now;
  }

  samples::duration in_calls_{0};
};

}  // namespace bench::expiry
