// SPDX-License-Identifier: BSL-1.0
// Entries bound to a stop token: gone when it is stopped, and no other entry with them.
#include <wane/lifecycle/cancellation.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "lifecycles/bound_entries.hpp"
#include "lifecycles/timed.hpp"
#include "support/harness.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

template <class R>
using map_of = wane::map<int, wane::bound<std::uint64_t>, timed<R, int>>;

/// Apart: of a local one g++ 12 warns, under sanitizers, that it may be uninitialized.
[[gnu::noinline]] std::stop_source new_source() { return {}; }

/// The source whose stop others are to request meanwhile.
class shared_source {
 public:
  void put(const std::stop_source& source) {
    const std::lock_guard lock(mutex_);
    source_ = source;
  }
  [[nodiscard]] std::stop_source get() const {
    const std::lock_guard lock(mutex_);
    return source_;
  }

 private:
  mutable std::mutex mutex_;
  std::stop_source source_;
};

template <class R>
void an_entry_goes_when_its_token_is_stopped() {
  const attendance<R> present;
  map_of<R> map;
  auto one = new_source(), other = new_source();
  EXPECT(wane::insert_until(map, one.get_token(), 1, 10) && wane::insert_until(map, other.get_token(), 2, 20),
         "refused");
  EXPECT(!wane::insert_until(map, one.get_token(), 2, 21), "inserted over another");
  EXPECT(**map.find(1) == 10 && **map.find(2) == 20, "not there");
  one.request_stop();
  EXPECT(!map.contains(1) && map.contains(2), "the wrong entries are left");
  EXPECT(wane::insert_until(map, one.get_token(), 1, 11) && !map.contains(1),
         "a token that is stopped keeps its entry");
  EXPECT(map.stats().erased == 2 && map.check().ok(), map.stats().erased << " erased");
}

template <class R>
void later_entries_of_the_key_stay() {
  const attendance<R> present;
  wane::manual_clock clock;
  map_of<R> map({}, {.clock = clock});
  auto source = new_source();
  for (int k = 0; k < 4; ++k) wane::insert_until(map, source.get_token(), k, 1, 1s);
  map.insert_or_assign(0, 2);
  map.update(1, [](const auto& v) { return v; });  // a copy is not bound
  map.persist(1);
  map.erase(2);
  map.insert(2, 2);
  const auto copy = *map.find(3);
  clock.advance(2s);
  map.insert(3, copy);
  EXPECT(drain(map, present), "garbage is left");
  source.request_stop();
  for (int k = 0; k < 4; ++k) EXPECT(map.contains(k), "entry " << k << " was removed for one before it");
}

template <class R>
void a_token_may_be_stopped_after_the_map_has_gone() {
  const attendance<R> present;
  auto source = new_source();
  std::optional<wane::bound<std::uint64_t>> copy;
  {
    map_of<R> map;
    wane::insert_until(map, source.get_token(), 1, 10);
    copy = map.find(1);
  }
  source.request_stop();
  EXPECT(**copy == 10, "the copy has changed");
}

/// Stops race with insertion, expiry and erasure of their entries, and with entries that are nobody's.
template <class R>
void stops_remove_their_own_entries_only() {
  constexpr unsigned each = 3000;
  constexpr int keys = 2;
  for (rounds r; r.go_on();) {
    wane::manual_clock clock;
    map_of<R> map({}, {.clock = clock});
    shared_source latest;
    together(3, [&](unsigned i) {
      const attendance<R> here;
      random_source random(r.number() * 10 + i);
      for (unsigned n = 0; n < each; ++n, here.quiescent()) {
        const int key = static_cast<int>(random.below(keys));
        if (i == 0) {
          auto source = new_source();
          if (random.once_in(2)) latest.put(source);
          using lifetime = typename map_of<R>::lifetime;
          wane::insert_until(map, source.get_token(), key, 1,
                             random.once_in(2) ? lifetime(wane::forever) : lifetime(2ms));
          latest.put(source);
          if (random.once_in(4)) std::this_thread::yield();
          source.request_stop();
        } else if (i == 1) {
          latest.get().request_stop();
          if (random.once_in(16)) clock.advance(1ms), map.sweep_some();
        } else {
          a_bystander_stays(map, key, 2 + n);
          if (random.once_in(16)) map.collect();
        }
      }
    });
    const attendance<R> present;
    EXPECT(map.empty(), map.size() << " entries are left although their tokens are stopped");
    EXPECT(map.check().ok(), "the map is damaged");
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<lifecycle_reclaimers>("an_entry_goes_when_its_token_is_stopped", [&]<class R>(const auto& name) {
    tests.test(name, an_entry_goes_when_its_token_is_stopped<R>);
  });
  for_each_reclaimer<lifecycle_reclaimers>("later_entries_of_the_key_stay", [&]<class R>(const auto& name) {
    tests.test(name, later_entries_of_the_key_stay<R>);
  });
  for_each_reclaimer<lifecycle_reclaimers>(
      "a_token_may_be_stopped_after_the_map_has_gone",
      [&]<class R>(const auto& name) { tests.test(name, a_token_may_be_stopped_after_the_map_has_gone<R>); });
  for_each_reclaimer<lifecycle_reclaimers>("stops_remove_their_own_entries_only", [&]<class R>(const auto& name) {
    tests.test(name, stops_remove_their_own_entries_only<R>);
  });
  return tests.result();
}
