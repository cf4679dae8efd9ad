// SPDX-License-Identifier: BSL-1.0
#include "scenarios/map_scenario.hpp"

#include "scenarios/ahead_scenario.hpp"
#include "scenarios/epoch_scenario.hpp"
#include "scenarios/hazard_scenario.hpp"
#include "scenarios/ibr_scenario.hpp"
#include "scenarios/map_program.hpp"
#include "scenarios/other_reclaimers.hpp"
#include "scenarios/snapshot_scenario.hpp"
#include "scenarios/versioned_scenario.hpp"

namespace proptest {

explorer::scenario* make_map_scenario(const program& p, bool relaxed) {
  if (p.coarse_ticks) return new map_scenario<explorer::epoch, ladder, settled, coarse_tick>(p, relaxed);
  switch (p.reclaimer) {
    case reclamation::epoch: return make<explorer::epoch>(p, relaxed);
    case reclamation::oracle: return make<explorer::oracle>(p, relaxed);
    default: return make_of_other_reclaimer(p, relaxed);
  }
}

void set_up(explorer::engine& e, const program& p, bool relaxed) {
  e.on_change = e.value_of == nullptr ? &explorer::check_word : &explorer::check_word_but_counters;
  e.set_up([&p, relaxed] {
    switch (p.about) {
      case subject::pool: return make_pool_scenario(static_cast<unsigned>(p.threads.size()));
      case subject::homes: return make_homes_scenario();
      case subject::epoch: return make_epoch_scenario();
      case subject::hazard: return make_hazard_scenario();
      case subject::ibr: return make_ibr_scenario();
      case subject::versioned: return make_versioned_scenario();
      case subject::snapshot: return make_snapshot_scenario(p.name);
      case subject::ahead: return make_ahead_scenario();
      default: return make_map_scenario(p, relaxed);
    }
  });
}

}  // namespace proptest
