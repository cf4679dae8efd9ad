// SPDX-License-Identifier: BSL-1.0
// The positions that a search has been to: a hash set that is emptied in one step and keeps its memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "contract.hpp"

namespace proptest {

/// A position of a search: which calls have taken effect, and what they have left behind.
struct position {
  std::uint64_t done = 0;
  entry at;
  friend bool operator==(const position&, const position&) = default;
};

class visited {
 public:
  void clear() noexcept {
    count_ = 0;
    if (++generation_ == 0) {  // once in four billion searches
      for (slot& s : slots_) s.generation = 0;
      generation_ = 1;
    }
  }
  [[nodiscard]] bool contains(const position& p) const noexcept {
    return count_ != 0 && slots_[place_of(p)].generation == generation_;
  }
  /// Returns whether it is new.
  bool add(const position& p) {
    slot& s = slots_[place_of(p)];
    if (s.generation == generation_) return false;
    s = {p, generation_};
    if (++count_ * 2 > slots_.size()) grow();
    return true;
  }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  struct slot {
    position where;
    std::uint32_t generation = 0;
  };

  [[nodiscard]] static std::uint64_t hash(const position& p) noexcept {
    constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15;
    std::uint64_t h = p.done * odd;
    h = (h ^ (h >> 29) ^ p.at.value) * odd;
    h = (h ^ (h >> 31) ^ p.at.deadline) * odd;
    h = (h ^ (h >> 30) ^ (std::uint64_t{p.at.clock} << 32 | p.at.set_at)) * odd;
    return h ^ (h >> 32);
  }
  /// Where it is, or would be.
  [[nodiscard]] std::size_t place_of(const position& p) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = hash(p) & mask;
    while (slots_[i].generation == generation_ && slots_[i].where != p) i = (i + 1) & mask;
    return i;
  }
  void grow() {
    std::vector<slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const slot& s : old)
      if (s.generation == generation_) slots_[place_of(s.where)] = s;
  }

  std::vector<slot> slots_ = std::vector<slot>(256);
  std::size_t count_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace proptest
