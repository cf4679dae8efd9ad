// SPDX-License-Identifier: BSL-1.0
// Stress: growth, bucket initialisation and shrinking, against each other and against every operation and scan.
#include <map>
#include <set>

#include "support/contest.hpp"

using namespace proptest;

namespace {

/// Inserters of distinct keys take a table from one bucket to thousands; a key inserted is found from then on.
template <class Kind>
void growth_against_insert() {
  for (rounds r; r.go_on();) {
    constexpr unsigned threads = 4, each = 2500;
    arena<Kind> a({.minimum_buckets = 1}, threads * (each + 128));
    together(threads, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      for (std::uint64_t n = 0; n < each; ++n) {
        EXPECT(me.insert(n * threads + i), "a new key is said to be there");
        const std::uint64_t old = me.random.below(n + 1) * threads + i;
        EXPECT(me.visit(old), "key " << old << " got lost");
        me.rest();
      }
    });
    EXPECT(a.map.size() == threads * each, a.map.size());
    EXPECT(a.map.load_factor() <= 2, a.map.size() << " entries in " << a.map.bucket_count() << " buckets");
    a.audit();
  }
}

/// The places where new sentinels go are where others erase and insert.
template <class Kind>
void initialisation_against_erase() {
  for (rounds r; r.go_on();) {
    constexpr unsigned threads = 4, each = 2000;
    arena<Kind> a({.minimum_buckets = 1}, threads * (2 * each + 128));
    together(threads, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      for (std::uint64_t n = 0; n < each; ++n) {
        const std::uint64_t key = n * threads + i;
        EXPECT(me.insert(key), "a new key is said to be there");
        // Three of four go again, so that chains are full of the dead while buckets are split; of the rest anybody may
        // take one.
        if (n % 4 != 0) EXPECT(me.erase(key), "key " << key << " got lost");
        me.erase(me.random.below(n / 4 + 1) * 4 * threads + me.random.below(threads));
        me.rest();
      }
    });
    a.audit();
  }
}

/// Waves of entries, with one thread that shrinks the table all the while: keys of the own thread are always right.
template <class Kind>
void shrink_against_growth() {
  for (rounds r; r.go_on();) {
    constexpr unsigned threads = 3, waves = 4, each = 700;
    arena<Kind> a({.minimum_buckets = 1}, threads * (waves * each + 128));
    std::atomic<unsigned> working{threads};
    together(threads + 1, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      if (i == threads) {
        while (working.load(std::memory_order_acquire) != 0) {
          a.map.shrink_to_fit();
          me.rest();
        }
        return;
      }
      for (unsigned wave = 0; wave < waves; ++wave) {
        for (std::uint64_t n = 0; n < each; ++n) {
          EXPECT(me.insert(n * threads + i), "a new key is said to be there");
          me.rest();
        }
        for (std::uint64_t n = 0; n < each; ++n) {
          EXPECT(me.visit(n * threads + i), "key " << n * threads + i << " got lost");
          EXPECT(me.erase(n * threads + i), "key " << n * threads + i << " cannot be erased");
          me.rest();
        }
      }
      working.fetch_sub(1, std::memory_order_release);
    });
    EXPECT(a.map.empty(), a.map.size() << " entries left");
    const attendance<typename Kind::reclaimer> present;
    a.map.shrink_to_fit();
    EXPECT(a.map.bucket_count() == 1, a.map.bucket_count() << " buckets for nothing");
    a.audit();
  }
}

/// Whole scans, by cursor and by for_each, while entries come and go and the table doubles and shrinks: an entry that is
/// there throughout is visited once, another at most once.
template <class Kind>
void scan_against_growth_and_shrink(std::uint64_t runs, std::uint64_t stable) {
  for (rounds r; r.go_on();) {
    arena<Kind> a({.minimum_buckets = 1}, 200'000, runs);
    {
      actor<Kind> me(a, r.number());
      for (std::uint64_t k = 0; k < stable; ++k) me.insert(k);
    }
    std::atomic<bool> done{false};
    together(4, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      const auto passing_keys = [&](auto&& f) {
        for (std::uint64_t n = 0; n < 4 * stable && !done.load(std::memory_order_relaxed); ++n) {
          f(stable + n * 2 + i);
          me.rest();
        }
      };
      if (i < 2) {  // entries come and go, enough of them for the table to double twice
        for (int wave = 0; wave < 8 && !done.load(std::memory_order_relaxed); ++wave) {
          passing_keys([&](std::uint64_t k) { me.insert(k); });
          me.assign(me.random.below(stable));  // a stable key may change its value
          passing_keys([&](std::uint64_t k) { me.erase(k); });
        }
      } else if (i == 2) {
        while (!done.load(std::memory_order_relaxed)) {
          a.map.shrink_to_fit();
          me.rest();
        }
      } else {
        for (int scans = 0; scans < 12; ++scans) {
          std::map<std::uint64_t, int> visits;
          const auto began = a.books.now();
          const auto visit = [&](std::uint64_t k, const typename Kind::value& v) {
            ++visits[k];
            if (scans % 2 == 0) a.books.seen(identity_of(v), k, began);
          };
          if (scans % 2 == 0) {
            a.map.for_each(visit);
          } else {
            wane::cursor at;
            do {
              at = a.map.scan(at, 1 + me.random.below(64), visit);
              me.rest();
            } while (!at.at_end());
          }
          for (std::uint64_t k = 0; k < stable; ++k)
            EXPECT(visits[k] == 1, "key " << k << ", there all the time, was visited " << visits[k] << " times");
          for (const auto& [k, times] : visits) EXPECT(times == 1, "key " << k << " was visited " << times << " times");
        }
        done.store(true, std::memory_order_relaxed);
      }
    });
    a.audit();
  }
}

