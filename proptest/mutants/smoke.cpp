// SPDX-License-Identifier: BSL-1.0
// The headers with all mutants in them compile, for every member of a map, and with none selected they do what the headers
// that ship do. Which mutants are bugs is for the explorer to say; here only one is selected, to see that selection works.
#include <wane/map.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sstream>
#include <string>
#include <string_view>

#include <seeded_mutants.hpp>
#include <weaker_orders.hpp>

using namespace std::chrono_literals;

namespace {

template <class Key>
struct by_hand : wane::policy<Key> {
  using clock = wane::manual_clock;
};

bool all_well = true;

void expect(bool condition, std::string_view what) {
  if (condition) return;
  std::printf("not so: %.*s\n", static_cast<int>(what.size()), what.data());
  all_well = false;
}

int number_of(std::string_view name) {
  const auto* const found = std::ranges::find(proptest::seeded_mutants, name, &proptest::seeded_mutant::name);
  return found == std::ranges::end(proptest::seeded_mutants) ? -1 : found->number;
}

/// Every operation once or twice, on keys and values that `make` makes of numbers.
template <class Key, class Make>
void use_everything(const Make& make) {
  wane::manual_clock clock;
  wane::map<Key, Key, by_hand<Key>> map({.minimum_buckets = 1}, {.clock = clock});
  const auto now = [&] { return clock.now(); };

  expect(map.insert(make(1), make(10)), "an absent key is inserted");
  expect(!map.insert(make(1), make(11)), "a present one is not");
  expect(map.try_emplace(make(2), make(20)) && map.try_emplace_for(5ms, make(3), make(30)), "values are emplaced");
  expect(map.insert_or_assign(make(4), make(40)) && !map.insert_or_assign(make(4), make(41)), "values are assigned");
  expect(
      map.get_or_emplace(make(4), make(0)).first == make(41) && map.get_or_emplace_for(5ms, make(5), make(50)).second,
      "values are got or emplaced");
  expect(!map.upsert(make(1), make(0), [&](const Key&) { return make(12); }), "values are upserted");
  expect(map.find(make(1)) == make(12) && map.contains(make(2)) && !map.contains(make(99)), "keys are found");
  expect(map.visit(make(2), [&](const Key&, const Key& v) { expect(v == make(20), "values are visited"); }),
         "or visited");
  expect(map.replace(make(1), make(13)) == make(12), "values are replaced");
  expect(map.compare_exchange(make(1), make(13), make(14)) && !map.compare_exchange(make(1), make(13), make(15)),
         "values are compared and exchanged");
  expect(map.update(make(1), [&](const Key&) { return make(16); }), "values are updated");
  expect(map.touch(make(1), 10ms) && map.expire_at(make(2), now() + 10ms) && map.persist(make(2)), "deadlines move");
  expect(map.ttl(make(2)) == wane::no_deadline && map.find_and_touch(make(1), 20ms) == make(16), "and are told");

  for (int i = 100; i < 400; ++i) expect(map.insert(make(i), make(i), 5ms), "many keys are inserted");
  clock.advance(5ms);
  expect(!map.find(make(100)) && !map.erase(make(101)), "expired entries are absent");
  expect(map.sweep_some().removed > 200, "and swept");
  expect(map.check().ok(), "the structure is sound");
  for (int i = 100; i < 400; ++i) expect(map.insert(make(i), make(i)), "expired keys are inserted again");
  expect(map.erase(make(100)) && map.erase_if(make(101), [](const Key&, const Key&) { return true; }),
         "keys are erased");
  expect(map.take(make(102)) == make(102), "or taken");
  std::size_t visited = 0;
  map.for_each([&](const Key&, const Key&) { ++visited; });
  expect(map.snapshot().value().size() == visited, "a snapshot has what a walk visits");
  expect(visited == map.size(), "every entry is visited");
  visited = 0;
  wane::cursor at;
  do at = map.scan(at, 7, [&](const Key&, const Key&) { ++visited; });
  while (!at.at_end());
  expect(visited == map.size(), "and scanned");
  expect(map.erase_if([](const Key&, const Key&) { return true; }) == visited && map.empty(), "and erased");
  map.clear();
  map.collect();
  map.shrink_to_fit();
  expect(map.bucket_count() == 1 && map.load_factor() == 0 && map.stats().size == 0, "the table shrinks");
  map.reserve(100);
  map.domain().barrier();
  map.collect();
  std::ostringstream out;
  map.dump(out);
  expect(!out.str().empty() && map.check().ok(), "the structure is sound");
  {
    wane::sweeper sweeper;
    sweeper.attach(map);
    sweeper.detach(map);
  }
}

void a_mutant_that_is_selected_is_active() {
  wane::map<int, int> map;
  map.insert(1, 1);
  proptest::selected_mutant = number_of("replacement-not-told");
  expect(map.erase(1), "a mutant elsewhere changes nothing");
  proptest::selected_mutant = number_of("unlink-without-retire");
  map.insert(2, 2);
  map.erase(2);
  proptest::selected_mutant = 0;
  expect(!map.check().ok(), "a slot is lost");
}

}  // namespace

int main() {
  use_everything<int>([](int i) { return i; });
  use_everything<std::string>([](int i) { return "number " + std::to_string(i); });
  a_mutant_that_is_selected_is_active();
  std::printf("%zu seeded mutants, %zu weaker orders\n", std::size(proptest::seeded_mutants),
              std::size(proptest::weaker_orders));
  return all_well ? 0 : 1;
}
