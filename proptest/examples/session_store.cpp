// SPDX-License-Identifier: BSL-1.0
// Sessions that end ten minutes after their last request, or when their user logs out; who logs in anew elsewhere is logged out
// here.
#include <wane/map.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

struct session {
  std::string user;
  int requests;
};

struct policy : wane::policy<std::string> {
  using clock = wane::manual_clock;
};

int main() {
  wane::manual_clock clock;
  wane::map<std::string, session, policy> sessions({.expected_entries = 1000}, {.clock = clock});
  const auto log_in = [&](const std::string& token, const std::string& user) {
    sessions.insert_or_assign(token, session{user, 0}, 10min);
  };
  // A request counts and extends the session in one step: it cannot revive one that has just ended.
  const auto serve = [&](const std::string& token) {
    return sessions.update(
        token,
        [](session s) {
          return session{s.user, s.requests + 1};
        },
        10min);
  };

  log_in("a1", "ada");
  log_in("g1", "grace");
  std::cout << serve("a1") << serve("g1");
  clock.advance(6min);
  std::cout << serve("a1");  // ada is still there, grace is idle
  clock.advance(6min);
  std::cout << serve("a1") << serve("g1") << '\n';

  const auto last = sessions.take("a1");  // logs out
  std::cout << last->user << " made " << last->requests << " requests\n" << sessions.size() << " left\n";
}
// 11110
// ada made 3 requests
// 0 left
