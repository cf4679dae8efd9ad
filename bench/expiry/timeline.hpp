// SPDX-License-Identifier: BSL-1.0
// Who lives in the picture, and when: births, touches and deadlines of all entries, by arithmetic.
//
// Entries are of kinds. Those of one kind come, and go, at even intervals, and all live equally long; as many are there
// at time zero as come in one life. So the population is steady from the first moment, with the deadlines of those that
// are there spread evenly over a whole life, and no second differs from another:
//
//   entry k of a kind     born (k + 1) / rate - life, gone (k + 1) / rate; there from the start if born by time zero
//   an untouched kind     life = ttl
//   a touched kind        life = 3/2 ttl: touched half a TTL after birth, by another TTL
//
// The value of an entry is its number, its key a mix of it. So whoever holds the value can tell when it should have
// gone.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../keys.hpp"
#include "scene_clock.hpp"

namespace bench::expiry {

using seconds = std::chrono::duration<double>;
using time_point = scene_clock::time_point;

/// The deadline of an entry that has none.
inline constexpr time_point never = time_point::max();

inline time_point at(seconds time) { return time_point(std::chrono::round<scene_clock::duration>(time)); }
inline seconds since_start(time_point time) { return time.time_since_epoch(); }

class timeline {
 public:
  /// The picture: so many entries, of which these come each second.
  static constexpr double picture_entries = 12e6;

  struct kind {
    seconds ttl;
    double per_second;
    bool touched;
    std::size_t population = 0;

    [[nodiscard]] seconds life() const noexcept { return touched ? 1.5 * ttl : ttl; }
    [[nodiscard]] bool expires() const noexcept { return per_second > 0; }
    /// When the k-th is gone.
    [[nodiscard]] seconds end(std::size_t k) const noexcept { return seconds(static_cast<double>(k + 1) / per_second); }
    /// The deadline it is inserted with at `birth`.
    [[nodiscard]] seconds first_deadline(std::size_t k) const noexcept { return end(k) - life() + ttl; }
    /// How many of the first have been born, have been due to be touched, and have ended by then.
    [[nodiscard]] std::size_t born_by(seconds time) const noexcept {
      return expires() ? count(time + life()) : population;
    }
    [[nodiscard]] std::size_t touched_by(seconds time) const noexcept { return touched ? count(time + ttl) : 0; }
    [[nodiscard]] std::size_t ended_by(seconds time) const noexcept { return expires() ? count(time) : 0; }

   private:
    [[nodiscard]] std::size_t count(seconds time) const noexcept {
      return static_cast<std::size_t>(std::max(time.count() * per_second, 0.0));
    }
  };

  /// `storm`: when a twelfth of the entries is due at once, or `never`.
  timeline(std::size_t entries, time_point storm) : storm_(storm) {
    using namespace std::chrono_literals;
    const double scale = static_cast<double>(entries) / picture_entries;
    kinds_ = {{1s, 1000, false},  {10s, 600, false}, {1min, 500, false}, {5min, 6000, false},
              {5min, 2000, true}, {1h, 300, false},  {24h, 25, false},   {30 * 24h, 1, false}};
    std::size_t rest = entries;
    for (kind& k : kinds_) {
      k.per_second *= scale;
      k.population = k.born_by(seconds(0));
      rest -= k.population;
    }
    const std::size_t due_at_once = storm == never ? 0 : entries / 12;
    kinds_.push_back({seconds::max(), 0, false, due_at_once});
    kinds_.push_back({seconds::max(), 0, false, rest - due_at_once});
  }

  [[nodiscard]] const std::vector<kind>& kinds() const noexcept { return kinds_; }
  /// Places in `kinds`: sessions that nobody extends, of the storm, and without a TTL.
  static constexpr std::size_t sessions = 3, of_storm = 8, lasting = 9;

  [[nodiscard]] static constexpr std::uint64_t number(std::size_t kind, std::size_t k) noexcept {
    return std::uint64_t{kind} << kind_shift | k;
  }
  [[nodiscard]] static constexpr std::size_t kind_of(std::uint64_t number) noexcept { return number >> kind_shift; }

  /// When the entry with this number is gone: its last deadline.
  [[nodiscard]] time_point end(std::uint64_t number) const noexcept {
    const std::size_t of = kind_of(number);
    if (of == of_storm) return storm_;
    if (of == lasting) return never;
    return at(kinds_[of].end(number & ((std::uint64_t{1} << kind_shift) - 1)));
  }

  /// How many entries should have gone by then.
  [[nodiscard]] std::size_t ended_by(time_point time) const noexcept {
    std::size_t sum = time < storm_ ? 0 : kinds_[of_storm].population;
    for (const kind& k : kinds_) sum += k.ended_by(since_start(time));
    return sum;
  }

 private:
  static constexpr unsigned kind_shift = 40;

  time_point storm_;
  std::vector<kind> kinds_;
};

}  // namespace bench::expiry
