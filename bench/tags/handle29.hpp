// SPDX-License-Identifier: BSL-1.0
// wane's own link word, include/wane/impl/link.hpp, with handles of an array of nodes: a 32-bit handle, three flags
// that are not used here, and a 29-bit tag.
#pragma once

#include <vector>
#include <wane/environment.hpp>
#include <wane/impl/link.hpp>

#include "word.hpp"

namespace bench::tags {

class handle29 {
  using link = wane::impl::link;

 public:
  using value = link;
  using reference = wane::impl::handle;
  static constexpr int tag_bits = 29;
  static_assert(link(~std::uint64_t{0}).tag() == (1u << tag_bits) - 1);

  static std::string_view unavailable() { return {}; }

  explicit handle29(std::size_t nodes) : nodes_(nodes + 1) {}  // handle 0 is null

  static reference top(value v) noexcept { return v.target(); }
  static value pointing_to(value v, reference r) noexcept { return v.pointing_to(link::to_node(r)); }

  [[nodiscard]] value read() const noexcept { return word_.read(); }
  bool change(value& expected, value desired) noexcept { return word_.change(expected, desired); }

  [[nodiscard]] static reference nth(std::size_t i) noexcept { return static_cast<reference>(i + 1); }
  [[nodiscard]] std::atomic<reference>& next(reference r) noexcept { return nodes_[r].next; }

 private:
  struct alignas(64) node {
    std::atomic<reference> next{wane::impl::null_handle};
  };

  alignas(64) wane::impl::link_word<wane::std_environment> word_;
  alignas(64) std::vector<node> nodes_;  // off the hot word's line
};

}  // namespace bench::tags
