// SPDX-License-Identifier: BSL-1.0
// wane::sweeper: a thread that removes expired entries from any number of maps, at a pace that keeps them few.
//
// It visits its maps in turn, in batches, holding no guard between them; frees garbage; shrinks tables that have become too
// large; and puts memory behind the pages of maps that grow before insertions come to them. What is to be gained is known beforehand from the blocks' earliest deadlines, so that entries which
// are not due, and entries without a TTL, cost nothing but one comparison per 32 of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <wane/stats.hpp>
#include <wane/sweeper_stats.hpp>

namespace wane {

template <class Key, class T, class Policy>
class map;
class sweeper;

struct sweeper_options {
  /// The target: of the entries it removes, 99 in 100 are removed at most this long after their deadlines, by the map's
  /// clock. Kept unless `cpu_share` does not suffice, readers hold back `garbage_bytes`, a sweep by hand is in the way,
  /// or the thread is not run in time; sweeper_stats::window says whether it is, and what was in the way. A target
  /// finer than the clock and the map's tick cannot be kept.
  std::chrono::nanoseconds lateness{std::chrono::milliseconds(100)};
  /// Share of one core the sweeper may use, in (0, 1]. It may run ahead of that for a batch, or for a round of its maps
  /// if it makes good for it within the target, and rests accordingly; when the share does not suffice, lateness grows.
  double cpu_share = 0.05;
  /// Per map: bytes of slots retired and not yet freed at which it stops removing and pushes reclamation instead. What
  /// callers remove, a lookup that meets an expired entry included, is theirs and goes beyond.
  std::size_t garbage_bytes = std::size_t{64} << 20;
  /// Halve tables that have become too large, in the background; without effect on maps whose reclaimer has no grace period
  /// (`hazard`, `leak`).
  bool shrink = true;
  /// While a map grows, put memory behind the pages that its insertions are about to come to (see impl/ahead.hpp), every
  /// 2 ms. What this takes is not of `cpu_share`, which is for sweeping; sweeper_stats::backed_bytes says how much it was.
  bool back_ahead = true;
};

namespace impl {

struct sweeper_state;

/// What a sweeper sees of a map.
class sweep_target {
 public:
  virtual sweep_result sweep_some(const sweep_budget& budget) = 0;
  virtual std::size_t collect() = 0;
  virtual void maintain() = 0;
  /// Puts memory behind what insertions will soon come to. Returns how many bytes.
  virtual std::size_t prepare() noexcept = 0;
  [[nodiscard]] virtual std::size_t garbage_bytes() const = 0;

  sweep_target() = default;
  sweep_target(const sweep_target&) = delete;
  sweep_target& operator=(const sweep_target&) = delete;

 protected:
  ~sweep_target() = default;
  /// Returns once no sweeper works on this any more. To be called by the most derived destructor.
  void leave_sweeper() noexcept;

 private:
  friend class wane::sweeper;
  friend struct sweeper_state;
  std::weak_ptr<sweeper_state> sweeper_;
};

}  // namespace impl

class sweeper {
 public:
  /// Effects: a sweeper without maps, not running.
  /// Throws: std::invalid_argument on a lateness <= 0 or a CPU share outside (0, 1]; std::bad_alloc.
  explicit sweeper(const sweeper_options& opts = {});
  /// Effects: stops, and lets go of its maps.
  ~sweeper();
  sweeper(const sweeper&) = delete;
  sweeper& operator=(const sweeper&) = delete;

  /// Effects: adds the map. A map leaves by itself when it is destroyed, waiting for the batch in hand.
  /// Throws: std::logic_error if the map has a sweeper already. Thread-safe, as all members.
  template <class Key, class T, class Policy>
  void attach(map<Key, T, Policy>& m) {
    attach(m.core_);
  }
  /// Effects: lets go of the map; when it returns the sweeper does not touch it any more.
  /// Precondition: not called by a listener on the sweeper's own thread, which it would wait for.
  template <class Key, class T, class Policy>
  void detach(map<Key, T, Policy>& m) {
    detach(m.core_);
  }

  /// Effects: starts the thread, if it is not running. Throws: std::system_error.
  void start();
  /// Effects: ends the thread, in the middle of a pass if need be, and waits for the batch in hand.
  /// Throws: std::system_error if a listener calls it on the sweeper's own thread.
  void stop();
  /// Effects: begins a pass now, or another after the one under way. Its CPU time is made good for later.
  void wake();
  [[nodiscard]] bool is_running() const;
  [[nodiscard]] sweeper_stats stats() const;

 private:
  void attach(impl::sweep_target& target);
  void detach(impl::sweep_target& target);

  std::shared_ptr<impl::sweeper_state> state_;
};

}  // namespace wane
