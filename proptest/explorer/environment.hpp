// SPDX-License-Identifier: BSL-1.0
// The environment that makes the core's code run under the engine: the headers that ship, instantiated with this.
#pragma once

#include <wane/clock.hpp>
#include <wane/environment.hpp>
#define WANE_UNSAFE_REUSE
#include <wane/reclaim/controls.hpp>
#include <wane/reclaim/epoch.hpp>
#include <wane/reclaim/hazard.hpp>
#include <wane/reclaim/ibr.hpp>
#include <wane/reclaim/versioned.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <source_location>

#include "atomic.hpp"
#include "engine.hpp"
#include "plain_accesses.hpp"
#include "slot_lives.hpp"

namespace explorer {

/// The checks that the environment's hooks feed.
struct checks {
  plain_accesses plain;
  slot_lives slots;
};
inline checks this_program;

struct environment {
  /// So that programs have tables on either side of it.
  static constexpr unsigned cached_table_bits = 1;

  template <class T>
  using atomic = explorer::atomic<T>;

  static void set_up() noexcept {}
  static bool has_double_width_cas() noexcept { return true; }
  static bool double_width_cas(atomic<std::uint64_t>& first, atomic<std::uint64_t>& second,
                               const wane::impl::two_words& expected, const wane::impl::two_words& desired,
                               std::memory_order success, std::memory_order failure,
                               std::source_location site = std::source_location::current()) noexcept {
    return atomic<std::uint64_t>::double_width_cas(first, second, expected, desired, success, failure, site);
  }
  static void light_fence(std::source_location site = std::source_location::current()) noexcept {
    engine::current().light_fence(site);
  }
  static void heavy_fence(std::source_location site = std::source_location::current()) noexcept {
    engine::current().heavy_fence(site);
  }
  static std::uint32_t thread_slot() noexcept { return engine::current().thread(); }
  static std::uint32_t thread_slot_if_any() noexcept { return thread_slot(); }
  static std::uint32_t slots_in_use() noexcept { return engine::current().threads(); }
  static bool slot_taken(std::uint32_t slot) noexcept { return !engine::current().has_ended(slot); }
  static void yield() noexcept { engine::current().yield(); }
  static void reading(const void* p) noexcept { this_program.plain.read(engine::current(), p); }
  static void writing(const void* p) noexcept { this_program.plain.write(engine::current(), p); }
  static void on_allocate(const void* p) noexcept { this_program.slots.allocated(engine::current(), p); }
  static void on_retire(const void* p) noexcept { this_program.slots.retired(engine::current(), p); }
  static void on_reclaim(const void* p) noexcept { this_program.slots.reclaimed(engine::current(), p); }
};

/// A reclaimer whose guards are watched; otherwise the one that ships.
template <class Reclaimer>
struct watched : Reclaimer {
  class guard : public Reclaimer::guard {
   public:
    template <class... Slot>
    explicit guard(typename Reclaimer::domain& domain, Slot... slot) : Reclaimer::guard(domain, slot...) {
      this_program.slots.guard_entered(engine::current());
    }
    ~guard() { this_program.slots.guard_leaving(engine::current()); }
  };
};

using epoch = watched<wane::basic_epoch<environment>>;
// Their guards as such keep nothing from being reclaimed.
using versioned = wane::basic_versioned<environment>;
using hazard = wane::basic_hazard<environment>;
using ibr = wane::basic_ibr<environment>;
using wane::leak;
using wane::unsafe_reuse;
using clock = wane::basic_manual_clock<environment>;

/// Pages from the world, and a list of them in the order they were asked for, so that a word can be called by its place.
struct pages {
  struct piece {
    const std::byte* begin = nullptr;
    std::size_t bytes = 0;
    bool given_back = false;
  };
  struct pieces {
    std::array<piece, 32> all{};
    std::size_t count = 0;
  };

  [[nodiscard]] void* map(std::size_t bytes, bool) noexcept {
    void* const p = engine::current().world().allocate(bytes);
    if (p != nullptr && handed_out->count < handed_out->all.size())
      handed_out->all[handed_out->count++] = {static_cast<const std::byte*>(p), bytes};
    return p;
  }
  void unmap(void* p, std::size_t) noexcept {
    if (piece* const whole = find(p)) whole->given_back = true;
  }
  std::size_t populate(void* p, std::size_t bytes) noexcept {
    // That takes long. Others run meanwhile, as often as a shrink gives way in its two grace periods, and once more.
    for (int i = 0; i < 3; ++i) environment::yield();
    if (const piece* const whole = find(p); whole != nullptr && whole->given_back)
      engine::current().fail(verdict::crash, "memory is put behind pages that have been given back");
    return bytes;
  }

  pieces* handed_out = nullptr;

 private:
  [[nodiscard]] piece* find(const void* p) const noexcept {
    const auto* const at = static_cast<const std::byte*>(p);
    const auto end = handed_out->all.begin() + static_cast<std::ptrdiff_t>(handed_out->count);
    const auto it = std::find_if(handed_out->all.begin(), end,
                                 [&](const piece& i) { return i.begin <= at && at < i.begin + i.bytes; });
    return it == end ? nullptr : &*it;
  }
};

}  // namespace explorer
