// SPDX-License-Identifier: BSL-1.0
// Shrinking: halves the table in steps that never wait, for a maintenance thread or a caller with patience.
//
//   idle -> draining    the size is lowered; operations under way may still start at an upper bucket
//        -> unlinking   after a grace period: each upper sentinel is frozen and taken out of the list
//        -> parting     after another: nobody stands on an upper bucket word; they are zeroed and unmapped
//        -> idle
//
// Growth is barred meanwhile (buckets.hpp), so that an upper bucket is not wanted again before it is gone.
#pragma once

#include <atomic>
#include <cstdint>

#include <wane/impl/link.hpp>
#include <wane/impl/probe.hpp>

namespace wane::impl {

template <class List>
class shrinker {
 public:
  enum class progress : std::uint8_t {
    idle,     ///< nothing to do
    waiting,  ///< for a grace period, or for another thread that is at it
    working,  ///< call again
    shrunk,   ///< has just halved the table
  };

  /// Starts halving a table of 2^bits buckets, if it has that size, no shrink is under way and nobody keeps one from beginning.
  bool begin(List& list, unsigned bits) {
    const lock mine(*this);
    if (!mine || phase_ != phase::idle || !list.table().begin_shrink(bits)) return false;
    probe<environment>::shrink_begin(std::uint64_t{1} << bits, std::uint64_t{1} << (bits - 1));
    bits_ = bits - 1;
    stamp_ = list.domain().stamp();
    phase_ = phase::draining;
    return true;
  }

  /// Goes one step on. Outside every guard, or grace periods do not pass.
  progress step(List& list) {
    const lock mine(*this);
    if (!mine) return progress::waiting;
    if (phase_ == phase::idle) return progress::idle;
    typename List::operation op(list);
    if (phase_ == phase::unlinking) return unlink_some(list, op);
    if (!list.domain().passed(stamp_)) {
      list.domain().advance();
      return progress::waiting;
    }
    auto& table = list.table();
    if (phase_ == phase::draining) {
      table.limit_split(std::uint64_t{1} << bits_);
      next_ = std::uint64_t{1} << bits_;
      phase_ = phase::unlinking;
      return progress::working;
    }
    table.drop_level(bits_);
    table.end_shrink();
    probe<environment>::shrink_end(std::uint64_t{1} << bits_);
    phase_ = phase::idle;
    // [X1] relaxed: a figure for statistics.
    shrinks_.fetch_add(1, std::memory_order_relaxed);
    return progress::shrunk;
  }

  /// Calls f() if no shrink is under way; none begins before it returns. Returns whether it did.
  template <class F>
  bool unless_shrinking(F&& f) {
    const lock mine(*this);
    if (!mine || phase_ != phase::idle) return false;
    f();
    return true;
  }

  [[nodiscard]] std::uint64_t shrinks() const noexcept {
    // [X2] relaxed: as [X1].
    return shrinks_.load(std::memory_order_relaxed);
  }

 private:
  using environment = typename List::environment;
  enum class phase : std::uint8_t { idle, draining, unlinking, parting };
  static constexpr std::uint64_t batch = 1024;

  /// A try-lock: whoever finds it taken goes away.
  class lock {
   public:
    explicit lock(shrinker& s) noexcept : owner_(s) {
      // [X3] acquire: pairs with [X4]; the phase is seen as it was left.
      held_ = !owner_.taken_.exchange(true, std::memory_order_acquire);
      if (held_) environment::writing(&owner_.phase_);
    }
    ~lock() {
      // [X4] release: pairs with [X3].
      if (held_) owner_.taken_.store(false, std::memory_order_release);
    }
    lock(const lock&) = delete;
    lock& operator=(const lock&) = delete;
    explicit operator bool() const noexcept { return held_; }

   private:
    shrinker& owner_;
    bool held_;
  };

  progress unlink_some(List& list, typename List::operation& op) {
    const std::uint64_t end = std::uint64_t{2} << bits_;
    for (std::uint64_t i = 0; i < batch && next_ < end; ++i, ++next_)
      if (!list.remove_sentinel(op, static_cast<std::uint32_t>(next_))) return progress::waiting;
    if (next_ == end) {
      stamp_ = list.domain().stamp();
      phase_ = phase::parting;
    }
    return progress::working;
  }

  typename environment::template atomic<bool> taken_{false};
  typename environment::template atomic<std::uint64_t> shrinks_{0};
  phase phase_ = phase::idle;
  unsigned bits_ = 0;  // of the table to be
  std::uint64_t next_ = 0;
  std::uint64_t stamp_ = 0;
};

}  // namespace wane::impl
