// SPDX-License-Identifier: BSL-1.0
// Stress: what QSBR asks of threads, and what happens to one that forgets. Sets going on and off line against operations, and
// against grace periods that others wait for.
#include <array>
#include <functional>
#include <optional>
#include <stdexcept>

#include "support/contest.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

using reclaimer = wane::rcu<wane::qsbr>;
using kind = contested<reclaimer, tracked, wane::std_environment>;

/// Every operation of a thread that is not online throws, says what to do, and changes nothing.
void a_thread_that_is_not_online_is_told_so() {
  constexpr std::uint64_t due = 1000;
  arena<kind> a({}, 4096), idle({}, 64);
  {
    actor<kind> me(a, 1);
    for (std::uint64_t k = 0; k < 100; ++k) me.insert(k);
    me.insert(due, 1s);
    a.map.reserve(1000);
  }
  a.clock.advance(1s);
  auto& m = a.map;
  const std::size_t buckets = m.bucket_count();
  const std::array<std::uint64_t, 3> keys{0, 1, 2};
  std::array<std::optional<tracked>, 3> values;
  std::array<bool, 3> erased{};
  const auto v = [] { return tracked(identity(1, 4000)); };
  const std::vector<std::pair<const char*, std::function<void()>>> operations{
      {"insert", [&] { m.insert(1, v()); }},
      {"try_emplace", [&] { m.try_emplace(1, v()); }},
      {"try_emplace_for", [&] { m.try_emplace_for(1s, 1, v()); }},
      {"insert_or_assign", [&] { m.insert_or_assign(1, v()); }},
      {"get_or_emplace", [&] { m.get_or_emplace(1, v()); }},
      {"get_or_emplace_for", [&] { m.get_or_emplace_for(1s, 1, v()); }},
      {"find", [&] { (void)m.find(1); }},
      {"visit", [&] { m.visit(1, [](auto, const auto&) {}); }},
      {"contains", [&] { (void)m.contains(1); }},
      {"find_many", [&] { m.find_many(keys, values); }},
      {"erase_many", [&] { m.erase_many(keys, erased); }},
      {"replace", [&] { m.replace(1, v()); }},
      {"compare_exchange", [&] { m.compare_exchange(1, v(), v()); }},
      {"update", [&] { m.update(1, [&](const auto& old) { return old; }); }},
      {"upsert", [&] { m.upsert(1, v(), [&](const auto& old) { return old; }); }},
      {"erase", [&] { m.erase(1); }},
      {"erase_if of a key", [&] { m.erase_if(1, [](auto, const auto&) { return true; }); }},
      {"erase_if", [&] { m.erase_if([](auto, const auto&) { return true; }); }},
      {"take", [&] { m.take(1); }},
      {"clear", [&] { m.clear(); }},
      {"touch", [&] { m.touch(1, 1s); }},
      {"expire_at", [&] { m.expire_at(1, a.clock.now()); }},
      {"persist", [&] { m.persist(1); }},
      {"ttl", [&] { (void)m.ttl(1); }},
      {"find_and_touch", [&] { m.find_and_touch(1, 1s); }},
      {"for_each", [&] { m.for_each([](auto, const auto&) {}); }},
      {"scan", [&] { (void)m.scan({}, 10, [](auto, const auto&) {}); }},
      {"snapshot", [&] { (void)m.snapshot(); }},
      {"reserve", [&] { m.reserve(100'000); }},
      {"shrink_to_fit", [&] { m.shrink_to_fit(); }},
      {"sweep_some", [&] { m.sweep_some(); }},
      {"sweep_some where nothing is due", [&] { idle.map.sweep_some(); }},
      {"collect", [&] { m.collect(); }},
  };
  std::thread([&] {
    for (const auto& [name, operation] : operations) {
      bool told = false;
      try {
        operation();
      } catch (const std::logic_error& error) {
        told = std::string_view(error.what()).find("online") != std::string_view::npos;
      }
      EXPECT(told, name << " did not say that the thread is not online");
    }
    // It may go online now and then, and is told again when it has left.
    for (int i = 0; i < 3; ++i) {
      {
        const attendance<reclaimer> present;
        EXPECT(m.contains(1), "an online thread does not see the entry");
      }
      try {
        (void)m.contains(1);
        EXPECT(false, "a thread that has left may use the map");
      } catch (const wane::thread_not_online&) {
      }
    }
  }).join();
  EXPECT(m.size() == 101, m.size() << " entries of 101");
  EXPECT(m.bucket_count() == buckets, m.bucket_count() << " buckets, not " << buckets);
  {
    const attendance<reclaimer> present;
    EXPECT(m.sweep_some().removed == 1, "what is due is not swept");
  }
  a.audit();
}

/// Participants nest, in one thread and over maps: the innermost to end does not take the thread offline.
void participation_nests() {
  arena<kind> a({}, 256);
  const attendance<reclaimer> outer;
  {
    const attendance<reclaimer> inner;
    EXPECT(!a.map.contains(1), "nothing is there");
  }
  EXPECT(!a.map.contains(1), "nothing is there, and the thread is online still");
}

/// Threads that go on and off line all the time, while others need grace periods.
void online_races_offline() {
  for (rounds r; r.go_on();) {
    arena<kind> a({.minimum_buckets = 1}, 100'000);
    together(4, [&](unsigned i) {
      for (unsigned visit = 0; visit < 100; ++visit) {
        actor<kind> me(a, r.number() * 10'000 + visit * 10 + i);
        for (unsigned turn = 0; turn < 20; ++turn) {
          const std::uint64_t key = me.random.below(40);
          i % 2 == 0 ? me.assign(key) : (void)me.erase(key);
          if (turn % 8 == 0) me.rest();
        }
        if (i == 0 && visit % 10 == 0) a.map.shrink_to_fit();
      }
    });
    a.audit();
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("a_thread_that_is_not_online_is_told_so", a_thread_that_is_not_online_is_told_so);
  tests.test("participation_nests", participation_nests);
  tests.test("online_races_offline", online_races_offline);
  return tests.result();
}
