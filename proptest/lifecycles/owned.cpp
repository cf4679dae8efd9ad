// SPDX-License-Identifier: BSL-1.0
// Owned resources: closed exactly once, when their entry is removed, and destroyed when no reader is left.
#include <wane/lifecycle/owned.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "lifecycles/timed.hpp"
#include "support/harness.hpp"
#include "support/relaxed.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

struct fate {
  relaxed<int> closed{0};
  relaxed<int> destroyed{0};
};
/// Tells its fate; destroyed when the one that was not moved from is.
struct resource {
  explicit resource(fate& f) noexcept : told(&f) {}
  resource(resource&& other) noexcept : told(std::exchange(other.told, nullptr)) {}
  ~resource() {
    if (told != nullptr) ++told->destroyed;
  }
  fate* told;
};
struct close_it {
  void operator()(resource& r) const noexcept { ++r.told->closed; }
};
using owned = wane::owned<resource, close_it>;
template <class R>
using map_of = wane::map<int, owned, timed<R, int, wane::close_on_removal>>;

template <class R>
void every_removal_closes_once_and_at_once() {
  using map = map_of<R>;
  struct ending {
    const char* name;
    std::function<void(std::unique_ptr<map>&, wane::manual_clock&, fate&)> run;
  };
  const ending endings[] = {
      {"erase", [](auto& m, auto&, auto&) { m->erase(1); }},
      {"take", [](auto& m, auto&, auto&) { m->take(1); }},
      {"clear", [](auto& m, auto&, auto&) { m->clear(); }},
      {"replacement", [](auto& m, auto&, fate& next) { m->insert_or_assign(1, owned(resource(next))); }},
      {"expiry that is met", [](auto& m, auto& clock, auto&) { clock.advance(2s), (void)m->contains(1); }},
      {"expiry that is swept", [](auto& m, auto& clock, auto&) { clock.advance(2s), m->sweep_some(); }},
      {"destruction", [](auto& m, auto&, auto&) { m.reset(); }},
  };
  for (const auto& end : endings) {
    const attendance<R> present;
    wane::manual_clock clock;
    fate f, next;
    auto m = std::make_unique<map>(wane::options{}, wane::components<typename map::policy_type>{.clock = clock});
    m->insert(1, owned(resource(f)), 1s);
    EXPECT(f.closed == 0 && f.destroyed == 0, end.name << ": closed before it was removed");
    end.run(m, clock, next);
    EXPECT(f.closed == 1, end.name << ": closed " << f.closed << " times when the call returned");
    if (m) EXPECT(drain(*m, present), end.name << ": garbage is left");
    EXPECT(f.closed == 1 && f.destroyed == 1, end.name << ": closed " << f.closed << ", destroyed " << f.destroyed);
    m.reset();
    EXPECT(f.closed == 1 && next.closed == next.destroyed, end.name << ": closed again, or never");
  }
}

void a_reader_keeps_what_is_closed() {
  fate f;
  map_of<wane::epoch> map;
  map.insert(1, owned(resource(f)));
  {
    const auto copy = map.find(1);
    map.erase(1);
    while (map.stats().retired != 0) map.collect();
    EXPECT(f.closed == 1 && f.destroyed == 0, "closed " << f.closed << ", destroyed " << f.destroyed);
  }
  EXPECT(f.closed == 1 && f.destroyed == 1, "closed " << f.closed << ", destroyed " << f.destroyed);
}

void what_was_refused_is_closed_with_its_last_copy() {
  fate first, second;
  map_of<wane::epoch> map;
  map.insert(1, owned(resource(first)));
  {
    const owned refused{resource(second)};
    EXPECT(!map.insert(1, refused), "the key is there");
    EXPECT(second.closed == 0, "closed although somebody has it");
  }
  EXPECT(second.closed == 1 && second.destroyed == 1 && first.closed == 0, "closed " << second.closed);
}

/// Two threads remove the two entries of each resource at about the same time.
void a_resource_of_two_entries_is_closed_once() {
  constexpr int each = 2000;
  for (rounds r; r.go_on();) {
    std::vector<fate> fates(each);
    {
      map_of<wane::epoch> map;
      for (int n = 0; n < each; ++n) {
        const owned shared{resource(fates[static_cast<std::size_t>(n)])};
        map.insert(2 * n, shared);
        map.insert(2 * n + 1, shared);
      }
      relaxed<int> turn[2]{0, 0};
      together(2, [&](unsigned i) {
        for (int n = 0; n < each; ++n) {
          turn[i] = n;
          while (turn[1 - i] < n) std::this_thread::yield();
          map.erase(2 * n + static_cast<int>(i));
        }
        turn[i] = each;
      });
    }
    for (std::size_t f = 0; f < fates.size(); ++f)
      EXPECT(fates[f].closed == 1 && fates[f].destroyed == 1, "resource " << f << ": closed " << fates[f].closed);
  }
}

/// Removals of all kinds race on a few keys; readers look on.
template <class R>
void no_resource_is_closed_twice_or_forgotten() {
  constexpr int writers = 3, each = 1500, keys = 4;
  for (rounds r; r.go_on();) {
    std::vector<fate> fates(writers * each);
    {
      wane::manual_clock clock;
      map_of<R> map({}, {.clock = clock});
      together(writers + 1, [&](unsigned i) {
        const attendance<R> here;
        random_source random(r.number() * 10 + i);
        for (unsigned n = 0; n < each; ++n, here.quiescent()) {
          const int key = static_cast<int>(random.below(keys));
          map.visit(key, [](int, const owned& o) { EXPECT(o->told->destroyed == 0, "a reader meets the destroyed"); });
          if (i == writers) {
            clock.advance(1ms);
            map.sweep_some();
          } else if (random.once_in(2)) {
            map.insert_or_assign(key, owned(resource(fates[i * each + n])), 3ms);
          } else {
            map.insert(key, owned(resource(fates[i * each + n])), 3ms);
          }
          if (random.once_in(3)) map.erase(key);
          if (random.once_in(8)) std::this_thread::yield();
        }
      });
    }
    for (std::size_t f = 0; f < fates.size(); ++f)
      EXPECT(fates[f].closed == 1 && fates[f].destroyed == 1,
             "resource " << f << ": closed " << fates[f].closed << ", destroyed " << fates[f].destroyed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<lifecycle_reclaimers>("every_removal_closes_once_and_at_once", [&]<class R>(const auto& name) {
    tests.test(name, every_removal_closes_once_and_at_once<R>);
  });
  tests.test("a_reader_keeps_what_is_closed", a_reader_keeps_what_is_closed);
  tests.test("what_was_refused_is_closed_with_its_last_copy", what_was_refused_is_closed_with_its_last_copy);
  tests.test("a_resource_of_two_entries_is_closed_once", a_resource_of_two_entries_is_closed_once);
  for_each_reclaimer<lifecycle_reclaimers>("no_resource_is_closed_twice_or_forgotten", [&]<class R>(const auto& name) {
    tests.test(name, no_resource_is_closed_twice_or_forgotten<R>);
  });
  return tests.result();
}
