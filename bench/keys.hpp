// SPDX-License-Identifier: BSL-1.0
// Keys, values and the hash that every map of the study shares.
//
// A universe of 2N keys is numbered 0 .. 2N-1; the prefilled maps hold numbers 0 .. N-1. A key is a bijective mix of
// its number, so keys look random and never collide, and the value belonging to a key can be recomputed and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

namespace bench {

using key_type = std::uint64_t;
using value_type = std::uint64_t;

/// The key with number `i`. Finaliser of MurmurHash3 (A. Appleby, public domain constants): a bijection on 64 bits.
constexpr key_type key_of(std::uint64_t i) noexcept {
  i += 0x9E3779B97F4A7C15u;  // number 0 would otherwise be key 0
  i = (i ^ (i >> 33)) * 0xFF51AFD7ED558CCDu;
  i = (i ^ (i >> 33)) * 0xC4CEB9FE1A85EC53u;
  return i ^ (i >> 33);
}

/// The inverse of key_of.
constexpr std::uint64_t number_of(key_type key) noexcept {
  constexpr auto inverse_of = [](std::uint64_t odd) {
    std::uint64_t inverse = odd;  // right in its last three bits; each step of Newton's doubles them
    for (int bits = 3; bits < 64; bits *= 2) inverse *= 2 - odd * inverse;
    return inverse;
  };
  key = (key ^ (key >> 33)) * inverse_of(0xC4CEB9FE1A85EC53u);
  key = (key ^ (key >> 33)) * inverse_of(0xFF51AFD7ED558CCDu);
  return (key ^ (key >> 33)) - 0x9E3779B97F4A7C15u;
}
static_assert(number_of(key_of(0)) == 0 && number_of(key_of(123'456'789)) == 123'456'789);

/// The same for maps with string keys: 16 to 64 bytes, the last 16 of which are digits of the number's own.
inline std::string string_key_of(std::uint64_t i) {
  std::uint64_t digits = key_of(i);
  std::string key(16 + digits % 49, '/');
  for (auto digit = key.rbegin(); digit != key.rbegin() + 16; ++digit, digits >>= 4)
    *digit = "0123456789abcdef"[digits & 15];
  return key;
}

template <class Key>
Key key_as(std::uint64_t i) {
  if constexpr (std::is_same_v<Key, key_type>)
    return key_of(i);
  else
    return string_key_of(i);
}

/// How adapters take keys.
template <class Key>
using key_argument = std::conditional_t<std::is_trivially_copyable_v<Key>, Key, const Key&>;

/// The value every workload stores under `key`, so that a hit with a foreign value is noticed.
constexpr value_type value_of(key_type key) noexcept { return ~key; }
/// By a string's last eight bytes: reading all of it again would be measured, too.
inline value_type value_of(std::string_view key) noexcept {
  value_type value{};
  std::memcpy(&value, key.data() + key.size() - sizeof(value), sizeof(value));
  return ~value;
}

/// The hash of all maps. Finaliser "Mix13" of D. Stafford, as used by SplitMix64 (Steele, Lea, Flood, OOPSLA 2014);
/// its constants differ from those of key_of, or the hash would undo the mixing.
struct hash {
  using is_avalanching = void;  // Boost.Unordered's convention: the bits need no further mixing

  constexpr std::size_t operator()(key_type x) const noexcept {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
  }
  /// The standard library's hash of strings, whose bits are mixed once more, as those of integers are.
  std::size_t operator()(std::string_view x) const noexcept { return (*this)(std::hash<std::string_view>{}(x)); }
};

/// The most entries a cell may have: below the prime of `scatter`.
inline constexpr std::uint64_t max_entries = 1'000'000'000;

/// A permutation of 0 .. n-1, n <= max_entries. Popularity ranks and deadlines go through it, so that they do not
/// follow the order of insertion: popular or soon-to-expire entries must not happen to be neighbours in a map's memory.
constexpr std::uint64_t scatter(std::uint64_t i, std::uint64_t n) noexcept {
  // A prime larger than n is coprime to it, which makes i -> i * prime mod n a bijection.
  return i * 2'654'435'761u % n;
}

}  // namespace bench
