// SPDX-License-Identifier: BSL-1.0
// Weak entries: gone before their object is destroyed, and no other entry with them.
#include <wane/lifecycle/weak.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "lifecycles/timed.hpp"
#include "support/counted.hpp"
#include "support/harness.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

/// Tells whether its entry was there when it died.
struct object : private instances<object> {
  using instances<object>::alive;
  explicit object(std::function<void()> f = {}) : dies(std::move(f)) {}
  object(const object&) = delete;
  object& operator=(const object&) = delete;
  ~object() {
    if (dies) dies();
  }
  std::function<void()> dies;
};
template <class R>
using map_of = wane::map<int, wane::bound<std::weak_ptr<object>>, timed<R, int>>;

template <class R>
void an_entry_goes_before_its_object() {
  const attendance<R> present;
  map_of<R> map;
  bool told = false;
  auto [first, is_first] = wane::insert_weak(map, 1, std::make_unique<object>([&] {
                                               told = true;
                                               EXPECT(!map.contains(1), "the object dies and its entry is there");
                                             }));
  EXPECT(is_first && wane::lock_weak(map, 1) == first && wane::lock_weak(map, 2) == nullptr, "not what is there");
  auto [second, is_second] = wane::insert_weak(map, 1, std::make_unique<object>());
  EXPECT(!is_second && second == first && object::alive() == 1, "two objects of one key");
  second.reset();
  EXPECT(!told && map.size() == 1, "gone, and somebody has it");
  first.reset();
  EXPECT(told && map.empty() && object::alive() == 0, "the entry is left");
}

template <class R>
void a_later_entry_of_the_key_stays() {
  const attendance<R> present;
  wane::manual_clock clock;
  map_of<R> map({}, {.clock = clock});
  auto [first, is_first] = wane::insert_weak(map, 1, std::make_unique<object>(), 1s);
  clock.advance(2s);
  EXPECT(wane::lock_weak(map, 1) == nullptr && first != nullptr,
         "an expired entry is found, or has taken its object along");
  auto [second, is_second] = wane::insert_weak(map, 1, std::make_unique<object>());
  EXPECT(is_second && second != first, "the key is not free");
  first.reset();
  EXPECT(wane::lock_weak(map, 1) == second, "the death of another has removed the entry");
}

template <class R>
void an_object_may_die_after_the_map() {
  const attendance<R> present;
  std::shared_ptr<object> kept;
  std::optional<wane::bound<std::weak_ptr<object>>> copy;
  {
    map_of<R> map;
    kept = wane::insert_weak(map, 1, std::make_unique<object>()).first;
    copy = map.find(1);
  }
  EXPECT((*copy)->lock() == kept, "the object has not outlived the map");
  kept.reset();
  EXPECT((*copy)->expired() && object::alive() == 0, "it is there");
}

/// Threads look up, make, hold and drop the objects of a few keys: while one is held it is the one that is there.
template <class R>
void there_is_one_object_a_key() {
  constexpr int keys = 2;
  for (rounds r; r.go_on();) {
    map_of<R> map;
    together(4, [&](unsigned i) {
      const attendance<R> here;
      random_source random(r.number() * 10 + i);
      for (unsigned n = 0; n < 1500; ++n, here.quiescent()) {
        const int key = static_cast<int>(random.below(keys));
        auto held = wane::lock_weak(map, key);
        if (!held) held = wane::insert_weak(map, key, std::make_unique<object>()).first;
        if (random.once_in(4)) std::this_thread::yield();
        EXPECT(wane::lock_weak(map, key) == held, "the object that is held is not the one that is there");
      }
    });
    const attendance<R> present;
    EXPECT(map.empty() && object::alive() == 0, map.size()
                                                    << " entries and " << object::alive() << " objects are left");
    EXPECT(map.check().ok(), "the map is damaged");
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<lifecycle_reclaimers>("an_entry_goes_before_its_object", [&]<class R>(const auto& name) {
    tests.test(name, an_entry_goes_before_its_object<R>);
  });
  for_each_reclaimer<lifecycle_reclaimers>("a_later_entry_of_the_key_stays", [&]<class R>(const auto& name) {
    tests.test(name, a_later_entry_of_the_key_stays<R>);
  });
  for_each_reclaimer<lifecycle_reclaimers>("an_object_may_die_after_the_map", [&]<class R>(const auto& name) {
    tests.test(name, an_object_may_die_after_the_map<R>);
  });
  for_each_reclaimer<lifecycle_reclaimers>(
      "there_is_one_object_a_key", [&]<class R>(const auto& name) { tests.test(name, there_is_one_object_a_key<R>); });
  return tests.result();
}
