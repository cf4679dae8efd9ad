// SPDX-License-Identifier: BSL-1.0
// A page for Prometheus: the figures of any number of maps and sweepers, in the text format, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/), to be served as `text/plain; version=0.0.4`.
//
//   wane::exposition page;
//   page.add(sessions.stats(), {{"map", "sessions"}}).add(tokens.stats(), {{"map", "tokens"}}).add(sweeper.stats());
//   reply(page.text());
//
// The format wants all samples of a metric together, under one TYPE: pages for one map each cannot be put one after the
// other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <wane/labels.hpp>
#include <wane/stats.hpp>
#include <wane/sweeper_stats.hpp>

namespace wane {

class exposition {
 public:
  /// Effects: adds the figures, each under all of the labels. Different maps need different labels, and so do sweepers.
  /// Throws: std::invalid_argument on a label name that is malformed, there twice, or one of the figures' own (`le`,
  /// `cause`, `state`, `rank`, `why`), the page being unchanged; std::bad_alloc.
  exposition& add(const stats& figures, const labels& all = {});
  exposition& add(const sweeper_stats& figures, const labels& all = {});

  [[nodiscard]] std::string text() const;

 private:
  class writer;
  struct family {
    std::string_view name;
    std::string_view type;
    std::string_view help;
    std::string samples;
  };
  std::vector<family> families_;
};

}  // namespace wane
