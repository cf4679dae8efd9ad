// SPDX-License-Identifier: BSL-1.0
// A node whose value is assigned in place.
//
//   +--------+-------+--------+-----+
//   | state 8| value | next 8 | key |   state and value: 16-byte aligned, changed in one step
//   +--------+-------+--------+-----+
//   32 bytes for 8-byte keys and values, as the others.
//
// I9: Each assignment counts the state's version up. So who reads the state, the value, and the state again, and finds it the
// same, has read the value that the entry had while it was in that state -- unless the version has come round in between, which
// it cannot under a guard: an entry whose version is about to moves to another slot.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <wane/impl/node.hpp>

namespace wane {

/// Whether a value is assigned where it lies, without a new entry: what a processor can exchange together with the entry's state.
/// Callables are handed copies of such values. Specialise it as false for a type whose visitors rely on its address. (Keys have
/// to be copyable, too, for an entry may have to move; where they are not, an assignment makes a new entry.)
template <class T>
inline constexpr bool is_assigned_in_place =
    std::is_trivially_copyable_v<T> && std::is_copy_constructible_v<T> && std::is_move_constructible_v<T> &&
    std::is_convertible_v<const T&, T> && sizeof(T) <= 8;

namespace impl {

template <class Env>
struct alignas(16) state_and_value {
  state_word<Env> life;

 protected:
  typename state_word<Env>::word value_{0};
};

template <class Key, class T, class KeyCell, class Env>
class changing_node : public state_and_value<Env> {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>, "wane: is_assigned_in_place is specialised as true for this type");

 public:
  static constexpr bool trivially_destructible = std::is_trivially_destructible_v<Key>;

  link_word<Env> next;

  /// Precondition: the slot is the caller's alone and holds no key. Strong guarantee.
  template <class K, class... Args>
  void construct(std::uint64_t hash, K&& key, Args&&... args) {
    const T value(std::forward<Args>(args)...);
    key_.construct(std::forward<K>(key), hash);
    // [N9] release: pairs with [N10]; as [N5] where a slot may serve again while it is read.
    this->value_.store(bits_of(value), std::memory_order_release);
  }
  void destroy() noexcept { key_.destroy(); }

  [[nodiscard]] decltype(auto) key() const noexcept { return key_.key(); }
  [[nodiscard, gnu::always_inline]] std::uint64_t hash() const noexcept { return key_.hash(); }
  /// Counts if the state, read after it, is what it was before.
  [[nodiscard]] T value() const noexcept {
    // [N10] acquire: pairs with [S5] and [N9]; a state that is read later is no older than the value.
    const std::uint64_t bits = this->value_.load(std::memory_order_acquire);
    std::array<std::byte, sizeof(T)> bytes;
    std::memcpy(bytes.data(), &bits, sizeof(T));
    return std::bit_cast<T>(bytes);
  }

  /// Assigns the value and the state it begins with. False: the state has changed. Precondition: the environment can change two
  /// words in one step.
  bool assign(state& expected, state desired, const T& value) noexcept {
    // [N11] relaxed: if the state is still the expected one, this is what it was read with.
    const std::uint64_t was = this->value_.load(std::memory_order_relaxed);
    return this->life.change_both(expected, desired, this->value_, was, bits_of(value));
  }

 private:
  [[nodiscard]] static std::uint64_t bits_of(const T& value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
  }

  KeyCell key_;
};

/// Whether an entry of a map is assigned in place.
template <class Key, class T>
inline constexpr bool assigns_in_place = is_assigned_in_place<T> && std::is_copy_constructible_v<Key>;

/// The kind of node that entries of a map lie in.
template <class Key, class T, class Hash, class Env, bool ByValue>
using node_of = std::conditional_t<
    assigns_in_place<Key, T>,
    changing_node<Key, T,
                  std::conditional_t<ByValue, copied_key<Key, Hash, Env>, key_cell<Key, Hash, Env, hash_is_recomputed<Hash, Key>>>,
                  Env>,
    std::conditional_t<ByValue, copied_node<Key, T, Hash, Env>, node<Key, T, Hash, Env>>>;

static_assert(sizeof(state_and_value<std_environment>) == 16 &&
                  sizeof(node_of<std::uint64_t, std::uint64_t, hash<std::uint64_t>, std_environment, false>) == 32 &&
                  sizeof(node_of<std::uint64_t, std::uint64_t, hash<std::uint64_t>, std_environment, true>) == 32,
              "two nodes of 8-byte keys and values share a cache line, and none lies across two");

}  // namespace impl

}  // namespace wane
