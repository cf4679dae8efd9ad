// SPDX-License-Identifier: BSL-1.0
// Fuzz target: bytes are a small program of map calls and the schedule that it runs under, explored on fibers with relaxed
// memory.
//
//   a byte for what the map is like, one for the keys, then two for each of up to eight calls, then the schedule
#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include "fuzz/bytes.hpp"
#include "fuzz/planted.hpp"
#include "scenarios/drawn.hpp"

using namespace proptest;

namespace {

program program_from(byte_reader& bytes) {
  const std::uint8_t shape = bytes.next();
  const std::uint8_t places = bytes.next();
  program p;
  p.buckets = 1 + shape % 4;
  p.growth = (shape & 4) != 0;
  constexpr reclamation reclaimers[] = {reclamation::epoch, reclamation::oracle, reclamation::versioned,
                                        reclamation::hazard, reclamation::ibr};
  p.reclaimer = reclaimers[(shape >> 3) % 5];
  p.integer_keys = (shape & 64) == 0;
  p.in_place = (places & 3) == 3;
  p.cold = (shape & 48) == 48;
  const unsigned before = shape >> 7;
  std::vector<std::vector<step>> threads(2 + bytes.below(2));
  for (unsigned i = 0; i <= before; ++i) p.before.push_back(a_beginning(bytes.next(), bytes.next()));
  for (auto& steps : threads)
    for (unsigned i = 0; i < 2; ++i) steps.push_back(a_call(bytes.next(), bytes.next()));
  p.threads = std::move(threads);
  return complete(std::move(p), places % 16, places / 16);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plant_a_bug();
  static examiner counts("fuzzed programs and schedules");
  byte_reader bytes({data, size});
  const program p = program_from(bytes);
  explorer::from_bytes how(bytes.rest());
  if (const auto found = counts.find_failure(p, how, true, {})) {
    std::cerr << found->account << std::endl;
    std::abort();
  }
  return 0;
}
