// SPDX-License-Identifier: BSL-1.0
// What the tables of mutants are made of: seed.py writes seeded_mutants, weaker.py writes weaker_orders.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>
#include <string_view>

namespace proptest {

/// Whether a verdict is among those listed with spaces between, as explorer::name_of spells them.
[[nodiscard]] constexpr bool is_among(std::string_view verdict, std::string_view listed) noexcept {
  for (std::string_view rest = listed; !rest.empty();) {
    const auto end = rest.find(' ');
    if (rest.substr(0, end) == verdict) return true;
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return false;
}

/// A bug seeded into the text of a header; see the .toml files.
struct seeded_mutant {
  int number;  ///< for selected_mutant; 1 + its index, and no name for life: use `name` in what is kept
  std::string_view name;
  std::string_view says;
  std::string_view file;  ///< below include/
  std::uint_least32_t line;
  std::string_view breaks;    ///< guarantees and invariants, or whatever else is no longer true
  std::string_view verdicts;  ///< those expected, for is_among
  std::string_view scenario;  ///< the one that is to kill it
};

/// An access with a weaker order than its comment argues for. One order is weakened at a time: of a compare-and-swap
/// either the one it has when it succeeds or the one when it fails.
struct weaker_order {
  std::string_view name;  ///< as l2-release: the tag, `failure` if it is that order, and the order left
  std::string_view tag;
  std::string_view file;  ///< below include/
  /// The access stands on these lines; compilers differ on which of them a call's source_location names.
  std::uint_least32_t first_line, last_line;
  bool is_failure;
  std::memory_order from, to;
  std::string_view verdicts;  ///< those expected, for is_among
  /// Empty, or why no scenario can tell it from the order that ships.
  std::string_view unobservable;

  [[nodiscard]] constexpr bool is_at(const std::source_location& site) const noexcept {
    const std::string_view path = site.file_name();
    return first_line <= site.line() && site.line() <= last_line && path.ends_with(file) &&
           (path.size() == file.size() || path[path.size() - file.size() - 1] == '/');
  }
};

}  // namespace proptest
