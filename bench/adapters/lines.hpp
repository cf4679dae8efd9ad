// SPDX-License-Identifier: BSL-1.0
// What the machine gives to a map of slots that lead to nodes (two_lines), and to one whose entries lie in their slots
// (one_line): each key has a place of its own, so that nothing is searched for, allocated, reclaimed, grown or expires. What is
// left of an operation is two cache lines or one, and a compare-and-swap if it updates. How much faster than wane this is, is
// what the algorithm costs; what a second thread adds here is what the machine has for one.
#pragma once

#include <wane/pages.hpp>

#include <atomic>
#include <bit>
#include <cstddef>
#include <new>
#include <span>
#include <stdexcept>

#include "concept.hpp"

namespace bench {

template <bool Apart>
class lines {
 public:
  static constexpr bool stores = true;

  /// For the keys of the universe of 2 * `entries`.
  explicit lines(std::size_t entries)
      : places_(std::bit_ceil(2 * entries)), slots_(Apart ? places_ : 0), nodes_(Apart ? 2 * entries : places_) {
    if (entries == 0) throw std::invalid_argument("a control cannot grow: tell it the number of entries");
  }

  [[nodiscard]] facts describe() const { return {}; }

  class session {
   public:
    explicit session(lines& map) : map_(map) {}

    bool find(key_type key, value_type& out) {
      const node* const found = map_.lookup(key).entry;
      if (found == nullptr) return false;
      // Relaxed: behind lookup's acquire; who writes it again, after an erasure, writes the same.
      out = found->stored_value.load(std::memory_order_relaxed);
      return true;
    }

    bool insert(key_type key, value_type value) {
      place at = map_.lookup(key);
      if (at.entry != nullptr) return false;
      node& fresh = map_.node_of(key);
      // Relaxed: the slot publishes them, and whoever else inserts the key writes the same.
      fresh.stored_key.store(key, std::memory_order_relaxed);
      fresh.stored_value.store(value, std::memory_order_relaxed);
      std::uint64_t empty = 0;
      // Release: pairs with lookup's acquire. Relaxed when it fails: somebody else's node is not looked at.
      return at.slot.compare_exchange_strong(empty, number_of(key) + 1, std::memory_order_release,
                                             std::memory_order_relaxed);
    }

    bool erase(key_type key) {
      place at = map_.lookup(key);
      if (at.entry == nullptr) return false;
      std::uint64_t taken = number_of(key) + 1;
      // Relaxed: it publishes nothing, and the node stays readable.
      return at.slot.compare_exchange_strong(taken, 0, std::memory_order_relaxed, std::memory_order_relaxed);
    }

    void assign(key_type key, value_type value) {
      // Relaxed: a value by itself; the key before it is there.
      if (!insert(key, value)) map_.node_of(key).stored_value.store(value, std::memory_order_relaxed);
    }

    void quiescent() {}

    std::size_t size() {
      std::size_t taken = 0;
      // Relaxed: exact when nobody updates, whose threads have been joined then.
      for (std::size_t i = 0; i < map_.places_; ++i) taken += map_.slot_at(i).load(std::memory_order_relaxed) != 0;
      return taken;
    }

   private:
    lines& map_;
  };

 private:
  using slot_type = std::atomic<std::uint64_t>;  ///< the number of the key that is here and one, or zero

  struct alignas(32) node {  // as large as wane's
    std::atomic<key_type> stored_key;
    std::atomic<value_type> stored_value;
    slot_type slot;  ///< of this place, where slots are not apart
  };

  struct place {
    slot_type& slot;
    const node* entry;  ///< null if there is none
  };

  /// Zeroes in pages like those of wane's own memory.
  template <class T>
  class table {
   public:
    explicit table(std::size_t size) : all_(map(size), size) {}
    table(const table&) = delete;
    table& operator=(const table&) = delete;
    ~table() {
      if (!all_.empty()) wane::os_pages{}.unmap(all_.data(), all_.size_bytes());
    }

    T& operator[](std::size_t i) { return all_[i]; }

   private:
    static T* map(std::size_t size) {
      if (size == 0) return nullptr;
      void* const memory = wane::os_pages{}.map(size * sizeof(T), true);
      if (memory == nullptr) throw std::bad_alloc();
      wane::os_pages{}.populate(memory, size * sizeof(T));  // or an insertion would wait for the page of a node never used
      return static_cast<T*>(memory);
    }

    std::span<T> all_;
  };

  [[nodiscard]] std::size_t place_of(key_type key) const { return number_of(key) * spread & (places_ - 1); }
  slot_type& slot_at(std::size_t place) {
    if constexpr (Apart)
      return slots_[place];
    else
      return nodes_[place].slot;
  }
  /// Nodes that are apart are not in the order of their slots.
  node& node_of(key_type key) { return nodes_[Apart ? number_of(key) : place_of(key)]; }

  /// Zero or one of the slots leads to an entry, and to no other key's.
  place lookup(key_type key) {
    const std::size_t here = place_of(key);
    slot_type& slot = slot_at(here);
    const std::uint64_t taken = slot.load(std::memory_order_acquire);  // from the release of insert
    if (taken == 0) return {slot, nullptr};
    const node& entry = nodes_[Apart ? taken - 1 : here];
    return {slot, entry.stored_key.load(std::memory_order_relaxed) == key ? &entry : nullptr};
  }

  static constexpr std::uint64_t spread = 0x9E3779B97F4A7C15u;  ///< odd: a bijection, so that places are in no order of keys

  std::size_t places_;
  table<slot_type> slots_;
  table<node> nodes_;
};

using two_lines = lines<true>;
using one_line = lines<false>;

}  // namespace bench
