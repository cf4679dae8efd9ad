// SPDX-License-Identifier: BSL-1.0
// Properties: how long entries live, by every call that can say so, at every length of tick, up to the limits of time.
#include <rapidcheck.h>
#include <wane/map.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <ratio>

#include "support/harness.hpp"
#include "support/model.hpp"

using namespace proptest;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

template <class Tick>
struct timed : wane::policy<std::uint64_t> {
  using clock = wane::manual_clock;
  using tick = Tick;
};

template <class Tick>
struct fixture {
  using map_type = wane::map<std::uint64_t, int, timed<Tick>>;
  using life = typename map_type::lifetime;
  using assigned = typename map_type::assigned_lifetime;
  static constexpr nanoseconds tick = Tick(1);

  /// The map is made at some time of its clock, and used a little later.
  explicit fixture(nanoseconds age = 0ns) {
    clock.advance(age);
    map.emplace(wane::options{}, wane::components<timed<Tick>>{.clock = clock});
  }
  wane::manual_clock clock;
  std::optional<map_type> map;
};

/// Every way to give the entry 1 a lifetime. Those that need an entry make one that never expires first.
template <class Tick>
struct way {
  const char* name;
  bool needs_entry;
  std::function<bool(typename fixture<Tick>::map_type&, typename fixture<Tick>::assigned)> assign;
};

template <class Tick>
const auto& ways() {
  using map = typename fixture<Tick>::map_type;
  using life = typename fixture<Tick>::life;
  using assigned = typename fixture<Tick>::assigned;
  static const std::array all{
      way<Tick>{"insert", false, [](map& m, assigned l) { return m.insert(1, 2, life(l)); }},
      way<Tick>{"try_emplace_for", false, [](map& m, assigned l) { return m.try_emplace_for(life(l), 1, 2); }},
      way<Tick>{"get_or_emplace_for", false,
                [](map& m, assigned l) { return m.get_or_emplace_for(life(l), 1, 2).second; }},
      way<Tick>{"insert_or_assign a new entry", false, [](map& m, assigned l) { return m.insert_or_assign(1, 2, l); }},
      way<Tick>{"upsert a new entry", false,
                [](map& m, assigned l) {
                  return m.upsert(
                      1, 2, [](int v) { return v; }, l);
                }},
      way<Tick>{"insert_or_assign", true, [](map& m, assigned l) { return !m.insert_or_assign(1, 2, l); }},
      way<Tick>{"replace", true, [](map& m, assigned l) { return m.replace(1, 2, l) == 0; }},
      way<Tick>{"compare_exchange", true, [](map& m, assigned l) { return m.compare_exchange(1, 0, 2, l); }},
      way<Tick>{"update", true,
                [](map& m, assigned l) {
                  return m.update(
                      1, [](int) { return 2; }, l);
                }},
      way<Tick>{"upsert", true,
                [](map& m, assigned l) {
                  return !m.upsert(
                      1, 0, [](int) { return 2; }, l);
                }},
  };
  return all;
}

template <class Tick>
nanoseconds any_length() {
  const auto in_ticks = *rc::gen::inRange<std::int64_t>(0, 1000).as("whole ticks");
  const auto rest = *rc::gen::inRange<std::int64_t>(0, fixture<Tick>::tick.count()).as("nanoseconds");
  return in_ticks * fixture<Tick>::tick + nanoseconds(rest);
}

/// The TTL, counted from a clock that stands anywhere in a tick, is kept by whatever call gives it.
template <class Tick>
void a_ttl_is_kept() {
  const nanoseconds ttl = any_length<Tick>() + 1ns;
  const nanoseconds age = any_length<Tick>(), later = any_length<Tick>();
  const auto by = *rc::gen::inRange<std::size_t>(0, ways<Tick>().size() + 2).as("way");
  fixture<Tick> f(age);
  f.clock.advance(later);
  if (by < ways<Tick>().size()) {
    const auto& w = ways<Tick>()[by];
    if (w.needs_entry) REQUIRE(f.map->insert(1, 0), w.name);
    REQUIRE(w.assign(*f.map, ttl), w.name);
  } else {
    REQUIRE(f.map->insert(1, 2), "insert");
    REQUIRE(by % 2 == 0 ? f.map->touch(1, ttl) : f.map->find_and_touch(1, ttl) == 2, "touch");
  }
  const auto left = f.map->ttl(1);
  REQUIRE(left && *left > 0ns && *left < ttl + 2 * fixture<Tick>::tick, "ttl() of an entry given " << ttl.count());
  f.clock.advance(ttl - 1ns);
  REQUIRE(f.map->contains(1), "gone before its TTL of " << ttl.count() << " ns");
  f.clock.advance(2 * fixture<Tick>::tick + 1ns);
  REQUIRE(!f.map->contains(1), "there two ticks after its TTL of " << ttl.count() << " ns");
}

