// SPDX-License-Identifier: BSL-1.0
// What a torture run has done and seen: counted by each thread for itself, added up when it ends, printed as rcutorture does.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <mutex>
#include <string>

#include "elements.hpp"

namespace proptest {

struct tally {
  /// Visits by the greatest age that the element had reached by their end.
  std::array<std::uint64_t, elements::ages> pipe{};
  /// Visits by the grace periods that ended between two stamps drawn in them; 2 stands for more.
  std::array<std::uint64_t, 3> batch{};
  std::uint64_t looks = 0;
  std::uint64_t updates = 0;
  std::uint64_t stalls = 0;
  std::uint64_t out_of_elements = 0;
  std::uint64_t threads = 0;
  std::uint64_t maps = 0;
  std::uint64_t growths = 0;
  std::uint64_t shrinks = 0;
  std::uint64_t swept = 0;
  std::chrono::nanoseconds longest_visit{0};

  [[nodiscard]] std::uint64_t visits() const noexcept {
    std::uint64_t all = 0;
    for (const std::uint64_t n : pipe) all += n;
    return all;
  }
  tally& operator+=(const tally& other) noexcept {
    for (std::size_t i = 0; i < pipe.size(); ++i) pipe[i] += other.pipe[i];
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i] += other.batch[i];
    looks += other.looks;
    updates += other.updates;
    stalls += other.stalls;
    out_of_elements += other.out_of_elements;
    threads += other.threads;
    maps += other.maps;
    growths += other.growths;
    shrinks += other.shrinks;
    swept += other.swept;
    longest_visit = std::max(longest_visit, other.longest_visit);
    return *this;
  }

  void print(std::ostream& out) const {
    out << "  threads " << threads << ", maps " << maps << ", updates " << updates << ", visits " << visits()
        << ", looks " << looks << ", stalls " << stalls << ", growths " << growths << ", shrinks " << shrinks
        << ", swept " << swept << ", out of elements " << out_of_elements << "\n  Reader Pipe: ";
    for (const std::uint64_t n : pipe) out << ' ' << n;
    out << "\n  Reader Batch:";
    for (const std::uint64_t n : batch) out << ' ' << n;
    out << std::endl;
  }
};

}  // namespace proptest
