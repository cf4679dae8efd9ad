// SPDX-License-Identifier: BSL-1.0
// Properties: maps of values that can only be moved do what the model does and leave no object behind.
#include "support/driver.hpp"
#include "support/harness.hpp"

using namespace proptest;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<main_reclaimers, sifting_reclaimers>(
      "a_map_of_unique_pointers_does_what_its_model_does", [&]<class R>(const auto& name) {
        tests.property(
            name, [] { a_map_does_what_its_model_does<move_only_codec, R>({.copyable_values = false, .faults = {}}); });
      });
  return tests.result();
}
