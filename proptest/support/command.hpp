// SPDX-License-Identifier: BSL-1.0
// The program that a property runs: a list of commands, one for every operation of a map, generated and shrunk by
// RapidCheck, readable when printed.
#pragma once

#include <rapidcheck.h>
#include <wane/lifetime.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
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

void showValue(const command& c, std::ostream& out);

/// Whether an operation may run out of memory: it makes an entry, copies a value of which copies allocate, or has to
/// say what is wrong with a TTL. `allocates`: whether making a key or a value does.
[[nodiscard]] bool may_exhaust(const command& c, bool allocates);

/// What a property wants its programs to be made of.
struct program_shape {
  unsigned keys = 12;
  std::size_t longest = 150;
  bool copyable_values = true;
  std::vector<fault::kind> faults;  // each as likely as the absence of a fault, when there is one
};

[[nodiscard]] rc::Gen<std::vector<command>> any_program(const program_shape& shape);

}  // namespace proptest
