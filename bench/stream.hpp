// SPDX-License-Identifier: BSL-1.0
// Precomputed request streams: the same keys in the same order for every map, drawn before the clock starts.
//
// One stream serves all threads of a cell, and whoever reaches the end goes on at the beginning. Each thread takes the
// stream's blocks in an order of its own. In one order, a thread that comes behind another finds what that has fetched,
// gains on it, and then both ask for the same keys at the same time: they share their waits for memory, and fight.
//
// A stream is as long as the map is large (within limits), or cycling through it would shrink the set of keys that is
// touched.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "keys.hpp"
#include "zipf.hpp"

namespace bench {

template <class Key>
using stream_of = std::vector<Key>;
using key_stream = stream_of<key_type>;

/// A place in a stream.
template <class Key = key_type>
class stream_reader {
 public:
  stream_reader(const stream_of<Key>& stream, std::size_t thread, std::size_t threads)
      : stream_(stream.data()),
        mask_(stream.size() - 1),
        step_(block * (2 * thread + 1)),
        first_(stream.size() / threads * thread & ~(block - 1)) {}

  key_argument<Key> next() noexcept {
    if (at_ == block) [[unlikely]] {
      at_ = 0;
      first_ = (first_ + step_) & mask_;
    }
    return stream_[first_ + at_++];
  }

 private:
  static constexpr std::size_t block = 512;  ///< keys, of 4 KiB

  const Key* stream_;
  std::size_t mask_;    ///< streams have a power of two of keys, and blocks
  std::size_t step_;    ///< an odd number of blocks, so that all of them have their turn
  std::size_t first_;   ///< of the block
  std::size_t at_ = 0;  ///< in the block
};

inline std::size_t stream_length(std::uint64_t entries) {
  return std::clamp<std::size_t>(std::bit_ceil(entries), std::size_t{1} << 20, std::size_t{1} << 24);
}

/// Keys with numbers drawn uniformly from [first, last).
template <class Key = key_type>
stream_of<Key> uniform_stream(std::uint64_t first, std::uint64_t last, std::size_t length, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::uniform_int_distribution<std::uint64_t> number(first, last - 1);
  stream_of<Key> stream(length);
  std::ranges::generate(stream, [&] { return key_as<Key>(number(generator)); });
  return stream;
}

/// Keys of the first `entries` numbers, zipf-distributed, popularity scattered over the numbers.
template <class Key = key_type>
stream_of<Key> zipf_stream(std::uint64_t entries, double exponent, std::size_t length, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  zipf_distribution rank(entries, exponent);
  stream_of<Key> stream(length);
  std::ranges::generate(stream, [&] { return key_as<Key>(scatter(rank(generator) - 1, entries)); });
  return stream;
}

/// Which operation goes with a key. Updates are half insertions, half erasures, so the size of the map stays.
enum class operation : std::uint8_t { find, insert, erase };

/// A cycle of operations to pair with a stream of keys. Its length is a prime: a cycle of the keys' length would give
/// every key the same operation on every round, and all updates but the first would find nothing to do. Keys that meet the
/// cycle at one place share their fate, so that it must be long, too: the size drifts by one part in the square root of this.
class operation_mix {
 public:
  static constexpr std::size_t length = 8'388'593;

  operation_mix(double update_ratio, std::uint64_t seed) : operations_(length, operation::find) {
    const auto updates = static_cast<std::size_t>(update_ratio * length) / 2 * 2;
    std::fill_n(operations_.begin(), updates / 2, operation::insert);
    std::fill_n(operations_.begin() + static_cast<std::ptrdiff_t>(updates / 2), updates / 2, operation::erase);
    std::ranges::shuffle(operations_, std::mt19937_64(seed));
  }

  [[nodiscard]] const std::vector<operation>& operations() const noexcept { return operations_; }

 private:
  std::vector<operation> operations_;
};

}  // namespace bench
