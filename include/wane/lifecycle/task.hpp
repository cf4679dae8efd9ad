// SPDX-License-Identifier: BSL-1.0
// Entries that own a running activity: it is asked to stop when its entry is removed.
//
//   struct my_policy : wane::policy<int> { using listener = wane::close_on_removal; };
//   wane::map<int, wane::task, my_policy> tasks;
//   wane::start_in(tasks, 7, wane::task([](std::stop_token stop) { while (!stop.stop_requested()) work(); }), 5min);
//   wane::stop_and_erase(tasks, 7);
//
// Guarantees:
//   A1  A task runs at most once, and not at all if its entry was removed before it began.
//   A2  The removal of the entry, of whatever cause, asks it to stop, before the call that removed returns; once.
//   A3  When `wait` has returned true, the task's thread has ended: nothing of it runs any more.
//   A4  A task may use the map, remove its own entry, and wait for others: no wait closes a circle of tasks that wait
//       for each other; the one that would returns false instead.
// The map must outlive its tasks' use of it: where they use it, call stop_all before destroying it.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include <wane/lifecycle/owned.hpp>
#include <wane/lifetime.hpp>

namespace wane {

/// A handle on an activity with a thread of its own; copies are handles on the same. Derive from it to keep more with
/// it. An exception that leaves the body ends the program, as with std::thread. Thread-safe.
class task {
 public:
  /// Effects: a task that is to run body(stop_token), and does not yet. Throws: std::bad_alloc.
  explicit task(std::function<void(std::stop_token)> body) : activity_(std::make_shared<activity>(std::move(body))) {}

  /// Effects: runs it, unless it has been asked to stop. Returns: whether this call began it.
  /// Throws: std::system_error when no thread is to be had; it will then never run.
  bool start() const { return activity_->start(activity_); }

  /// Effects: asks it to stop. Only the first call does something; it calls the stop token's callbacks.
  void close() const noexcept { activity_->close(); }

  /// Effects: waits until it has ended, or is known never to run. Does not ask it to stop. Not to be called from a
  /// callable or listener of a map: that is inside a guard, for which the task may in turn be waiting.
  /// Returns: true; or false, at once, if its end depends on the caller's: a task that waits for itself, or for one
  /// that waits for it.
  bool wait() const { return activity_->wait(); }

  /// The same activity, that is.
  friend bool operator==(const task&, const task&) noexcept = default;

 private:
  class activity {
   public:
    explicit activity(std::function<void(std::stop_token)> body) : body_(std::move(body)) {}
    activity(const activity&) = delete;
    activity& operator=(const activity&) = delete;
    /// Never waits: it may be a stranger, or the thread itself, that lets go last. Who is interested has waited.
    ~activity() {
      if (thread_.joinable()) thread_.detach();
    }

    bool start(const std::shared_ptr<activity>& self) {
      const std::lock_guard lock(mutex_);
      if (has_begun_ || stop_.stop_requested()) return false;
      has_begun_ = true;
      try {
        thread_ = std::thread([self] { self->run(); });
      } catch (...) {
        end();
        throw;
      }
      return true;
    }

    void close() noexcept {
      if (!stop_.request_stop()) return;
      const std::lock_guard lock(mutex_);
      if (!has_begun_) end();
    }

    bool wait() {
      {
        const std::lock_guard lock(waits);
        for (const activity* a = this; a != nullptr; a = a->waits_for_)
          if (a == current) return false;
        if (current != nullptr) current->waits_for_ = this;
      }
      {
        std::unique_lock lock(mutex_);
        change_.wait(lock, [&] { return has_ended_; });
      }
      {
        // What is left of the thread is its way out.
        const std::lock_guard lock(joining_);
        if (thread_.joinable()) thread_.join();
      }
      const std::lock_guard lock(waits);
      if (current != nullptr) current->waits_for_ = nullptr;
      return true;
    }

   private:
    void run() {
      current = this;
      body_(stop_.get_token());
      body_ = nullptr;  // what it holds is part of the activity
      current = nullptr;
      const std::lock_guard lock(mutex_);
      end();
    }
    void end() noexcept {
      has_ended_ = true;
      change_.notify_all();
    }

    /// The activity of the calling thread, and who waits for whom: each for one at most.
    static inline thread_local activity* current = nullptr;
    static inline std::mutex waits;

    std::function<void(std::stop_token)> body_;
    std::stop_source stop_;
    std::mutex mutex_;  // of the next three
    std::condition_variable change_;
    bool has_begun_ = false;
    bool has_ended_ = false;  // or never will begin
    std::mutex joining_;
    std::thread thread_;
    const activity* waits_for_ = nullptr;
  };

  std::shared_ptr<activity> activity_;
};

/// Effects: inserts the task (or what is derived from it) if the key is absent, and starts it then.
/// Returns: whether it inserted. Throws: as insert; std::system_error when no thread is to be had, the entry erased
/// again.
template <class Map, class K>
bool start_in(Map& map, const K& key, const typename Map::mapped_type& value, typename Map::lifetime life = forever) {
  if (!map.insert(key, value, life)) return false;
  try {
    value.start();
  } catch (...) {
    map.erase_if(key, [&](const auto&, const task& there) { return there == value; });
    throw;
  }
  return true;
}

/// Effects: removes the entry, which asks its task to stop, and waits for the task (see task::wait).
/// Returns: whether there was an entry. Progress: that of erase, then blocking.
template <class Map, class K>
bool stop_and_erase(Map& map, const K& key) {
  const auto removed = map.take(key);
  if (!removed) return false;
  removed->close();
  removed->wait();
  return true;
}

/// Effects: removes every entry that is there when the scan comes by, and waits for their tasks; so that the map can be
/// destroyed if none is started meanwhile.
template <class Map>
void stop_all(Map& map) {
  std::vector<typename Map::mapped_type> removed;
  // What the predicate accepts is removed by this call or by another, so that all of them have been asked to stop.
  map.erase_if([&](const auto&, const auto& value) {
    removed.push_back(value);
    return true;
  });
  for (const auto& value : removed) value.wait();
}

}  // namespace wane
