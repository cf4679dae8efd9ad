// SPDX-License-Identifier: BSL-1.0
// Properties: maps of integers do what the model does, over every reclaimer.
#include <type_traits>

#include "support/driver.hpp"
#include "support/harness.hpp"

using namespace proptest;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<main_reclaimers>("a_map_of_integers_does_what_its_model_does", [&]<class R>(const auto& name) {
    tests.property(name, [] { a_map_does_what_its_model_does<integer_codec, R>({}); });
  });
  for_each_reclaimer<copying_reclaimers>("a_map_of_integers_does_what_its_model_does", [&]<class R>(const auto& name) {
    tests.property(name, [] { a_map_does_what_its_model_does<integer_codec, R>({}); });
  });
  for_each_reclaimer<copying_reclaimers>("so_does_one_of_values_wider_than_a_word", [&]<class R>(const auto& name) {
    tests.property(name, [] { a_map_does_what_its_model_does<wide_codec, R>({}); });
  });
  // Long programs reserve and shrink large tables, and every halving waits for two grace periods, which RCU takes
  // milliseconds for.
  for_each_reclaimer<main_reclaimers>("so_does_one_of_many_keys", [&]<class R>(const auto& name) {
    tests.property(
        name, [] { a_map_does_what_its_model_does<integer_codec, R>({.keys = 300, .longest = 600, .faults = {}}); },
        std::is_same_v<R, wane::epoch> ? 100 : 20);
  });
  for_each_reclaimer<main_reclaimers>("so_does_one_of_values_wider_than_a_word", [&]<class R>(const auto& name) {
    tests.property(name, [] { a_map_does_what_its_model_does<wide_codec, R>({}); });
  });
  return tests.result();
}
