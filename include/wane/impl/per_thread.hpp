// SPDX-License-Identifier: BSL-1.0
// One object per thread slot, made on a slot's first use, kept for the next thread that gets the slot.
//
// Slots come in doubling chunks (4, 4, 8, 16, ...), so that a map used by two threads pays for four. The table of chunks is
// kept as in segments.hpp: by the width of the slot, with the chunk's first slot subtracted. The objects of the first `Near`
// slots, if that is not zero, are part of the whole and take the place of the first chunk.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace wane::impl {

template <class T, class Env, std::uint32_t Near = 0>
class per_thread {
 public:
  per_thread() = default;
  per_thread(const per_thread&) = delete;
  per_thread& operator=(const per_thread&) = delete;
  ~per_thread() {
    for (unsigned c = 0; c < chunk_count; ++c)
      // [H1] relaxed: destruction is alone.
      if (const std::uintptr_t biased = chunks_[c].load(std::memory_order_relaxed); biased != 0)
        delete[] object(biased, first_slot(c));
  }

  /// The object of `slot`, which is the caller's own. Throws std::bad_alloc on the chunk's first use.
  [[nodiscard]] T& at(std::uint32_t slot) {
    if (T* const near = near_at(slot)) [[likely]]
      return *near;
    // [H5] acquire: as [H2]; pairs with [H3].
    const std::uintptr_t biased = chunks_[chunk_of(slot)].load(std::memory_order_acquire);
    if (biased == 0) [[unlikely]]
      return make(slot);
    return *object(biased, slot);
  }

  /// The object of a slot that is below `Near`, or nullptr.
  [[nodiscard]] T* near_at(std::uint32_t slot) const noexcept { return slot < Near ? &near_[slot] : nullptr; }

  /// The object of any slot, or nullptr when nobody has used its chunk.
  [[nodiscard]] T* find(std::uint32_t slot) const noexcept {
    if (T* const near = near_at(slot)) return near;
    // [H2] acquire: pairs with [H3], so that the chunk is seen constructed.
    const std::uintptr_t biased = chunks_[chunk_of(slot)].load(std::memory_order_acquire);
    return biased == 0 ? nullptr : object(biased, slot);
  }

  /// Calls f(slot, T&) for every slot that is there.
  template <class F>
  void for_each(F&& f) const {
    const std::uint32_t slots = Env::slots_in_use();
    for (std::uint32_t slot = 0; slot < slots; ++slot)
      if (T* const object = find(slot)) f(slot, *object);
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    std::size_t n = 0;
    for (unsigned c = 0; c < chunk_count; ++c)
      // [H4] relaxed: a figure for statistics.
      if (chunks_[c].load(std::memory_order_relaxed) != 0) n += chunk_size(c) * sizeof(T);
    return n;
  }

 private:
  static constexpr std::uint32_t first_chunk = std::max(Near, std::uint32_t{4});
  static constexpr unsigned chunk_count = 18 - std::bit_width(first_chunk);  // 65,536 slots

  static constexpr std::size_t chunk_of(std::uint32_t slot) noexcept {
    return static_cast<std::size_t>(std::bit_width(slot | (first_chunk - 1)) - std::bit_width(first_chunk - 1));
  }
  static constexpr std::uint32_t first_slot(unsigned c) noexcept { return c == 0 ? 0 : first_chunk << (c - 1); }
  static constexpr std::size_t chunk_size(unsigned c) noexcept { return c == 0 ? first_chunk : first_chunk << (c - 1); }
  static T* object(std::uintptr_t biased, std::uint32_t slot) noexcept {
    return reinterpret_cast<T*>(biased + std::uintptr_t{slot} * sizeof(T));
  }

  [[gnu::noinline, gnu::cold]] T& make(std::uint32_t slot) {
    const auto c = static_cast<unsigned>(chunk_of(slot));
    std::unique_ptr<T[]> fresh(new T[chunk_size(c)]);
    const std::uintptr_t ours = reinterpret_cast<std::uintptr_t>(fresh.get()) - first_slot(c) * sizeof(T);
    std::uintptr_t theirs = 0;
    // [H3] release: pairs with [H2] and [H5]; publishes the chunk. Acquire when it fails: somebody else's.
    if (!chunks_[c].compare_exchange_strong(theirs, ours, std::memory_order_release, std::memory_order_acquire))
      return *object(theirs, slot);
    fresh.release();
    return *object(ours, slot);
  }

  [[no_unique_address]] mutable std::array<T, Near> near_{};
  typename Env::template atomic<std::uintptr_t> chunks_[chunk_count]{};
};

}  // namespace wane::impl
