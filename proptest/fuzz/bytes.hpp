// SPDX-License-Identifier: BSL-1.0
// What a fuzzer supplies, read one small number after another; zeros when there is no more, so that every input means
// something and a shorter one means something simpler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace proptest {

class byte_reader {
 public:
  explicit byte_reader(std::span<const std::uint8_t> bytes) noexcept : left_(bytes) {}

  [[nodiscard]] bool is_empty() const noexcept { return left_.empty(); }
  [[nodiscard]] std::uint8_t next() noexcept {
    if (left_.empty()) return 0;
    const std::uint8_t b = left_.front();
    left_ = left_.subspan(1);
    return b;
  }
  /// Less than `n`, which is at most 256.
  [[nodiscard]] unsigned below(unsigned n) noexcept { return next() % n; }
  [[nodiscard]] std::uint64_t word(unsigned bytes) noexcept {
    std::uint64_t w = 0;
    for (unsigned i = 0; i < bytes; ++i) w |= std::uint64_t{next()} << 8 * i;
    return w;
  }
  [[nodiscard]] std::span<const std::uint8_t> rest() const noexcept { return left_; }

 private:
  std::span<const std::uint8_t> left_;
};

}  // namespace proptest
