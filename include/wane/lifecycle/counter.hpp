// SPDX-License-Identifier: BSL-1.0
// Entries that count, in place: rate limits and figures, for a window of time that begins with the first increment.
//
//   wane::map<std::string, wane::counter> calls;
//   if (wane::increment(calls, client, 1, 1s) > 100) refuse();
//
// An increment may overlap the end of its window, and a removal may be told while somebody is about to add. A listener
// that has to account for every increment closes the counter: what was added before is in the total that close()
// returns, and what comes later goes to the next window. C1: each increment is in exactly one total.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include <wane/lifetime.hpp>

namespace wane {

/// A value that counts although it is const, as values in a map are; up to 2^63 - 1. Copies are counters of their own.
/// Thread-safe, wait-free.
class counter {
 public:
  explicit counter(std::uint64_t n = 0) noexcept : word_(n) {}
  counter(const counter& other) noexcept : word_(other.count()) {}
  counter& operator=(const counter&) = delete;
  ~counter() = default;

  /// Returns: the count, unless it is closed (close() has told it, and increments that were refused may show here).
  [[nodiscard]] std::uint64_t count() const noexcept {
    // [CT1] relaxed: a total; nothing else is read by it.
    return word_.load(std::memory_order_relaxed) & ~closed;
  }
  /// Effects: adds n, unless it is closed. Returns: the count afterwards, or nothing if it is closed.
  std::optional<std::uint64_t> add(std::uint64_t n) const noexcept {
    // [CT2] relaxed: the changes of one word are in one order, and that is all that C1 needs.
    const std::uint64_t before = word_.fetch_add(n, std::memory_order_relaxed);
    if ((before & closed) != 0) return std::nullopt;
    return before + n;
  }
  /// Effects: from now on nothing is added. Only for an entry that is out of the map, or `increment` waits for that.
  /// Returns: the final count; nothing if it is closed already.
  std::optional<std::uint64_t> close() const noexcept {
    // [CT3] relaxed: as [CT2].
    const std::uint64_t before = word_.fetch_or(closed, std::memory_order_relaxed);
    if ((before & closed) != 0) return std::nullopt;
    return before;
  }

 private:
  static constexpr std::uint64_t closed = std::uint64_t{1} << 63;
  mutable std::atomic<std::uint64_t> word_;
};

/// Effects: adds n to the counter under this key; if there is none, inserts one with n in it, whose lifetime is
/// `window`.
/// Returns: the count afterwards. Progress: lock-free; writes nothing but the count where there is a counter.
/// Throws: as map::try_emplace. Map::mapped_type is `counter` or made from a count as it is.
template <class Map, class K>
std::uint64_t increment(Map& map, const K& key, std::uint64_t n, typename Map::lifetime window) {
  for (;;) {
    std::optional<std::uint64_t> count;
    map.visit(key, [&](const auto&, const counter& there) { count = there.add(n); });
    if (count) return *count;
    if (map.try_emplace_for(window, key, n)) return n;
  }
}

}  // namespace wane
