// SPDX-License-Identifier: BSL-1.0
// Thread slots: small dense numbers, the lowest free one for each new thread, given back when the thread ends.
#include <array>
#include <bit>
#include <system_error>

#include <wane/environment.hpp>

namespace wane::impl {

constinit thread_local std::int32_t this_thread_slot = -1;

namespace {

constexpr std::uint32_t slot_limit = 65'536;

/// One bit a slot. A slot's objects (epoch records, caches, garbage) pass from the thread that gives it back to the next
/// one that takes it.
constinit std::array<std::atomic<std::uint64_t>, slot_limit / 64> taken{};
constinit std::atomic<std::uint32_t> high_water{0};

std::uint32_t take_lowest() {
  for (std::uint32_t w = 0; w < taken.size(); ++w) {
    // [D1] relaxed: checked by the compare-and-swap.
    std::uint64_t bits = taken[w].load(std::memory_order_relaxed);
    while (~bits != 0) {
      const auto bit = static_cast<std::uint32_t>(std::countr_one(bits));
      // [D2] acquire: pairs with [D3]; what the slot's last thread left in its objects is seen.
      if (taken[w].compare_exchange_weak(bits, bits | std::uint64_t{1} << bit, std::memory_order_acquire,
                                         std::memory_order_relaxed))
        return w * 64 + bit;
    }
  }
  throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                          "wane: more than 65536 threads at once");
}

void give_back(std::uint32_t slot) noexcept {
  // [D3] release: pairs with [D2] and [D6].
  taken[slot / 64].fetch_and(~(std::uint64_t{1} << slot % 64), std::memory_order_release);
}

void raise_high_water(std::uint32_t slots) noexcept {
  // [D4] relaxed: checked by the compare-and-swap.
  std::uint32_t seen = high_water.load(std::memory_order_relaxed);
  // [D5] relaxed: a thread's slot is counted before it announces anything under it, and whoever must not miss the
  // announcement runs a heavy fence before it reads the count.
  while (seen < slots &&
         !high_water.compare_exchange_weak(seen, slots, std::memory_order_relaxed, std::memory_order_relaxed)) {
  }
}

/// Gives the slot back when its thread ends. A map used after that, by another thread_local's destructor, takes a slot
/// again, which then stays taken.
struct registration {
  std::int32_t slot = -1;
  ~registration() {
    if (slot < 0) return;
    this_thread_slot = -1;
    give_back(static_cast<std::uint32_t>(slot));
  }
};

}  // namespace

std::uint32_t register_thread() {
  set_up_fences();
  static thread_local registration mine;
  const std::uint32_t slot = take_lowest();
  raise_high_water(slot + 1);
  mine.slot = this_thread_slot = static_cast<std::int32_t>(slot);
  return slot;
}

std::uint32_t thread_slots_in_use() noexcept {
  // [D7] relaxed: as [D5].
  return high_water.load(std::memory_order_relaxed);
}

bool thread_slot_taken(std::uint32_t slot) noexcept {
  // [D6] acquire: pairs with [D3]; whoever sees the thread gone sees what it left.
  return (taken[slot / 64].load(std::memory_order_acquire) >> slot % 64 & 1) != 0;
}

}  // namespace wane::impl
