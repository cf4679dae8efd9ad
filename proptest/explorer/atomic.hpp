// SPDX-License-Identifier: BSL-1.0
// An atomic object whose every access the engine decides about. Has the members that the environment of the core asks for.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

#include <wane/impl/double_width.hpp>

#include "engine.hpp"

namespace explorer {

template <class T>
class atomic {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>);
  using where = std::source_location;

 public:
  atomic() noexcept : atomic(T{}) {}
  atomic(T value) noexcept : cell_{bits_of(value)} {  // NOLINT(google-explicit-constructor): as std::atomic
    engine::current().made(cell_);
  }
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(std::memory_order order, where site = where::current()) const noexcept {
    return value_of(engine::current().load(cell_, order, site));
  }
  void store(T value, std::memory_order order, where site = where::current()) noexcept {
    engine::current().store(cell_, bits_of(value), order, site);
  }
  T exchange(T value, std::memory_order order, where site = where::current()) noexcept {
    return value_of(engine::current().modify(cell_, order, site, [&](std::uint64_t) { return bits_of(value); }));
  }
  T fetch_add(T value, std::memory_order order, where site = where::current()) noexcept {
    return value_of(engine::current().modify(
        cell_, order, site, [&](std::uint64_t bits) { return bits_of(static_cast<T>(value_of(bits) + value)); }));
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order success, std::memory_order failure,
                               where site = where::current()) noexcept {
    std::uint64_t bits = bits_of(expected);
    const bool done = engine::current().compare_exchange(cell_, bits, bits_of(desired), success, failure, site);
    if (!done) expected = value_of(bits);
    return done;
  }

  static bool double_width_cas(atomic& first, atomic& second, const wane::impl::two_words& expected,
                               const wane::impl::two_words& desired, std::memory_order success,
                               std::memory_order failure, where site = where::current()) noexcept {
    return engine::current().compare_exchange(first.cell_, second.cell_, {expected[0], expected[1]},
                                              {desired[0], desired[1]}, success, failure, site);
  }

 private:
  static std::uint64_t bits_of(T value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
  }
  static T value_of(std::uint64_t bits) noexcept {
    T value;
    std::memcpy(&value, &bits, sizeof(T));
    return value;
  }

  cell cell_;
};

}  // namespace explorer
