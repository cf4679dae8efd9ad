// SPDX-License-Identifier: BSL-1.0
// The numbering of buckets: a bijection with split-order keys, level by level, in split order within each level.
#include <wane/environment.hpp>
#include <wane/impl/buckets.hpp>
#include <wane/pages.hpp>

#include <set>

#include "support/harness.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace wane::impl;

namespace {

constexpr unsigned bits = 16;
constexpr std::uint32_t count = 1u << bits;

void bucket_and_key_are_inverse() {
  for (std::uint32_t b = 0; b < count; ++b)
    EXPECT(bucket_of_key(key_of_bucket(b)) == b,
           "bucket " << b << " comes back as " << bucket_of_key(key_of_bucket(b)));
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t key = i << (64 - bits);
    EXPECT(bucket_of_key(key) < count && key_of_bucket(bucket_of_key(key)) == key, "key " << key);
  }
  for (const auto b : {count, (1u << max_bucket_bits) - 1, 1u << (max_bucket_bits - 1)})
    EXPECT(bucket_of_key(key_of_bucket(b)) == b, "bucket " << b << " of a large table");
}

void a_level_in_order_is_in_split_order() {
  EXPECT(key_of_bucket(0) == 0, "the first bucket begins the list");
  for (unsigned level = 1; level <= bits; ++level) {
    const std::uint32_t first = 1u << (level - 1);
    for (std::uint32_t i = 0; i < first; ++i)
      EXPECT(key_of_bucket(first + i) == (std::uint64_t{2} * i + 1) << (64 - level),
             "bucket " << first + i << " has the key " << key_of_bucket(first + i));
  }
}

void a_parent_is_the_nearest_coarser_cut_below() {
  std::set<std::uint64_t> coarser{0};
  for (unsigned level = 1; level <= bits; ++level) {
    const std::uint32_t first = 1u << (level - 1);
    for (std::uint32_t b = first; b < 2 * first; ++b) {
      const std::uint64_t key = key_of_bucket(b);
      const std::uint64_t parent = *--coarser.upper_bound(key);
      EXPECT(parent_key(key) == parent && bucket_of_key(parent) < first, "the parent of bucket " << b);
    }
    for (std::uint32_t b = first; b < 2 * first; ++b) coarser.insert(key_of_bucket(b));
  }
}

void a_hash_belongs_to_the_last_sentinel_at_or_below_it() {
  random_source random(1);
  for (unsigned table = 0; table <= max_bucket_bits; ++table)
    for (int i = 0; i < 1000; ++i) {
      std::uint64_t hash = random();
      if (i % 4 == 0 && table > 0) hash = hash >> (64 - table) << (64 - table);  // a sentinel's own key
      if (i % 4 == 1 && table > 0) hash = (hash >> (64 - table) << (64 - table)) - 1;
      const std::uint64_t key = sentinel_key_of_hash(hash, table);
      const std::uint64_t width = table == 0 ? 0 : std::uint64_t{1} << (64 - table);
      EXPECT(key <= hash && (table == 0 ? key == 0 : hash - key < width), "hash " << hash << " of 2^" << table);
      EXPECT(bucket_of_hash(hash, table) == bucket_of_key(key), "hash " << hash << " of 2^" << table);
      EXPECT(bucket_of_key(key) < std::uint64_t{1} << table, "bucket " << bucket_of_key(key) << " of 2^" << table);
    }
}

/// Whether its number is found by bits or by its level, a bucket is one word.
void a_bucket_of_a_hash_is_the_one_of_its_number() {
  wane::os_pages pages;
  for (unsigned bits = 0; bits <= 12; ++bits) {
    buckets<wane::std_environment, wane::os_pages> table(pages, false, bits);
    EXPECT(table.ensure(bits), "a table of 2^" << bits);
    for (std::uint64_t part = 0; part < table.size(); ++part)
      for (const std::uint64_t rest : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0} >> bits}) {
        const std::uint64_t hash = (bits == 0 ? 0 : part << (64 - bits)) | rest;
        EXPECT(&table.of_hash(hash, bits) == &table[bucket_of_hash(hash, bits)], "hash " << hash << " of 2^" << bits);
      }
  }
}

/// The shape of a table goes up by growth and down by a shrink, which bars growth until its end.
void growth_is_barred_while_a_table_shrinks() {
  wane::os_pages pages;
  buckets<wane::std_environment, wane::os_pages> table(pages, false, 2);
  EXPECT(table.ensure(2) && table.size() == 4, "a table of four");
  EXPECT(!table.grow(1) && table.grow(2) && table.size() == 8, "it grows from the size it has");
  EXPECT(!table.begin_shrink(2) && table.begin_shrink(3) && table.is_shrinking() && table.bits() == 2, "it shrinks");
  EXPECT(!table.grow(2) && !table.begin_shrink(2) && table.bits() == 2, "it does one at a time");
  table.drop_level(2);
  table.end_shrink();
  EXPECT(!table.is_shrinking() && table.bits() == 2 && table.grow(2) && table.bits() == 3, "and grows again");
  for (std::uint32_t b = 4; b < 8; ++b) EXPECT(table[b].read().is_untouched(), "bucket " << b << " is as new");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("bucket_and_key_are_inverse", bucket_and_key_are_inverse);
  tests.test("a_level_in_order_is_in_split_order", a_level_in_order_is_in_split_order);
  tests.test("a_parent_is_the_nearest_coarser_cut_below", a_parent_is_the_nearest_coarser_cut_below);
  tests.test("a_hash_belongs_to_the_last_sentinel_at_or_below_it", a_hash_belongs_to_the_last_sentinel_at_or_below_it);
  tests.test("a_bucket_of_a_hash_is_the_one_of_its_number", a_bucket_of_a_hash_is_the_one_of_its_number);
  tests.test("growth_is_barred_while_a_table_shrinks", growth_is_barred_while_a_table_shrinks);
  return tests.result();
}
