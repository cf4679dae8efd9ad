// SPDX-License-Identifier: BSL-1.0
// What a small map costs, how many buckets there are for so many entries, and how much garbage a thread keeps that nobody
// holds up.
#include <wane/map.hpp>

#include <algorithm>
#include <string>

#include "support/harness.hpp"
#include "support/reclaimers.hpp"

using namespace proptest;

namespace {

template <class R, class Key, class T>
struct small : wane::policy<Key> {
  using reclaimer = R;
};

template <class R, class Key, class T, class Make>
void a_map_of_ten_entries_costs_under_16_kib(Make make) {
  const attendance<R> present;
  using map_type = wane::map<Key, T, small<R, Key, T>>;
  map_type map;
  for (unsigned i = 0; i < 10; ++i) map.insert(make(i), make(i));
  const auto s = map.stats();
  EXPECT(s.mapped_bytes > 0 && s.heap_bytes > 0, "the figures are there");
  EXPECT(sizeof(map) + s.mapped_bytes + s.heap_bytes < 16 * 1024,
         sizeof(map) << " bytes itself, " << s.mapped_bytes << " mapped, " << s.heap_bytes << " on the heap");
}

/// Entries that a table of so many buckets has room for: tables that fit into the caches have twice as many (decision 0013).
std::size_t room(std::size_t buckets) {
  return buckets <= std::size_t{1} << wane::std_environment::cached_table_bits ? buckets / 2 : buckets;
}

void a_table_has_room_for_what_is_expected(std::size_t entries) {
  const wane::map<int, int> map({.expected_entries = entries});
  const std::size_t buckets = map.bucket_count();
  EXPECT(room(buckets) >= entries, buckets << " buckets for " << entries);
  EXPECT(buckets == 16 || room(buckets / 2) < entries, buckets << " buckets for " << entries);
}

/// A growing one, which is behind by 64 at most; and what it has doubled is split half way to the next doubling.
void a_table_grows_when_it_is_full_and_is_split_in_time() {
  constexpr std::size_t behind = 64;
  wane::map<int, int> map;
  std::size_t buckets = map.bucket_count(), half_way = 0;
  for (int i = 0; i < 300'000; ++i) {
    map.insert(i, i);
    const auto entries = static_cast<std::size_t>(i) + 1;
    if (const std::size_t now = map.bucket_count(); now != buckets) {
      EXPECT(now == 2 * buckets, buckets << " buckets became " << now);
      EXPECT(entries > room(buckets), buckets << " buckets doubled at " << entries);
      buckets = now;
      half_way = entries + (room(buckets) - entries) / 2 + behind;
    }
    EXPECT(entries <= room(buckets) + behind, buckets << " buckets for " << entries);
    if (entries == half_way) {
      const auto report = map.check();
      EXPECT(report.sentinels == buckets, report.sentinels << " of " << buckets << " buckets are split at " << entries);
    }
  }
}

void garbage_follows_the_table(std::size_t entries) {
  wane::map<int, int> map({.expected_entries = entries});
  std::size_t most = 0;
  for (int i = 0; i < 20'000; ++i) {
    map.insert(i, i);
    map.erase(i);
    if (i % 32 == 0) most = std::max(most, map.stats().retired);
  }
  constexpr std::size_t bag = wane::impl::bag::capacity;
  const std::size_t waiting = std::clamp<std::size_t>(map.bucket_count() / 8 / bag, 1, 8);
  EXPECT(most <= (waiting + 3) * bag, most << " slots wait beside " << map.bucket_count() << " buckets");
  EXPECT(most > (waiting - 1) * bag, "only " << most << " slots wait beside " << map.bucket_count() << " buckets");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const std::string name = "a_map_of_ten_entries_costs_under_16_kib";
  const auto of_integers = [&]<class R>(const auto& of_reclaimer) {
    tests.test(of_reclaimer + ", integers", [] {
      a_map_of_ten_entries_costs_under_16_kib<R, std::uint64_t, std::uint64_t>([](unsigned i) { return i; });
    });
  };
  for_each_reclaimer<every_reclaimer, copying_reclaimers>(name, of_integers);
  for_each_reclaimer<every_reclaimer>(name, [&]<class R>(const auto& of_reclaimer) {
    tests.test(of_reclaimer + ", strings", [] {
      a_map_of_ten_entries_costs_under_16_kib<R, std::string, std::string>(
          [](unsigned i) { return std::to_string(i); });
    });
  });
  for (const std::size_t entries : {1, 1'024, 1'025, 65'536, 65'537, 262'144, 262'145})
    tests.test("a_table_has_room_for_what_is_expected [" + std::to_string(entries) + "]",
               [entries] { a_table_has_room_for_what_is_expected(entries); });
  tests.test("a_table_grows_when_it_is_full_and_is_split_in_time", a_table_grows_when_it_is_full_and_is_split_in_time);
  for (const std::size_t entries : {10, 2'000, 100'000})
    tests.test("garbage_follows_the_table [" + std::to_string(entries) + "]",
               [entries] { garbage_follows_the_table(entries); });
  return tests.result();
}
