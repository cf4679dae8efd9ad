// SPDX-License-Identifier: BSL-1.0
// Labels: what tells the figures of one map or sweeper from those of another.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wane {

/// Names and values. Names are of letters, digits and underscores, begin with no digit and not with two underscores;
/// values are any UTF-8.
using labels = std::vector<std::pair<std::string, std::string>>;

}  // namespace wane
