// SPDX-License-Identifier: BSL-1.0
#include "scenarios/other_reclaimers.hpp"

#include "scenarios/map_program.hpp"

namespace proptest {

explorer::scenario* make_of_other_reclaimer(const program& p, bool relaxed) {
  switch (p.reclaimer) {
    case reclamation::versioned: return make<explorer::versioned>(p, relaxed);
    case reclamation::hazard: return make<explorer::hazard>(p, relaxed);
    case reclamation::ibr: return make<explorer::ibr>(p, relaxed);
    case reclamation::leak: return new map_scenario<explorer::leak, ladder, settled>(p, relaxed);
    case reclamation::unsafe_reuse: return new map_scenario<explorer::unsafe_reuse, ladder, settled>(p, relaxed);
    default: throw std::invalid_argument("not one of the other reclaimers");
  }
}

}  // namespace proptest
