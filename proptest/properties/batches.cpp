// SPDX-License-Identifier: BSL-1.0
// Properties: a call for many keys answers by position what a call for each, in order, would have.
#include <rapidcheck.h>
#include <wane/map.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "support/harness.hpp"
#include "support/reclaimers.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

template <class Key, class R>
struct timed : wane::policy<Key> {
  using reclaimer = R;
  using clock = wane::manual_clock;
};

template <class Key>
Key key_of(int number) {
  if constexpr (std::is_same_v<Key, std::string>)
    return "a key as long as it takes to be on the heap, " + std::to_string(number);
  else
    return static_cast<Key>(number);
}

/// A map with some keys there, some expired, some never inserted; and the keys to be asked for, in any number and order.
template <class Key, class R>
struct drawn {
  using map_type = wane::map<Key, int, timed<Key, R>>;

  drawn() {
    for (int k = 0; k < keys; ++k) switch (*rc::gen::inRange(0, 3)) {
        case 0: there.push_back(map.insert(key_of<Key>(k), k)); break;
        case 1: map.insert(key_of<Key>(k), k, 1ms); [[fallthrough]];
        default: there.push_back(false);
      }
    clock.advance(1ms);
    for (const int k : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, keys)).as("keys")) {
      numbers.push_back(k);
      asked.push_back(key_of<Key>(k));
    }
  }

  static constexpr int keys = 150;
  attendance<R> present;
  wane::manual_clock clock;
  map_type map{{}, {.clock = clock}};
  std::vector<bool> there;
  std::vector<int> numbers;
  std::vector<Key> asked;
};

template <class Key, class R>
void find_many_finds_each() {
  drawn<Key, R> d;
  std::vector<std::optional<int>> values(d.asked.size(), -1);
  const std::size_t hits = d.map.find_many(d.asked, values);
  std::size_t expected = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int k = d.numbers[i];
    const bool there = d.there[static_cast<std::size_t>(k)];
    RC_ASSERT(values[i] == (there ? std::optional(k) : std::nullopt));
    expected += there;
  }
  RC_ASSERT(hits == expected);
  RC_ASSERT(d.map.check().ok());
}

template <class Key, class R>
void erase_many_erases_each_once() {
  drawn<Key, R> d;
  std::vector<bool> erased(d.asked.size(), true);
  const std::size_t hits = d.map.erase_many(d.asked, erased);
  std::size_t expected = 0;
  for (std::size_t i = 0; i < erased.size(); ++i) {
    const auto k = static_cast<std::size_t>(d.numbers[i]);
    RC_ASSERT(erased[i] == d.there[k]);
    expected += d.there[k];
    d.there[k] = false;  // the key may come again
  }
  RC_ASSERT(hits == expected);
  for (int k = 0; k < d.keys; ++k) RC_ASSERT(d.map.contains(key_of<Key>(k)) == d.there[static_cast<std::size_t>(k)]);
  RC_ASSERT(d.map.check().ok());
}

void ranges_of_different_length_are_refused() {
  wane::map<int, int> map;
  map.insert(1, 1);
  const std::vector<int> keys{1, 2};
  std::vector<std::optional<int>> values(1, 7);
  std::vector<bool> erased(3);
  const auto is_refused = [](auto&& call) {
    try {
      call();
      return false;
    } catch (const std::invalid_argument&) {
      return true;
    }
  };
  EXPECT(is_refused([&] { map.find_many(keys, values); }) && values[0] == 7, "find_many");
  EXPECT(is_refused([&] { map.erase_many(keys, erased); }) && map.contains(1), "erase_many");
}

/// Where a hash throws, the groups of 32 before have happened, and nothing of its own.
void a_hash_that_throws_leaves_its_group_undone() {
  struct choosy : timed<int, wane::epoch> {
    struct hash {
      std::uint64_t operator()(int key) const {
        if (key == 40) throw std::runtime_error("not this one");
        return static_cast<std::uint64_t>(key);
      }
    };
  };
  wane::map<int, int, choosy> map;
  std::vector<int> keys(64);
  for (int k = 0; k < 64; ++k) {
    keys[static_cast<std::size_t>(k)] = k;
    if (k != 40) map.insert(k, k);
  }
  std::vector<bool> erased(64);
  bool thrown = false;
  try {
    map.erase_many(keys, erased);
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  EXPECT(thrown, "what the hash throws is not let out");
  for (int k = 0; k < 64; ++k)
    if (k != 40) EXPECT(map.contains(k) == (k >= 32) && erased[static_cast<std::size_t>(k)] == (k < 32), "key " << k);
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const auto test = [&]<class Key, class R>(const std::string& name) {
    tests.property("find_many_finds_each " + name, find_many_finds_each<Key, R>);
    tests.property("erase_many_erases_each_once " + name, erase_many_erases_each_once<Key, R>);
  };
  for_each_reclaimer<every_reclaimer, copying_reclaimers>(
      "of integers", [&]<class R>(const auto& name) { test.template operator()<int, R>(name); });
  test.template operator()<std::string, wane::epoch>("of strings");
  tests.test("ranges_of_different_length_are_refused", ranges_of_different_length_are_refused);
  tests.test("a_hash_that_throws_leaves_its_group_undone", a_hash_that_throws_leaves_its_group_undone);
  return tests.result();
}
