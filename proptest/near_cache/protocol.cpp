// SPDX-License-Identifier: BSL-1.0
// near_cache before a store in memory that can be held up and made to fail: N1 to N4, and what waiters are told.
#include <wane/near_cache.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/harness.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

/// A store whose time is a clock of ours. `before` and `after` are called around the moment at which an operation takes effect.
class memory_store {
 public:
  explicit memory_store(wane::manual_clock clock = {}) : clock_(std::move(clock)) {}

  std::function<void(const char* what)> before = [](const char*) {};
  std::function<void(const char* what)> after = [](const char*) {};
  [[nodiscard]] int gets() const { return gets_.load(std::memory_order_relaxed); }
  [[nodiscard]] int batches() const { return batches_.load(std::memory_order_relaxed); }

  std::vector<std::optional<wane::stored>> get_many(std::span<const std::string_view> keys) {
    before("get");
    std::vector<std::optional<wane::stored>> found;
    {
      const std::lock_guard lock(mutex_);
      for (const std::string_view key : keys) found.push_back(get(key));
    }
    gets_.fetch_add(static_cast<int>(keys.size()), std::memory_order_relaxed);
    batches_.fetch_add(1, std::memory_order_relaxed);
    after("get");
    return found;
  }
  void put(std::string_view key, std::string_view value, std::chrono::nanoseconds ttl) {
    before("put");
    {
      const std::lock_guard lock(mutex_);
      const auto until = ttl == wane::no_deadline ? time::max() : clock_.now() + ttl;
      rows_.insert_or_assign(std::string(key), row{std::string(value), until});
    }
    after("put");
  }
  bool erase(std::string_view key) {
    before("erase");
    bool had = false;
    {
      const std::lock_guard lock(mutex_);
      had = get(key).has_value();
      rows_.erase(std::string(key));
    }
    after("erase");
    return had;
  }
  /// What is there, with nobody told.
  std::optional<std::string> peek(std::string_view key) {
    const std::lock_guard lock(mutex_);
    auto found = get(key);
    return found ? std::optional(found->value) : std::nullopt;
  }

 private:
  using time = wane::manual_clock::time_point;
  struct row {
    std::string value;
    time until;
  };
  std::optional<wane::stored> get(std::string_view key) {
    const auto at = rows_.find(key);
    if (at == rows_.end() || at->second.until <= clock_.now()) return std::nullopt;
    const bool forever = at->second.until == time::max();
    return wane::stored{at->second.value, forever ? wane::no_deadline : at->second.until - clock_.now()};
  }

  wane::manual_clock clock_;
  std::atomic<int> gets_ = 0;
  std::atomic<int> batches_ = 0;
  std::mutex mutex_;
  std::map<std::string, row, std::less<>> rows_;
};
static_assert(wane::backing_store<memory_store>);

using cache_by_hand = wane::near_cache<memory_store, wane::manual_clock>;

/// Holds one call up at a place, until it is let go.
class barrier {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    arrived_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void await_arrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool arrived_ = false;
  bool open_ = false;
};

/// Holds up the first call of a kind, at one side of its effect.
std::function<void(const char*)> hold_first(std::string kind, barrier& at) {
  return [kind, &at, once = std::make_shared<std::atomic_flag>()](const char* what) {
    if (what == kind && !once->test_and_set(std::memory_order_relaxed)) at.wait();
  };
}

void what_is_put_is_in_the_store_and_in_the_map() {
  memory_store store;
  cache_by_hand cache(store);
  EXPECT(!cache.find("a"), "nothing is there");
  cache.put("a", "1");
  EXPECT(store.peek("a") == "1", "the store has it");
  const int asked = store.gets();
  EXPECT(cache.find("a") == "1" && store.gets() == asked, "it is answered from the map");
  EXPECT(cache.erase("a") && !cache.erase("a") && !store.peek("a") && !cache.find("a"), "it is gone from both");
}

