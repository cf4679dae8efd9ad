// SPDX-License-Identifier: BSL-1.0
// Memory ahead of need: what a growing map comes to has been asked for before, and a map that does not grow gets nothing.
#include <wane/map.hpp>
#include <wane/pages.hpp>
#include <wane/sweeper.hpp>

#include <sys/mman.h>

#include <cstdint>
#include <map>
#include <thread>
#include <vector>

#include "support/harness.hpp"

using namespace proptest;

namespace {

/// Where memory has been put ahead of need, by address.
class ranges {
 public:
  void add(const void* p, std::size_t bytes) { begin_to_end_[address(p)] = address(p) + bytes; }
  void drop(const void* p, std::size_t bytes) {
    std::erase_if(begin_to_end_, [&](const auto& r) { return r.first >= address(p) && r.first < address(p) + bytes; });
  }
  [[nodiscard]] bool cover(const void* p) const {
    const auto next = begin_to_end_.upper_bound(address(p));
    return next != begin_to_end_.begin() && address(p) < std::prev(next)->second;
  }

 private:
  static std::uintptr_t address(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }
  std::map<std::uintptr_t, std::uintptr_t> begin_to_end_;
};

struct watched_pages {
  wane::os_pages os;
  ranges* backed = nullptr;

  [[nodiscard]] void* map(std::size_t bytes, bool huge) noexcept { return os.map(bytes, huge); }
  void unmap(void* p, std::size_t bytes) noexcept {
    backed->drop(p, bytes);
    os.unmap(p, bytes);
  }
  std::size_t populate(void* p, std::size_t bytes) noexcept {
    backed->add(p, bytes);
    return bytes;
  }
};

struct watched : wane::policy<std::uint64_t> {
  using pages = watched_pages;
};
using core = wane::impl::map_core<std::uint64_t, std::uint64_t, watched>;

/// The core of a map whose maintenance is called by hand, and a round of insertions.
struct growing {
  ranges backed;
  core entries{{}, {.pages = {.os = {}, .backed = &backed}}};
  std::uint64_t inserted = 0;

  void insert(std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      core::operation op(entries.entries());
      const std::uint64_t key = inserted++, hash = entries.hash_of(key);
      core::prepared fresh(entries, op);
      fresh.construct(hash, key, key);
      fresh.enliven(wane::impl::never);
      while (!entries.insert(op, entries.locate(op, hash, key), fresh)) {
      }
    }
  }
  void erase_all() {
    for (std::uint64_t key = 0; key < inserted; ++key) {
      core::operation op(entries.entries());
      const std::uint64_t hash = entries.hash_of(key);
      entries.kill(op, hash, entries.locate(op, hash, key), wane::cause::erased);
    }
  }
  [[nodiscard]] std::uint32_t blocks() { return entries.entries().slots().blocks(); }
  [[nodiscard]] bool is_backed(std::uint32_t block) {
    const auto first = static_cast<wane::impl::handle>(block * wane::impl::block_slots);
    return backed.cover(&entries.entries()[first]);
  }
  [[nodiscard]] const void* bucket(std::uint64_t b) {
    return &entries.entries().table()[static_cast<std::uint32_t>(b)];
  }
};

constexpr std::uint64_t a_round = 1000;

