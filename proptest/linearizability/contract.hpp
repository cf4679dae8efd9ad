// SPDX-License-Identifier: BSL-1.0
// The sequential specification of one key, with time: what a call may find and what it leaves behind.
//
// The clock. Linearizability is local, so keys are checked one by one, but all of them share one clock, whose moves are
// calls like others. In every history checked here the moves are in a known order, so the clock takes known values
// t0 <= t1 <= ... <= tn, and "when" a call takes effect is an index k into them. An order of the calls, moves included,
// respects the order of the history exactly if (1) the calls without the moves do, and (2) their indices never go back, and
// (3) each lies between `earliest` (the moves that precede the call) and `latest` (the moves that it does not precede). So
// the moves need no place in a search: every call is given the least index that will do, and a lower one never does harm,
// because all that is asked of later calls are lower bounds. (Moves that overlap are tried in each possible order.)
//
// The rules, and why the map obeys them:
//
// C1  A call that reports the entry alive and changes nothing has clock < deadline where it takes effect. The map loads the
//     state word and then samples the clock below that deadline; it takes effect at the load, when the clock was no later.
// C2  A call that changes a live entry has a sample below the deadline, drawn in the call after it loaded the state word.
//     The least that this sample can be is the clock at the invocation, or at the step that last wrote the word, whichever is
//     later. The clock may have reached the deadline by the time of the compare-and-swap: that no compare-and-swap can be
//     conditional on a clock is the contract's one leniency. The sample cannot be older than the last write because the word
//     is versioned: the word that was swapped is the word that was loaded.
// C3  A call that reports absence finds the key absent, or the deadline reached, and then the entry is dead from here on:
//     whoever reports an expired entry has killed it first. So expiry needs no step of its own; it happens when it is needed.
// C4  A TTL counts from a sample drawn inside the call, not later than where it takes effect: the samples are the values
//     t_j with earliest <= j <= k. (An insertion that lost a race keeps the sample of its first attempt.) Samples of a call
//     that touches or replaces are in fact no older than its C2 sample; the contract does not promise that.
// C5  A call that moves a deadline and is refused by its condition read the entry alive (C1), and its new deadline, if a
//     TTL, counts from a sample that may be drawn after the call took effect, since no compare-and-swap follows: j <= latest.
//     The same holds for the second sample that ttl() draws to tell what is left.
// C6  `clear` kills what is there (C2), or finds the key absent (C3); as for any call, only at its own moment.
// C7  With deaths recorded, C3 commits no expiry of its own: each expiry is a step inside the call that reported it, where
//     the clock has reached the deadline of exactly that value. Each call that displaces a value names it. So a value dies
//     once, of the cause its event tells, and what is still there at the end has no event.
//
// G1 is that an order exists. G2 is C1. G3: once t_earliest >= deadline neither C1 nor C2 holds. G4 is C2. G5 is C7.
//
// With ordering::happens_before, a reader of the clock may read an old time, so C1 has no sample to compare with the clock
// where the call takes effect; it is then judged as C2, and what is known of the last write is the moves that precede it.
//
// What this does not see: a clock that goes back from one key to another (each key's order places the moves for itself).
#pragma once

#include <wane/impl/deadline.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

#include "history.hpp"

namespace proptest {

using wane::impl::never;

/// A key, between two calls.
struct entry {
  std::uint64_t value = 0;
  std::uint64_t deadline = absent;  ///< `absent`: there is no entry
  std::uint32_t clock = 0;          ///< the index of the time: no call to come takes effect earlier
  std::uint32_t set_at = 0;         ///< the index when the state word was last written; 0 without an entry

  [[nodiscard]] bool is_present() const noexcept { return deadline != absent; }
  friend bool operator==(const entry&, const entry&) = default;
};

/// A call, and when it can take effect.
struct placed_call {
  const call* what = nullptr;
  std::uint32_t earliest = 0;
  std::uint32_t latest = 0;
  bool kills = false;  // the call reported the removal of `victim`, which it caused
  std::uint64_t victim = 0;
};

/// Whether a call leaves the entry alone, but for an expiry that it may commit. Once such a call is possible without an
/// effect, it may as well take place: nothing that comes later depends on it.
[[nodiscard]] constexpr bool only_reads(const call& c) noexcept {
  switch (c.what) {
    case verb::find:
    case verb::contains:
    case verb::ttl:
    case verb::sweep: return true;
    case verb::insert_or_assign:
    case verb::upsert:
    case verb::clear:
    case verb::advance:
    case verb::expiry: return false;
    default: return !c.ok;
  }
}

/// Of what the entry dies that the call displaces; `expired` if it displaces none.
[[nodiscard]] constexpr wane::cause displaces(const call& c) noexcept {
  switch (c.what) {
    case verb::erase:
    case verb::erase_if:
    case verb::take: return c.ok ? wane::cause::erased : wane::cause::expired;
    case verb::replace:
    case verb::compare_exchange:
    case verb::update: return c.ok ? wane::cause::replaced : wane::cause::expired;
    case verb::insert_or_assign:
    case verb::upsert: return c.ok ? wane::cause::expired : wane::cause::replaced;
    case verb::clear: return wane::cause::cleared;
    default: return wane::cause::expired;
  }
}

class contract {
 public:
  contract() = default;
  contract(std::span<const std::uint64_t> times, ordering order, bool deaths_recorded) noexcept
      : times_(times), order_(order), deaths_recorded_(deaths_recorded) {}

