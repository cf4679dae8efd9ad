// SPDX-License-Identifier: BSL-1.0
// The named programs, without a mutant: within the bounds that kill one to the end, but for the large ones, and beyond for as
// long as time allows.
#include "explorer/crashes.hpp"
#include "scenarios/named.hpp"
#include "support/harness.hpp"

using namespace proptest;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  explorer::catch_crashes();
  for (const named_program& n : named_programs())
    for (const reclamation r :
         {reclamation::epoch, reclamation::oracle, reclamation::versioned, reclamation::hazard, reclamation::ibr}) {
      if (n.what.about != subject::map && r != reclamation::epoch) continue;  // what is alone has no other
      program p = n.what;
      p.reclaimer = r;
      tests.test(p.name + " [" + name_of(r) + "]", [&] {
        examiner counts(n.is_large ? "named programs that are large" : "named programs"),
            beyond("named programs, beyond");
        for (const bool symmetric : {false, true}) {
          if (symmetric && !n.symmetric_too) continue;
          const explorer::limits some{.seconds = stress_factor() / 64}, more{.seconds = stress_factor() / 4};
          if (n.is_large)
            counts.exhaust(p, n.reach, more, symmetric);
          else
            counts.exhaust_wholly(p, n.reach, symmetric);
          beyond.exhaust(p, {n.reach.preemptions + 1, n.reach.stale}, some, symmetric);
          beyond.exhaust(p, {n.reach.preemptions, n.reach.stale + 1}, some, symmetric);
          explorer::random_walk random(seed(), n.reach.stale + 1);
          beyond.wander(p, random, true, some, symmetric);
          explorer::pct depth3(seed(), 3, n.reach.stale + 1);
          beyond.wander(p, depth3, true, some, symmetric);
        }
      });
    }
  return tests.result();
}
