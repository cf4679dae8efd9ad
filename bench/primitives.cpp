// SPDX-License-Identifier: BSL-1.0
// What the parts of an operation cost by themselves, one thread, in caches: so that a regression of the study shows where.
// An ordinary Google Benchmark program; two of its JSON outputs are compared by Google Benchmark's tools/compare.py.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>

#include <wane/clock.hpp>
#include <wane/map.hpp>
#include <wane/reclaim/hazard.hpp>
#include <wane/reclaim/ibr.hpp>
#include <wane/reclaim/rcu.hpp>
#include <wane/reclaim/versioned.hpp>

namespace {

using key_type = std::uint64_t;

template <class Reclaimer>
struct over : wane::policy<key_type> {
  using reclaimer = Reclaimer;
};
template <class Reclaimer>
using map_over = wane::map<key_type, std::uint64_t, over<Reclaimer>>;

/// Enters and leaves a guard.
template <class Reclaimer>
void guard(benchmark::State& run) {
  [[maybe_unused]] const typename Reclaimer::participant here;
  auto& domain = Reclaimer::default_domain();
  for (auto _ : run) {
    [[maybe_unused]] const typename Reclaimer::guard held(domain, wane::std_environment::thread_slot());
    benchmark::ClobberMemory();
  }
}

/// Changes a link by compare-and-swap, from what the change before left there.
void link_change(benchmark::State& run) {
  wane::impl::link_word<wane::std_environment> word;
  wane::impl::link now = word.read();
  for (auto _ : run) benchmark::DoNotOptimize(word.change(now, now.pointing_to(wane::impl::link::to_node(1))));
}

/// The same of a state, as a touch does.
void state_change(benchmark::State& run) {
  wane::impl::state_word<wane::std_environment> word;
  wane::impl::state now = word.read().lives_until(1);
  word.prepare(now);
  for (auto _ : run) benchmark::DoNotOptimize(word.change(now, now.lives_until(2)));
}

/// Takes a slot from a thread's own free ones and gives it back.
void slot(benchmark::State& run) {
  using node = wane::impl::node<key_type, std::uint64_t, wane::hash<key_type>, wane::std_environment>;
  wane::os_pages pages;
  wane::impl::pool<node, wane::std_environment, wane::os_pages> slots(pages, false);
  wane::impl::slot_cache cache;
  for (auto _ : run) {
    const auto h = slots.allocate(cache);
    benchmark::DoNotOptimize(h);
    slots.release(cache, h);
  }
}

/// Inserts an entry and erases it: allocation, two searches, link and unlink, retirement and freeing.
template <class Reclaimer>
void insert_and_erase(benchmark::State& run) {
  [[maybe_unused]] const typename Reclaimer::participant here;
  map_over<Reclaimer> map;
  for (auto _ : run) {
    map.insert(1, 1);
    map.erase(1);
  }
}

/// Finds one entry, again and again: a search that waits for nothing.
template <class Reclaimer>
void find(benchmark::State& run) {
  [[maybe_unused]] const typename Reclaimer::participant here;
  map_over<Reclaimer> map;
  map.insert(1, 1);
  for (auto _ : run) benchmark::DoNotOptimize(map.find(1));
}

/// Initialises buckets in order, as growth does: each splits the one before it. The time is that of one bucket.
void bucket(benchmark::State& run) {
  constexpr std::size_t buckets = 1 << 16;
  for (auto _ : run) {
    run.PauseTiming();
    {
      map_over<wane::epoch> map;
      for (key_type key = 0; key < 1024; ++key) map.insert(key, key);
      run.ResumeTiming();
      map.reserve(buckets);
      run.PauseTiming();
    }
    run.ResumeTiming();
  }
  run.counters["a_bucket"] = benchmark::Counter(static_cast<double>(buckets) * static_cast<double>(run.iterations()),
                                                benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <class Clock>
void clock(benchmark::State& run) {
  for (auto _ : run) benchmark::DoNotOptimize(Clock::now());
}

BENCHMARK(guard<wane::epoch>)->Name("guard/epoch");
BENCHMARK(guard<wane::hazard>)->Name("guard/hazard");
BENCHMARK(guard<wane::ibr>)->Name("guard/ibr");
BENCHMARK(guard<wane::rcu<wane::memb>>)->Name("guard/rcu_memb");
BENCHMARK(guard<wane::rcu<wane::qsbr>>)->Name("guard/rcu_qsbr");
BENCHMARK(link_change);
BENCHMARK(state_change);
BENCHMARK(slot);
BENCHMARK(insert_and_erase<wane::epoch>)->Name("insert_and_erase/epoch");
BENCHMARK(insert_and_erase<wane::versioned>)->Name("insert_and_erase/versioned");
BENCHMARK(insert_and_erase<wane::hazard>)->Name("insert_and_erase/hazard");
BENCHMARK(insert_and_erase<wane::ibr>)->Name("insert_and_erase/ibr");
BENCHMARK(find<wane::epoch>)->Name("find/epoch");
BENCHMARK(find<wane::versioned>)->Name("find/versioned");
BENCHMARK(find<wane::hazard>)->Name("find/hazard");
BENCHMARK(find<wane::ibr>)->Name("find/ibr");
BENCHMARK(bucket);
BENCHMARK(clock<wane::coarse_clock>)->Name("clock/coarse");
BENCHMARK(clock<wane::precise_clock>)->Name("clock/precise");

}  // namespace

BENCHMARK_MAIN();
