// SPDX-License-Identifier: BSL-1.0
// What stress tests share: the kinds of map they contend for, the actors that contend, and the audit afterwards.
#pragma once

#include <wane/map.hpp>

#include <chrono>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

#include "harness.hpp"
#include "jitter.hpp"
#include "ledger.hpp"
#include "model.hpp"
#include "reclaimers.hpp"
#include "threads.hpp"

namespace proptest {

/// A hash with as few values as the test wants, so that several keys, or all, share one run of the list.
struct spread_hash {
  std::uint64_t runs = 0;  // 0: as many as keys
  std::size_t operator()(std::uint64_t key) const noexcept { return runs == 0 ? key : key % runs; }
};

/// One kind of map: its reclaimer, its values, its environment. Keys are integers.
template <class R, class V, class Env, class Hash = spread_hash>
struct contested {
  using reclaimer = R;
  using value = V;
  using hash = Hash;
  struct policy : wane::policy<std::uint64_t> {
    using hash = Hash;
    using reclaimer = R;
    using clock = wane::manual_clock;
    using listener = bookkeeper<V>;
    using environment = Env;
  };
  using map = wane::map<std::uint64_t, V, policy>;
};

template <class... Kinds>
struct kinds {};

/// The kinds that every stress test runs over: together they have each of the main reclaimers, both sorts of value
/// (inline and destroyed after the grace period), shipped and delayed atomics, 32-byte nodes and nodes with a hash. Under a
/// sanitizer, where each takes three times as long to compile, one under epochs and one under RCU.
using main_kinds =
    std::conditional_t<is_sanitized,
                       kinds<contested<wane::basic_epoch<jittery_environment>, tracked, jittery_environment>,
                             contested<wane::rcu<wane::memb>, std::uint64_t, wane::std_environment>>,
                       kinds<contested<wane::basic_epoch<jittery_environment>, tracked, jittery_environment>,
                             contested<wane::epoch, std::uint64_t, wane::std_environment, wane::hash<std::uint64_t>>,
                             contested<wane::rcu<wane::memb>, std::uint64_t, jittery_environment>,
                             contested<wane::rcu<wane::qsbr>, tracked, wane::std_environment>>>;

/// Other flavours, for a few tests that touch everything.
using other_kinds =
    std::conditional_t<is_sanitized, kinds<contested<wane::rcu<wane::qsbr>, tracked, wane::std_environment>>,
                       kinds<contested<wane::rcu<wane::mb>, tracked, jittery_environment>,
                             contested<wane::rcu<wane::bp>, tracked, wane::std_environment>>>;

template <class Kind>
[[nodiscard]] std::string kind_name() {
  std::string name = reclaimer_name<typename Kind::reclaimer>;
  name += std::is_same_v<typename Kind::value, tracked> ? ", tracked values" : ", inline values";
  if (std::is_same_v<typename Kind::policy::environment, jittery_environment>) name += ", delayed";
  return name;
}

/// Adds `body.operator()<Kind>()` as a test for each kind.
template <class... Kinds, class F>
void test_over(kinds<Kinds...>, suite& tests, const std::string& name, F body) {
  (tests.test(name + " [" + kind_name<Kinds>() + "]", [&] { body.template operator()<Kinds>(); }), ...);
}

/// A map with its clock and its books.
template <class Kind>
class arena {
 public:
  using map_type = typename Kind::map;
  using value = typename Kind::value;
  using reclaimer = typename Kind::reclaimer;
  using lifetime = typename map_type::lifetime;
  using assigned_lifetime = typename map_type::assigned_lifetime;

  explicit arena(const wane::options& opts, std::size_t incarnations, std::uint64_t runs = 0,
                 typename reclaimer::domain* domain = nullptr)
      : books(incarnations), map(opts, parts(*this, runs, domain)) {}

  /// When every actor has gone home: the invariants, the books, and that nothing is left behind.
  /// `others` says that further arenas with the same values are alive, so that instances cannot be counted.
  void audit(bool others = false) {
    const attendance<reclaimer> present;
    const auto report = map.check();
    EXPECT(report.ok(), listed(report.problems));
    EXPECT(report.entries == map.size(), report.entries << " entries in the list, size " << map.size());

    std::vector<identity> there;
    map.for_each([&](std::uint64_t key, const value& v) {
      there.push_back(identity_of(v));
      EXPECT(there.back().key() == key, "key " << key << " has the value of " << there.back().key());
    });
    EXPECT(map.size() == there.size(), map.size() << " in size, " << there.size() << " visited");
    for (const auto& who : there) EXPECT(map.contains(who.key()), "key " << who.key() << " cannot be found");
    const auto born = books.balance(there);
    const auto s = map.stats();
    EXPECT(s.inserted + s.replaced == born,
           born << " births, " << s.inserted << " inserted, " << s.replaced << " replaced");
    for (const auto& [cause, counted] :
         {std::pair(wane::cause::erased, s.erased), std::pair(wane::cause::expired, s.expired),
          std::pair(wane::cause::replaced, s.replaced), std::pair(wane::cause::cleared, s.cleared)})
      EXPECT(books.deaths(cause) == counted,
             books.deaths(cause) << " reported as " << wane::to_string(cause) << ", " << counted << " counted");
    EXPECT(s.inserted - s.erased - s.expired - s.cleared == s.size, "size does not add up");

    drain(present);
    if constexpr (std::is_same_v<value, tracked>)
      EXPECT(others || tracked::alive() == static_cast<std::int64_t>(map.size()),
             tracked::alive() << " values for " << map.size() << " entries");
    const auto again = map.check();
    EXPECT(again.ok(), listed(again.problems));
  }