void many_keys_take_one_call() {
  memory_store store;
  cache_by_hand cache(store);
  store.put("a", "1", wane::no_deadline);
  store.put("b", "2", wane::no_deadline);
  cache.put("c", "3");
  const std::vector<std::string_view> keys = {"a", "c", "x", "b", "a"};
  std::vector<std::optional<std::string>> values(5, "from before");
  cache.find_many(keys, values);
  EXPECT(values[0] == "1" && values[1] == "3" && !values[2] && values[3] == "2" && values[4] == "1", "by position");
  EXPECT(store.batches() == 1 && store.gets() == 3, store.batches() << " calls for " << store.gets() << " keys");
  bool refused = false;
  try {
    values.pop_back();
    cache.find_many(keys, values);
  } catch (const std::invalid_argument&) {
    refused = true;
  }
  EXPECT(refused, "ranges of different lengths");
}

void one_fetches_and_the_others_wait() {
  memory_store store;
  cache_by_hand cache(store);
  store.put("a", "1", wane::no_deadline);
  barrier held;
  store.before = hold_first("get", held);
  std::atomic<int> right = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { right.fetch_add(cache.find("a") == "1", std::memory_order_relaxed); });
  held.await_arrival();
  while (cache.stats().waits < 7) std::this_thread::yield();
  held.open();
  threads.clear();
  const int answers = right.load(std::memory_order_relaxed);
  EXPECT(answers == 8 && store.gets() == 1, answers << " answers of " << store.gets() << " fetches");
}

/// N2. The fetch has the old value in hand when the change begins and ends.
void a_fetch_does_not_bring_back_what_was_changed_meanwhile() {
  for (const bool erased : {false, true}) {
    memory_store store;
    cache_by_hand cache(store);
    store.put("a", "old", wane::no_deadline);
    barrier held;
    store.after = hold_first("get", held);
    std::jthread fetcher([&] { EXPECT(cache.find("a") == "old", "it began before the change"); });
    held.await_arrival();
    if (erased)
      cache.erase("a");
    else
      cache.put("a", "new");
    held.open();
    fetcher.join();
    EXPECT(cache.find("a") == store.peek("a"), "the map has " << cache.find("a").value_or("nothing"));
  }
}

/// N2, for those who know that the store was changed elsewhere.
void a_fetch_does_not_outlast_an_invalidation() {
  memory_store store;
  cache_by_hand cache(store);
  store.put("a", "old", wane::no_deadline);
  barrier held;
  store.after = hold_first("get", held);
  std::jthread fetcher([&] { static_cast<void>(cache.find("a")); });
  held.await_arrival();
  store.put("a", "new", wane::no_deadline);
  cache.invalidate("a");
  held.open();
  fetcher.join();
  EXPECT(cache.find("a") == "new", "the map has " << cache.find("a").value_or("nothing"));
}

/// N3. The first change comes to the store last.
void of_two_changes_the_map_has_what_the_store_has() {
  for (const char* side : {"before", "after"}) {
    memory_store store;
    cache_by_hand cache(store);
    barrier held;
    (side == std::string("before") ? store.before : store.after) = hold_first("put", held);
    std::jthread first([&] { cache.put("a", "first"); });
    held.await_arrival();
    cache.put("a", "second");
    held.open();
    first.join();
    EXPECT(cache.find("a") == store.peek("a"),
           side << ": the map has " << *cache.find("a") << ", the store " << *store.peek("a"));
  }
}

/// N4, and the staleness.
void nothing_outlives_what_the_store_says() {
  wane::manual_clock clock;
  memory_store store(clock);
  cache_by_hand cache(store, {.staleness = 10s}, clock);
  cache.put("short", "1", 5s);
  cache.put("long", "1", 1h);
  store.put("fetched", "1", 5s);
  clock.advance(2s);
  EXPECT(cache.find("fetched") == "1", "three seconds are left");
  const int asked = store.gets();
  clock.advance(2990ms);
  EXPECT(cache.find("short") == "1" && cache.find("fetched") == "1" && store.gets() == asked, "still from the map");
  for (int ms = 0; ms < 20; ++ms) {
    for (const char* key : {"short", "fetched"})
      EXPECT(cache.find(key) == store.peek(key), key << " at " << 4990 + ms << " ms");
    clock.advance(1ms);
  }
  EXPECT(!cache.find("short") && !cache.find("fetched"), "both have expired");
  store.put("long", "2", 1h);  // by somebody else
  EXPECT(cache.find("long") == "1", "it may be stale ...");
  clock.advance(5s);
  EXPECT(cache.find("long") == "2", "... for ten seconds");
}