void what_insertions_come_to_has_been_asked_for() {
  growing map;
  map.entries.prepare();
  std::uint64_t blocks = 0, bare_blocks = 0, buckets = 0, bare_buckets = 0;
  for (int round = 0; round < 200; ++round) {
    const std::uint32_t from = map.blocks();
    const std::uint64_t size = map.entries.entries().table().size();
    map.insert(a_round);
    // The first of them comes unannounced.
    for (std::uint32_t b = from; round > 1 && b < map.blocks(); ++b, ++blocks) bare_blocks += map.is_backed(b) ? 0 : 1;
    for (std::uint64_t b = size; round > 1 && b < map.entries.entries().table().size(); ++b, ++buckets)
      bare_buckets += map.backed.cover(map.bucket(b)) ? 0 : 1;
    map.entries.prepare();
  }
  EXPECT(blocks > 5000 && bare_blocks == 0, bare_blocks << " of " << blocks << " blocks were not asked for");
  // Small tables double faster than they are watched.
  EXPECT(buckets > 200'000 && bare_buckets < 8192, bare_buckets << " of " << buckets << " buckets were not asked for");
}

void a_map_that_does_not_grow_gets_nothing() {
  growing map;
  map.insert(20 * a_round);
  EXPECT(map.entries.prepare() == 0, "for what has been there all along");
  EXPECT(map.entries.prepare() == 0, "without an insertion");
  map.insert(a_round);
  EXPECT(map.entries.prepare() > 0, "nothing though it has grown");
  for (int i = 0; i < 100; ++i) EXPECT(map.entries.prepare() == 0, "after it has grown");
  EXPECT(!map.is_backed(map.blocks() + 2 * map.blocks()), "more than the map itself");
}

void what_a_shrink_gives_back_is_asked_for_anew() {
  growing map;
  for (int round = 0; round < 40; ++round) map.insert(a_round), map.entries.prepare();
  const std::uint64_t large = map.entries.entries().table().size();
  map.erase_all();
  map.entries.collect_here();
  map.entries.shrink_to_fit();
  map.entries.prepare();
  const std::uint64_t small = map.entries.entries().table().size();
  EXPECT(small < large, "the table did not shrink");
  for (int round = 0; round < 80; ++round) map.insert(a_round), map.entries.prepare();
  EXPECT(map.backed.cover(map.bucket(large - 1)), "a level that was given back has no memory behind it");
}

/// Bytes of [p, p + bytes) that memory is behind.
std::size_t resident(void* p, std::size_t bytes) {
  std::vector<unsigned char> pages(bytes / 4096);
  EXPECT(mincore(p, bytes, pages.data()) == 0, "mincore");
  std::size_t n = 0;
  for (const unsigned char page : pages) n += (page & 1) * std::size_t{4096};
  return n;
}

/// Whether the system backs memory when asked. States by EXPECT that it must, for the tests that would wait for it.
bool has_populate() {
  wane::os_pages pages;
  void* const page = pages.map(4096, false);
  const bool has = pages.populate(page, 4096) == 4096;
  EXPECT(has, "no MADV_POPULATE_WRITE here: it takes Linux 5.14");
  pages.unmap(page, 4096);
  return has;
}

void pages_are_backed_and_keep_what_they_hold() {
  if (!has_populate()) return;
  wane::os_pages pages;
  constexpr std::size_t bytes = std::size_t{5} << 20;
  auto* const memory = static_cast<char*>(pages.map(bytes, false));
  memory[10'000] = 'x';
  const std::size_t some = pages.populate(memory + 5000, 4 << 20);
  EXPECT(some >= 4 << 20 && some <= (4 << 20) + 8192, some);
  EXPECT(resident(memory, bytes) == some, resident(memory, bytes) << " bytes are resident");
  EXPECT(memory[10'000] == 'x' && memory[100'000] == 0, "what the pages hold has changed");
  EXPECT(pages.populate(memory, bytes) == bytes && resident(memory, bytes) == bytes, "the rest");
  pages.unmap(memory, bytes);
}

void a_sweeper_backs_the_memory_of_maps_that_grow() {
  if (!has_populate()) return;
  wane::sweeper sweeper;
  wane::map<std::uint64_t, std::uint64_t> map;
  sweeper.attach(map);
  sweeper.start();
  for (std::uint64_t key = 0; sweeper.stats().backed_bytes == 0; ++key) {
    map.insert(key, key);
    if (key % 1000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("what_insertions_come_to_has_been_asked_for", what_insertions_come_to_has_been_asked_for);
  tests.test("a_map_that_does_not_grow_gets_nothing", a_map_that_does_not_grow_gets_nothing);
  tests.test("what_a_shrink_gives_back_is_asked_for_anew", what_a_shrink_gives_back_is_asked_for_anew);
  tests.test("pages_are_backed_and_keep_what_they_hold", pages_are_backed_and_keep_what_they_hold);
  tests.test("a_sweeper_backs_the_memory_of_maps_that_grow", a_sweeper_backs_the_memory_of_maps_that_grow);
  return tests.result();
}
