// SPDX-License-Identifier: BSL-1.0
// What the cells ask: a store by itself, or a near_cache in front of it, either of which is asked through a counter.
#pragma once

#include <wane/near_cache.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench::near_cache {

/// What a thread has asked of the store. near_cache asks in the thread that called it, so a count for each thread is exact, and
/// costs no shared line.
struct asked {
  std::uint64_t round_trips = 0;  ///< calls, each of which sends all it has to send before it waits
  std::uint64_t keys = 0;         ///< looked up

  asked& operator+=(const asked& other) noexcept {
    round_trips += other.round_trips;
    keys += other.keys;
    return *this;
  }
  friend asked operator-(asked a, const asked& b) noexcept { return {a.round_trips - b.round_trips, a.keys - b.keys}; }
};
inline thread_local asked asked_by_this_thread;

template <wane::backing_store Store>
class counted {
 public:
  explicit counted(Store& store) noexcept : store_(store) {}

  [[nodiscard]] std::vector<std::optional<wane::stored>> get_many(std::span<const std::string_view> keys) {
    asked_by_this_thread += {1, keys.size()};
    return store_.get_many(keys);
  }
  void put(std::string_view key, std::string_view value, std::chrono::nanoseconds ttl) {
    asked_by_this_thread += {1, 0};
    store_.put(key, value, ttl);
  }
  bool erase(std::string_view key) {
    asked_by_this_thread += {1, 0};
    return store_.erase(key);
  }

 private:
  Store& store_;
};

/// The store, called as a near_cache is.
template <wane::backing_store Store>
class bare {
 public:
  bare(Store& store, const wane::near_cache_options&) noexcept : store_(store) {}

  [[nodiscard]] std::optional<std::string> find(std::string_view key) {
    return value_in(store_.get_many(std::span(&key, 1)).front());
  }
  void find_many(std::span<const std::string_view> keys, std::span<std::optional<std::string>> values) {
    auto found = store_.get_many(keys);
    for (std::size_t i = 0; i != keys.size(); ++i) values[i] = value_in(found[i]);
  }
  void put(std::string_view key, std::string_view value, std::chrono::nanoseconds ttl) { store_.put(key, value, ttl); }
  [[nodiscard]] static wane::near_cache_stats stats() noexcept { return {}; }

 private:
  static std::optional<std::string> value_in(std::optional<wane::stored>& found) {
    return found ? std::optional(std::move(found->value)) : std::nullopt;
  }

  Store& store_;
};

}  // namespace bench::near_cache
