// SPDX-License-Identifier: BSL-1.0
// The memory model: what a load may return, and what then happens before what.
//
// Operational, in the way of promise-free view machines (J. Kang and others, "A promising semantics for relaxed-memory
// concurrency", POPL 2017, section 3): each location keeps the history of its stores in modification order, each thread a
// view. A load may return any store at or above the thread's floor; a read-modify-write reads the newest and nothing can
// come between; a plain store may be placed before newer ones the thread has not seen. A release store carries a view; a
// read-modify-write hands on the view of the store it read (release sequences). Loads never read from stores that come
// later (load buffering), so relaxed behaviour of that kind is out of reach. A seq_cst access is modelled as one between
// seq_cst fences, which is at least as strong as C++ has it.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "view.hpp"

namespace explorer {

/// An atomic object as it lies in memory. All zeroes is a valid one that holds zero.
struct cell {
  std::uint64_t bits = 0;      ///< the newest value
  std::uint16_t location = 0;  ///< 1 + its number in the memory model, 0 before the first modelled access
  std::uint8_t readers = 0;    ///< threads that have read it in this execution, a bit each
  std::uint8_t writers = 0;    ///< threads that have written it
  std::uint32_t made = 0;      ///< during an execution: the maker's clock << 3 | the maker, see engine::made
};

class memory_model {
 public:
  struct written {
    std::uint64_t value;
    std::uint32_t step;      // when, for traces
    std::uint16_t released;  // 1 + index of the view it carries, 0 for none
    timestamp at;
    std::uint8_t by;
    bool adjoins;  // read-modify-write: nothing may be placed between it and its predecessor
  };

  /// Called with what there is too much of when a table is full; must not return.
  using limit_reached = void (*)(const char* what);
  explicit memory_model(limit_reached full);

  /// Forgets everything: all threads begin with what set-up did behind them.
  void clear(unsigned threads) noexcept;

  /// How many of the newest stores of `c` the thread may read (at least 1).
  [[nodiscard]] unsigned readable(unsigned thread, cell& c) noexcept;
  /// Reads the store `back` places before the newest.
  std::uint64_t load(unsigned thread, cell& c, unsigned back, std::memory_order order) noexcept;

  /// Between how many of the newest stores of `c` a plain store may be placed (at least 1: at the end).
  [[nodiscard]] unsigned placeable(unsigned thread, cell& c) noexcept;
  void store(unsigned thread, cell& c, std::uint64_t value, unsigned back, std::memory_order order,
             std::uint32_t step) noexcept;

  /// The load and the store of a read-modify-write. The load alone when a compare-and-swap fails.
  std::uint64_t load_newest(unsigned thread, cell& c, std::memory_order order) noexcept {
    return load(thread, c, 0, order);
  }
  void store_adjoining(unsigned thread, cell& c, std::uint64_t value, std::memory_order order,
                       std::uint32_t step) noexcept;

  /// What the thread is about to store to `c` with something else, in one step: who sees the one sees the other.
  void foresee(unsigned thread, cell& c) noexcept;

  void fence(unsigned thread, std::memory_order order) noexcept;
  /// What a seq_cst fence does to the order of things, without its acquire and release: the thread sees what is before
  /// it in the one order of such fences, and is seen by what comes after. Also of a thread that is being interrupted
  /// by somebody else's membarrier.
  void order_globally(unsigned thread) noexcept;

  [[nodiscard]] view& view_of(unsigned thread) noexcept { return threads_[thread].now; }
  /// Counts the thread's own clock up and returns it.
  std::uint32_t tick(unsigned thread) noexcept { return ++threads_[thread].now.clock[thread]; }
  /// All that any thread has done happens before what `thread` does next, and it reads only the newest.
  void join_all(unsigned thread) noexcept;

 private:
  struct thread {
    view now;
    view read_relaxed;  // what an acquire fence will join
    view fenced;        // as it was at the last release fence
    bool has_fenced;
  };
  struct history {
    std::vector<written> stores;  // in modification order
  };
  static constexpr timestamp gap = 16;

  history& of(cell& c) noexcept;
  std::uint16_t carry(unsigned thread, std::memory_order order, std::uint16_t handed_on) noexcept;
  view& new_view() noexcept;

  limit_reached full_;
  unsigned thread_count_ = 0;
  thread threads_[max_threads];
  view fences_;  // the global one of seq_cst fences
  std::vector<history> histories_;
  std::uint32_t locations_ = 0;
  std::vector<view> views_;
  std::size_t views_used_ = 0;
};

}  // namespace explorer