/// Readers of keys that are there throughout never miss one, whatever the size of the table does.
template <class Kind>
void find_against_growth_and_shrink() {
  for (rounds r; r.go_on();) {
    constexpr std::uint64_t stable = 200, waves = 6, replacements = 25'000;
    arena<Kind> a({.minimum_buckets = 1}, stable + waves * 7 * stable + 3 * replacements + 4 * 128);
    {
      actor<Kind> me(a, r.number());
      for (std::uint64_t k = 0; k < stable; ++k) me.insert(k);
    }
    std::atomic<bool> done{false};
    together(4, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      if (i == 0) {
        for (std::uint64_t wave = 0; wave < waves; ++wave) {
          for (std::uint64_t k = stable; k < 8 * stable; ++k) me.insert(k);
          me.rest();
          for (std::uint64_t k = stable; k < 8 * stable; ++k) me.erase(k);
          me.rest();
        }
        done.store(true, std::memory_order_relaxed);
      } else {
        // However long the first thread is kept from running, the ledger does not overflow.
        std::uint64_t replaced = 0;
        while (!done.load(std::memory_order_relaxed)) {
          const std::uint64_t key = me.random.below(stable);
          if (i == 1 && me.random.once_in(64)) a.map.shrink_to_fit();
          EXPECT(me.visit(key), "key " << key << ", there all the time, was not found");
          if (me.random.once_in(8) && replaced++ < replacements)
            EXPECT(me.replace(key), "key " << key << " was not there to be replaced");
          me.rest();
        }
      }
    });
    a.audit();
  }
}

/// reserve by several threads at once, on top of growth from below.
template <class Kind>
void reserve_against_growth() {
  for (rounds r; r.go_on();) {
    arena<Kind> a({.minimum_buckets = 1}, 40'000);
    together(4, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      for (std::uint64_t n = 0; n < 1000; ++n) {
        if (i < 2 && n % 128 == 0) a.map.reserve(1 + me.random.below(8000));
        if (i == 3 && n % 128 == 64) a.map.shrink_to_fit();
        me.insert(n * 4 + i);
        EXPECT(me.visit(me.random.below(n + 1) * 4 + i), "a key got lost");
        me.rest();
      }
    });
    a.audit();
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  test_over(main_kinds{}, tests, "growth_races_insert", []<class K>() { growth_against_insert<K>(); });
  test_over(main_kinds{}, tests, "bucket_initialisation_races_erase",
            []<class K>() { initialisation_against_erase<K>(); });
  test_over(main_kinds{}, tests, "shrink_races_growth", []<class K>() { shrink_against_growth<K>(); });
  test_over(main_kinds{}, tests, "scan_races_growth_and_shrink",
            []<class K>() { scan_against_growth_and_shrink<K>(0, 300); });
  test_over(main_kinds{}, tests, "scan_of_few_runs_races_growth_and_shrink",
            []<class K>() { scan_against_growth_and_shrink<K>(16, 40); });
  test_over(main_kinds{}, tests, "find_races_growth_and_shrink",
            []<class K>() { find_against_growth_and_shrink<K>(); });
  test_over(main_kinds{}, tests, "reserve_races_growth_and_shrink", []<class K>() { reserve_against_growth<K>(); });
  const auto contest = [&](const std::string& name, auto cast) {
    test_over(main_kinds{}, tests, name, [&, cast]<class Kind>() {
      contend<Kind>({.keys = 300, .turns = 2500, .buckets = 1}, cast(roles<Kind>{}));
    });
  };
  contest("shrink_races_replace_and_erase", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::shrink, play::assign, play::erase, play::insert};
  });
  contest("shrink_races_sweep_and_expiry", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::shrink, play::sweep, play::insert_briefly, play::time};
  });
  contest("shrink_races_shrink", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::shrink, play::shrink, play::insert, play::erase};
  });
  contest("shrink_races_collect", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::shrink, play::collect, play::insert, play::erase};
  });
  return tests.result();
}
