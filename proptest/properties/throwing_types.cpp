// SPDX-License-Identifier: BSL-1.0
// Properties: whatever of hash, equality, constructors and callables throws, and at whichever call, the map is as it was
// before (where get_or_emplace cannot move its result out, as if it had returned), passes its check and leaks nothing.
#include "support/driver.hpp"
#include "support/harness.hpp"

using namespace proptest;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const program_shape shape{.faults = {fault::kind::user}};
  for_each_reclaimer<every_reclaimer>(
      "a_map_of_throwing_types_does_what_its_model_does", [&]<class R>(const auto& name) {
        tests.property(name, [&] { a_map_does_what_its_model_does<fragile_codec, R, fragile_hash>(shape); });
      });
  return tests.result();
}
