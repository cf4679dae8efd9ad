// SPDX-License-Identifier: BSL-1.0
// Programs for the explorer: what is in the map to begin with, and what each thread then calls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linearizability/history.hpp"

namespace proptest {

/// What a thread does that is no call of a history.
enum class chore : std::uint8_t {
  none,
  collect,  ///< pushes the reclaimer and frees
  push,     ///< asks the reclaimer to move on, once
  scan,     ///< visits everything; what it visits are hits of the history
  scan_one_by_one,
  shrink,        ///< shrink_to_fit
  reserve,       ///< doubles the table
  sweep_one,     ///< a sweep with a budget of one removal
  visit_within,  ///< visits the key and, while it does, looks for the next one
  find_many,     ///< looks for the key and the next one in one call
  fill,          ///< inserts `ticks` entries that are in no history
  drain,         ///< and erases them
  churn,         ///< inserts and erases an entry that is in no history, `ticks` times
};

/// One call. Of `what`, the fields thread, argument, results and stamps are filled in when it runs; values are made up so
/// that none is used twice. compare_exchange expects the value that the key was set up with.
struct step {
  call what;
  proptest::chore chore = proptest::chore::none;
};

enum class reclamation : std::uint8_t { epoch, oracle, versioned, hazard, ibr, leak, unsafe_reuse };
[[nodiscard]] const char* name_of(reclamation r) noexcept;

/// What a program is about: a map, or one part alone (then only the number of threads counts, see pool_scenario.hpp and its
/// like).
enum class subject : std::uint8_t { map, pool, homes, epoch, hazard, ibr, versioned, snapshot, ahead };

struct program {
  std::string name = {};
  /// Run during set-up, each by the thread it names.
  std::vector<step> before = {};
  std::vector<std::vector<step>> threads = {};  ///< two to four
  unsigned buckets = 1;
  bool growth = false;
  reclamation reclaimer = reclamation::epoch;
  bool integer_keys = true;       ///< kept as they are; otherwise as an object beside its hash
  bool in_place = false;          ///< values are assigned where they lie
  bool curious_listener = false;  ///< looks for what it is told of, which must be gone
  bool coarse_ticks = false;      ///< of 10 units of the clock; the clock moves by whole ticks then
  bool cold = false;              ///< the threads have never used the map
  double load = 1;                ///< max_load_factor
  bool at_home = false;           ///< entries are expected, so many that slots are handed out near their hashes
  proptest::subject about = subject::map;
  std::vector<step> after = {};  ///< run when the threads have ended
  std::uint64_t stays = 0;       ///< keys that are there from beginning to end, a bit each: a scan must visit them
};

// Keys are read as their place in split order: keys 0 to 15 come in that order, four to a bucket of four; key k + 16 has
// the hash of key k.
inline constexpr std::uint64_t keys = 32;
// Keys beyond are in no history. Their hashes are spread, between those of the others.

// Short ways to write steps.
namespace steps {

[[nodiscard]] inline step plain(verb what, std::uint64_t key = 0) { return {.what = {.what = what, .key = key}}; }
[[nodiscard]] inline step find(std::uint64_t key = 0) { return plain(verb::find, key); }
[[nodiscard]] inline step erase(std::uint64_t key = 0) { return plain(verb::erase, key); }
[[nodiscard]] inline step take(std::uint64_t key = 0) { return plain(verb::take, key); }
[[nodiscard]] inline step clear() { return plain(verb::clear); }
[[nodiscard]] inline step sweep() { return plain(verb::sweep); }
[[nodiscard]] inline step persist(std::uint64_t key = 0, wane::when condition = {}) {
  return {.what = {.what = verb::persist, .condition = condition, .key = key}};
}
[[nodiscard]] inline step ttl(std::uint64_t key = 0) { return plain(verb::ttl, key); }
/// A lifetime of 0 ticks is for ever.
[[nodiscard]] inline step lasting(verb what, std::uint64_t key, std::uint64_t ticks) {
  return {.what = {.what = what, .life = ticks == 0 ? life::forever : life::ttl, .key = key, .ticks = ticks}};
}
[[nodiscard]] inline step insert(std::uint64_t key = 0, std::uint64_t ticks = 0) {
  return lasting(verb::insert, key, ticks);
}
[[nodiscard]] inline step assign(std::uint64_t key = 0, std::uint64_t ticks = 0) {
  return lasting(verb::insert_or_assign, key, ticks);
}
[[nodiscard]] inline step upsert(std::uint64_t key = 0, std::uint64_t ticks = 0) {
  return lasting(verb::upsert, key, ticks);
}
[[nodiscard]] inline step emplace(std::uint64_t key = 0, std::uint64_t ticks = 0) {
  return lasting(verb::get_or_emplace, key, ticks);
}
[[nodiscard]] inline step touch(std::uint64_t key = 0, std::uint64_t ticks = 10, wane::when condition = {}) {
  return {.what = {.what = verb::touch, .life = life::ttl, .condition = condition, .key = key, .ticks = ticks}};
}
[[nodiscard]] inline step find_and_touch(std::uint64_t key = 0, std::uint64_t ticks = 10) {
  return {.what = {.what = verb::find_and_touch, .life = life::ttl, .key = key, .ticks = ticks}};
}
[[nodiscard]] inline step expire_at(std::uint64_t key, std::uint64_t tick, wane::when condition = {}) {
  return {.what = {.what = verb::expire_at, .life = life::until, .condition = condition, .key = key, .ticks = tick}};
}
[[nodiscard]] inline step keeping(verb what, std::uint64_t key = 0) {
  return {.what = {.what = what, .life = life::keep, .key = key}};
}
[[nodiscard]] inline step replace(std::uint64_t key = 0) { return keeping(verb::replace, key); }
[[nodiscard]] inline step compare_exchange(std::uint64_t key = 0) { return keeping(verb::compare_exchange, key); }
[[nodiscard]] inline step update(std::uint64_t key = 0) { return keeping(verb::update, key); }
[[nodiscard]] inline step erase_if(std::uint64_t key = 0) { return plain(verb::erase_if, key); }
[[nodiscard]] inline step advance(std::uint64_t ticks) { return {.what = {.what = verb::advance, .ticks = ticks}}; }
[[nodiscard]] inline step by(unsigned thread, step s) {
  s.what.thread = static_cast<std::uint8_t>(thread);
  return s;
}
[[nodiscard]] inline step of(proptest::chore c, std::uint64_t key = 0, std::uint64_t ticks = 0) {
  return {{.key = key, .ticks = ticks}, c};
}
[[nodiscard]] inline step fill(std::uint64_t n) { return of(chore::fill, 0, n); }
[[nodiscard]] inline step drain(std::uint64_t n) { return of(chore::drain, 0, n); }
[[nodiscard]] inline step churn(std::uint64_t n) { return of(chore::churn, 0, n); }
[[nodiscard]] inline step visit_within(std::uint64_t key) { return of(chore::visit_within, key); }
[[nodiscard]] inline step find_many(std::uint64_t key) { return of(chore::find_many, key); }
[[nodiscard]] inline step contains(std::uint64_t key) { return plain(verb::contains, key); }
[[nodiscard]] inline step collect() { return {{}, chore::collect}; }
[[nodiscard]] inline step push() { return {{}, chore::push}; }
[[nodiscard]] inline step scan() { return {{}, chore::scan}; }
[[nodiscard]] inline step shrink() { return {{}, chore::shrink}; }
[[nodiscard]] inline step reserve() { return {{}, chore::reserve}; }

}  // namespace steps

[[nodiscard]] std::string to_string(const step& s);
/// The program, a line a thread.
[[nodiscard]] std::string to_string(const program& p);

}  // namespace proptest
