// SPDX-License-Identifier: BSL-1.0
// Properties: hashes that collide, partly or always, or lie at the borders of buckets, cost time and nothing else.
#include <limits>

#include "support/driver.hpp"
#include "support/harness.hpp"

using namespace proptest;

namespace {

/// One run holds every entry.
struct constant_hash {
  std::size_t operator()(std::uint64_t) const noexcept { return 42; }
};

/// Four runs.
struct two_bit_hash {
  std::size_t operator()(std::uint64_t key) const noexcept { return key & 3; }
};

/// A hash that claims to be mixed and is not: every entry lies in the first bucket, however large the table.
struct unmixed_hash {
  using is_avalanching = void;
  std::uint64_t operator()(std::uint64_t key) const noexcept { return key; }
};

/// Split-order keys where sentinels have theirs, one below and one above, and at both ends of the range. Even and odd
/// keys share hashes.
struct border_hash {
  using is_avalanching = void;
  std::uint64_t operator()(std::uint64_t key) const noexcept {
    static constexpr std::uint64_t half = std::uint64_t{1} << 63;
    static constexpr std::uint64_t quarter = half / 2;
    static constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    static constexpr std::uint64_t borders[] = {
        0,        1,        quarter - 1, quarter,        quarter + 1,        half - 1,    half,
        half + 1, most - 1, most,        half + quarter, half + quarter - 1, quarter / 2, quarter / 2 - 1,
        most / 3, 2};
    return borders[key / 2 % std::size(borders)];
  }
};

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const auto property = [&]<class Hash>(const std::string& words, Hash) {
    for_each_reclaimer<main_reclaimers>(words, [&]<class R>(const auto& name) {
      tests.property(name,
                     [] { a_map_does_what_its_model_does<integer_codec, R, Hash>({.keys = 32, .faults = {}}, true); });
    });
  };
  property("a_map_whose_hashes_are_all_equal_does_what_its_model_does", constant_hash{});
  property("so_does_one_with_four_hashes", two_bit_hash{});
  property("so_does_one_whose_hash_is_not_mixed", unmixed_hash{});
  property("so_does_one_whose_hashes_are_the_borders_of_buckets", border_hash{});
  return tests.result();
}
