// SPDX-License-Identifier: BSL-1.0
// Why an entry left the map.
#pragma once

#include <cstdint>

namespace wane {

/// Why an entry left the map. `destroyed`: it was still there when the map was destroyed, its deadline passed or not.
enum class cause : std::uint8_t { erased, expired, replaced, cleared, destroyed };

[[nodiscard]] constexpr const char* to_string(cause c) noexcept {
  constexpr const char* names[] = {"erased", "expired", "replaced", "cleared", "destroyed"};
  return names[static_cast<unsigned>(c)];
}

}  // namespace wane
