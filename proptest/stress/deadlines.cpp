// SPDX-License-Identifier: BSL-1.0
// Stress: one thread moves the clock over deadlines while others read, touch and replace. G2, G3, G4, and that all
// threads agree when an entry is gone.
#include "support/contest.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

using time_point = wane::manual_clock::time_point;

/// When a deadline takes effect: at the end of its tick (the maps here are made at time 0).
time_point effective(time_point deadline) { return std::chrono::ceil<std::chrono::milliseconds>(deadline); }

/// Lets a test's threads play many short games, each from the same start: the last to arrive prepares the next one.
class games {
 public:
  explicit games(unsigned players) : players_(players) {}
  template <class F>
  void next(F&& prepare) {
    const auto game = game_.load(std::memory_order_acquire);
    if (here_.fetch_add(1, std::memory_order_acq_rel) + 1 == players_) {
      prepare();
      here_.store(0, std::memory_order_relaxed);
      game_.store(game + 1, std::memory_order_release);
    } else {
      while (game_.load(std::memory_order_acquire) == game) std::this_thread::yield();
    }
  }

 private:
  unsigned players_;
  std::atomic<unsigned> here_{0};
  std::atomic<std::uint64_t> game_{0};
};

/// Nobody moves the deadline. A hit began before it (G2, G3); a touch that began after it fails (G4); a miss ended after
/// it (an entry never dies early).
template <class Kind>
void find_against_expiry() {
  constexpr unsigned players = 4, length = 300;
  for (rounds r; r.go_on();) {
    arena<Kind> a({.minimum_buckets = 1}, length + 128);
    games g(players);
    time_point deadline;
    std::uint64_t key = 0;
    ledger::numbers numbers(a.books);  // for whoever prepares a game
    together(players, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      for (unsigned game = 0; game < length; ++game) {
        g.next([&] {
          key = game % 3;
          deadline = effective(a.clock.now() + 3ms);
          const identity who(key, numbers.next());
          EXPECT(a.map.insert(key, value_of<typename Kind::value>(who), deadline), "the key should be free");
          a.books.born(who.id());
        });
        for (int turn = 0; turn < 12; ++turn) {
          if (i == 0) {
            a.clock.advance(me.random.once_in(2) ? 1ms : 500us);
            spin(me.random.below(2000));
            continue;
          }
          const time_point before = a.clock.now();
          const bool hit = me.visit(key);
          const time_point after = a.clock.now();
          EXPECT(!hit || before < deadline, "a find that began after the deadline saw the entry");
          EXPECT(hit || after >= deadline, "a find that ended before the deadline did not see the entry");
          me.rest();
        }
        // Everybody finds it gone, and its death reported, before the next game.
        EXPECT(i != 0 || a.clock.now() >= deadline, "the game was too short");
        if (i == 0) EXPECT(!me.visit(key), "the entry is there after its deadline");
      }
    });
    a.audit();
  }
}

/// Touches extend a life until one comes too late. Once anybody has been told that the entry is gone, everybody is; one
/// that succeeds means that the entry outlived the deadline before.
template <class Kind>
void touch_against_expiry() {
  constexpr unsigned players = 4, length = 300;
  for (rounds r; r.go_on();) {
    arena<Kind> a({.minimum_buckets = 1}, length + 128);
    games g(players);
    ledger::numbers numbers(a.books);  // for whoever prepares a game
    std::atomic<bool> gone{false};
    // The latest deadline anybody can have set, raised before it is set.
    std::atomic<std::int64_t> latest{0};
    std::uint64_t key = 0;
    together(players, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      for (unsigned game = 0; game < length; ++game) {
        g.next([&] {
          EXPECT(a.books.deaths(wane::cause::expired) == game, "an entry died twice, or not at all");
          key = game % 3;
          gone.store(false, std::memory_order_relaxed);
          const time_point deadline = a.clock.now() + 2ms;
          latest.store(deadline.time_since_epoch().count(), std::memory_order_relaxed);
          const identity who(key, numbers.next());
          EXPECT(a.map.insert(key, value_of<typename Kind::value>(who), deadline), "the key should be free");
          a.books.born(who.id());
        });
        for (unsigned turn = 0; i == 0 ? !gone.load(std::memory_order_acquire) : turn < 20; ++turn) {
          if (i == 0) {
            a.clock.advance(500us);
            spin(me.random.below(3000));
            if (turn > 200) a.clock.advance(10ms);
            if (!me.visit(key)) gone.store(true, std::memory_order_release);
            continue;
          }
          const bool was_gone = gone.load(std::memory_order_acquire);
          const time_point before = a.clock.now();
          const auto no_later_than = latest.load(std::memory_order_seq_cst);
          bool alive = false;
          if (i == 1) {
            alive = me.visit(key);
          } else {
            // A deadline counted from a later reading than ours would raise `latest` too late; so it is absolute.
            const time_point to = before + 1ms;
            for (auto seen = latest.load(std::memory_order_seq_cst);
                 seen < to.time_since_epoch().count() &&
                 !latest.compare_exchange_weak(seen, to.time_since_epoch().count(), std::memory_order_seq_cst);) {
            }
            alive = a.map.expire_at(key, to);
          }
          EXPECT(!(alive && was_gone), "an entry that was gone is back");
          // What others raise `latest` to during the call may have kept the entry alive.
          const auto raised = std::max(no_later_than, latest.load(std::memory_order_seq_cst));
          EXPECT(!alive || before < effective(time_point(std::chrono::nanoseconds(raised))),
                 "alive after the last deadline anybody set");
          if (!alive) gone.store(true, std::memory_order_release);
          me.rest();
        }
      }
    });
    a.audit();
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  test_over(main_kinds{}, tests, "find_races_expiry", []<class K>() { find_against_expiry<K>(); });
  test_over(main_kinds{}, tests, "touch_races_expiry", []<class K>() { touch_against_expiry<K>(); });
  return tests.result();
}
