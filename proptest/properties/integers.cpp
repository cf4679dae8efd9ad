// SPDX-License-Identifier: BSL-1.0
// Properties: maps of integers do what the model does, over every reclaimer.
#include "support/driver.hpp"
#include "support/harness.hpp"

using namespace proptest;

// They reserve and shrink large tables, and every halving waits for two grace periods, which RCU takes milliseconds for.
template <class R>
constexpr int cases_of_long_programs = 100;
template <class Flavour>
constexpr int cases_of_long_programs<wane::rcu<Flavour>> = 20;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<main_reclaimers, sifting_reclaimers, copying_reclaimers>(
      "a_map_of_integers_does_what_its_model_does", [&]<class R>(const auto& name) {
        tests.property(name, [] { a_map_does_what_its_model_does<integer_codec, R>({}); });
      });
  for_each_reclaimer<main_reclaimers, sifting_reclaimers, copying_reclaimers>(
      "so_does_one_of_many_keys", [&]<class R>(const auto& name) {
        tests.property(
            name, [] { a_map_does_what_its_model_does<integer_codec, R>({.keys = 300, .longest = 600, .faults = {}}); },
            cases_of_long_programs<R>);
      });
  for_each_reclaimer<main_reclaimers, sifting_reclaimers, copying_reclaimers>(
      "so_does_one_of_values_wider_than_a_word", [&]<class R>(const auto& name) {
        tests.property(name, [] { a_map_does_what_its_model_does<wide_codec, R>({}); });
      });
  return tests.result();
}
