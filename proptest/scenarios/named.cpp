// SPDX-License-Identifier: BSL-1.0
#include "scenarios/named.hpp"

#include <wane/impl/pool.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace proptest {

namespace {

using namespace steps;

std::vector<named_program> one_thread() {
  return {
      {.what = {.name = "one-life",
                .threads = {{insert(1), insert(2), replace(1), expire_at(1, 5), erase(1), collect(), erase(2),
                             collect(), insert(1), replace(1)}},
                .curious_listener = true},
       .reach = {0, 0}},
      {.what = {.name = "one-expiry",
                .threads = {{insert(1, 50), replace(1), find(1),       advance(50), replace(1),    insert(1, 50),  //
                             advance(50),   find(1),    insert(1, 50), advance(50), touch(1, 50),  insert(1, 50),
                             advance(50),   erase(1),   insert(1, 50), advance(50), insert(1, 50), advance(50),
                             scan(),        find(1),  //
                             insert(2, 1),  find(2)}},
                .coarse_ticks = true},
       .reach = {0, 0}},
      {.what = {.name = "keys-of-one-hash",
                .threads = {{insert(1), insert(17), find(1), find(17), erase(1), find(17)}},
                .integer_keys = false},
       .reach = {0, 0}},
      {.what = {.name = "scan-one-by-one",
                .before = {insert(1), insert(2), insert(3), insert(9)},
                .threads = {{of(chore::scan_one_by_one)}},
                .stays = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 9},
       .reach = {0, 0}},
      {.what = {.name = "sweep-one-of-two",
                .before = {insert(1, 5), insert(2, 20)},
                .threads = {{advance(4), sweep(), find(1), advance(1), sweep()}}},
       .reach = {0, 0}},
      {.what = {.name = "grow-around-a-bound",
                .before = {insert(1), insert(12)},
                .threads = {{insert(13), find(12), insert(12)}},
                .growth = true},
       .reach = {0, 0}},
      {.what = {.name = "grow-beyond-64",
                .before = {fill(64)},
                .threads = {{insert(1), insert(9), fill(70)}},
                .buckets = 64,
                .growth = true},
       .reach = {0, 0}},
      {.what = {.name = "sixteen-insertions", .threads = {{fill(16), insert(1), find(1)}}, .growth = true},
       .reach = {0, 0}},
      {.what = {.name = "grow-and-shrink",
                .before = {insert(1), insert(2), insert(9), insert(10)},
                .threads = {{erase(2), erase(10), shrink(), find(1), find(9)}},
                .growth = true},
       .reach = {0, 0}},
      {.what = {.name = "grow-shrink-grow",
                .before = {insert(1), insert(2), insert(9), insert(13)},
                .threads = {{erase(2), erase(9), erase(13), shrink(), insert(2), insert(9), insert(13)}},
                .growth = true},
       .reach = {0, 0}},
      // Thread 0 collects in the end.
      {.what = {.name = "erase-then-another-collects", .before = {by(1, insert(1))}, .threads = {{}, {erase(1)}}},
       .reach = {0, 0}},
      {.what = {.name = "sweep-two-blocks-on-a-budget",
                .before = {insert(1, 5), by(1, insert(2, 5)), advance(5)},
                .threads = {{of(chore::sweep_one)}, {}}},
       .reach = {0, 0}},
  };
}

std::vector<named_program> parts_alone() {
  return {
      {.what = {.name = "chains-of-one-thread", .threads = {{}}, .about = subject::pool}, .reach = {0, 0}},
      {.what = {.name = "chains-of-two-threads", .threads = {{}, {}}, .about = subject::pool}},
      {.what = {.name = "homes-of-two-threads", .threads = {{}, {}}, .about = subject::homes}, .reach = {2, 2}},
      // The epoch moves on around an unlinking and its stamp, by the hand of a thread that has seen neither.
      {.what = {.name = "epochs-of-three-threads", .threads = {{}, {}, {}}, .about = subject::epoch},
       .reach = {3, 1},
       .symmetric_too = true},
      // A scan comes by while nodes go from one hazard to another.
      {.what = {.name = "hazards-of-two-threads", .threads = {{}, {}}, .about = subject::hazard},
       .reach = {3, 1},
       .symmetric_too = true},
      {.what = {.name = "eras-of-three-threads", .threads = {{}, {}, {}}, .about = subject::ibr},
       .reach = {2, 2},
       .symmetric_too = true},
      {.what = {.name = "passages-of-three-threads", .threads = {{}, {}, {}}, .about = subject::versioned},
       .symmetric_too = true},
      {.what = {.name = "snapshot-and-moves", .threads = {{}, {}}, .about = subject::snapshot}, .reach = {2, 0}},
      {.what = {.name = "snapshot-and-two-moves", .threads = {{}, {}, {}}, .about = subject::snapshot},
       .reach = {2, 0}},
      {.what = {.name = "snapshot-and-assignments", .threads = {{}, {}}, .about = subject::snapshot},
       .reach = {2, 1}},
      {.what = {.name = "snapshot-and-snapshot", .threads = {{}, {}, {}, {}}, .about = subject::snapshot},
       .reach = {0, 2},
       .symmetric_too = true},
      {.what = {.name = "back-ahead-and-shrink", .threads = {{}, {}}, .about = subject::ahead}, .reach = {2, 0}},
  };
}

std::vector<named_program> one_entry() {
  return {
      {.what = {.name = "erase-and-erase", .before = {insert(1)}, .threads = {{erase(1)}, {erase(1)}}}},
      {.what = {.name = "touch-and-erase",
                .before = {insert(1)},
                .threads = {{touch(1, 5), find(1)}, {erase(1), find(1)}}}},
      {.what = {.name = "replace-and-replace",
                .before = {insert(1)},
                .threads = {{replace(1), find(1)}, {replace(1), find(1)}}}},
      {.what = {.name = "update-and-update", .before = {insert(1)}, .threads = {{update(1)}, {update(1)}}}},
      {.what = {.name = "replace-and-touch",
                .before = {insert(1, 5)},
                .threads = {{replace(1), find(1)}, {touch(1, 20), advance(5)}}}},
      {.what = {.name = "find-and-find",
                .before = {insert(1), insert(2, 5)},
                .threads = {{find(1)}, {find(2), ttl(1)}}}},
      {.what = {.name = "replace-and-find", .before = {insert(1)}, .threads = {{replace(1)}, {find(1)}}}},
      {.what = {.name = "replace-and-find-after-the-deadline",
                .before = {insert(1)},
                .threads = {{{.what = {.what = verb::replace, .life = life::until, .key = 1, .ticks = 5}}},
                            {advance(5), find(1)}}}},
      {.what = {.name = "clear-and-touch", .before = {insert(1)}, .threads = {{clear(), find(1)}, {touch(1, 20)}}}},
      {.what = {.name = "find-and-find-after-the-deadline",
                .before = {insert(1, 5), advance(5)},
                .threads = {{find(1)}, {find(1), erase(1)}}}},
      {.what = {.name = "touch-and-find-at-the-deadline",
                .before = {insert(1, 5)},
                .threads = {{touch(1, 20), find(1)}, {advance(5), find(1)}}},
       .reach = {2, 0}},
      {.what = {.name = "touch-and-sweep-at-the-deadline",
                .before = {insert(1, 5)},
                .threads = {{touch(1, 20), find(1)}, {advance(5), sweep()}}},
       .reach = {2, 0}},
      {.what = {.name = "find-and-insert-of-the-past",
                .threads = {{find(1)},
                            {advance(10),
                             {.what = {.what = verb::insert, .life = life::until, .key = 1, .ticks = 5}}}}}},
      {.what = {.name = "visit-and-insert-of-the-past",
                .threads = {{visit_within(1)},
                            {advance(10),
                             {.what = {.what = verb::insert, .life = life::until, .key = 1, .ticks = 5}}}}}},
  };
}

/// Values change where they lie.
std::vector<named_program> assignments() {
  const auto until = [](verb what, std::uint64_t tick) {
    return step{.what = {.what = what, .life = life::until, .key = 1, .ticks = tick}};
  };
  return {
      {.what = {.name = "one-life-in-place",
                .threads = {{insert(1), replace(1), update(1), assign(1), upsert(1), compare_exchange(1), replace(1), touch(1, 5),
                             replace(1), erase(1), replace(1), assign(1)}},
                .in_place = true,
                .curious_listener = true},
       .reach = {0, 0}},
      {.what = {.name = "one-expiry-in-place",
                .threads = {{insert(1), until(verb::replace, 5), advance(5), replace(1), insert(1, 5), replace(1), advance(5),
                             sweep(), insert(1), until(verb::update, 5), advance(5), sweep()}},
                .in_place = true},
       .reach = {0, 0}},
      {.what = {.name = "update-and-update-in-place",
                .before = {insert(1)},
                .threads = {{update(1)}, {update(1)}},
                .in_place = true}},
      {.what = {.name = "replace-and-find-in-place",
                .before = {insert(1)},
                .threads = {{replace(1)}, {find(1), find(1)}},
                .in_place = true}},
      // The value of the one assignment with the deadline of the other.
      {.what = {.name = "replace-and-find-after-the-deadline-in-place",
                .before = {insert(1)},
                .threads = {{until(verb::replace, 5)}, {advance(5), find(1)}},
                .in_place = true}},
      {.what = {.name = "replace-and-visit-after-the-deadline-in-place",
                .before = {insert(1)},
                .threads = {{until(verb::replace, 5)}, {advance(5), visit_within(1)}},
                .in_place = true}},
      {.what = {.name = "replace-and-take-in-place",
                .before = {insert(1)},
                .threads = {{replace(1)}, {take(1), find(1)}},
                .in_place = true}},
      {.what = {.name = "replace-and-find-and-touch-in-place",
                .before = {insert(1)},
                .threads = {{replace(1), find(1)}, {find_and_touch(1, 5)}},
                .in_place = true}},
      {.what = {.name = "upsert-and-erase-in-place",
                .before = {insert(1)},
                .threads = {{upsert(1), find(1)}, {erase(1), insert(1)}},
                .in_place = true}},
      {.what = {.name = "replace-and-sweep-in-place",
                .before = {insert(1, 5)},
                .threads = {{replace(1), find(1)}, {advance(5), sweep()}},
                .in_place = true},
       .reach = {2, 0}},
      {.what = {.name = "replace-and-touch-in-one-block",
                .before = {insert(1), insert(2)},
                .threads = {{until(verb::replace, 5)}, {touch(2, 5)}},
                .in_place = true,
                .after = {advance(5), sweep()}}},
      {.what = {.name = "scan-and-replace-in-place",
                .before = {insert(1), insert(2)},
                .threads = {{scan()}, {replace(1), replace(2)}},
                .in_place = true,
                .stays = 1u << 1 | 1u << 2}},
      // 8's slot becomes 6's, or 8's again, between what an assignment has read and what it changes, or a reader reads.
      {.what = {.name = "aba-assign",
                .before = {insert(4), insert(8)},
                .threads = {{replace(8)}, {erase(8), insert(6)}},
                .reclaimer = reclamation::versioned,
                .in_place = true}},
      {.what = {.name = "aba-read-what-is-assigned",
                .before = {insert(4), insert(8)},
                .threads = {{find(8)}, {erase(8), insert(6), replace(6)}},
                .reclaimer = reclamation::versioned,
                .in_place = true}},
      {.what = {.name = "replace-and-collect-in-place",
                .before = {insert(1)},
                .threads = {{replace(1)}, {erase(1), collect(), insert(2)}},
                .reclaimer = reclamation::hazard,
                .in_place = true}},
  };
}

/// A slot serves again between what the first thread has read and what it changes.
std::vector<named_program> slots_that_serve_again() {
  const auto versioned = reclamation::versioned;
  return {
      // 1's slot is vacant again while another thread looks for one near the same home.
      {.what = {.name = "erase-and-insert-at-home",
                .before = {insert(1)},
                .threads = {{erase(1), collect(), insert(1)}, {insert(17), find(1)}},
                .integer_keys = false,
                .at_home = true}},
      // 12's slot becomes 6's: what led to 12 leads to 6, and 8 does not belong before it.
      {.what = {.name = "aba-insert",
                .before = {insert(4), insert(12)},
                .threads = {{insert(8)}, {erase(12), insert(6)}},
                .reclaimer = versioned}},
      // 8 is dead, helped out, and its slot becomes 9's: unlinking it would take 9 and 10 along.
      {.what = {.name = "aba-unlink",
                .before = {insert(4), insert(8), insert(12)},
                .threads = {{erase(8)}, {insert(9), insert(10), find(9)}},
                .reclaimer = versioned}},
      // 8's slot becomes 12's, as alive as 8 was: the wrong key would die.
      {.what = {.name = "aba-kill",
                .before = {insert(4), insert(8), insert(10)},
                .threads = {{erase(8)}, {erase(8), insert(12)}},
                .reclaimer = versioned}},
      // The sentinel of 8 is to come before 12, whose slot becomes 6's: 6 would be lost behind it.
      {.what = {.name = "aba-sentinel",
                .before = {insert(4), insert(12), reserve()},
                .threads = {{insert(9)}, {erase(12), insert(6)}},
                .reclaimer = versioned}},
      // A reader stands on 8, whose slot becomes 15's, and 8's again: 12 would be missed.
      {.what = {.name = "aba-hop",
                .before = {insert(4), insert(8), insert(12)},
                .threads = {{find(12)}, {erase(8), insert(15), erase(15), insert(8)}},
                .reclaimer = versioned}},
      // 8's slot becomes 6's, at the same place, while a reader reads it: another key's state, or value.
      {.what = {.name = "aba-find-there-and-back",
                .before = {insert(4), insert(8)},
                .threads = {{find(8)}, {erase(8), insert(6)}},
                .reclaimer = versioned}},
      // A reader comes from 6, frozen, to 8; 6 is unlinked, not yet free, and still leads to 8, which serves elsewhere.
      {.what = {.name = "aba-behind-a-frozen-word",
                .before = {insert(4), insert(6), insert(8), insert(12)},
                .threads = {{erase(6)}, {find(12)}, {erase(8), insert(15)}},
                .reclaimer = versioned},
       .reach = {3, 0},
       .is_large = true},
      // 8's replacement is helped in, dies, and its slot becomes another replacement, whose link is yet to be set.
      {.what = {.name = "aba-replacement",
                .before = {insert(4), insert(8), insert(12)},
                .threads = {{replace(8)}, {erase(8), replace(12)}},
                .reclaimer = versioned},
       .reach = {2, 0}},
  };
}

/// Readers protect node by node.
std::vector<named_program> published_nodes() {
  const auto hazard = reclamation::hazard;
  return {
      {.what = {.name = "publish-and-collect",
                .before = {insert(1)},
                .threads = {{erase(1), collect()}, {find(1)}},
                .reclaimer = hazard,
                .integer_keys = false},
       .reach = {1, 1},
       .symmetric_too = true},
      // The killer loses the race for the word before, looks for the node again, and passes it by when it has unlinked it.
      {.what = {.name = "tell-and-collect",
                .before = {insert(1), insert(2)},
                .threads = {{erase(1)}, {insert(0), collect()}},
                .reclaimer = hazard,
                .integer_keys = false},
       .reach = {3, 0}},
      {.what = {.name = "scan-and-collect",
                .before = {insert(1), insert(17)},
                .threads = {{scan()}, {erase(1), collect(), erase(17), collect()}},
                .reclaimer = hazard,
                .integer_keys = false},
       .reach = {3, 0}},
      {.what = {.name = "visit-within-and-collect",
                .before = {insert(1), insert(2)},
                .threads = {{visit_within(1)}, {erase(1), collect()}},
                .reclaimer = hazard,
                .integer_keys = false}},
  };
}

/// Readers publish the eras that they read in; each collect() of garbage begins one.
std::vector<named_program> lives_of_slots() {
  const auto ibr = reclamation::ibr;
  return {
      {.what = {.name = "read-and-collect",
                .before = {insert(1)},
                .threads = {{erase(1), collect()}, {find(1)}},
                .reclaimer = ibr,
                .integer_keys = false},
       .reach = {1, 1},
       .symmetric_too = true},
      // The reader meets a node that was born after it began.
      {.what = {.name = "born-later-and-collect",
                .before = {insert(8), insert(10)},
                .threads = {{erase(10), collect(), insert(1), erase(1), collect()}, {find(1)}},
                .reclaimer = ibr,
                .integer_keys = false},
       .reach = {2, 1},
       .symmetric_too = true},
      // The reader stands on 4, which has been unlinked and still leads to 6, which was born after it began and is free.
      {.what = {.name = "born-behind-a-frozen-word",
                .before = {insert(4), insert(8), insert(10)},
                .threads = {{find(22)}, {erase(10), collect(), insert(6), erase(4), erase(6), collect()}},
                .reclaimer = ibr,
                .integer_keys = false}},
      // The same, and a guard within the reader's has seen the later era.
      {.what = {.name = "born-before-a-guard-within",
                .before = {insert(6, 5), insert(10), advance(5)},
                .threads = {{find(6)}, {erase(10), collect(), insert(22), find(6), erase(22), collect()}},
                .reclaimer = ibr,
                .integer_keys = false}},
      // The same, and another search within the same guard has: a walk kills 4, finds it unlinked already when it comes to
      // that, and goes on by way of 4 to 8, which leads to a replacement that was born later and is free.
      {.what = {.name = "born-before-a-search-within",
                .before = {insert(4), insert(8), insert(10)},
                .threads = {{clear()}, {erase(10), collect(), assign(8), assign(8), collect()}},
                .reclaimer = ibr,
                .integer_keys = false}},
  };
}

std::vector<named_program> neighbours() {
  return {
      {.what = {.name = "insert-and-insert-next-to-it", .threads = {{insert(1)}, {insert(2)}}}},
      {.what = {.name = "insert-and-insert-of-one-key", .threads = {{insert(1)}, {insert(1)}}}},
      {.what = {.name = "erase-and-insert-behind-it",
                .before = {insert(1)},
                .threads = {{erase(1)}, {insert(2), find(2)}}}},
      {.what = {.name = "erase-and-erase-next-to-it",
                .before = {insert(1), insert(2)},
                .threads = {{erase(1)}, {erase(2)}}}},
      {.what = {.name = "erase-and-insert-before-it",
                .before = {insert(2)},
                .threads = {{erase(2)}, {insert(1), find(1)}}}},
      {.what = {.name = "replace-and-insert-behind-it",
                .before = {insert(1)},
                .threads = {{replace(1)}, {insert(2), find(2)}}}},
      {.what = {.name = "assign-and-insert-two", .threads = {{assign(1)}, {insert(1), insert(2)}}}},
      {.what = {.name = "assign-and-insert-and-erase",
                .threads = {{keeping(verb::insert_or_assign, 1)}, {insert(1, 5)}, {erase(1)}},
                .after = {advance(5)}},
       .reach = {2, 0}},
      {.what = {.name = "scan-and-insert-again",
                .before = {insert(1), insert(17)},
                .threads = {{scan()}, {erase(1), insert(1)}},
                .stays = 1u << 17}},
  };
}

std::vector<named_program> shapes() {
  return {
      {.what = {.name = "split-and-insert",
                .before = {insert(1), reserve()},
                .threads = {{insert(12)}, {insert(9), insert(2), find(9)}}}},
      {.what = {.name = "split-before-an-entry",
                .before = {insert(1), insert(13), reserve()},
                .threads = {{insert(12)}, {insert(9), find(9)}}}},
      {.what = {.name = "split-and-find",
                .before = {insert(1), insert(9)},
                .threads = {{find(9)}, {reserve(), insert(12)}},
                .load = 4}},
      {.what = {.name = "split-and-split",
                .before = {insert(1), reserve()},
                .threads = {{insert(9)}, {insert(12), find(12)}}}},
      {.what = {.name = "split-parent-and-child",
                .before = {insert(1), reserve(), reserve()},
                .threads = {{insert(9)}, {insert(13), insert(2), find(13)}}}},
      {.what = {.name = "split-and-insert-at-its-bound",
                .before = {insert(1)},
                .threads = {{insert(8), find(8)}, {insert(2), insert(9)}},
                .growth = true}},
      {.what = {.name = "reserve-and-grow-and-shrink",
                .threads = {{reserve(), fill(6)}, {reserve(), shrink()}},
                .buckets = 64,
                .reclaimer = reclamation::oracle},
       .is_large = true},
      // Who grows the table again must have seen that the shrink has given the segment back.
      {.what = {.name = "grow-after-a-shrink",
                .before = {fill(64)},
                .threads = {{reserve(), shrink()}, {insert(1), insert(9)}},
                .buckets = 64,
                .growth = true,
                .reclaimer = reclamation::oracle},
       .reach = {2, 1},
       .is_large = true},
      {.what = {.name = "reserve-and-insert-beyond-64", .threads = {{reserve()}, {fill(3), insert(1)}}, .buckets = 64},
       .reach = {1, 1},
       .is_large = true},
      {.what = {.name = "shrink-and-grow",
                .before = {insert(1), reserve()},
                .threads = {{shrink()}, {insert(2), insert(9), find(9), insert(10)}},
                .growth = true},
       .reach = {2, 0}},
      {.what = {.name = "shrink-and-split",
                .before = {insert(1), reserve()},
                .threads = {{insert(9), find(9)}, {shrink()}}},
       .reach = {2, 0}},
      {.what = {.name = "shrink-and-find",
                .before = {insert(1), reserve(), insert(9)},
                .threads = {{find(9)}, {shrink()}},
                .load = 4},
       .reach = {2, 0}},
      {.what = {.name = "shrink-and-insert",
                .before = {insert(1), reserve(), insert(9)},
                .threads = {{shrink()}, {insert(2), find(2)}},
                .load = 4},
       .reach = {2, 0}},
      {.what = {.name = "shrink-and-shrink-and-grow",
                .before = {insert(1), reserve()},
                .threads = {{shrink()}, {shrink(), insert(2), insert(9), find(9)}},
                .growth = true},
       .reach = {2, 0}},
  };
}

std::vector<named_program> reclaiming() {
  return {
      {.what = {.name = "find-and-collect", .before = {insert(1)}, .threads = {{erase(1), collect()}, {find(1)}}},
       .reach = {1, 2},
       .symmetric_too = true},
      {.what = {.name = "find-and-collect-while-others-advance",
                .before = {insert(1)},
                .threads = {{erase(1), collect()}, {find(1)}, {collect()}}},
       .reach = {1, 3}},
      {.what = {.name = "late-announcement",
                .before = {insert(1), insert(2), churn(122)},
                .threads = {{clear()}, {push(), push(), push(), find(1)}}},
       .reach = {2, 0}},
      {.what = {.name = "find-and-erase-and-collect",
                .before = {insert(1)},
                .threads = {{erase(1)}, {find(1)}, {collect()}}},
       .reach = {2, 0}},
      {.what = {.name = "visit-that-calls-back",
                .before = {insert(1), insert(2)},
                .threads = {{visit_within(1)}, {erase(1), collect()}}}},
      {.what = {.name = "erase-and-collect",
                .before = {insert(1), insert(2)},
                .threads = {{erase(1), erase(2)}, {collect(), collect()}}}},
      {.what = {.name = "find-and-fill-a-bag",
                .before = {insert(1), insert(2), churn(122)},
                .threads = {{erase(1), erase(2)}, {find(1)}}}},
      {.what = {.name = "first-uses-and-collect",
                .threads = {{insert(1), erase(1)}, {insert(2), find(1), collect()}},
                .cold = true},
       .reach = {2, 0},
       .is_large = true},
  };
}

/// The first thread's, when the other one has a block, too.
constexpr std::uint64_t most_of_seven_blocks = 7 * wane::impl::block_slots - 8;

std::vector<named_program> sweeping() {
  return {
      // The ninth block is taken: its summary is the first in memory that the sweeper has not seen mapped.
      {.what = {.name = "sweep-a-block-just-taken",
                .before = {fill(most_of_seven_blocks)},
                .threads = {{fill(most_of_seven_blocks + 20), insert(1, 5)}, {advance(5), sweep()}},
                .buckets = 64}},
      {.what = {.name = "insert-and-sweep",
                .before = {insert(1, 5)},
                .threads = {{insert(2, 5)}, {advance(5), sweep()}}},
       .reach = {1, 1},
       .symmetric_too = true},
      {.what = {.name = "sweep-and-sweep", .before = {insert(1, 5), advance(5)}, .threads = {{sweep()}, {sweep()}}}},
      {.what = {.name = "insert-and-insert-and-sweep", .threads = {{insert(1, 5)}, {insert(1), advance(5), sweep()}}}},
      {.what = {.name = "insert-and-sweep-of-one-key",
                .threads = {{insert(1, 5)}, {insert(1, 5), advance(5), sweep(), collect()}}}},
      {.what = {.name = "touch-and-touch-in-one-block",
                .before = {insert(1), insert(2)},
                .threads = {{touch(1, 5)}, {touch(2, 10)}}}},
  };
}

const std::vector<named_program>& all() {
  static const std::vector<named_program> programs = [] {
    std::vector<named_program> p;
    for (const auto& part : {one_thread(), parts_alone(), one_entry(), assignments(), slots_that_serve_again(), published_nodes(),
                             lives_of_slots(), neighbours(), shapes(), reclaiming(), sweeping()})
      p.insert(p.end(), part.begin(), part.end());
    return p;
  }();
  return programs;
}

}  // namespace

std::span<const named_program> named_programs() { return all(); }

const named_program& program_named(std::string_view name) {
  for (const named_program& p : all())
    if (p.what.name == name) return p;
  throw std::invalid_argument("there is no program named '" + std::string(name) + "'");
}

}  // namespace proptest
