// SPDX-License-Identifier: BSL-1.0
// Properties: what a removal listener is told, when, and what it may do meanwhile.
#include <wane/map.hpp>
#include <wane/reclaim/controls.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "support/harness.hpp"
#include "support/model.hpp"
#include "support/reclaimers.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

/// A listener that does what it is told by the test at the time.
struct directed {
  using body = std::function<void(std::uint64_t, int, wane::cause)>;
  std::shared_ptr<body> does = std::make_shared<body>();
  void operator()(std::uint64_t key, int value, wane::cause cause) const {
    if (*does) (*does)(key, value, cause);
  }
};

template <class R>
struct fixture {
  struct policy : wane::policy<std::uint64_t> {
    using reclaimer = R;
    using clock = wane::manual_clock;
    using listener = directed;
  };
  attendance<R> present;
  wane::manual_clock clock;
  directed listener;
  wane::map<std::uint64_t, int, policy> map{{.minimum_buckets = 1}, {.clock = clock, .listener = listener}};
};

/// What can end the entry (1, 10), and with which cause.
template <class R>
struct ending {
  const char* name;
  wane::cause cause;
  std::function<void(fixture<R>&)> run;
};

template <class R>
std::vector<ending<R>> endings() {
  using f = fixture<R>;
  const auto later = [](auto call) {
    return [call](f& it) {
      it.clock.advance(2s);
      call(it);
    };
  };
  return {
      {"erase", wane::cause::erased, [](f& it) { it.map.erase(1); }},
      {"erase_if of a key", wane::cause::erased, [](f& it) { it.map.erase_if(1, [](auto, int) { return true; }); }},
      {"erase_if", wane::cause::erased, [](f& it) { it.map.erase_if([](auto, int) { return true; }); }},
      {"take", wane::cause::erased, [](f& it) { it.map.take(1); }},
      {"clear", wane::cause::cleared, [](f& it) { it.map.clear(); }},
      {"insert_or_assign", wane::cause::replaced, [](f& it) { it.map.insert_or_assign(1, 11); }},
      {"replace", wane::cause::replaced, [](f& it) { it.map.replace(1, 11); }},
      {"compare_exchange", wane::cause::replaced, [](f& it) { it.map.compare_exchange(1, 10, 11); }},
      {"update", wane::cause::replaced, [](f& it) { it.map.update(1, [](int v) { return v + 1; }); }},
      {"upsert", wane::cause::replaced, [](f& it) { it.map.upsert(1, 0, [](int v) { return v + 1; }); }},
      {"find of an expired key", wane::cause::expired, later([](f& it) { (void)it.map.find(1); })},
      {"contains of an expired key", wane::cause::expired, later([](f& it) { (void)it.map.contains(1); })},
      {"touch of an expired key", wane::cause::expired, later([](f& it) { it.map.touch(1, 1s); })},
      {"erase of an expired key", wane::cause::expired, later([](f& it) { it.map.erase(1); })},
      {"for_each over an expired key", wane::cause::expired, later([](f& it) { it.map.for_each([](auto, int) {}); })},
      {"clear of an expired key", wane::cause::expired, later([](f& it) { it.map.clear(); })},
      {"sweep_some", wane::cause::expired, later([](f& it) { it.map.sweep_some(); })},
  };
}

/// When the listener is told, the removal is visible: the key is absent, or has its new value.
template <class R>
void the_listener_is_told_after_the_entry_is_gone() {
  for (const auto& end : endings<R>()) {
    fixture<R> it;
    it.map.insert(1, 10, 1s);
    int told = 0;
    *it.listener.does = [&](std::uint64_t key, int value, wane::cause cause) {
      ++told;
      EXPECT(key == 1 && value == 10 && cause == end.cause, end.name << ": " << wane::to_string(cause));
      const auto now = it.map.find(1);
      EXPECT(cause == wane::cause::replaced ? now == 11 : !now, end.name << ": the entry is still there");
    };
    end.run(it);
    EXPECT(told == 1, end.name << " told the listener " << told << " times");
    EXPECT(it.map.check().ok(), end.name << ": " << listed(it.map.check().problems));
    *it.listener.does = {};
  }
}

/// A listener may put the entry back, and take others out.
template <class R>
void the_listener_may_call_back_into_the_map() {
  for (const auto& end : endings<R>()) {
    fixture<R> it;
    it.map.insert(1, 10, 1s);
    for (std::uint64_t k = 2; k < 10; ++k) it.map.insert(k, 0);
    int told = 0;
    *it.listener.does = [&](std::uint64_t key, int, wane::cause cause) {
      ++told;
      if (key != 1 || cause == wane::cause::cleared || end.cause == wane::cause::replaced) return;
      EXPECT(it.map.insert(1, 12), end.name << ": the key cannot be inserted again");
      it.map.erase(2);
      it.map.sweep_some();
      for (std::uint64_t k = 100; k < 200; ++k) it.map.insert(k, 0);
    };
    // Only what meets key 1; the endings that go through the whole map may meet what the listener has put there.
    end.run(it);
    *it.listener.does = {};
    EXPECT(told >= 1, end.name);
    EXPECT(it.map.check().ok(), end.name << ": " << listed(it.map.check().problems));
  }
}

