// SPDX-License-Identifier: BSL-1.0
// Values that are assigned in place: which types, what an assignment moves and what it does not, versions that do not come
// round (I9), processors that cannot exchange two words, and counters that many threads count up.
#include <wane/map.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "support/harness.hpp"
#include "support/jitter.hpp"
#include "support/reclaimers.hpp"
#include "support/threads.hpp"

using namespace proptest;
using wane::impl::handle;
using wane::impl::state;

namespace {

using namespace std::chrono_literals;

struct padded {
  char a;
  std::int32_t b;
  friend bool operator==(const padded&, const padded&) = default;
};
struct two_words {
  std::uint64_t a, b;
};
struct opted_out {
  std::uint64_t a;
};

}  // namespace

template <>
inline constexpr bool wane::is_assigned_in_place<opted_out> = false;

namespace {

static_assert(wane::is_assigned_in_place<std::uint64_t> && wane::is_assigned_in_place<bool> && wane::is_assigned_in_place<double> &&
              wane::is_assigned_in_place<const char*> && wane::is_assigned_in_place<padded>);
static_assert(!wane::is_assigned_in_place<std::string> && !wane::is_assigned_in_place<two_words> &&
              !wane::is_assigned_in_place<opted_out> && !wane::is_assigned_in_place<std::atomic<int>>);

template <class R, class Env = wane::std_environment, class Key = std::uint64_t>
struct policy_of : wane::policy<Key> {
  using reclaimer = R;
  using environment = Env;
};

/// One that cannot, as a processor without cmpxchg16b.
struct single_words : wane::std_environment {
  static bool has_double_width_cas() noexcept { return false; }
  static bool double_width_cas(atomic<std::uint64_t>&, atomic<std::uint64_t>&, const wane::impl::two_words&,
                               const wane::impl::two_words&, std::memory_order, std::memory_order) noexcept {
    std::abort();
  }
};

/// Everything that assigns, once, to a key that is there and to one that is not.
template <class Key, class T, class Policy = wane::policy<Key>>
void calls_assign(const Key& key, const Key& other, const T& a, const T& b) {
  wane::map<Key, T, Policy> map;
  EXPECT(!map.replace(key, a) && !map.compare_exchange(key, a, b) && !map.update(key, [](const T& v) { return v; }),
         "an absent key was assigned to");
  EXPECT(map.insert_or_assign(key, a) && map.find(key) == a, "not inserted");
  EXPECT(!map.insert_or_assign(key, b) && map.find(key) == b, "not assigned");
  EXPECT(map.replace(key, a) == b && map.find(key) == a, "not replaced");
  EXPECT(!map.compare_exchange(key, b, b) && map.find(key) == a, "exchanged for another");
  EXPECT(map.compare_exchange(key, a, b) && map.find(key) == b, "not exchanged");
  EXPECT(map.update(key, [&](const T& v) { return v == b ? a : v; }) && map.find(key) == a, "not updated");
  EXPECT(!map.upsert(key, a, [&](const T&) { return b; }) && map.find(key) == b, "not updated by upsert");
  EXPECT(map.upsert(other, a, [&](const T&) { return b; }) && map.find(other) == a, "not inserted by upsert");
  try {
    (void)map.update(key, [](const T&) -> T { throw std::runtime_error("no"); });
    EXPECT(false, "what the function throws does not pass through");
  } catch (const std::runtime_error&) {
  }
  EXPECT(map.find(key) == b && map.size() == 2, "what throws has changed something");
  const auto r = map.check();
  EXPECT(r.problems.empty(), r.problems.front());
  EXPECT(map.stats().replaced == 5, map.stats().replaced << " replaced");
}

template <class Policy>
void of_every_type() {
  calls_assign<std::uint64_t, std::uint64_t, Policy>(1, 2, 0, std::numeric_limits<std::uint64_t>::max());
  calls_assign<std::uint64_t, bool, Policy>(1, 2, false, true);
  calls_assign<std::uint64_t, double, Policy>(1, 2, 0.5, -0.5);
  calls_assign<std::uint64_t, const char*, Policy>(1, 2, "a", nullptr);
  calls_assign<std::uint64_t, padded, Policy>(1, 2, {'x', 1}, {'y', -1});
}

/// Whose entries cannot move, as a worn one would have to: an assignment makes a new entry, and everything compiles.
class unique_key {
 public:
  explicit unique_key(std::uint64_t n) : number_(std::make_unique<std::uint64_t>(n)) {}
  friend bool operator==(const unique_key& a, const unique_key& b) { return *a.number_ == *b.number_; }
  friend bool operator==(const unique_key& a, std::uint64_t b) { return *a.number_ == b; }
  struct hash {
    using is_transparent = void;
    std::size_t operator()(const unique_key& k) const { return (*this)(*k.number_); }
    std::size_t operator()(std::uint64_t n) const { return static_cast<std::size_t>(n * 0x9E3779B97F4A7C15u); }
  };

