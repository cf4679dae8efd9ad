// SPDX-License-Identifier: BSL-1.0
// A listener that writes down what it is told, for tests with one thread.
#pragma once

#include <wane/cause.hpp>

#include <memory>
#include <vector>

#include "faults.hpp"
#include "model.hpp"

namespace proptest {

template <class Codec>
class recorder {
 public:
  void operator()(const typename Codec::key& key, const typename Codec::value& value, wane::cause cause) const {
    const suspended_fault not_mine;
    log_->push_back({Codec::number_of(key), Codec::number_of(value), cause});
  }
  /// What was recorded since the last call.
  [[nodiscard]] std::vector<removal> take() { return std::exchange(*log_, {}); }

 private:
  std::shared_ptr<std::vector<removal>> log_ = std::make_shared<std::vector<removal>>();
};

}  // namespace proptest
