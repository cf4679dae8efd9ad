// SPDX-License-Identifier: BSL-1.0
// The node: an entry in a slot.
//
//   integer keys                        all others
//   +--------+--------+-----+-------+   +--------+--------+--------+-----+-------+
//   | next 8 | state 8| key | value |   | next 8 | state 8| hash 8 | key | value |
//   +--------+--------+-----+-------+   +--------+--------+--------+-----+-------+
//   32 bytes for 8-byte keys and values: two nodes a cache line, none across two.
//
// Slots are type-stable: next, state and hash (or integer key) are atomic objects for as long as the pool lives, so that
// a sweeper may read them whatever the slot holds. The key and value of other types exist from construct to destroy.
//
// Under a reclaimer by version a slot may serve again while it is read. There all of it is atomic words, keys and values
// (which are trivially copyable) are copied in and out, and who copies out finds out afterwards whether the copy counts.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include <wane/environment.hpp>
#include <wane/hash.hpp>
#include <wane/impl/link.hpp>
#include <wane/impl/state.hpp>

namespace wane {

/// Whether the hash of a key is so cheap, and certain not to throw, that nodes recompute it instead of storing it.
/// Specialise it for a hash of your own over integers or enumerations, if it has no state.
template <class Hash, class Key>
inline constexpr bool hash_is_recomputed =
    std::same_as<Hash, wane::hash<Key>> && sizeof(Key) <= 8 && (std::integral<Key> || std::is_enum_v<Key>);

namespace impl {

/// How a node keeps its key: an integer, atomically, its hash computed anew whenever it is needed ...
template <class Key, class Hash, class Env, bool Recomputed>
class key_cell {
 public:
  template <class K>
  void construct(K&& key, std::uint64_t) noexcept {
    // [N1] relaxed: published with the node's state ([S3]) or link ([L2]); a sweeper takes what it reads as a hint.
    key_.store(static_cast<Key>(std::forward<K>(key)), std::memory_order_relaxed);
  }
  void destroy() noexcept {}
  [[nodiscard]] Key key() const noexcept {
    // [N2] relaxed: as [N1].
    return key_.load(std::memory_order_relaxed);
  }
  [[nodiscard, gnu::always_inline]] std::uint64_t hash() const noexcept { return split_order_key(Hash{}, key()); }

 private:
  typename Env::template atomic<Key> key_{};
};

/// ... or anything else, next to its hash.
template <class Key, class Hash, class Env>
class key_cell<Key, Hash, Env, false> {
 public:
  key_cell() noexcept {}
  ~key_cell() {}
  template <class K>
  void construct(K&& key, std::uint64_t hash) {
    Env::writing(&key_);
    std::construct_at(&key_, std::forward<K>(key));
    // [N3] relaxed: as [N1].
    hash_.store(hash, std::memory_order_relaxed);
  }
  void destroy() noexcept {
    Env::writing(&key_);
    std::destroy_at(&key_);
  }
  [[nodiscard]] const Key& key() const noexcept {
    Env::reading(&key_);
    return key_;
  }
  [[nodiscard]] std::uint64_t hash() const noexcept {
    // [N4] relaxed: as [N1].
    return hash_.load(std::memory_order_relaxed);
  }

 private:
  typename Env::template atomic<std::uint64_t> hash_{0};
  union {
    Key key_;
  };
};

/// A trivially copyable object in atomic words.
template <class T, class Env>
class copied {
 public:
  void put(const T& object) noexcept {
    std::array<std::uint64_t, count> words{};
    std::memcpy(words.data(), &object, sizeof(T));
    // [N5] release: pairs with [N6]; who reads what a recycled slot holds sees that it was unlinked (V1).
    for (std::size_t i = 0; i < count; ++i) words_[i].store(words[i], std::memory_order_release);
  }
  [[nodiscard]] T get() const noexcept {
    std::array<std::uint64_t, count> words;
    // [N6] acquire: pairs with [N5]; and validation comes after.
    for (std::size_t i = 0; i < count; ++i) words[i] = words_[i].load(std::memory_order_acquire);
    std::array<std::byte, sizeof(T)> bytes;
    std::memcpy(bytes.data(), words.data(), sizeof(T));
    return std::bit_cast<T>(bytes);
  }