  /// Calls emit(entry) with everything that `p` can leave behind, taking effect on `s` with the result it had.
  template <class Emit>
  void step(const entry& s, const placed_call& p, Emit&& emit) const {
    const std::uint32_t k = std::max(s.clock, p.earliest);
    if (k > p.latest) return;
    const call& c = *p.what;
    switch (c.what) {
      case verb::find:
      case verb::contains:
        if (!c.ok) return vanish(s, p, k, emit);
        if (reads_alive(s, p, k) && agrees(s, c)) emit(at(s, k));
        return;
      case verb::ttl:
        if (!c.ok) return vanish(s, p, k, emit);
        if (reads_alive(s, p, k) && (!c.saw || could_be_left(s, p))) emit(at(s, k));
        return;
      case verb::insert:
        if (c.ok) return insert(s, p, k, emit);
        if (reads_alive(s, p, k)) emit(at(s, k));
        return;
      case verb::get_or_emplace:
        if (!c.ok) {
          if (reads_alive(s, p, k) && agrees(s, c)) emit(at(s, k));
        } else if (!c.saw || c.seen == c.argument) {
          insert(s, p, k, emit);
        }
        return;
      case verb::insert_or_assign:
      case verb::upsert:
        if (c.ok) return insert(s, p, k, emit);
        if (c.what == verb::insert_or_assign || agrees(s, c)) assign(s, p, k, emit);
        return;
      case verb::replace:
      case verb::update:
        if (!c.ok) return vanish(s, p, k, emit);
        if (agrees(s, c)) assign(s, p, k, emit);
        return;
      case verb::compare_exchange:
        if (c.ok) {
          if (s.value == c.expected) assign(s, p, k, emit);
          return;
        }
        if (reads_alive(s, p, k) && s.value != c.expected) emit(at(s, k));
        return vanish(s, p, k, emit);
      case verb::erase:
      case verb::take:
        if (!c.ok) return vanish(s, p, k, emit);
        if (agrees(s, c)) remove(s, p, k, emit);
        return;
      case verb::erase_if:
        if (c.ok) {
          if (agrees(s, c)) remove(s, p, k, emit);
          return;
        }
        if (!c.saw) return vanish(s, p, k, emit);
        if (reads_alive(s, p, k) && s.value == c.seen) emit(at(s, k));
        return;
      case verb::touch:
      case verb::expire_at:
      case verb::persist:
        if (c.ok) return move(s, p, k, emit);
        if (is_refused(s, p, k)) emit(at(s, k));
        return vanish(s, p, k, emit);
      case verb::find_and_touch:
        if (!c.ok) return vanish(s, p, k, emit);
        if (!agrees(s, c)) return;
        if (is_refused(s, p, k)) emit(at(s, k));
        return move(s, p, k, emit);
      case verb::clear:
        remove(s, p, k, emit);
        if (!p.kills) vanish(s, p, k, emit);
        return;
      case verb::expiry:
        if (!s.is_present() || s.value != c.argument) return;
        if (const std::uint32_t j = first_due(s, p, k); j <= p.latest) emit(gone(j));
        return;
      case verb::sweep:
      case verb::advance: emit(at(s, k)); return;
    }
  }

  /// All calls to come have earliest >= `floor`: brings what is the same for all of them to the same state.
  void settle(entry& s, std::uint32_t floor) const noexcept {
    s.clock = std::max(s.clock, floor);
    if (!s.is_present()) return;
    s.set_at = std::max(s.set_at, floor);
    // Nobody can find it alive any more.
    if (!deaths_recorded_ && times_[s.set_at] >= s.deadline) s = gone(s.clock);
  }

  [[nodiscard]] std::span<const std::uint64_t> times() const noexcept { return times_; }

  // The rules one by one.

  /// C1.
  [[nodiscard]] bool reads_alive(const entry& s, const placed_call& p, std::uint32_t k) const noexcept {
    if (order_ == ordering::happens_before) return has_sampled_alive(s, p);
    return s.is_present() && times_[k] < s.deadline;
  }
  /// C2.
  [[nodiscard]] bool has_sampled_alive(const entry& s, const placed_call& p) const noexcept {
    return s.is_present() && times_[std::max(p.earliest, s.set_at)] < s.deadline;
  }
  /// C5.
  [[nodiscard]] bool is_refused(const entry& s, const placed_call& p, std::uint32_t k) const noexcept {
    if (!reads_alive(s, p, k)) return false;
    bool refused = false;
    each_deadline(p, k, s.deadline, [&](std::uint64_t deadline, std::uint32_t) {
      refused = refused || !wane::impl::allows(p.what->condition, s.deadline, deadline);
    });
    return refused;
  }

