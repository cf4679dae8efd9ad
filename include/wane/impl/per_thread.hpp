// SPDX-License-Identifier: BSL-1.0
// One object per thread slot, made on a slot's first use, kept for the next thread that gets the slot.
//
// Slots come in doubling chunks (4, 4, 8, 16, ...), so that a map used by two threads pays for four.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace wane::impl {

template <class T, class Env>
class per_thread {
 public:
  per_thread() = default;
  per_thread(const per_thread&) = delete;
  per_thread& operator=(const per_thread&) = delete;
  ~per_thread() {
    for (unsigned c = 0; c < chunk_count; ++c)
      // [H1] relaxed: destruction is alone.
      delete[] chunks_[c].load(std::memory_order_relaxed);
  }

  /// The object of `slot`, which is the caller's own. Throws std::bad_alloc on the chunk's first use.
  [[nodiscard]] T& at(std::uint32_t slot) {
    if (T* const object = find(slot)) [[likely]]
      return *object;
    return make(slot);
  }

  /// The object of any slot, or nullptr when nobody has used its chunk.
  [[nodiscard]] T* find(std::uint32_t slot) const noexcept {
    const unsigned c = chunk_of(slot);
    // [H2] acquire: pairs with [H3], so that the chunk is seen constructed.
    T* const chunk = chunks_[c].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : chunk + (slot - first_slot(c));
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
      if (chunks_[c].load(std::memory_order_relaxed) != nullptr) n += chunk_size(c) * sizeof(T);
    return n;
  }

 private:
  static constexpr std::uint32_t first_chunk = 4;
  static constexpr unsigned chunk_count = 15;  // 65,536 slots

  static constexpr unsigned chunk_of(std::uint32_t slot) noexcept {
    return static_cast<unsigned>(std::bit_width(slot / first_chunk));
  }
  static constexpr std::uint32_t first_slot(unsigned c) noexcept { return c == 0 ? 0 : first_chunk << (c - 1); }
  static constexpr std::size_t chunk_size(unsigned c) noexcept { return c == 0 ? first_chunk : first_chunk << (c - 1); }

  [[gnu::noinline]] T& make(std::uint32_t slot) {
    const unsigned c = chunk_of(slot);
    std::unique_ptr<T[]> fresh(new T[chunk_size(c)]);
    T* expected = nullptr;
    // [H3] acq_rel: pairs with [H2] (release: the chunk; acquire: somebody else's, when we lost).
    if (chunks_[c].compare_exchange_strong(expected, fresh.get(), std::memory_order_acq_rel,
                                           std::memory_order_acquire))
      expected = fresh.release();
    return expected[slot - first_slot(c)];
  }

  typename Env::template atomic<T*> chunks_[chunk_count]{};
};

}  // namespace wane::impl
