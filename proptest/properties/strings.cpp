// SPDX-License-Identifier: BSL-1.0
// Properties: maps of strings, looked up by std::string_view, do what the model does, over every reclaimer.
#include "support/driver.hpp"
#include "support/harness.hpp"

using namespace proptest;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<every_reclaimer>("a_map_of_strings_does_what_its_model_does", [&]<class R>(const auto& name) {
    tests.property(name, [] { a_map_does_what_its_model_does<string_codec, R>({.keys = 24, .faults = {}}); });
  });
  return tests.result();
}