/// A deadline is never early and less than two ticks late; one that is past is accepted and the entry dead on arrival.
template <class Tick>
void a_deadline_is_kept() {
  const nanoseconds age = any_length<Tick>(), later = any_length<Tick>();
  const nanoseconds offset = any_length<Tick>() - any_length<Tick>();
  const auto by = *rc::gen::inRange<std::size_t>(0, ways<Tick>().size() + 1).as("way");
  fixture<Tick> f(age);
  f.clock.advance(later);
  const auto deadline = f.clock.now() + offset;
  if (by < ways<Tick>().size()) {
    const auto& w = ways<Tick>()[by];
    if (w.needs_entry) REQUIRE(f.map->insert(1, 0), w.name);
    REQUIRE(w.assign(*f.map, deadline), w.name);
  } else {
    REQUIRE(f.map->insert(1, 2) && f.map->expire_at(1, deadline), "expire_at");
  }
  REQUIRE(f.map->size() == 1 || (by >= ways<Tick>().size() && f.map->empty()), "size " << f.map->size());
  if (offset > 0ns) {
    f.clock.advance(offset - 1ns);
    REQUIRE(f.map->contains(1), "gone before its deadline");
    f.clock.advance(1ns);
  }
  f.clock.advance(2 * fixture<Tick>::tick);
  REQUIRE(!f.map->contains(1), "there two ticks after its deadline");
  REQUIRE(f.map->stats().expired == 1, f.map->stats().expired << " expired");
}

/// What is not a TTL is refused by every call, and nothing changes.
void a_ttl_that_is_not_positive_is_refused() {
  using f_type = fixture<std::chrono::milliseconds>;
  using seconds_in_floating_point = std::chrono::duration<double>;
  f_type f;
  const auto refused = [](const char* what, auto&& call) {
    try {
      call();
    } catch (const std::invalid_argument&) {
      return;
    }
    EXPECT(false, what << " accepted it");
  };
  for (const bool there : {false, true}) {
    if (there) f.map->insert(1, 0);
    for (const auto& w : ways<std::chrono::milliseconds>()) {
      refused(w.name, [&] { w.assign(*f.map, 0s); });
      refused(w.name, [&] { w.assign(*f.map, -1ns); });
      refused(w.name, [&] { w.assign(*f.map, std::chrono::hours::min()); });
      refused(w.name, [&] { w.assign(*f.map, seconds_in_floating_point(-0.5)); });
    }
    for (const auto condition : {wane::when::always, wane::when::if_none, wane::when::if_some}) {
      refused("touch", [&] { f.map->touch(1, 0s, condition); });
      refused("touch", [&] { f.map->touch(1, seconds_in_floating_point(-1e300), condition); });
      refused("find_and_touch", [&] { f.map->find_and_touch(1, -1h, condition); });
    }
    EXPECT(f.map->size() == (there ? 1u : 0u), f.map->size());
    EXPECT(!there || (f.map->find(1) == 0 && f.map->ttl(1) == wane::no_deadline), "the entry has changed");
  }
}