 private:
  [[nodiscard]] static bool agrees(const entry& s, const call& c) noexcept { return !c.saw || s.value == c.seen; }
  [[nodiscard]] static entry at(entry s, std::uint32_t k) noexcept {
    s.clock = k;
    return s;
  }
  [[nodiscard]] static entry gone(std::uint32_t k) noexcept { return {0, absent, k, 0}; }

  /// The first index from k on at which the entry has expired; beyond p.latest if there is none.
  [[nodiscard]] std::uint32_t first_due(const entry& s, const placed_call& p, std::uint32_t k) const noexcept {
    if (s.deadline == never) return p.latest + 1;
    while (k <= p.latest && times_[k] < s.deadline) ++k;
    return k;
  }
  /// C3. The index at which the key is absent; beyond p.latest if it cannot be.
  [[nodiscard]] std::uint32_t when_absent(const entry& s, const placed_call& p, std::uint32_t k) const noexcept {
    if (!s.is_present()) return k;
    return deaths_recorded_ ? p.latest + 1 : first_due(s, p, k);
  }
  template <class Emit>
  void vanish(const entry& s, const placed_call& p, std::uint32_t k, Emit&& emit) const {
    if (const std::uint32_t j = when_absent(s, p, k); j <= p.latest) emit(gone(j));
  }

  /// C4. Calls emit(deadline, index) for every deadline that the call's lifetime can come to, with the least index.
  template <class Emit>
  void each_deadline(const placed_call& p, std::uint32_t k, std::uint64_t kept, Emit&& emit) const {
    const call& c = *p.what;
    switch (c.life) {
      case life::forever: return emit(never, k);
      case life::until: return emit(std::min(c.ticks, never - 1), k);
      case life::keep: return emit(kept, k);
      case life::ttl: break;
    }
    for (std::uint32_t j = p.earliest; j <= p.latest; ++j)
      if (j == p.earliest || times_[j] != times_[j - 1])
        emit(std::min(times_[j] + std::min(c.ticks, never), never - 1), std::max(k, j));
  }
  /// The index that goes with a word written by `p` at k; `before`: the index of the word that it replaces, if one.
  [[nodiscard]] std::uint32_t written(const placed_call& p, std::uint32_t k, std::uint32_t before) const noexcept {
    return order_ == ordering::real_time ? k : std::max(p.earliest, before);
  }

  template <class Emit>
  void insert(const entry& s, const placed_call& p, std::uint32_t k, Emit&& emit) const {
    const std::uint32_t from = when_absent(s, p, k);
    if (from > p.latest) return;
    each_deadline(p, from, never, [&](std::uint64_t deadline, std::uint32_t j) {
      emit(entry{p.what->argument, deadline, j, written(p, j, 0)});
    });
  }
  template <class Emit>
  void assign(const entry& s, const placed_call& p, std::uint32_t k, Emit&& emit) const {
    if (!has_sampled_alive(s, p) || !names_its_victim(s, p)) return;
    each_deadline(p, k, s.deadline, [&](std::uint64_t deadline, std::uint32_t j) {
      emit(entry{p.what->argument, deadline, j, written(p, j, s.set_at)});
    });
  }
  template <class Emit>
  void move(const entry& s, const placed_call& p, std::uint32_t k, Emit&& emit) const {
    if (!has_sampled_alive(s, p)) return;
    each_deadline(p, k, s.deadline, [&](std::uint64_t deadline, std::uint32_t j) {
      if (wane::impl::allows(p.what->condition, s.deadline, deadline))
        emit(entry{s.value, deadline, j, written(p, j, s.set_at)});
    });
  }
  template <class Emit>
  void remove(const entry& s, const placed_call& p, std::uint32_t k, Emit&& emit) const {
    if (has_sampled_alive(s, p) && names_its_victim(s, p)) emit(gone(k));
  }
  /// C7.
  [[nodiscard]] bool names_its_victim(const entry& s, const placed_call& p) const noexcept {
    return !deaths_recorded_ || (p.kills && p.victim == s.value);
  }
  /// C5.
  [[nodiscard]] bool could_be_left(const entry& s, const placed_call& p) const noexcept {
    const std::uint64_t told = p.what->seen;
    if (s.deadline == never) return told == forever_left;
    for (std::uint32_t j = p.earliest; j <= p.latest; ++j)
      if (times_[j] < s.deadline ? told == s.deadline - times_[j] : told <= 1) return true;
    return false;
  }

  std::span<const std::uint64_t> times_;
  ordering order_ = ordering::real_time;
  bool deaths_recorded_ = false;
};

}  // namespace proptest
