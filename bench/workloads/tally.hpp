// SPDX-License-Identifier: BSL-1.0
// What the threads of a cell count, and the loop in which they do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../adapters/concept.hpp"

namespace bench {

struct alignas(64) tally {  // a cache line each: threads count without disturbing each other
  std::uint64_t operations = 0;
  std::uint64_t finds = 0, hits = 0, wrong_values = 0;
  std::uint64_t inserts = 0, inserted = 0;
  std::uint64_t erases = 0, erased = 0;

  tally& operator+=(const tally& other) {
    operations += other.operations;
    finds += other.finds;
    hits += other.hits;
    wrong_values += other.wrong_values;
    inserts += other.inserts;
    inserted += other.inserted;
    erases += other.erases;
    erased += other.erased;
    return *this;
  }
};

inline tally sum(const std::vector<tally>& all) {
  tally total;
  for (const auto& t : all) total += t;
  return total;
}

constexpr double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Calls `operation` until `seconds` have passed, announcing quiescent states, and `between` after each look at the
/// clock. Returns the number of operations, which is not zero: a rate of zero has no ratio.
template <class Session, class Operation, class Between>
std::uint64_t repeat_for(double seconds, Session& session, Operation&& operation, Between&& between) {
  using clock = std::chrono::steady_clock;
  constexpr int announcements_per_look = 4;  // a look at the clock (20 ns) every 256 operations
  const auto end = clock::now() + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(seconds));
  std::uint64_t operations = 0;
  auto now = clock::now();
  do {
    between(now);
    for (int a = 0; a != announcements_per_look; ++a) {
      for (int i = 0; i != operations_per_quiescent_state; ++i) operation();
      session.quiescent();
    }
    operations += announcements_per_look * operations_per_quiescent_state;
    now = clock::now();
  } while (now < end);
  return operations;
}

template <class Session, class Operation>
std::uint64_t repeat_for(double seconds, Session& session, Operation&& operation) {
  return repeat_for(seconds, session, operation, [](auto) {});
}

/// Looks `key` up, checks the value, and counts.
template <class Session, class Key>
void find_and_count(Session& session, const Key& key, tally& t) {
  value_type value{};
  const bool hit = session.find(key, value);
  ++t.finds;
  t.hits += hit;
  t.wrong_values += hit && value != value_of(key);
}

}  // namespace bench
