// SPDX-License-Identifier: BSL-1.0
// Properties: whichever allocation fails, of pages or by operator new, calls that need memory throw bad_alloc and leave
// the map as it was; the others, erase first of all, succeed, but for a thread's first.
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "support/driver.hpp"
#include "support/failing_new.hpp"
#include "support/harness.hpp"
#include "support/threads.hpp"

using namespace proptest;

namespace {

constexpr fault memory_is_gone[] = {{fault::kind::heap, 0, true}, {fault::kind::pages, 0, true}};

/// Fills a map until its first doublings and more are behind it, takes all memory away, and empties it.
template <class R>
void erase_succeeds_when_memory_is_exhausted() {
  const auto entries = *rc::gen::inRange<unsigned>(1, 5000);
  const auto plan = *rc::gen::elementOf(std::vector<fault>(std::begin(memory_is_gone), std::end(memory_is_gone)));
  const attendance<R> present;
  wane::map<std::uint64_t, std::uint64_t, driven<integer_codec, R>> map({.minimum_buckets = 1});
  for (unsigned k = 0; k < entries; ++k) REQUIRE(map.insert(k, k), "insert of a new key");
  {
    const armed_fault armed(plan);
    for (unsigned k = 0; k < entries; ++k) REQUIRE(map.erase(k) && !map.contains(k), "erase of key " << k);
  }
  REQUIRE(map.empty(), map.size() << " entries left");
  const auto report = map.check();
  REQUIRE(report.ok(), listed(report.problems));
  for (unsigned k = 0; k < entries; ++k) REQUIRE(map.insert(k, k), "insert with memory again");
}

template <class R>
struct unheard : driven<integer_codec, R> {
  using listener = wane::no_listener;  // recorders are for one thread
};

/// The first call of a thread may need memory. Several threads, so that some are beyond what the map keeps room for from
/// the start.
template <class R>
void a_new_thread_erases_or_changes_nothing() {
  constexpr unsigned threads = 16;
  const attendance<R> present;
  wane::map<std::uint64_t, std::uint64_t, unheard<R>> map;
  for (unsigned k = 0; k < threads; ++k) map.insert(k, k);
  barrier everybody_has_a_slot(threads);
  together(threads, [&](unsigned k) {
    const attendance<R> here_too;
    wane::std_environment::thread_slot();
    everybody_has_a_slot.arrive_and_wait();
    bool erased = false;
    try {
      const armed_fault armed(memory_is_gone[0]);
      erased = map.erase(k);
    } catch (const std::bad_alloc&) {
      EXPECT(map.find(k) == k, "key " << k << " is gone although its erase threw");
      erased = map.erase(k);
    }
    EXPECT(erased && !map.contains(k), "key " << k << " could not be erased");
  });
  EXPECT(map.empty(), map.size() << " entries left");
  const auto report = map.check();
  EXPECT(report.ok(), listed(report.problems));
}

/// An entry that expires can be met, and swept, without memory.
template <class R>
void expiry_needs_no_memory() {
  const auto entries = *rc::gen::inRange<unsigned>(1, 1000);
  const auto plan = *rc::gen::elementOf(std::vector<fault>(std::begin(memory_is_gone), std::end(memory_is_gone)));
  const attendance<R> present;
  wane::manual_clock clock;
  wane::components<driven<integer_codec, R>> parts;
  parts.clock = clock;
  wane::map<std::uint64_t, std::uint64_t, driven<integer_codec, R>> map({.minimum_buckets = 1}, parts);
  for (unsigned k = 0; k < entries; ++k) REQUIRE(map.insert(k, k, std::chrono::seconds(1)), "insert of a new key");
  clock.advance(std::chrono::seconds(2));
  {
    const armed_fault armed(plan);
    for (unsigned k = 0; k < entries / 2; ++k) REQUIRE(!map.contains(k), "key " << k << " outlived its deadline");
    for (int passes = 0; passes < 2;) passes += map.sweep_some().pass_ended ? 1 : 0;
  }
  REQUIRE(map.empty(), map.size() << " entries left");
  REQUIRE(map.check().ok(), listed(map.check().problems));
}

template <class R>
struct heard : wane::policy<std::uint64_t> {
  using reclaimer = R;
  using clock = wane::manual_clock;
  using listener = std::function<void(std::uint64_t, std::uint64_t, wane::cause)>;
};

/// What a sweeper's thread needs when it first comes to a map may not be there. It comes again.
template <class R>
void a_sweeper_outlives_want_of_memory() {
  const attendance<R> present;
  wane::manual_clock clock;
  // The first map's listener is called on the sweeper's thread, and takes that thread's memory away before it comes to the second.
  wane::map<std::uint64_t, std::uint64_t, heard<R>> first({},
                                                          {.clock = clock, .listener = [](auto, auto, wane::cause why) {
                                                             if (why == wane::cause::expired)
                                                               detail::armed = fault{fault::kind::heap, 0, true};
                                                           }});
  wane::map<std::uint64_t, std::uint64_t, heard<R>> second({}, {.clock = clock});
  for (auto* map : {&first, &second}) map->insert(1, 1, std::chrono::seconds(1));
  clock.advance(std::chrono::seconds(2));
  wane::sweeper sweeper({.lateness = std::chrono::milliseconds(1), .cpu_share = 1});
  sweeper.attach(first);
  sweeper.attach(second);
  // The first slots have room in every map; a thread that comes later needs memory.
  constexpr unsigned others = 16;
  barrier there(others + 1), gone(others + 1);
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < others; ++i)
    threads.emplace_back([&] {
      wane::std_environment::thread_slot();
      there.arrive_and_wait();
      gone.arrive_and_wait();
    });
  there.arrive_and_wait();
  const auto wait_until = [](auto&& holds) {
    while (!holds()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  sweeper.start();
  wait_until([&] { return sweeper.stats().failed >= 2; });
  EXPECT(first.empty() && second.stats().size == 1, "what is swept without memory");
  sweeper.stop();
  sweeper.start();  // a thread that has memory
  wait_until([&] { return sweeper.stats().removed == 2; });
  sweeper.stop();
  gone.arrive_and_wait();
  EXPECT(first.empty() && second.empty() && second.check().ok(), "they are swept");
}

/// A map that cannot be made is not made, and leaks nothing (the sanitizers watch).
template <class R>
void construction_fails_cleanly() {
  const auto kind = *rc::gen::element(fault::kind::heap, fault::kind::pages);
  const auto after = *rc::gen::inRange<unsigned>(0, 20);
  const auto expected = *rc::gen::element<std::size_t>(0, 10, 1000, 100'000);
  const attendance<R> present;
  wane::components<driven<integer_codec, R>> parts;
  try {
    const armed_fault armed({kind, after, false});
    wane::map<std::uint64_t, std::uint64_t, driven<integer_codec, R>> map({.expected_entries = expected}, parts);
    map.insert(1u, 1u);
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const program_shape shape{.keys = 40, .longest = 300, .faults = {fault::kind::heap, fault::kind::pages}};
  for_each_reclaimer<main_reclaimers, sifting_reclaimers, copying_reclaimers>(
      "a_map_short_of_memory_does_what_its_model_does", [&]<class R>(const auto& name) {
        tests.property(name, [&] { a_map_does_what_its_model_does<integer_codec, R>(shape); });
      });
  for_each_reclaimer<main_reclaimers, sifting_reclaimers>(
      "a_map_of_strings_short_of_memory_does_what_its_model_does", [&]<class R>(const auto& name) {
        tests.property(name, [&] { a_map_does_what_its_model_does<string_codec, R>(shape); });
      });
  for_each_reclaimer<every_reclaimer, copying_reclaimers>(
      "erase_succeeds_when_memory_is_exhausted",
      [&]<class R>(const auto& name) { tests.property(name, [] { erase_succeeds_when_memory_is_exhausted<R>(); }); });
  for_each_reclaimer<every_reclaimer, copying_reclaimers>(
      "a_new_thread_erases_or_changes_nothing",
      [&]<class R>(const auto& name) { tests.test(name, a_new_thread_erases_or_changes_nothing<R>); });
  for_each_reclaimer<every_reclaimer, copying_reclaimers>("expiry_needs_no_memory", [&]<class R>(const auto& name) {
    tests.property(name, [] { expiry_needs_no_memory<R>(); });
  });
  for_each_reclaimer<every_reclaimer, copying_reclaimers>(
      "a_sweeper_outlives_want_of_memory",
      [&]<class R>(const auto& name) { tests.test(name, a_sweeper_outlives_want_of_memory<R>); });
  for_each_reclaimer<every_reclaimer, copying_reclaimers>("construction_fails_cleanly", [&]<class R>(const auto& name) {
    tests.property(name, [] { construction_fails_cleanly<R>(); });
  });
  return tests.result();
}
