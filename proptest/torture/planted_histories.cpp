// SPDX-License-Identifier: BSL-1.0
// Histories of real threads find bugs that are seeded into the map itself (../mutants).
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "caught.hpp"
#include "judging.hpp"
#include "players.hpp"
#include "support/jitter.hpp"

#include <seeded_mutants.hpp>

using namespace proptest;

namespace {

template <class Value>
using kind = observed<wane::basic_epoch<jittery_environment>, Value, jittery_environment, spread_hash>;

/// Plays until something is wrong, or the rounds are over.
template <class Value>
void play_rounds(judge& j, std::uint64_t rounds) {
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    constexpr play hot{.keys = 3, .turns = 4000, .calls_a_tick = 40, .longest_ttl = 4, .stay = 10};
    constexpr play collides{.keys = 12, .runs = 3, .turns = 4000, .calls_a_tick = 40, .longest_ttl = 4, .stay = 10};
    const play& p = round % 2 == 0 ? hot : collides;
    ensemble<kind<Value>> players(p, round);
    const auto history = players.run();
    const long_verdict found = j.check(history, p.keys, players.took());
    EXPECT(found, j.explained(history, found));
    // A map that is not right may not end well.
    if (!found && selected_mutant != 0) std::_Exit(1);
  }
}

template <class Value>
void play_with(const char* mutant) {
  const auto* const it = std::ranges::find(seeded_mutants, mutant, &seeded_mutant::name);
  if (it == std::ranges::end(seeded_mutants))
    throw std::invalid_argument(std::string("no mutant has the name ") + mutant);
  selected_mutant = it->number;
  judge j(mutant);
  play_rounds<Value>(j, 200);
}

/// Values are `doubled`, whose assignment makes a new entry, or std::uint64_t, which are assigned in place.
template <class Value>
planted_bug bug(const char* mutant) {
  return {mutant, {not_linearizable}, [mutant] { play_with<Value>(mutant); }};
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<planted_bug> bugs;
  for (const char* const mutant :
       {"miss-without-commit", "touch-revives", "clock-read-once", "erase-succeeds-without-winning",
        "update-loses-a-race", "reader-ignores-forward", "expiry-one-tick-late", "listener-told-twice"})
    bugs.push_back(bug<doubled>(mutant));
  for (const char* const mutant : {"assignment-takes-what-it-reads", "assignment-succeeds-without-winning", "value-before-state"})
    bugs.push_back(bug<std::uint64_t>(mutant));
  // Any other, for who wants to know.
  if (argc == 3 && std::none_of(bugs.begin(), bugs.end(), [&](const planted_bug& b) { return b.name == argv[2]; }))
    bugs.push_back(bug<doubled>(argv[2]));
  return catch_all(argc, argv, bugs, [] {
    judge j("histories of the headers with mutants");
    play_rounds<doubled>(j, 10);
    play_rounds<std::uint64_t>(j, 10);
  });
}
