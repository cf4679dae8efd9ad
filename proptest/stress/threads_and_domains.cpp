// SPDX-License-Identifier: BSL-1.0
// Stress: threads that come and go by the thousand, more threads than cores, several maps on one domain, maps that are
// destroyed with garbage pending, and barriers.
#include <memory>

#include "support/contest.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

using epochs = contested<wane::basic_epoch<jittery_environment>, tracked, jittery_environment>;
using hazards = contested<wane::hazard, tracked, wane::std_environment>;
using intervals = contested<wane::basic_ibr<jittery_environment>, tracked, jittery_environment>;
using versions = contested<wane::basic_versioned<jittery_environment>, std::uint64_t, jittery_environment>;

/// Each thread lives for a few operations and leaves its garbage, its slots and its counters to those after it.
template <class Kind>
void threads_come_and_go() {
  for (rounds r; r.go_on();) {
    constexpr unsigned generations = 60, at_once = 8;
    arena<Kind> a({.minimum_buckets = 4}, generations * at_once * 192);
    for (unsigned generation = 0; generation < generations; ++generation)
      together(at_once, [&](unsigned i) {
        actor<Kind> me(a, r.number() * 100'000 + generation * 100 + i);
        for (int turn = 0; turn < 20; ++turn) {
          const std::uint64_t key = me.random.below(50);
          switch (i % 4) {
            case 0: me.insert(key); break;
            case 1: me.erase(key); break;
            case 2: me.assign(key); break;
            default: me.find(key); break;
          }
        }
      });
    // Slots are reused: what the map holds is bounded by its keys and by garbage, not by the threads that were.
    EXPECT(a.map.stats().slots <= 64 * (at_once + 2) * 8, a.map.stats().slots << " slots for 50 keys");
    a.audit();
  }
}

/// A thread that has ended leaves garbage behind; others free it, by collecting or merely by working. Sets the end of a
/// thread against adoption, in turn.
template <class Kind>
void garbage_outlives_its_thread() {
  arena<Kind> a({}, 100'000);
  std::thread([&] {
    actor<Kind> me(a, 1);
    for (std::uint64_t k = 0; k < 3000; ++k) me.insert(k);
    for (std::uint64_t k = 0; k < 3000; ++k) me.erase(k);
  }).join();
  EXPECT(a.map.empty(), a.map.size());
  a.audit();  // waits for everything to be freed
}

/// Eight or more threads on what may be two cores: somebody is always interrupted in the middle. Sets whichever change was
/// interrupted against all others.
template <class Kind>
void many_threads_on_few_cores() {
  const auto cores = std::max(2u, std::thread::hardware_concurrency());
  using play = roles<Kind>;
  std::vector<role<Kind>> cast;
  const std::vector<role<Kind>> parts{play::insert, play::assign, play::erase,          play::find,
                                      play::sweep,  play::touch,  play::insert_briefly, play::time};
  for (unsigned i = 0; i < 4 * cores; ++i) cast.push_back(parts[i % parts.size()]);
  contend<Kind>({.keys = 64, .turns = 1000}, cast);
}

/// Maps that share a domain: garbage of one is not another's, and each ends while the others go on.
template <class Kind>
void maps_share_a_domain() {
  for (rounds r; r.go_on();) {
    constexpr unsigned maps = 4, each = 1500;
    std::vector<std::unique_ptr<arena<Kind>>> all;
    for (unsigned i = 0; i < maps; ++i) all.push_back(std::make_unique<arena<Kind>>(wane::options{}, each * 8));
    // Two threads a map; then one of them destroys it while the others are still at work on theirs.
    std::array<std::atomic<unsigned>, maps> finished{};
    together(2 * maps, [&](unsigned i) {
      const unsigned mine = i / 2;
      {
        actor<Kind> me(*all[mine], r.number() * 100 + i);
        for (unsigned turn = 0; turn < each * (mine + 1) / maps; ++turn) {
          const std::uint64_t key = me.random.below(30);
          me.random.once_in(3) ? (void)me.erase(key) : me.assign(key);
          me.rest();
        }
      }
      if (finished[mine].fetch_add(1, std::memory_order_acq_rel) == 1) {
        all[mine]->audit(true);
        all[mine].reset();
      }
    });
    if constexpr (std::is_same_v<typename Kind::value, tracked>)
      EXPECT(tracked::alive() == 0, tracked::alive() << " values outlived their maps");
  }
}

/// One thread works on several maps of one domain inside each other's callables: sets a visit against an erasure, its own or
/// another's, of what it visits.
template <class Kind>
void guards_nest_over_maps() {
  arena<Kind> outer({}, 4096), inner({}, 100'000);
  together(3, [&](unsigned i) {
    actor<Kind> me(outer, i), other(inner, 10 + i);
    for (std::uint64_t k = 0; k < 300; ++k) {
      me.insert(k % 10);
      outer.map.visit(k % 10, [&](std::uint64_t, const auto& v) {
        const identity before = identity_of(v);
        for (std::uint64_t n = 0; n < 10; ++n) other.assign(n);
        outer.map.erase(k % 10);
        // The value visited stays what it was for as long as the visit lasts, erased or not.
        EXPECT(identity_of(v).bits == before.bits, "a value changed under its visitor");
      });
      me.rest();
    }
  });
  inner.audit(true);
  outer.audit(true);
}

/// Destruction with garbage in every thread's bags, while the domain's other readers stand still inside a guard.
template <class Kind>
void a_map_dies_with_garbage_pending() {
  for (rounds r; r.go_on();) {
    arena<Kind> bystander({}, 256);
    std::atomic<bool> inside{false}, leave{false};
    {
      actor<Kind> me(bystander, 1);
      me.insert(1);
    }
    std::thread reader([&] {
      const attendance<typename Kind::reclaimer> present;
      bystander.map.visit(1, [&](std::uint64_t, const auto&) {
        inside.store(true, std::memory_order_release);
        while (!leave.load(std::memory_order_acquire)) std::this_thread::yield();
      });
    });
    while (!inside.load(std::memory_order_acquire)) std::this_thread::yield();
    {
      auto a = std::make_unique<arena<Kind>>(wane::options{}, 20'000);
      together(3, [&](unsigned i) {
        actor<Kind> me(*a, r.number() * 100 + i);
        for (std::uint64_t k = 0; k < 1000; ++k) {
          me.insert(k);
          me.random.once_in(2) ? me.erase(k) : me.replace(k);
          me.rest();
        }
      });
      EXPECT((a->map.stats().retired == 0) == Kind::reclaimer::reuses_at_once,
             a->map.stats().retired << " slots wait for the reader who stands still");
    }
    if constexpr (std::is_same_v<typename Kind::value, tracked>)
      EXPECT(tracked::alive() == 1, tracked::alive() << " values are alive, not the bystander's one");
    leave.store(true, std::memory_order_release);
    reader.join();
  }
}

/// A reader for whom no barrier has to wait: it comes and goes until told to stop.
template <class Kind>
class passer_by {
 public:
  explicit passer_by(arena<Kind>& a)
      : thread_([this, &a] {
          actor<Kind> me(a, 7);
          // [1] relaxed: nothing hangs on it.
          while (!enough_.load(std::memory_order_relaxed)) {
            a.map.visit(0, [&](std::uint64_t, const auto&) { spin(me.random.below(2000)); });
            me.rest();
            std::this_thread::yield();
          }
        }) {}
  passer_by(const passer_by&) = delete;
  passer_by& operator=(const passer_by&) = delete;
  ~passer_by() {
    // [2] relaxed: as [1].
    enough_.store(true, std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> enough_{false};
  std::jthread thread_;
};

/// A barrier against guards that are left: it ends after all that were there when it began, whoever else comes and goes.
template <class Kind>
void barrier_races_leaving_a_guard() {
  arena<Kind> a({}, 256);
  for (std::uint64_t key : {0, 1}) actor<Kind>(a, 1).insert(key);
  const passer_by<Kind> other(a);
  for (unsigned round = 0; round < 8 && !failures::any(); ++round) {
    constexpr unsigned readers = 2;
    std::atomic<unsigned> inside{0}, left{0};
    together(readers + 1, [&](unsigned i) {
      const attendance<typename Kind::reclaimer> present;
      if (i < readers) {
        a.map.visit(1, [&](std::uint64_t, const auto&) {
          // [3] release: pairs with [4].
          inside.fetch_add(1, std::memory_order_release);
          for (unsigned turn = 0; turn < 10 * (round % 4 + i); ++turn) std::this_thread::yield();
          // [5] release: pairs with [6].
          left.fetch_add(1, std::memory_order_release);
        });
      } else {
        // [4] acquire: pairs with [3].
        while (inside.load(std::memory_order_acquire) != readers) std::this_thread::yield();
        a.map.domain().barrier();
        // [6] acquire: pairs with [5].
        const unsigned gone = left.load(std::memory_order_acquire);
        EXPECT(gone == readers, "a barrier ended with " << readers - gone << " readers inside");
      }
    });
  }
}

/// What was removed and stamped before a barrier (where there is one) is freed after it, whoever else comes and goes.
template <class Kind>
void collecting_races_guards_in_its_domain() {
  arena<Kind> bystander({}, 256);
  actor<Kind>(bystander, 1).insert(0);
  const passer_by<Kind> other(bystander);
  for (unsigned round = 0; round < 5 && !failures::any(); ++round) {
    arena<Kind> a({}, 20'000);
    together(2, [&](unsigned i) {
      actor<Kind> me(a, round * 10 + i);
      for (std::uint64_t k = i; k < 500; k += 2) me.insert(k);
      for (std::uint64_t k = i; k < 500; k += 2) me.erase(k);
    });
    const attendance<typename Kind::reclaimer> present;
    a.map.collect();
    if constexpr (wane::waits_for_grace_periods<typename Kind::reclaimer::domain>) a.map.domain().barrier();
    a.map.collect();
    EXPECT(a.map.stats().retired == 0, a.map.stats().retired << " slots of nobody's are kept");
  }
}

/// A domain of one's own, which ends after its maps; they end in any order, with garbage and without.
template <class Kind>
void maps_have_a_domain_of_their_own() {
  for (rounds r; r.go_on();) {
    typename Kind::reclaimer::domain mine;
    auto a = std::make_unique<arena<Kind>>(wane::options{}, 10'000, 0, &mine);
    auto b = std::make_unique<arena<Kind>>(wane::options{}, 10'000, 0, &mine);
    arena<Kind> c({}, 10'000);
    EXPECT(&a->map.domain() == &mine && &c.map.domain() != &mine, "the domain given is not the one used");
    together(3, [&](unsigned i) {
      actor<Kind> in_a(*a, r.number() * 100 + i), in_b(*b, r.number() * 100 + 10 + i),
          in_c(c, r.number() * 100 + 20 + i);
      for (std::uint64_t k = 0; k < 300; ++k)
        for (auto* const me : {&in_a, &in_b, &in_c}) {
          me->insert(k % 40);
          me->erase((k + 7) % 40);
        }
    });
    if (r.number() % 2 == 0) a.swap(b);
    a.reset();
    b->audit(true);
    c.audit(true);
  }
}

template <class... Ks>
void tests_of(kinds<Ks...> over, suite& tests) {
  test_over(over, tests, "thread_exit_races_reclamation", []<class K>() { threads_come_and_go<K>(); });
  test_over(over, tests, "thread_exit_precedes_reclamation_by_others",
            []<class K>() { garbage_outlives_its_thread<K>(); });
  test_over(over, tests, "map_destruction_races_work_in_its_domain", []<class K>() { maps_share_a_domain<K>(); });
  test_over(over, tests, "visit_races_erase_within_other_guards", []<class K>() { guards_nest_over_maps<K>(); });
  test_over(over, tests, "map_destruction_races_a_parked_guard",
            []<class K>() { a_map_dies_with_garbage_pending<K>(); });
  test_over(over, tests, "collecting_races_guards_in_its_domain",
            []<class K>() { collecting_races_guards_in_its_domain<K>(); });
}
template <class... Ks>
void tests_with_a_barrier(kinds<Ks...> over, suite& tests) {
  test_over(over, tests, "barrier_races_leaving_a_guard", []<class K>() { barrier_races_leaving_a_guard<K>(); });
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests_of(main_kinds{}, tests);
  tests_of(other_kinds{}, tests);
  tests_of(kinds<hazards, intervals, versions>{}, tests);
  test_over(main_kinds{}, tests, "interrupted_changes_race_all_others",
            []<class K>() { many_threads_on_few_cores<K>(); });
  test_over(other_kinds{}, tests, "interrupted_changes_race_all_others",
            []<class K>() { many_threads_on_few_cores<K>(); });
  tests_with_a_barrier(main_kinds{}, tests);
  tests_with_a_barrier(other_kinds{}, tests);
  tests_with_a_barrier(kinds<intervals, versions>{}, tests);
  test_over(kinds<epochs, hazards, intervals, versions>{}, tests, "map_destruction_races_work_in_a_domain_of_its_own",
            []<class K>() { maps_have_a_domain_of_their_own<K>(); });
  return tests.result();
}
