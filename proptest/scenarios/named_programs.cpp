// SPDX-License-Identifier: BSL-1.0
// The named programs, without a mutant: within the bounds that kill one, and beyond.
#include "scenarios/named.hpp"
#include "support/harness.hpp"

using namespace proptest;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for (const named_program& n : named_programs())
    for (const reclamation r : {reclamation::epoch, reclamation::oracle}) {
      program p = n.what;
      p.reclaimer = r;
      tests.test(p.name + (r == reclamation::epoch ? " [epoch]" : " [oracle]"), [&] {
        examiner counts("named programs");
        for (const bool symmetric : {false, true}) {
          if (symmetric && !n.symmetric_too) continue;
          counts.exhaust(p, n.reach, {}, symmetric);
          counts.exhaust(p, {n.reach.preemptions + 1, n.reach.stale}, {.seconds = stress_factor() / 4}, symmetric);
          counts.exhaust(p, {n.reach.preemptions, n.reach.stale + 1}, {.seconds = stress_factor() / 4}, symmetric);
        }
      });
    }
  return tests.result();
}
