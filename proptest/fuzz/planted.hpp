// SPDX-License-Identifier: BSL-1.0
// A seeded bug for a fuzz target to find. Targets are compiled from the headers that hold the mutants, of which none is
// selected unless WANE_MUTANT names one.
#pragma once

#include <seeded_mutants.hpp>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace proptest {

inline void plant_a_bug() {
  if (selected_mutant != 0) return;
  const char* const name = std::getenv("WANE_MUTANT");
  if (name == nullptr) return;
  for (const seeded_mutant& m : seeded_mutants)
    if (m.name == std::string_view(name)) selected_mutant = m.number;
  if (selected_mutant != 0) return;
  std::fprintf(stderr, "no mutant is called %s\n", name);
  std::exit(2);
}

}  // namespace proptest
