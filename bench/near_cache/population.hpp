// SPDX-License-Identifier: BSL-1.0
// What a store holds: N strings, each with a value by which it can be told, for longer than any cell lasts. A put stores the same
// again, so every lookup has to find its key's own value, whoever answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "../keys.hpp"

namespace bench::near_cache {

inline constexpr std::size_t value_bytes = 100;
inline constexpr std::chrono::hours ttl{24};

/// The value of all workloads, and dots.
inline std::string text_of(std::string_view key) {
  std::string text(value_bytes, '.');
  const value_type value = value_of(key);
  std::memcpy(text.data(), &value, sizeof value);
  return text;
}

inline bool is_text_of(std::string_view key, std::string_view text) noexcept {
  const value_type value = value_of(key);
  return text.size() == value_bytes && std::memcmp(text.data(), &value, sizeof value) == 0;
}

template <class Store>
void fill(Store& empty, std::size_t entries) {
  for (std::size_t i = 0; i != entries; ++i) {
    const std::string key = string_key_of(i);
    empty.put(key, text_of(key), ttl);
  }
}

}  // namespace bench::near_cache