  wane::manual_clock clock;
  ledger books;
  map_type map;

 private:
  static wane::components<typename Kind::policy> parts(arena& a, std::uint64_t runs,
                                                       typename reclaimer::domain* domain) {
    wane::components<typename Kind::policy> made;
    made.clock = a.clock;
    made.listener = {&a.books};
    if constexpr (std::is_same_v<typename Kind::hash, spread_hash>) made.hash = {runs};
    if (domain != nullptr) made.domain = domain;
    return made;
  }

  /// With nobody inside, all garbage is freed before long.
  void drain(const attendance<reclaimer>& present) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (map.stats().retired != 0 && std::chrono::steady_clock::now() < give_up) {
      map.collect();
      present.quiescent();
      std::this_thread::yield();
    }
    EXPECT(map.stats().retired == 0, map.stats().retired << " slots are never freed");
  }
};

/// One thread's way to use an arena: every call keeps the books and looks at what it sees.
template <class Kind>
class actor {
 public:
  using value = typename Kind::value;
  using arena_type = arena<Kind>;
  using lifetime = typename arena_type::lifetime;
  using assigned_lifetime = typename arena_type::assigned_lifetime;

  actor(arena_type& a, std::uint64_t stream) : random(stream), arena_(a), numbers_(a.books) {}

  bool insert(std::uint64_t key, lifetime life = wane::forever) {
    const identity who(key, numbers_.next());
    return born_if(arena_.map.insert(key, value_of<value>(who), life), who);
  }
  void insert_or_assign(std::uint64_t key, assigned_lifetime life = wane::keep_ttl) {
    const identity who(key, numbers_.next());
    arena_.map.insert_or_assign(key, value_of<value>(who), life);
    arena_.books.born(who.id());
  }
  /// Returns whether it inserted.
  bool get_or_emplace(std::uint64_t key) {
    const identity who(key, numbers_.next());
    const auto began = arena_.books.now();
    const auto [got, inserted] = arena_.map.get_or_emplace(key, value_of<value>(who));
    if (inserted)
      EXPECT(identity_of(got).bits == who.bits, "get_or_emplace inserted one value and returned another");
    else
      arena_.books.seen(identity_of(got), key, began);
    return born_if(inserted, who);
  }
  bool replace(std::uint64_t key, assigned_lifetime life = wane::keep_ttl) {
    const identity who(key, numbers_.next());
    const auto began = arena_.books.now();
    const auto old = arena_.map.replace(key, value_of<value>(who), life);
    if (old) {
      arena_.books.seen(identity_of(*old), key, began);
      EXPECT(arena_.books.is_dead(identity_of(*old).id()), "replace returned a value that it did not replace");
    }
    return born_if(old.has_value(), who);
  }
  bool update(std::uint64_t key) {
    identity who;
    const auto began = arena_.books.now();
    const bool updated = arena_.map.update(key, [&](const value& v) {
      arena_.books.seen(identity_of(v), key, began);
      who = identity(key, numbers_.next());
      return value_of<value>(who);
    });
    return born_if(updated, who);
  }
  bool upsert(std::uint64_t key) {
    const identity initial(key, numbers_.next());
    identity who;
    const auto began = arena_.books.now();
    const bool inserted = arena_.map.upsert(key, value_of<value>(initial), [&](const value& v) {
      arena_.books.seen(identity_of(v), key, began);
      who = identity(key, numbers_.next());
      return value_of<value>(who);
    });
    arena_.books.born(inserted ? initial.id() : who.id());
    return inserted;
  }
  /// Reads, and swaps what was read for something new.
  bool compare_exchange(std::uint64_t key) {
    const auto old = find(key);
    if (!old) return false;
    const identity who(key, numbers_.next());
    const bool changed = arena_.map.compare_exchange(key, *old, value_of<value>(who));
    EXPECT(!changed || arena_.books.is_dead(identity_of(*old).id()), "compare_exchange left the expected value alive");
    return born_if(changed, who);
  }
  std::optional<value> find(std::uint64_t key) {
    const auto began = arena_.books.now();
    auto found = arena_.map.find(key);
    if (found) arena_.books.seen(identity_of(*found), key, began);
    return found;
  }
  bool visit(std::uint64_t key) {
    const auto began = arena_.books.now();
    return arena_.map.visit(key, [&](std::uint64_t k, const value& v) {
      EXPECT(k == key, "a visit of key " << key << " came to key " << k);
      arena_.books.seen(identity_of(v), key, began);
    });
  }
  bool erase(std::uint64_t key) { return arena_.map.erase(key); }
  bool take(std::uint64_t key) {
    const auto began = arena_.books.now();
    const auto taken = arena_.map.take(key);
    if (taken) {
      arena_.books.seen(identity_of(*taken), key, began);
      EXPECT(arena_.books.is_dead(identity_of(*taken).id()), "a value was taken and its death not reported");
    }
    return taken.has_value();
  }
  /// One of the calls that assign, at random.
  void assign(std::uint64_t key) {
    switch (random.below(5)) {
      case 0: insert_or_assign(key); break;
      case 1: replace(key); break;
      case 2: update(key); break;
      case 3: upsert(key); break;
      default: compare_exchange(key); break;
    }
  }
  void rest() { present_.quiescent(); }

  random_source random;

 private:
  bool born_if(bool entered, identity who) {
    if (entered) arena_.books.born(who.id());
    return entered;
  }

  arena_type& arena_;
  ledger::numbers numbers_;
  attendance<typename Kind::reclaimer> present_;
};

}  // namespace proptest