 private:
  static constexpr std::size_t count = (sizeof(T) + 7) / 8;
  std::array<typename Env::template atomic<std::uint64_t>, count> words_{};
};

template <class Key, class Hash, class Env>
class copied_key {
 public:
  void construct(const Key& key, std::uint64_t hash) noexcept {
    key_.put(key);
    // [N7] release: pairs with [N8]; see put.
    if constexpr (!hash_is_recomputed<Hash, Key>) hash_.store(hash, std::memory_order_release);
  }
  static constexpr void destroy() noexcept {}
  [[nodiscard]] Key key() const noexcept { return key_.get(); }
  [[nodiscard]] std::uint64_t hash() const noexcept {
    if constexpr (hash_is_recomputed<Hash, Key>)
      return split_order_key(Hash{}, key());
    else
      // [N8] acquire: pairs with [N7]; see get.
      return hash_.load(std::memory_order_acquire);
  }

 private:
  struct none {};
  [[no_unique_address]] std::conditional_t<hash_is_recomputed<Hash, Key>, none,
                                           typename Env::template atomic<std::uint64_t>>
      hash_{};
  copied<Key, Env> key_;
};

/// A node whose key and value are copied in and out.
template <class Key, class T, class Hash, class Env>
class copied_node {
 public:
  static constexpr bool trivially_destructible = true;

  link_word<Env> next;
  state_word<Env> life;

  /// Precondition: the slot is the caller's alone. Strong guarantee.
  template <class K, class... Args>
  void construct(std::uint64_t hash, K&& key, Args&&... args) {
    const Key k(std::forward<K>(key));
    const T value(std::forward<Args>(args)...);
    key_.construct(k, hash);
    value_.put(value);
  }
  static constexpr void destroy() noexcept {}

  [[nodiscard]] Key key() const noexcept { return key_.key(); }
  [[nodiscard]] std::uint64_t hash() const noexcept { return key_.hash(); }
  [[nodiscard]] T value() const noexcept { return value_.get(); }

 private:
  copied_key<Key, Hash, Env> key_;
  copied<T, Env> value_;
};

template <class Key, class T, class Hash, class Env>
class node {
 public:
  static constexpr bool trivially_destructible =
      std::is_trivially_destructible_v<Key> && std::is_trivially_destructible_v<T>;

  link_word<Env> next;
  state_word<Env> life;

  /// Precondition: the slot is the caller's alone and holds no key and no value. Strong guarantee.
  template <class K, class... Args>
  void construct(std::uint64_t hash, K&& key, Args&&... args) {
    key_.construct(std::forward<K>(key), hash);
    try {
      Env::writing(&value_);
      std::construct_at(&value_, std::forward<Args>(args)...);
    } catch (...) {
      key_.destroy();
      throw;
    }
  }
  void destroy() noexcept {
    Env::writing(&value_);
    std::destroy_at(&value_);
    key_.destroy();
  }

  [[nodiscard]] decltype(auto) key() const noexcept { return key_.key(); }
  [[nodiscard]] std::uint64_t hash() const noexcept { return key_.hash(); }
  [[nodiscard]] const T& value() const noexcept {
    Env::reading(&value_);
    return value_;
  }

 private:
  key_cell<Key, Hash, Env, hash_is_recomputed<Hash, Key>> key_;
  union {
    T value_;
  };

 public:
  node() noexcept {}
  ~node() {}
};

static_assert(sizeof(node<std::uint64_t, std::uint64_t, hash<std::uint64_t>, std_environment>) == 32 &&
                  sizeof(copied_node<std::uint64_t, std::uint64_t, hash<std::uint64_t>, std_environment>) == 32,
              "two nodes of 8-byte keys and values share a cache line, and none lies across two");

}  // namespace impl

}  // namespace wane
