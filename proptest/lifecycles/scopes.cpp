// SPDX-License-Identifier: BSL-1.0
// Scopes: what they inserted leaves with them, and nothing else does.
#include <wane/lifecycle/scope.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <thread>

#include "lifecycles/bound_entries.hpp"
#include "lifecycles/timed.hpp"
#include "support/harness.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

template <class R>
using map_of = wane::map<int, wane::bound<std::uint64_t>, timed<R, int>>;

template <class R>
void what_a_scope_inserted_leaves_with_it() {
  const attendance<R> present;
  wane::manual_clock clock;
  map_of<R> map({}, {.clock = clock});
  map.insert(1, 1);
  map.insert(2, 1);
  {
    wane::scope request(map);
    EXPECT(!request.insert(1, 2) && !request.insert_or_assign(2, 2), "there is one already");
    EXPECT(request.insert(3, 2) && request.insert(4, 2, 1s) && request.insert_or_assign(5, 2), "refused");
    EXPECT(request.insert(6, 2) && request.insert(7, 2) && !request.insert_or_assign(7, 3), "refused");
    EXPECT(map.size() == 7 && **map.find(2) == 2 && **map.find(7) == 3, "not what was inserted");
    map.insert_or_assign(5, 4);  // somebody else's from now on
    map.erase(6);
    map.insert(6, 4);
    clock.advance(2s);
    map.insert(4, 4);
  }
  for (const int k : {2, 3, 7}) EXPECT(!map.contains(k), "entry " << k << " is left");
  for (const int k : {1, 4, 5, 6}) EXPECT(map.contains(k), "entry " << k << " was not the scope's");
}

template <class R>
void a_scope_may_end_after_the_map() {
  const attendance<R> present;
  std::optional<map_of<R>> map(std::in_place);
  std::optional<wane::scope<map_of<R>>> request(std::in_place, *map);
  request->insert(1, 1);
  const auto copy = map->find(1);
  map.reset();
  request.reset();
  EXPECT(**copy == 1, "the copy has changed");
}

/// Scopes of several threads on the same keys, with erasure, expiry, and entries that are nobody's in between.
template <class R>
void scopes_race_for_the_same_keys() {
  using lifetime = typename map_of<R>::lifetime;
  constexpr unsigned each = 2000;
  constexpr int keys = 3;
  for (rounds r; r.go_on();) {
    wane::manual_clock clock;
    map_of<R> map({}, {.clock = clock});
    together(4, [&](unsigned i) {
      const attendance<R> here;
      random_source random(r.number() * 10 + i);
      for (unsigned n = 0; n < each; ++n, here.quiescent()) {
        const int key = static_cast<int>(random.below(keys));
        const std::uint64_t mine = std::uint64_t{i} << 32 | n;
        if (i < 2) {
          {
            wane::scope request(map);
            for (int k = 0; k < keys; ++k) request.insert(k, mine, random.once_in(2) ? lifetime(2ms) : wane::forever);
            if (random.once_in(4)) std::this_thread::yield();
          }
          map.visit(key, [&](int, const auto& there) { EXPECT(*there != mine, "an entry has outlived its scope"); });
        } else if (i == 2) {
          if (random.once_in(16)) clock.advance(1ms), map.sweep_some();
          map.erase_if(key, [](int, const auto& there) { return *there % 3 == 0 && *there >> 32 < 2; });
        } else {
          a_bystander_stays(map, key, mine);
          if (random.once_in(16)) map.collect();
        }
      }
    });
    const attendance<R> present;
    EXPECT(map.empty(), map.size() << " entries are left");
    EXPECT(map.check().ok(), "the map is damaged");
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<lifecycle_reclaimers>("what_a_scope_inserted_leaves_with_it", [&]<class R>(const auto& name) {
    tests.test(name, what_a_scope_inserted_leaves_with_it<R>);
  });
  for_each_reclaimer<lifecycle_reclaimers>("a_scope_may_end_after_the_map", [&]<class R>(const auto& name) {
    tests.test(name, a_scope_may_end_after_the_map<R>);
  });
  for_each_reclaimer<lifecycle_reclaimers>("scopes_race_for_the_same_keys", [&]<class R>(const auto& name) {
    tests.test(name, scopes_race_for_the_same_keys<R>);
  });
  return tests.result();
}
