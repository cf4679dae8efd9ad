// SPDX-License-Identifier: BSL-1.0
// wane_sweeper: wane::sweeper.
#include "sweeper.hpp"

#include <memory>

#include "boundary.hpp"

namespace {

using namespace wane::c_api;

wane::sweeper_options to_options(const wane_sweeper_options* given) {
  wane_sweeper_options all;
  wane_sweeper_options_default(&all);
  if (given != nullptr) copy_known(&all, given, given->struct_size, sizeof all);
  return {.lateness = std::chrono::nanoseconds(all.lateness),
          .cpu_share = all.cpu_share,
          .garbage_bytes = all.garbage_bytes,
          .shrink = all.shrink != 0,
          .back_ahead = all.back_ahead != 0};
}

}  // namespace

extern "C" {

void wane_sweeper_options_default(wane_sweeper_options* options) {
  if (options == nullptr) return;
  const wane::sweeper_options defaults;
  *options = {.struct_size = sizeof *options,
              .lateness = defaults.lateness.count(),
              .cpu_share = defaults.cpu_share,
              .garbage_bytes = defaults.garbage_bytes,
              .shrink = defaults.shrink,
              .back_ahead = defaults.back_ahead};
}

int wane_sweeper_create(const wane_sweeper_options* options, wane_sweeper** sweeper) {
  return bounded([&] {
    wane_sweeper*& made = the(sweeper);
    made = std::make_unique<wane_sweeper>(to_options(options)).release();
  });
}

void wane_sweeper_destroy(wane_sweeper* sweeper) { delete sweeper; }

int wane_sweeper_start(wane_sweeper* sweeper) {
  return bounded([&] { the(sweeper).start(); });
}

int wane_sweeper_stop(wane_sweeper* sweeper) {
  return bounded([&] { the(sweeper).stop(); });
}

int wane_sweeper_wake(wane_sweeper* sweeper) {
  return bounded([&] { the(sweeper).wake(); });
}

int wane_sweeper_is_running(const wane_sweeper* sweeper) { return sweeper != nullptr && sweeper->is_running() ? 1 : 0; }

int wane_sweeper_read_stats(const wane_sweeper* sweeper, wane_sweeper_stats* out) {
  return bounded([&] {
    const wane::sweeper_stats figures = the(sweeper).stats();
    const wane_sweeper_stats all{.struct_size = sizeof all,
                                 .passes = figures.passes,
                                 .removed = figures.removed,
                                 .garbage_limited = figures.garbage_limited,
                                 .failed = figures.failed,
                                 .cpu_time = figures.cpu_time.count(),
                                 .target = figures.target.count(),
                                 .missed_by = figures.window.missed_by.count(),
                                 .missed_why = wane::to_string(figures.window.why)};
    copy_known(out, &all, the(out).struct_size, sizeof all);
  });
}

}  // extern "C"
