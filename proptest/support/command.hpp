// SPDX-License-Identifier: BSL-1.0
// The program that a property runs: a list of commands, one for every operation of a map, generated and shrunk by
// RapidCheck, readable when printed.
#pragma once

#include <rapidcheck.h>
#include <wane/lifetime.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <vector>

namespace proptest {

enum class operation : std::uint8_t {
  advance,  // the clock, not the map
  insert,
  try_emplace,
  try_emplace_for,
  insert_or_assign,
  get_or_emplace,
  get_or_emplace_for,
  find,
  visit,
  contains,
  replace,
  compare_exchange,
  update,
  upsert,
  erase,
  erase_if_key,
  erase_if_all,
  take,
  clear,
  touch,
  expire_at,
  persist,
  ttl,
  find_and_touch,
  for_each,
  scan,
  size,
  reserve,
  shrink_to_fit,
  sweep_some,
  sweep_everything,
  collect,
  stats,
  check,
  dump,
};

struct operation_trait {
  operation what;
  const char* name;
  unsigned weight;
  bool copies_values;  // there only for copyable values
};

inline constexpr std::array operation_traits{
    operation_trait{operation::advance, "advance", 10, false},
    operation_trait{operation::insert, "insert", 14, false},
    operation_trait{operation::try_emplace, "try_emplace", 4, false},
    operation_trait{operation::try_emplace_for, "try_emplace_for", 4, false},
    operation_trait{operation::insert_or_assign, "insert_or_assign", 8, false},
    operation_trait{operation::get_or_emplace, "get_or_emplace", 3, true},
    operation_trait{operation::get_or_emplace_for, "get_or_emplace_for", 3, true},
    operation_trait{operation::find, "find", 5, true},
    operation_trait{operation::visit, "visit", 3, false},
    operation_trait{operation::contains, "contains", 3, false},
    operation_trait{operation::replace, "replace", 5, true},
    operation_trait{operation::compare_exchange, "compare_exchange", 5, false},
    operation_trait{operation::update, "update", 5, false},
    operation_trait{operation::upsert, "upsert", 5, false},
    operation_trait{operation::erase, "erase", 8, false},
    operation_trait{operation::erase_if_key, "erase_if(key)", 3, false},
    operation_trait{operation::erase_if_all, "erase_if", 1, false},
    operation_trait{operation::take, "take", 3, true},
    operation_trait{operation::clear, "clear", 1, false},
    operation_trait{operation::touch, "touch", 5, false},
    operation_trait{operation::expire_at, "expire_at", 4, false},
    operation_trait{operation::persist, "persist", 3, false},
    operation_trait{operation::ttl, "ttl", 4, false},
    operation_trait{operation::find_and_touch, "find_and_touch", 4, true},
    operation_trait{operation::for_each, "for_each", 1, false},
    operation_trait{operation::scan, "scan", 4, false},
    operation_trait{operation::size, "size", 2, false},
    operation_trait{operation::reserve, "reserve", 1, false},
    operation_trait{operation::shrink_to_fit, "shrink_to_fit", 1, false},
    operation_trait{operation::sweep_some, "sweep_some", 3, false},
    operation_trait{operation::sweep_everything, "sweep_everything", 1, false},
    operation_trait{operation::collect, "collect", 2, false},
    operation_trait{operation::stats, "stats", 1, false},
    operation_trait{operation::check, "check", 1, false},
    operation_trait{operation::dump, "dump", 1, false},
};

static_assert(
    [] {
      for (std::size_t i = 0; i < operation_traits.size(); ++i)
        if (static_cast<std::size_t>(operation_traits[i].what) != i) return false;
      return true;
    }(),
    "the table is in the order of the enumeration, so that it can be indexed by it");

/// The lifetime that a command asks for; nanoseconds from now, for a deadline too.
struct term {
  enum class kind : std::uint8_t { forever, keep, ttl, deadline };
  kind what = kind::forever;
  std::int64_t ns = 0;
};

/// What is made to fail while a command runs, and after how many calls that succeed.
struct fault {
  enum class kind : std::uint8_t {
    none,
    user,  // a hash, an equality, a constructor or a callable throws
    heap,  // operator new throws
    pages  // the pages policy returns nullptr
  };
  kind what = kind::none;
  unsigned after = 0;
  bool lasting = false;  // everything after it fails, too
};

struct command {
  operation what = operation::size;
  unsigned key = 0;
  unsigned value = 0;
  term life;
  wane::when condition = wane::when::always;
  unsigned amount = 0;  // entries to scan or reserve, blocks to sweep, microseconds to advance
  fault fails;
};

inline void showValue(const command& c, std::ostream& out) {
  static constexpr const char* lives[] = {"forever", "keep_ttl", "ttl", "deadline now"};
  static constexpr const char* conditions[] = {"always", "if_later", "if_sooner", "if_none", "if_some"};
  static constexpr const char* faults[] = {"", "user", "heap", "pages"};
  out << operation_traits[static_cast<std::size_t>(c.what)].name << "{key " << c.key << ", value " << c.value << ", "
      << lives[static_cast<std::size_t>(c.life.what)];
  if (c.life.what == term::kind::ttl || c.life.what == term::kind::deadline)
    out << (c.life.ns >= 0 ? " +" : " ") << c.life.ns << " ns";
  out << ", " << conditions[static_cast<std::size_t>(c.condition)] << ", amount " << c.amount;
  if (c.fails.what != fault::kind::none)
    out << ", " << faults[static_cast<std::size_t>(c.fails.what)] << " fails after " << c.fails.after
        << (c.fails.lasting ? " for good" : "");
  out << "}\n";
}

/// Whether an operation may run out of memory: it makes an entry, copies a value of which copies allocate, or has to
/// say what is wrong with a TTL. `allocates`: whether making a key or a value does.
[[nodiscard]] inline bool may_exhaust(const command& c, bool allocates) {
  using op = operation;
  switch (c.what) {
    case op::insert:
    case op::try_emplace:
    case op::try_emplace_for:
    case op::insert_or_assign:
    case op::get_or_emplace:
    case op::get_or_emplace_for:
    case op::replace:
    case op::compare_exchange:
    case op::update:
    case op::upsert:
    case op::reserve: return true;
    case op::find:
    case op::take: return allocates;
    case op::find_and_touch: return allocates || c.life.ns <= 0;
    case op::touch: return c.life.ns <= 0;
    default: return false;
  }
}

/// What a property wants its programs to be made of.
struct program_shape {
  unsigned keys = 12;
  std::size_t longest = 150;
  bool copyable_values = true;
  std::vector<fault::kind> faults;  // each as likely as the absence of a fault, when there is one
};

namespace detail {

/// Times around the tick of one millisecond, where rounding shows, and the extremes where arithmetic saturates.
inline rc::Gen<std::int64_t> any_ttl() {
  return rc::gen::weightedOneOf<std::int64_t>({
      {6, rc::gen::map(rc::gen::inRange<std::int64_t>(1, 12), [](std::int64_t ms) { return ms * 1'000'000; })},
      {4, rc::gen::inRange<std::int64_t>(1, 6'000'000)},
      {1, rc::gen::element<std::int64_t>(1, 999'999, 1'000'001, std::int64_t{1} << 60, INT64_MAX - 1, INT64_MAX)},
      {1, rc::gen::element<std::int64_t>(0, -1, -1'000'000, INT64_MIN)},
  });
}

inline rc::Gen<term> any_term() {
  const auto some = [](term::kind what) { return [what](std::int64_t ns) { return term{what, ns}; }; };
  return rc::gen::weightedOneOf<term>({
      {3, rc::gen::just(term{})},
      {2, rc::gen::just(term{term::kind::keep, 0})},
      {5, rc::gen::map(any_ttl(), some(term::kind::ttl))},
      {2, rc::gen::map(rc::gen::inRange<std::int64_t>(-3'000'000, 8'000'000), some(term::kind::deadline))},
  });
}

inline rc::Gen<fault> any_fault(const std::vector<fault::kind>& kinds) {
  if (kinds.empty()) return rc::gen::just(fault{});
  auto with_none = kinds;
  with_none.push_back(fault::kind::none);
  return rc::gen::build<fault>(rc::gen::set(&fault::what, rc::gen::elementOf(with_none)),
                               rc::gen::set(&fault::after, rc::gen::inRange<unsigned>(0, 12)),
                               rc::gen::set(&fault::lasting));
}

}  // namespace detail

[[nodiscard]] inline rc::Gen<std::vector<command>> any_program(const program_shape& shape) {
  std::vector<operation> operations;
  for (const auto& trait : operation_traits)
    if (shape.copyable_values || !trait.copies_values) operations.insert(operations.end(), trait.weight, trait.what);
  const auto one = rc::gen::build<command>(
      rc::gen::set(&command::what, rc::gen::elementOf(operations)),
      rc::gen::set(&command::key, rc::gen::inRange<unsigned>(0, shape.keys)),
      rc::gen::set(&command::value, rc::gen::inRange<unsigned>(0, 4)), rc::gen::set(&command::life, detail::any_term()),
      rc::gen::set(&command::condition,
                   rc::gen::element(wane::when::always, wane::when::if_later, wane::when::if_sooner,
                                    wane::when::if_none, wane::when::if_some)),
      rc::gen::set(&command::amount, rc::gen::inRange<unsigned>(0, 3000)),
      rc::gen::set(&command::fails, detail::any_fault(shape.faults)));
  // RapidCheck's size (0 to 100 over the cases) bounds both a container's length and the width of inRange: the first
  // is stretched to the length wanted, the second always wanted in full.
  return rc::gen::scale(static_cast<double>(shape.longest) / 100.0,
                        rc::gen::container<std::vector<command>>(rc::gen::resize(100, one)));
}

}  // namespace proptest
