// SPDX-License-Identifier: BSL-1.0
// The ABA problem, by force: six interleavings in which a slot serves again between what a thread has read and what it then
// changes, each tried with the threads stopped before every single step that they make.
//
//   reclaimer       counters                      must be
//   unsafe reuse    none                          caught for what it is: a wrong result or structure, no crash
//   unsafe reuse    all                           caught if it takes validation to see it, clean if counters are enough
//   unsafe reuse    without the one it needs      caught ) where counters are enough: what takes validation is caught with
//   unsafe reuse    without any other             clean  ) all of them, and so says nothing of one
//   versioned       without the one it needs      caught
//   versioned       without any other             clean
//   every other     all                           clean
//
// What counts are tags of links, versions of states, and the tag of the pool's stack of chains. What the table below says of
// each interleaving is thereby shown, in both directions. The stack of chains knows no reclaimer, and is tried once.
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "explorer/crashes.hpp"
#include "explorer/environment.hpp"
#include "scenarios/map_scenario.hpp"
#include "scenarios/named.hpp"
#include "support/harness.hpp"

using namespace proptest;

namespace {

static_assert(wane::unsafe_reuse::reuses_at_once && wane::unsafe_reuse::bounded_garbage);

enum class counter : std::uint8_t { none, link_tag, state_version, chain_tag, every };
constexpr counter counters[] = {counter::link_tag, counter::state_version, counter::chain_tag};

const char* name_of(counter c) {
  switch (c) {
    case counter::none: return "with every counter";
    case counter::link_tag: return "without tags of links";
    case counter::state_version: return "without versions of states";
    case counter::chain_tag: return "without the tag of the stack of chains";
    case counter::every: return "without any counter";
  }
  return "?";
}

struct interleaving {
  const char* program;    ///< of the named ones
  counter needs;          ///< under a reclaimer that lets slots serve again at once
  bool needs_validation;  ///< too: a thread acts on what it has read, not only on what it changes
  unsigned preemptions = 1;
};
constexpr interleaving interleavings[] = {
    {"aba-insert", counter::link_tag, false},   {"aba-unlink", counter::link_tag, true},
    {"aba-kill", counter::state_version, true}, {"aba-sentinel", counter::link_tag, false},
    {"aba-hop", counter::link_tag, true, 3},    {"chains-of-two-threads", counter::chain_tag, false},
};

template <counter Off>
std::uint64_t without(std::uint64_t value, const std::source_location& site) {
  const std::string_view file(site.file_name()), function(site.function_name());
  if constexpr (Off == counter::link_tag || Off == counter::every)
    if (file.ends_with("wane/impl/link.hpp")) return value & ((std::uint64_t{1} << 35) - 1);
  if constexpr (Off == counter::state_version || Off == counter::every)
    if (file.ends_with("wane/impl/state.hpp")) return value & ~(((std::uint64_t{1} << 22) - 1) << 40);
  if constexpr (Off == counter::chain_tag || Off == counter::every)
    if (function.find("_chain(") != function.npos && file.ends_with("wane/impl/pool.hpp")) return value & 0xFFFF'FFFF;
  return value;
}
explorer::engine::value_rule rule_of(counter off) {
  switch (off) {
    case counter::none: break;
    case counter::link_tag: return &without<counter::link_tag>;
    case counter::state_version: return &without<counter::state_version>;
    case counter::chain_tag: return &without<counter::chain_tag>;
    case counter::every: return &without<counter::every>;
  }
  return nullptr;
}

explorer::report explore(const interleaving& i, reclamation r, counter off) {
  program p = program_named(i.program).what;
  p.reclaimer = r;
  explorer::engine e;
  e.value_of = rule_of(off);
  set_up(e, p, false);
  explorer::exhaustive everywhere(i.preemptions, 0);
  return e.explore(everywhere);
}

bool is_caught(const explorer::report& r) {
  using explorer::verdict;
  const verdict v = r.failure.kind;
  return v != verdict::clean && v != verdict::crash && v != verdict::exception;
}

void must_be_caught(const interleaving& i, reclamation r, counter off) {
  const explorer::report found = explore(i, r, off);
  EXPECT(is_caught(found), "it is " << explorer::name_of(found.failure.kind) << ' ' << found.failure.what);
  std::cerr << "  " << i.program << ", " << proptest::name_of(r) << ", " << name_of(off) << ": "
            << explorer::name_of(found.failure.kind) << " after '" << to_string(found.schedule) << "'\n";
}
void must_be_clean(const interleaving& i, reclamation r, counter off) {
  const explorer::report found = explore(i, r, off);
  EXPECT(found.failure.kind == explorer::verdict::clean && found.complete,
         explorer::name_of(found.failure.kind)
             << ": " << found.failure.what << " after '" << to_string(found.schedule) << "'");
}

/// One counter off, one after the other.
void test_counters(suite& tests, const interleaving& i, reclamation r, const std::string& of_reclaimer) {
  const std::string name = i.program;
  for (const counter c : counters) {
    if (c == i.needs)
      tests.test(name + " fails " + name_of(c) + of_reclaimer, [=] { must_be_caught(i, r, c); });
    else
      tests.test(name + " is clean " + name_of(c) + of_reclaimer, [=] { must_be_clean(i, r, c); });
  }
}

/// The pool alone: whichever reclaimer is named.
void test_pool(suite& tests, const interleaving& i) {
  const std::string name = i.program;
  tests.test(name + " fails without any counter",
             [=] { must_be_caught(i, reclamation::unsafe_reuse, counter::every); });
  test_counters(tests, i, reclamation::unsafe_reuse, "");
  tests.test(name + " is clean", [=] { must_be_clean(i, reclamation::unsafe_reuse, counter::none); });
}

void test_map(suite& tests, const interleaving& i) {
  const std::string name = i.program;
  tests.test(name + " fails without any counter [unsafe reuse]",
             [=] { must_be_caught(i, reclamation::unsafe_reuse, counter::every); });
  if (i.needs_validation) {
    tests.test(name + " fails with every counter, nothing being validated [unsafe reuse]",
               [=] { must_be_caught(i, reclamation::unsafe_reuse, counter::none); });
  } else {
    tests.test(name + " is clean by its counter alone [unsafe reuse]",
               [=] { must_be_clean(i, reclamation::unsafe_reuse, counter::none); });
    test_counters(tests, i, reclamation::unsafe_reuse, " [unsafe reuse]");
  }
  test_counters(tests, i, reclamation::versioned, " [versioned]");
  for (const reclamation r : {reclamation::epoch, reclamation::oracle, reclamation::versioned, reclamation::hazard,
                              reclamation::ibr, reclamation::leak})
    tests.test(name + " is clean [" + proptest::name_of(r) + "]", [=] { must_be_clean(i, r, counter::none); });
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  explorer::catch_crashes();
  for (const interleaving& i : interleavings)
    program_named(i.program).what.about == subject::pool ? test_pool(tests, i) : test_map(tests, i);
  return tests.result();
}
