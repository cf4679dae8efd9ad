// SPDX-License-Identifier: BSL-1.0
// The queue of removals: each is taken exactly once, by whom and whenever.
#include <wane/removal_queue.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lifecycles/timed.hpp"
#include "support/harness.hpp"
#include "support/relaxed.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

using queue = wane::removal_queue<std::uint64_t, std::uint64_t>;
template <class R>
using map_of = wane::map<std::uint64_t, std::uint64_t, timed<R, std::uint64_t, queue::listener>>;

template <class R>
void removals_are_taken_in_order_with_their_causes() {
  const attendance<R> present;
  queue gone;
  {
    wane::manual_clock clock;
    map_of<R> map({}, {.clock = clock, .listener = gone.input()});
    for (std::uint64_t k = 1; k <= 5; ++k) map.insert(k, 10 * k, k == 2 ? 1s : 1h);
    map.erase(1);
    clock.advance(2s);
    (void)map.contains(2);
    map.insert_or_assign(3, 31);
    map.erase_if([](std::uint64_t key, std::uint64_t) { return key == 4; });
  }
  const auto taken = gone.take();
  std::string told;
  for (const auto& [key, value, why] : taken)
    told += std::to_string(key) + " " + std::to_string(value) + " " + wane::to_string(why) + "\n";
  const std::string before = "1 10 erased\n2 20 expired\n3 30 replaced\n4 40 erased\n";
  EXPECT(told == before + "3 31 destroyed\n5 50 destroyed\n" || told == before + "5 50 destroyed\n3 31 destroyed\n",
         told);
  EXPECT(gone.take().empty() && gone.dropped() == 0, "the queue is not empty");
}

void what_a_full_queue_drops_is_counted() {
  queue gone(3);
  map_of<wane::epoch> map({}, {.listener = gone.input()});
  for (std::uint64_t k = 0; k < 10; ++k) map.insert(k, k);
  for (std::uint64_t k = 0; k < 5; ++k) EXPECT(map.erase(k), "a full queue is in the way of a removal");
  const auto taken = gone.take();
  EXPECT(taken.size() == 3 && taken.front().key == 0 && taken.back().key == 2, taken.size() << " kept");
  EXPECT(gone.dropped() == 2, gone.dropped() << " dropped");
  map.erase(9);
  EXPECT(gone.take().size() == 1, "a queue with room again keeps nothing");
}

void waiting_ends_with_a_removal_or_a_stop() {
  queue gone;
  map_of<wane::epoch> map({}, {.listener = gone.input()});
  relaxed<int> rounds_waited{0}, seen{0};
  std::jthread taker([&](const std::stop_token& stop) {
    for (;;) {
      const auto taken = gone.wait(stop);
      if (taken.empty()) return;
      seen += static_cast<int>(taken.size());
      ++rounds_waited;
    }
  });
  for (int k = 0; k < 3; ++k) {
    map.insert(1, 1);
    map.erase(1);
    EXPECT(before_long([&] { return seen == k + 1; }), "a waiting taker is not woken");
  }
  taker.request_stop();
  taker.join();
  EXPECT(rounds_waited == 3, rounds_waited << " times something came");
}

/// Removers of all kinds against two takers: what was inserted is taken once, in the end also what the map still held.
template <class R>
void each_removal_is_taken_exactly_once() {
  constexpr std::uint64_t writers = 3, each = 4000, keys = 64;
  for (rounds r; r.go_on();) {
    queue gone;
    wane::manual_clock clock;
    std::vector<relaxed<int>> born(writers * each), taken(writers * each);
    const auto note = [&](const auto& removals) {
      for (const auto& e : removals) {
        EXPECT(e.value % keys == e.key, "key " << e.key << " was taken with a stranger's value");
        ++taken[e.value];
      }
    };
    std::jthread waiting([&](const std::stop_token& stop) {
      for (auto some = gone.wait(stop); !some.empty(); some = gone.wait(stop)) note(some);
    });
    {
      map_of<R> map({}, {.clock = clock, .listener = gone.input()});
      together(writers + 1, [&](unsigned i) {
        const attendance<R> here;
        random_source random(r.number() * 10 + i);
        for (std::uint64_t n = 0; n < each; ++n, here.quiescent()) {
          if (i == writers) {
            note(gone.take());
            clock.advance(1ms);
            map.sweep_some();
            std::this_thread::yield();
            continue;
          }
          const std::uint64_t value = i * each + n, key = value % keys;
          if (random.once_in(2))
            map.insert_or_assign(key, value, 5ms), born[value] = 1;
          else if (map.insert(key, value, 5ms))
            born[value] = 1;
          map.erase(random.below(keys));
        }
      });
    }
    waiting.request_stop();
    waiting.join();
    note(gone.take());
    for (std::size_t v = 0; v < born.size(); ++v)
      EXPECT(born[v] == taken[v], "value " << v << " was inserted " << born[v] << " times and taken " << taken[v]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<lifecycle_reclaimers>(
      "removals_are_taken_in_order_with_their_causes",
      [&]<class R>(const auto& name) { tests.test(name, removals_are_taken_in_order_with_their_causes<R>); });
  tests.test("what_a_full_queue_drops_is_counted", what_a_full_queue_drops_is_counted);
  tests.test("waiting_ends_with_a_removal_or_a_stop", waiting_ends_with_a_removal_or_a_stop);
  for_each_reclaimer<lifecycle_reclaimers>("each_removal_is_taken_exactly_once", [&]<class R>(const auto& name) {
    tests.test(name, each_removal_is_taken_exactly_once<R>);
  });
  return tests.result();
}
