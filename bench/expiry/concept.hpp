// SPDX-License-Identifier: BSL-1.0
// What a scene asks of a cache: a map whose entries have deadlines by scene_clock, and a cleaner that removes those
// that are past them. adapters/wane.hpp has wane's; ticker.hpp, heap.hpp and wheel.hpp are what it is compared with.
#pragma once

#include <concepts>
#include <cstddef>

#include "../adapters/concept.hpp"
#include "timeline.hpp"

namespace bench::expiry {

/// Is told the value of every entry that is removed because its deadline has passed, when it has just been.
class mourner {
 public:
  virtual void expired(value_type value) noexcept = 0;

 protected:
  ~mourner() = default;
};

template <class C>
concept cache =
    std::constructible_from<C, std::size_t, mourner&> &&
    requires(C c, typename C::session s, time_point deadline, key_type key, value_type value, std::size_t bytes) {
      /// Starts the cleaner, with a limit for its garbage where it knows one.
      c.start_cleaner(bytes);
      /// Whether it does.
      { C::limits_garbage } -> std::convertible_to<bool>;
      /// Bytes of what was removed and cannot be used again yet.
      { c.retired_bytes() } -> std::same_as<std::size_t>;
      { c.describe() } -> std::same_as<facts>;
      { s.find(key, value) } -> std::same_as<bool>;
      { s.insert(key, value, deadline) } -> std::same_as<bool>;
      /// The entry expires at the deadline; false if it is not there.
      { s.touch(key, deadline) } -> std::same_as<bool>;
      /// Calls the function with the entry if it is there, under whatever keeps it there meanwhile.
      {
        s.visit(key, [](const key_type&, const value_type&) {})
      } -> std::same_as<bool>;
    };

}  // namespace bench::expiry