 private:
  std::unique_ptr<std::uint64_t> number_;
};
struct unique_policy : wane::policy<unique_key> {
  using hash = unique_key::hash;
};

void beside_keys_that_cannot_be_copied() {
  static_assert(!wane::impl::assigns_in_place<unique_key, int>);
  wane::map<unique_key, int, unique_policy> map;
  EXPECT(map.insert_or_assign(unique_key(1), 10) && !map.insert_or_assign(unique_key(1), 11), "not assigned");
  EXPECT(map.replace(unique_key(1), 12) == 11 && map.compare_exchange(unique_key(1), 12, 13), "not replaced");
  EXPECT(map.touch(std::uint64_t{1}, 1h) && map.persist(std::uint64_t{1}) && map.find(std::uint64_t{1}) == 13, "not touched");
}

/// Neither the slot nor the deadline changes, but where the call says so.
void an_assignment_stays_in_its_slot() {
  using core = wane::impl::map_core<std::uint64_t, std::uint64_t, wane::policy<std::uint64_t>>;
  using wane::forever;
  core map({}, {});
  core::operation op(map.entries());
  const std::uint64_t hash = map.hash_of(std::uint64_t{1});
  core::prepared fresh(map, op);
  fresh.construct(hash, 1, 10);
  fresh.enliven(1'000'000);
  EXPECT(map.insert(op, map.locate(op, hash, std::uint64_t{1}), fresh), "not inserted");
  const auto assigned = [&](std::uint64_t value, const wane::assigned_lifetime<wane::coarse_clock>& life) {
    const auto f = map.find(op.held(), hash, std::uint64_t{1});
    const auto done = map.assign(
        op, hash, *f.node, f.at, f.life, [&](std::uint64_t) { return std::optional(value); }, life);
    EXPECT(done == core::assignment::done, "not assigned");
    const auto g = map.find(op.held(), hash, std::uint64_t{1});
    EXPECT(g.at == f.at && g.node->value() == value, "in slot " << g.at << " now, " << f.at << " before");
    EXPECT(g.life.version() == f.life.version() + 1, "version " << g.life.version() << " after " << f.life.version());
    return g.life.deadline();
  };
  if (!wane::has_double_width_cas()) {
    std::cerr << "this processor cannot exchange two words: what that leaves in its slot is not looked at\n";
    return;
  }
  EXPECT(assigned(11, wane::keep_ttl) == 1'000'000, "the deadline was not kept");
  EXPECT(assigned(12, forever) == wane::impl::never, "the deadline was kept");
  EXPECT(map.entries().retired() == 0, "a slot was retired");
}

/// More assignments and touches than there are versions. In one slot they are never used up.
template <class R>
void versions_do_not_come_round() {
  const attendance<R> here;
  using policy = policy_of<R>;
  using core = wane::impl::map_core<std::uint64_t, std::uint64_t, policy>;
  constexpr std::uint32_t versions = 1u << 22;
  core map({}, {});
  const std::uint64_t hash = map.hash_of(std::uint64_t{1});
  {
    typename core::operation op(map.entries());
    typename core::prepared fresh(map, op);
    fresh.construct(hash, 1, 0);
    fresh.enliven(wane::impl::never - 1);
    EXPECT(map.insert(op, map.locate(op, hash, std::uint64_t{1}), fresh), "not inserted");
  }
  handle at = 0;
  std::uint32_t version = 0;
  std::uint32_t moves = 0;
  std::uint32_t wraps = 0;
  for (std::uint64_t i = 0; i < versions + 1000; ++i) {
    typename core::operation op(map.entries());
    const auto f = map.find(op.held(), hash, std::uint64_t{1});
    if (f.at != at) ++moves;
    if (f.at == at && f.life.version() < version) ++wraps;
    at = f.at;
    version = f.life.version();
    std::uint64_t seen = 0;
    EXPECT(core::read(f, [&](std::uint64_t, std::uint64_t v) { seen = v; }) && seen == (i + 1) / 2, "value " << seen << " at " << i);
    const bool done = i % 2 == 1
                          ? map.change_deadline(op, hash, f, wane::impl::never - 1 - i % 5)
                          : map.assign(
                                op, hash, *f.node, f.at, f.life, [&](std::uint64_t v) { return std::optional(v + 1); },
                                wane::keep_ttl) == core::assignment::done;
    EXPECT(done, "change " << i << " has found another state");
  }
  EXPECT(wraps == 0, "the versions of a slot came round");
  EXPECT(moves >= 2, "the entry has not moved");
  EXPECT(wane::impl::checker(map).run().problems.empty(), "check() finds something");
}

/// Each of the threads counts up a few counters; some assignments and touches beside that change nothing of the sum.
template <class R, class Env>
void increments_add_up() {
  const attendance<R> all_the_while;
  constexpr std::uint64_t keys = 3;
  wane::map<std::uint64_t, std::uint64_t, policy_of<R, Env>> map;
  const auto rounds = static_cast<std::uint64_t>(20'000 * stress_factor()) + 1;
  for (std::uint64_t k = 0; k < keys; ++k) map.insert(k, 0);
  together(4, [&](unsigned thread) {
    const attendance<R> here;
    for (std::uint64_t i = 0; i < rounds; ++i) {
      const std::uint64_t key = (i + thread) % keys;
      if (i % 2 == 0)
        EXPECT(map.update(key, [](std::uint64_t v) { return v + 1; }), "it was not there");
      else
        EXPECT(!map.upsert(key, 0, [](std::uint64_t v) { return v + 1; }), "it was not there");
      if (i % 8 == 0) (void)map.touch(key, 1h);
      if (const auto v = map.find(key); i % 16 == 0 && v) (void)map.compare_exchange(key, *v, *v);
      here.quiescent();
    }
  });
  std::uint64_t sum = 0;
  for (std::uint64_t k = 0; k < keys; ++k) sum += map.find(k).value_or(0);
  EXPECT(sum == 4 * rounds, sum << " of " << 4 * rounds);
  const auto r = map.check();
  EXPECT(r.problems.empty(), r.problems.front());
}

template <class... Rs>
void for_each_of(suite& tests, reclaimers<Rs...>) {
  (tests.test(std::string("versions_do_not_come_round<") + reclaimer_name<Rs> + ">", versions_do_not_come_round<Rs>), ...);
  (tests.test(std::string("increments_add_up<") + reclaimer_name<Rs> + ">", increments_add_up<Rs, wane::std_environment>), ...);
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("of_every_type", of_every_type<wane::policy<std::uint64_t>>);
  tests.test("of_every_type, by value", of_every_type<policy_of<wane::versioned>>);
  tests.test("of_every_type, one word at a time", of_every_type<policy_of<wane::basic_epoch<single_words>, single_words>>);
  tests.test("of_every_type, by value and one word at a time",
             of_every_type<policy_of<wane::basic_versioned<single_words>, single_words>>);
  tests.test("beside_strings", [] { calls_assign<std::string, std::int32_t>("some string that is not short", "another", 1, 2); });
  tests.test("beside_keys_that_cannot_be_copied", beside_keys_that_cannot_be_copied);
  tests.test("an_assignment_stays_in_its_slot", an_assignment_stays_in_its_slot);
  for_each_of(tests, every_reclaimer());
  for_each_of(tests, copying_reclaimers());
  tests.test("increments_add_up<jittery epoch>", increments_add_up<wane::basic_epoch<jittery_environment>, jittery_environment>);
  tests.test("increments_add_up<jittery hazard>", increments_add_up<wane::basic_hazard<jittery_environment>, jittery_environment>);
  tests.test("increments_add_up<jittery ibr>", increments_add_up<wane::basic_ibr<jittery_environment>, jittery_environment>);
  tests.test("increments_add_up<jittery versioned>",
             increments_add_up<wane::basic_versioned<jittery_environment>, jittery_environment>);
  tests.test("increments_add_up, one word at a time", increments_add_up<wane::basic_epoch<single_words>, single_words>);
  return tests.result();
}
