// SPDX-License-Identifier: BSL-1.0
// 64 shards, each behind a std::mutex: what `ticker` and `heap` are made of.
#pragma once

#include <array>
#include <mutex>

#include "../keys.hpp"

namespace bench::expiry {

template <class Content>
class shards {
  static constexpr unsigned shard_bits = 6;

 public:
  struct alignas(64) shard : Content {  // a cache line of its own, or neighbouring locks would contend
    std::mutex mutex;
  };

  /// A share of so many entries, and a sixteenth more: hashing spreads them unevenly, and no shard shall grow.
  [[nodiscard]] static constexpr std::size_t share_of(std::size_t entries) noexcept {
    const std::size_t mean = entries >> shard_bits;
    return mean + mean / 16 + 1;
  }

  // The top bits of the hash choose the shard; flat_hash_map indexes by the low ones.
  [[nodiscard]] shard& of(key_type key) noexcept { return all_[hash{}(key) >> (64 - shard_bits)]; }
  [[nodiscard]] auto begin() noexcept { return all_.begin(); }
  [[nodiscard]] auto end() noexcept { return all_.end(); }

 private:
  std::array<shard, std::size_t{1} << shard_bits> all_;
};

}  // namespace bench::expiry