/// However long the TTL, it is a TTL: finite, in the far future, later than any shorter one.
template <class Tick>
void a_huge_ttl_saturates() {
  using floating_hours = std::chrono::duration<double, std::ratio<3600>>;
  const auto huge = [&](auto ttl) {
    fixture<Tick> f(any_length<Tick>());
    REQUIRE(f.map->insert(1, 2, ttl), "insert");
    const auto left = f.map->ttl(1);
    REQUIRE(left && *left != wane::no_deadline, "a huge TTL became none");
    REQUIRE(!f.map->touch(1, 1h, wane::when::if_none), "a huge TTL counts as none");
    const auto most = fixture<Tick>::tick.count() >= 1'000'000 ? nanoseconds(24h * 365 * 30)
                                                               : fixture<Tick>::tick * (std::int64_t{1} << 39);
    REQUIRE(*left >= most, "of a huge TTL " << left->count() << " ns are left");
    f.clock.advance(most);
    REQUIRE(f.map->contains(1), "gone long before its TTL");
    REQUIRE(f.map->persist(1, wane::when::if_some) && f.map->ttl(1) == wane::no_deadline, "persist");
  };
  huge(nanoseconds::max());
  huge(std::chrono::hours::max());
  huge(floating_hours(1e300));
  huge(nanoseconds::max() - any_length<Tick>());
}

/// No length of time ends an entry without a deadline.
template <class Tick>
void forever_is_forever() {
  fixture<Tick> f(any_length<Tick>());
  REQUIRE(f.map->insert(1, 2) && f.map->insert(2, 2, 1ns) && f.map->persist(2), "insert");
  REQUIRE(f.map->insert(3, 3, 1s) && !f.map->insert_or_assign(3, 3), "insert_or_assign");
  for (int centuries = 0; centuries < 2; ++centuries) f.clock.advance(24h * 365 * 100);
  for (const int key : {1, 2, 3})
    REQUIRE(f.map->contains(key) && f.map->ttl(key) == wane::no_deadline, "key " << key << " is gone");
  REQUIRE(f.map->sweep_some().removed == 0, "a sweep removed it");
}

/// Duration types of every kind go in as they are.
void lifetimes_are_taken_as_any_duration() {
  fixture<std::chrono::milliseconds> f;
  EXPECT(f.map->insert(1, 1, 90min) && f.map->ttl(1) == 90min, "minutes");
  EXPECT(f.map->insert(2, 1, std::chrono::duration<double>(1.5)) && f.map->ttl(2) == 1500ms, "double");
  EXPECT(f.map->insert(3, 1, std::chrono::duration<std::uint8_t>(200)) && f.map->ttl(3) == 200s, "bytes");
  EXPECT(f.map->insert(4, 1, wane::forever) && f.map->ttl(4) == wane::no_deadline, "forever");
  EXPECT(f.map->insert(5, 1, f.clock.now() + 7s) && f.map->ttl(5) == 7s, "a time point");
  EXPECT(!f.map->insert_or_assign(5, 2, wane::keep_ttl) && f.map->ttl(5) == 7s, "keep_ttl");
  EXPECT(!f.map->insert_or_assign(5, 2) && f.map->ttl(5) == wane::no_deadline, "insert_or_assign means forever");
  EXPECT(f.map->upsert(
             6, 2, [](int v) { return v; }, wane::keep_ttl) &&
             f.map->ttl(6) == wane::no_deadline,
         "keep_ttl of an entry that was not there");
  EXPECT(f.map->touch(6, std::chrono::microseconds(1)) && f.map->ttl(6).value() <= 1ms, "microseconds");
  EXPECT(!f.map->ttl(7), "an absent key has no TTL");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const auto at_tick = [&]<class Tick>(const std::string& length, Tick) {
    tests.property("a_ttl_lasts_at_least_itself_and_less_than_two_ticks_more [" + length + "]", a_ttl_is_kept<Tick>);
    tests.property("a_deadline_is_never_early_and_less_than_two_ticks_late [" + length + "]", a_deadline_is_kept<Tick>);
    tests.property("a_huge_ttl_saturates [" + length + "]", a_huge_ttl_saturates<Tick>);
    tests.property("forever_is_forever [" + length + "]", forever_is_forever<Tick>);
  };
  at_tick("1 ms", std::chrono::milliseconds{});
  at_tick("1 s", std::chrono::seconds{});
  at_tick("1 us", std::chrono::microseconds{});
  at_tick("7 ns", std::chrono::duration<std::int64_t, std::ratio<7, 1'000'000'000>>{});
  tests.test("a_ttl_that_is_not_positive_is_refused", a_ttl_that_is_not_positive_is_refused);
  tests.test("lifetimes_are_taken_as_any_duration", lifetimes_are_taken_as_any_duration);
  return tests.result();
}
