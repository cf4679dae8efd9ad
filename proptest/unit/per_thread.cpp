// SPDX-License-Identifier: BSL-1.0
// Objects per thread slot: one a slot, made once even when threads race for a chunk, found by anybody, destroyed once.
#include <wane/environment.hpp>
#include <wane/impl/per_thread.hpp>

#include <set>
#include <vector>

#include "support/counted.hpp"
#include "support/harness.hpp"
#include "support/jitter.hpp"
#include "support/threads.hpp"

using namespace proptest;

namespace {

struct tag;
struct object : instances<tag> {
  std::uint64_t owner = 0;
};

template <class Env>
struct many_slots : Env {
  static std::uint32_t slots_in_use() noexcept { return 100; }
};

template <class Env>
using objects = wane::impl::per_thread<object, many_slots<Env>>;

void a_slot_has_one_object() {
  {
    objects<wane::std_environment> all;
    EXPECT(all.bytes() == 0, "nothing is made before it is needed");
    std::set<const object*> distinct;
    for (const std::uint32_t slot : {0u, 1u, 2u, 3u, 4u, 7u, 8u, 15u, 16u, 63u, 64u, 99u}) {
      object& made = all.at(slot);
      EXPECT(distinct.insert(&made).second, "slot " << slot << " shares its object");
      EXPECT(&all.at(slot) == &made && all.find(slot) == &made, "slot " << slot << " has two objects");
    }
    EXPECT(all.bytes() == 128 * sizeof(object), all.bytes() << " bytes for 128 slots");
    EXPECT(object::alive() == 128, object::alive() << " objects in the chunks of 128 slots");
    EXPECT(all.find(128) == nullptr && all.find(65'535) == nullptr, "what nobody used is not there");
    std::uint32_t next = 0;
    all.for_each([&](std::uint32_t slot, object& o) {
      EXPECT(slot == next++ && &o == all.find(slot), "visit of slot " << slot);
    });
    EXPECT(next == 100, next << " slots visited of 100 in use");
  }
  EXPECT(object::alive() == 0, object::alive() << " objects left");
}

/// The objects of the first slots are part of the whole; the others are as they are otherwise.
void the_first_can_be_near() {
  {
    wane::impl::per_thread<object, many_slots<wane::std_environment>, 32> all;
    EXPECT(object::alive() == 32 && all.bytes() == 0, object::alive() << " objects and " << all.bytes() << " bytes besides");
    std::set<const object*> distinct;
    for (const std::uint32_t slot : {0u, 31u, 32u, 63u, 64u, 99u, 65'535u}) {
      EXPECT((all.near_at(slot) != nullptr) == (slot < 32), "slot " << slot << " is near or not");
      EXPECT((all.find(slot) != nullptr) == (slot < 32 || slot == 63 || slot == 99), "slot " << slot << " before its first use");
      object& made = all.at(slot);
      EXPECT(distinct.insert(&made).second, "slot " << slot << " shares its object");
      EXPECT(&all.at(slot) == &made && all.find(slot) == &made, "slot " << slot << " has two objects");
    }
    EXPECT(all.bytes() == (96 + 32'768) * sizeof(object), all.bytes() << " bytes besides");
    std::uint32_t next = 0;
    all.for_each([&](std::uint32_t slot, object& o) {
      EXPECT(slot == next++ && &o == all.find(slot), "visit of slot " << slot);
    });
    EXPECT(next == 100, next << " slots visited of 100 in use");
  }
  EXPECT(object::alive() == 0, object::alive() << " objects left");
}

void the_last_slot_has_one_too() {
  {
    objects<wane::std_environment> all;
    all.at(65'535).owner = 1;
    EXPECT(all.find(65'535)->owner == 1 && all.find(32'768) != nullptr && all.find(32'767) == nullptr,
           "the last chunk");
  }
  EXPECT(object::alive() == 0, object::alive() << " objects left");
}

/// Sets the first uses of one chunk against each other.
template <class Env>
void threads_that_race_for_a_chunk_share_it() {
  constexpr unsigned threads = 4;
  for (rounds r; r.go_on();) {
    {
      objects<Env> all;
      together(threads, [&](unsigned me) {
        for (std::uint32_t chunk = 4; chunk <= 64; chunk *= 2) {
          all.at(chunk + me).owner += me + 1;
          all.at(chunk + me).owner += me + 1;
        }
      });
      for (std::uint32_t chunk = 4; chunk <= 64; chunk *= 2)
        for (unsigned i = 0; i < threads; ++i)
          EXPECT(all.find(chunk + i)->owner == 2 * (i + 1),
                 "slot " << chunk + i << " has " << all.find(chunk + i)->owner);
      EXPECT(object::alive() == 124, object::alive() << " objects in five chunks");
    }
    EXPECT(object::alive() == 0, object::alive() << " objects left");
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("a_slot_has_one_object", a_slot_has_one_object);
  tests.test("the_first_can_be_near", the_first_can_be_near);
  tests.test("the_last_slot_has_one_too", the_last_slot_has_one_too);
  tests.test("threads_that_race_for_a_chunk_share_it", threads_that_race_for_a_chunk_share_it<wane::std_environment>);
  tests.test("threads_that_race_for_a_chunk_share_it [delayed]",
             threads_that_race_for_a_chunk_share_it<jittery_environment>);
  return tests.result();
}
