// SPDX-License-Identifier: BSL-1.0
// What must hold of each single change of a link or state word (I1, I3, I4, I5), whoever makes it. Knows the words by
// the header that the change stands in.
#pragma once

#include <array>
#include <cstdint>
#include <source_location>

#include "engine.hpp"
#include "trace.hpp"

namespace explorer {

/// How often each thread has changed a link or a state, in all executions together.
inline std::array<std::uint64_t, max_threads> changes_by{};

/// For engine::on_change.
void check_word(engine& e, const cell& c, std::uint64_t before, std::uint64_t after, bool conditional,
                const std::source_location& site);

/// The same without I3 and I5: for words that have lost their counters (see engine::value_of).
void check_word_but_counters(engine& e, const cell& c, std::uint64_t before, std::uint64_t after, bool conditional,
                             const std::source_location& site);

/// Spells link and state words; everything else in plain.
[[nodiscard]] trace::names word_names();

}  // namespace explorer
