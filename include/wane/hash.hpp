// SPDX-License-Identifier: BSL-1.0
// Hashing: 64 well-mixed bits, because a split-ordered list is sorted by all of them and indexed by the top ones.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

namespace wane {

namespace impl {

/// A bijection on 64 bits with full avalanche: distinct integers never share a hash.
/// Source: the "moremur" constants of P. Evensen, https://mostlymangling.blogspot.com/2019/12 (2019).
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 27;
  x *= 0x3C79AC492BA7B653u;
  x ^= x >> 33;
  x *= 0x1C69B3F74AC4AE35u;
  x ^= x >> 27;
  return x;
}

}  // namespace impl

/// The default hash: std::hash, and for integers and enumerations a bijective mixer.
/// A hash says that its bits are already well mixed by a member type `is_avalanching` (the convention of
/// Boost.Unordered and ankerl::unordered_dense); otherwise the map mixes what it returns.
template <class Key>
struct hash : std::hash<Key> {};

template <class Key>
  requires(std::integral<Key> || std::is_enum_v<Key>)
struct hash<Key> {
  using is_avalanching = void;
  constexpr std::uint64_t operator()(Key key) const noexcept { return impl::mix(static_cast<std::uint64_t>(key)); }
};

/// Strings hash alike whatever holds them, so that a std::string_view or a literal finds a std::string (transparent).
template <class Char, class Traits, class Alloc>
struct hash<std::basic_string<Char, Traits, Alloc>> {
  using is_transparent = void;
  std::size_t operator()(std::basic_string_view<Char, Traits> s) const noexcept {
    return std::hash<std::basic_string_view<Char, Traits>>{}(s);
  }
};

namespace impl {

template <class Hash>
concept avalanching = requires { typename Hash::is_avalanching; };

template <class T>
concept transparent = requires { typename T::is_transparent; };

/// The split-order key of `key`: its hash, mixed unless the hash is known to be.
template <class Hash, class Key>
constexpr std::uint64_t split_order_key(const Hash& hash, const Key& key) {
  const auto h = static_cast<std::uint64_t>(hash(key));
  if constexpr (avalanching<Hash>)
    return h;
  else
    return mix(h);
}

}  // namespace impl

}  // namespace wane
