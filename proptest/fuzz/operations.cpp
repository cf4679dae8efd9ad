// SPDX-License-Identifier: BSL-1.0
// Fuzz target: bytes are a program of commands, run on a map and on its model, under AddressSanitizer and UBSan.
//
//   a byte for what the map is like, then for each command up to ten: what, key, value, lifetime, condition, amount, fault
#include <array>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "fuzz/bytes.hpp"
#include "fuzz/planted.hpp"
#include "support/driver.hpp"

using namespace proptest;

namespace {

constexpr std::size_t longest = 200;

term lifetime_from(byte_reader& bytes) {
  constexpr std::array<std::int64_t, 8> extremes = {0, -1, 1, 999'999, 1'000'001, INT64_MAX, INT64_MAX - 1, INT64_MIN};
  const auto kind = static_cast<term::kind>(bytes.below(4));
  if (kind == term::kind::forever || kind == term::kind::keep) return {kind, 0};
  const std::uint8_t what = bytes.next();
  // A deadline is counted from the clock, and must not overflow; a TTL may be anything.
  if (what % 16 == 0 && kind == term::kind::ttl) return {kind, extremes[what / 16 % extremes.size()]};
  const std::int64_t quarters = kind == term::kind::ttl ? what + 1 : what - 64;
  return {kind, quarters * 250'000};
}

command command_from(byte_reader& bytes) {
  command c;
  c.what = operation_traits[bytes.below(static_cast<unsigned>(operation_traits.size()))].what;
  c.key = bytes.below(16);
  c.value = bytes.below(4);
  c.life = lifetime_from(bytes);
  c.condition = static_cast<wane::when>(bytes.below(5));
  c.amount = static_cast<unsigned>(bytes.word(2)) % 3000;
  const std::uint8_t fails = bytes.next();
  if (fails >= 192) c.fails = {fault::kind::user, fails % 12u, fails % 2 == 1};
  return c;
}

template <class Codec, class Hash = wane::hash<typename Codec::key>>
void run(const wane::options& options, const std::vector<command>& program, bool hashes_collide = false) {
  {
    driver<Codec, wane::epoch, Hash> d(options, hashes_collide);
    d.run(program);
  }
  if constexpr (requires { Codec::alive(); }) REQUIRE(Codec::alive() == 0, Codec::alive() << " objects leaked");
}

/// Four places for all keys: runs of equal hashes are long.
struct few_hashes {
  std::size_t operator()(std::uint64_t key) const noexcept { return key % 4 << 62; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plant_a_bug();
  byte_reader bytes({data, size});
  const std::uint8_t shape = bytes.next();
  wane::options options;
  options.minimum_buckets = std::size_t{1} << (shape & 3);
  options.growth = (shape & 4) == 0;
  options.max_load_factor = (shape & 8) == 0 ? 1 : 3;
  std::vector<command> program;
  while (!bytes.is_empty() && program.size() < longest) program.push_back(command_from(bytes));
  const attendance<wane::epoch> present;
  try {
    switch (shape >> 6) {
      case 0: run<integer_codec>(options, program); break;
      case 1: run<string_codec>(options, program); break;
      case 2: run<fragile_codec, fragile_hash>(options, program); break;
      default: run<integer_codec, few_hashes>(options, program, true); break;
    }
  } catch (const std::exception& wrong) {
    std::cerr << "program:\n";
    for (const command& c : program) showValue(c, std::cerr);
    std::cerr << "mismatch: " << wrong.what() << std::endl;
    std::abort();
  }
  return 0;
}
