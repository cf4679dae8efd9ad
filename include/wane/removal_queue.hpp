// SPDX-License-Identifier: BSL-1.0
// wane::removal_queue: a listener that keeps what it is told until a thread of the user's comes for it, for those who
// want no code of their own to run in their callers.
//
//   struct my_policy : wane::policy<int> { using listener = wane::removal_queue<int, session>::listener; };
//   wane::removal_queue<int, session> gone;
//   wane::map<int, session, my_policy> m({}, {.listener = gone.input()});
//   for (const auto& entry : gone.wait(stop)) log(entry.key, entry.why);     // in a thread of its own
//
// Guarantees:
//   E1  Every removal that the map tells is taken exactly once, or was dropped because the queue was full, and counted;
//       but one whose copy threw, which the caller is told by that exception.
//   E2  Removals that one thread causes are taken in the order in which it caused them. Those of several threads are in
//       the order in which they came to the queue, which need not be that in which the entries died.
// Progress: not lock-free. A removal may wait for another thread that holds the lock, for the moment in which it moves
// a few pointers: copies are made, and memory is allocated and freed, outside the lock. Readers of live entries never
// take it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include <wane/cause.hpp>

namespace wane {

template <class Key, class T>
class removal_queue {
 public:
  struct removal {
    Key key;
    T value;
    cause why;
  };

 private:
  struct state {
    explicit state(std::size_t most) : capacity(most) {}

    const std::size_t capacity;
    mutable std::mutex mutex;
    std::condition_variable_any arrival;
    std::list<removal> waiting;
    std::uint64_t dropped = 0;
  };

 public:
  /// What the map is given; it may outlive the queue, and the queue the map.
  class listener {
   public:
    /// Throws: std::bad_alloc, and what copying Key and T throws; the removal is then neither kept nor counted.
    void operator()(const Key& key, const T& value, cause why) const {
      std::list<removal> one;
      one.push_back({key, value, why});
      const std::lock_guard lock(state_->mutex);
      auto& waiting = state_->waiting;
      if (waiting.size() == state_->capacity) {
        ++state_->dropped;
        return;
      }
      waiting.splice(waiting.end(), one);
      if (waiting.size() == 1) state_->arrival.notify_one();
    }

   private:
    friend class removal_queue;
    explicit listener(std::shared_ptr<state> s) noexcept : state_(std::move(s)) {}

    std::shared_ptr<state> state_;
  };

  /// Effects: an empty queue. While `capacity` removals wait in it, further ones are dropped and counted.
  explicit removal_queue(std::size_t capacity = SIZE_MAX) : state_(std::make_shared<state>(capacity)) {}

  [[nodiscard]] listener input() const noexcept { return listener(state_); }

  /// Returns: all that is waiting, the eldest first. Thread-safe, as all members: each removal goes to one taker.
  [[nodiscard]] std::list<removal> take() {
    std::list<removal> taken;
    const std::lock_guard lock(state_->mutex);
    taken.swap(state_->waiting);
    return taken;
  }

  /// Effects: waits until something is there or `stop` is requested. Returns: all that is waiting; nothing means stop.
  [[nodiscard]] std::list<removal> wait(const std::stop_token& stop = {}) {
    std::list<removal> taken;
    std::unique_lock lock(state_->mutex);
    state_->arrival.wait(lock, stop, [&] { return !state_->waiting.empty(); });
    taken.swap(state_->waiting);
    return taken;
  }

  /// Returns: how many removals found the queue full.
  [[nodiscard]] std::uint64_t dropped() const {
    const std::lock_guard lock(state_->mutex);
    return state_->dropped;
  }

 private:
  std::shared_ptr<state> state_;
};

}  // namespace wane