/// What the listener throws leaves the call that removed; the removal stands, once.
template <class R>
void a_removal_stands_although_the_listener_throws() {
  struct refusal {};
  for (const auto& end : endings<R>()) {
    fixture<R> it;
    it.map.insert(1, 10, 1s);
    int told = 0;
    *it.listener.does = [&](std::uint64_t, int, wane::cause) {
      ++told;
      throw refusal{};
    };
    bool thrown = false;
    try {
      end.run(it);
    } catch (const refusal&) {
      thrown = true;
    }
    EXPECT(thrown && told == 1, end.name << ": thrown " << thrown << ", told " << told);
    *it.listener.does = {};
    EXPECT(end.cause == wane::cause::replaced ? it.map.find(1) == 11 : !it.map.contains(1), end.name);
    EXPECT(it.map.check().ok(), end.name << ": " << listed(it.map.check().problems));
    const auto s = it.map.stats();
    EXPECT(s.erased + s.expired + s.replaced + s.cleared == 1, end.name << ": counted wrongly");
    EXPECT(s.listener_errors == 0, end.name << ": listener_errors are those of sweepers' threads");
  }
}

/// What is left when a map is destroyed is told then, once, and nothing that has left before; whatever the listener throws.
template <class R>
void what_is_left_is_told_when_the_map_is_destroyed(bool throws) {
  std::map<std::uint64_t, std::vector<std::pair<int, wane::cause>>> told;
  auto it = std::make_unique<fixture<R>>();
  *it->listener.does = [&](std::uint64_t key, int value, wane::cause cause) {
    told[key].emplace_back(value, cause);
    if (throws && cause == wane::cause::destroyed) throw std::runtime_error("no");
  };
  for (std::uint64_t k = 0; k < 600; ++k) it->map.insert(k, static_cast<int>(k), k % 6 == 2 || k % 6 == 3 ? 1s : 1h);
  it->clock.advance(2s);
  for (std::uint64_t k = 0; k < 600; k += 6) {
    it->map.erase(k);
    it->map.update(k + 1, [](int v) { return v + 1000; });
    (void)it->map.contains(k + 2);  // k + 3 has expired too, and nobody meets it
  }
  it.reset();
  using all = std::vector<std::pair<int, wane::cause>>;
  for (int k = 0; k < 600; ++k) {
    const all left{{k, wane::cause::destroyed}};
    const all expected = k % 6 == 0   ? all{{k, wane::cause::erased}}
                         : k % 6 == 1 ? all{{k, wane::cause::replaced}, {k + 1000, wane::cause::destroyed}}
                         : k % 6 == 2 ? all{{k, wane::cause::expired}}
                                      : left;
    EXPECT(told[static_cast<std::uint64_t>(k)] == expected, "key " << k << " was told wrongly");
  }
}

/// While one thread is inside the listener, others find, insert, replace and remove: other keys, and the very same.
template <class R>
void a_slow_listener_holds_nobody_up() {
  fixture<R> f;
  std::promise<void> inside, done;
  const auto let_go = done.get_future().share();
  *f.listener.does = [&, first = std::make_shared<std::atomic<bool>>(true)](auto...) {
    // [SL1] relaxed: who is first is told by the exchange itself.
    if (!first->exchange(false, std::memory_order_relaxed)) return;
    inside.set_value();
    let_go.wait();
  };
  for (std::uint64_t k = 0; k < 10; ++k) f.map.insert(k, 10);
  std::jthread slow([&] {
    const attendance<R> present;
    f.map.erase(1);
  });
  inside.get_future().wait();
  EXPECT(!f.map.contains(1) && f.map.insert(1, 20) && f.map.find(1) == 20, "the key whose end is being told");
  for (std::uint64_t k = 0; k < 1000; ++k)
    EXPECT(f.map.insert_or_assign(k, 30) == (k >= 10) && f.map.find(k) == 30 && f.map.erase(k), "key " << k);
  f.map.sweep_some();
  done.set_value();
  slow.join();
  EXPECT(f.map.empty() && f.map.check().ok(), f.map.size() << " left");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const auto over_all = [](const std::string& what, auto test) {
    for_each_reclaimer<every_reclaimer, copying_reclaimers>(what, test);
  };
  over_all("a_slow_listener_holds_nobody_up",
           [&]<class R>(const auto& name) { tests.test(name, a_slow_listener_holds_nobody_up<R>); });
  over_all("the_listener_is_told_after_the_entry_is_gone",
           [&]<class R>(const auto& name) { tests.test(name, the_listener_is_told_after_the_entry_is_gone<R>); });
  over_all("the_listener_may_call_back_into_the_map",
           [&]<class R>(const auto& name) { tests.test(name, the_listener_may_call_back_into_the_map<R>); });
  over_all("a_removal_stands_although_the_listener_throws",
           [&]<class R>(const auto& name) { tests.test(name, a_removal_stands_although_the_listener_throws<R>); });
  const auto left = [&]<class R>(const auto& name) {
    tests.test(name, [] { what_is_left_is_told_when_the_map_is_destroyed<R>(false); });
    tests.test(name + ", throwing", [] { what_is_left_is_told_when_the_map_is_destroyed<R>(true); });
  };
  const std::string name = "what_is_left_is_told_when_the_map_is_destroyed";
  over_all(name, left);
  left.template operator()<wane::leak>(name + " [leak]");
  return tests.result();
}