void what_lives_shorter_than_a_tick_is_answered_and_not_kept() {
  wane::manual_clock clock;
  memory_store store(clock);
  cache_by_hand cache(store, {}, clock);
  store.put("a", "1", 1ms);
  EXPECT(cache.find("a") == "1", "the store has it");
  EXPECT(cache.entries().size() == 0, cache.entries().size() << " entries kept");
}

void a_store_that_fails_is_everybodys_exception_and_leaves_nothing() {
  memory_store store;
  cache_by_hand cache(store);
  barrier held;
  store.before = [&, first = hold_first("get", held)](const char* what) {
    first(what);
    throw std::runtime_error("the disk is gone");
  };
  std::atomic<int> told = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      try {
        static_cast<void>(cache.find("a"));
      } catch (const std::runtime_error& e) {
        told.fetch_add(e.what() == std::string("the disk is gone"), std::memory_order_relaxed);
      }
    });
  held.await_arrival();
  while (cache.stats().waits < 3) std::this_thread::yield();
  held.open();
  threads.clear();
  const int heard = told.load(std::memory_order_relaxed);
  EXPECT(heard == 4, heard << " of 4 were told");
  try {
    cache.put("b", "1");
    EXPECT(false, "the change succeeded");
  } catch (const std::runtime_error&) {
  }
  EXPECT(cache.entries().size() == 0, cache.entries().size() << " entries left");
  store.before = [](const char*) {};
  cache.put("a", "1");
  EXPECT(cache.find("a") == "1", "it works again");
}

/// One thread changes a key, upwards; the others must not see it go back, nor miss what was there when they began.
void readers_see_a_key_go_forward() {
  memory_store store;
  cache_by_hand cache(store);
  cache.put("a", "0");
  std::atomic<int> done = 0;
  std::atomic<bool> over = false;
  const int changes = static_cast<int>(2000 * stress_factor());
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      int last = 0;
      while (!over.load(std::memory_order_acquire)) {
        const int least = done.load(std::memory_order_acquire);
        const auto value = cache.find("a");
        const int seen = value ? std::stoi(*value) : -1;
        EXPECT(seen >= least && seen >= last, "saw " << seen << " after " << last << ", " << least << " was there");
        last = seen;
        if (last % 3 == 0) cache.invalidate("a");
      }
    });
  for (int i = 1; i <= changes; ++i) {
    cache.put("a", std::to_string(i));
    done.store(i, std::memory_order_release);
  }
  over.store(true, std::memory_order_release);
}

void changes_by_several_leave_map_and_store_alike() {
  memory_store store;
  cache_by_hand cache(store);
  const int rounds = static_cast<int>(1000 * stress_factor());
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([&, i] {
        if (i == 2 && round % 2 == 0)
          static_cast<void>(cache.find("a"));
        else if ((round + i) % 7 == 0)
          cache.erase("a");
        else
          cache.put("a", std::to_string(3 * round + i));
      });
    threads.clear();
    const auto kept = cache.find("a");
    EXPECT(kept == store.peek("a"),
           "the map has " << kept.value_or("nothing") << ", the store " << store.peek("a").value_or("nothing"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("what is put is in the store and in the map", what_is_put_is_in_the_store_and_in_the_map);
  tests.test("many keys take one call", many_keys_take_one_call);
  tests.test("one fetches and the others wait", one_fetches_and_the_others_wait);
  tests.test("a fetch does not bring back what was changed meanwhile",
             a_fetch_does_not_bring_back_what_was_changed_meanwhile);
  tests.test("a fetch does not outlast an invalidation", a_fetch_does_not_outlast_an_invalidation);
  tests.test("of two changes the map has what the store has", of_two_changes_the_map_has_what_the_store_has);
  tests.test("nothing outlives what the store says", nothing_outlives_what_the_store_says);
  tests.test("what lives shorter than a tick is answered and not kept",
             what_lives_shorter_than_a_tick_is_answered_and_not_kept);
  tests.test("a store that fails is everybody's exception and leaves nothing",
             a_store_that_fails_is_everybodys_exception_and_leaves_nothing);
  tests.test("readers see a key go forward", readers_see_a_key_go_forward);
  tests.test("changes by several leave map and store alike", changes_by_several_leave_map_and_store_alike);
  return tests.result();
}
