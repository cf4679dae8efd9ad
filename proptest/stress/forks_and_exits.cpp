// SPDX-License-Identifier: BSL-1.0
// Stress: what becomes of a map when its process forks, and when a thread ends in the middle of an operation. Sets fork
// against guards that others are in, and the end of a thread against the guard that it is in. liburcu has its own
// rules for fork, so these are about the reclaimers that are wane's own.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wane/map.hpp>
#include <wane/reclaim/hazard.hpp>
#include <wane/reclaim/ibr.hpp>
#include <wane/reclaim/versioned.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "support/harness.hpp"

using namespace proptest;

namespace {

template <class R>
struct policy_of : wane::policy<std::uint64_t> {
  using reclaimer = R;
};
template <class R>
using map_of = wane::map<std::uint64_t, std::uint64_t, policy_of<R>>;

constexpr std::uint64_t entries = 1000;

/// Whether `work`, run in a child process, returned true.
template <class F>
bool in_a_child(F&& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work() ? 0 : 1);
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

template <class Map>
void fill(Map& map) {
  for (std::uint64_t k = 0; k < entries; ++k) map.insert(k, k);
}

/// Finds what is there, replaces it, removes it.
template <class Map>
bool works(Map& map) {
  for (std::uint64_t k = 0; k < entries; ++k)
    if (map.find(k) != k || map.replace(k, k + 1) != k || map.take(k) != k + 1) return false;
  return map.empty() && map.check().problems.empty();
}

template <class R>
void a_child_goes_on_with_its_copy() {
  typename R::domain domain;
  map_of<R> map({}, {.domain = &domain});
  fill(map);
  EXPECT(in_a_child([&] {
           if (!works(map)) return false;
           while (map.stats().retired != 0) map.collect();
           return true;
         }),
         "the child failed");
  EXPECT(map.size() == entries && works(map), "the parent's map has changed");
}

/// The thread that was inside a guard is not there in the child, but its announcement is: nothing is freed any more.
template <class R>
void a_child_forked_during_a_guard_frees_nothing() {
  typename R::domain domain;
  map_of<R> map({}, {.domain = &domain});
  fill(map);
  std::atomic<bool> inside{false}, leave{false};
  std::jthread reader([&] {
    map.visit(0, [&](std::uint64_t, std::uint64_t) {
      // [1] release: pairs with [2].
      inside.store(true, std::memory_order_release);
      // [3] acquire: pairs with [4].
      while (!leave.load(std::memory_order_acquire)) std::this_thread::yield();
    });
  });
  // [2] acquire: pairs with [1].
  while (!inside.load(std::memory_order_acquire)) std::this_thread::yield();
  EXPECT(in_a_child([&] {
           if (!works(map)) return false;
           for (int i = 0; i < 10; ++i) map.collect();
           return (map.stats().retired == 0) == R::reuses_at_once;
         }),
         "the child failed");
  // [4] release: pairs with [3].
  leave.store(true, std::memory_order_release);
}

/// pthread_exit unwinds the stack, and the guard with it.
template <class R>
void a_thread_may_end_inside_a_guard() {
  typename R::domain domain;
  map_of<R> map({}, {.domain = &domain});
  fill(map);
  pthread_t thread;
  const int failed = pthread_create(
      &thread, nullptr,
      [](void* m) -> void* {
        static_cast<map_of<R>*>(m)->visit(7, [](std::uint64_t, std::uint64_t) { pthread_exit(nullptr); });
        return m;  // not reached
      },
      &map);
  void* result = &map;
  EXPECT(failed == 0 && pthread_join(thread, &result) == 0 && result == nullptr,
         "the thread did not end where it should");
  EXPECT(works(map), "the map is broken");
  for (int i = 0; i < 10; ++i) map.collect();
  EXPECT(map.stats().retired == 0, "the thread's guard is still there");
}

template <class R>
void tests_of(suite& tests, const std::string& name) {
  tests.test("a_child_goes_on_with_its_copy [" + name + "]", a_child_goes_on_with_its_copy<R>);
  tests.test("a_child_forked_during_a_guard_frees_nothing [" + name + "]",
             a_child_forked_during_a_guard_frees_nothing<R>);
  tests.test("a_thread_may_end_inside_a_guard [" + name + "]", a_thread_may_end_inside_a_guard<R>);
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests_of<wane::epoch>(tests, "epoch");
  tests_of<wane::hazard>(tests, "hazard");
  tests_of<wane::ibr>(tests, "ibr");
  tests_of<wane::versioned>(tests, "versioned");
  return tests.result();
}
