// SPDX-License-Identifier: BSL-1.0
// Properties: hashes that collide, partly or always, or lie at the borders of buckets, cost time and nothing else.
#include <limits>

#include "support/driver.hpp"
#include "support/harness.hpp"

using namespace proptest;

namespace {

/// Each of the functions below in turn: a type for each would be a map for each to compile.
struct given_hash {
  std::uint64_t (*of)(std::uint64_t) noexcept = nullptr;
  std::uint64_t operator()(std::uint64_t key) const noexcept { return of(key); }
};
/// Claims that they are mixed already.
struct given_mixed_hash : given_hash {
  using is_avalanching = void;
};

/// One run holds every entry.
std::uint64_t constant(std::uint64_t) noexcept { return 42; }

/// Four runs.
std::uint64_t two_bits(std::uint64_t key) noexcept { return key & 3; }

/// Not mixed, whatever is claimed: every entry lies in the first bucket, however large the table.
std::uint64_t unmixed(std::uint64_t key) noexcept { return key; }

/// Split-order keys where sentinels have theirs, one below and one above, and at both ends of the range. Even and odd
/// keys share hashes.
std::uint64_t border(std::uint64_t key) noexcept {
  static constexpr std::uint64_t half = std::uint64_t{1} << 63;
  static constexpr std::uint64_t quarter = half / 2;
  static constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::uint64_t borders[] = {
      0,        1,        quarter - 1, quarter,        quarter + 1,        half - 1,    half,
      half + 1, most - 1, most,        half + quarter, half + quarter - 1, quarter / 2, quarter / 2 - 1,
      most / 3, 2};
  return borders[key / 2 % std::size(borders)];
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const auto property = [&]<class Hash>(const std::string& words, const Hash& hash) {
    for_each_reclaimer<main_reclaimers, sifting_reclaimers, copying_reclaimers>(words, [&]<class R>(const auto& name) {
      tests.property(name,
                     [&] { a_map_does_what_its_model_does<integer_codec, R>({.keys = 32, .faults = {}}, true, hash); });
    });
  };
  property("a_map_whose_hashes_are_all_equal_does_what_its_model_does", given_hash{constant});
  property("so_does_one_with_four_hashes", given_hash{two_bits});
  property("so_does_one_whose_hash_is_not_mixed", given_mixed_hash{{unmixed}});
  property("so_does_one_whose_hashes_are_the_borders_of_buckets", given_mixed_hash{{border}});
  return tests.result();
}
