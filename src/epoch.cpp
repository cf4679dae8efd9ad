// SPDX-License-Identifier: BSL-1.0
// The epoch domain on the standard environment, compiled once.
#include <wane/reclaim/epoch.hpp>

namespace wane {

template struct basic_epoch<std_environment>;

}  // namespace wane
