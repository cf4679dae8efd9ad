// SPDX-License-Identifier: BSL-1.0
// The bed (bed.hpp) finds what is wrong with reclaimers that are wrong.
#include <chrono>
#include <string>
#include <vector>

#include "bed.hpp"
#include "caught.hpp"
#include "hasty.hpp"

using namespace proptest;

namespace {

template <haste How, class V>
auto torture(watch what) {
  return [what] {
    using reclaimer = hasty<How>;
    torture_bed<tortured<reclaimer, V, jittery_environment>> bed(reclaimer::default_domain(), true, what);
    bed.run(std::chrono::seconds(20));
  };
}

}  // namespace

int main(int argc, char** argv) {
  constexpr watch values{true, false, false}, ages{false, true, false}, periods{false, false, true};
  // The remover itself may be the one whose entry is another's before it has told.
  const std::vector<std::string> reclaimed{reclaimed_under_guard, removed_already}, aged{too_old},
      passed{period_too_short};
  return catch_all(argc, argv,
                   {{"a_missing_period", reclaimed, torture<haste::no_period, poisoned>(values)},
                    {"a_missing_period_by_inline_values", reclaimed, torture<haste::no_period, wide>(values)},
                    {"a_missing_period_by_stamps", passed, torture<haste::no_period, poisoned>(periods)},
                    {"a_short_period", reclaimed, torture<haste::short_period, poisoned>(values)},
                    {"a_short_period_by_stamps", passed, torture<haste::short_period, poisoned>(periods)},
                    {"a_missing_guard", reclaimed, torture<haste::no_guard, poisoned>(values)},
                    {"a_missing_guard_by_ages", aged, torture<haste::no_guard, poisoned>(ages)},
                    {"a_barrier_that_does_not_wait", aged, torture<haste::no_barrier, poisoned>(ages)}},
                   [] {
                     using honest = wane::basic_epoch<jittery_environment>;
                     torture_bed<tortured<honest, poisoned, jittery_environment>> bed(honest::default_domain());
                     bed.run(std::chrono::milliseconds(500));
                   });
}
