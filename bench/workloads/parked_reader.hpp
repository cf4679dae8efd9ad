// SPDX-License-Identifier: BSL-1.0
// A reader that stays where it is: what holds up a reclaimer, and whoever waits for its lock.
#pragma once

#include <condition_variable>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "../keys.hpp"

namespace bench {

/// A thread that is inside the function of a visit from the end of construction until it is let go. Throws
/// std::logic_error if the key is not there.
template <class Map>
class parked_reader {
 public:
  parked_reader(Map& map, key_type key)
      : thread_([this, &map, key](const std::stop_token& let_go) {
          typename Map::session session(map);
          const bool was_there = session.visit(key, [&](const key_type&, const value_type&) {
            is_parked_ = true;
            decided_.count_down();
            std::mutex nobody_elses;
            std::unique_lock lock(nobody_elses);
            std::condition_variable_any().wait(lock, let_go, [] { return false; });
          });
          if (!was_there) decided_.count_down();
        }) {
    decided_.wait();
    if (!is_parked_) throw std::logic_error("the entry that a reader was to park at is not there");
  }

  void let_go() { thread_.request_stop(); }

 private:
  std::latch decided_{1};
  bool is_parked_ = false;
  std::jthread thread_;  // last: it uses the latch, and ends before it
};

}  // namespace bench
