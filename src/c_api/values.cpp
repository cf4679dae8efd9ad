// SPDX-License-Identifier: BSL-1.0
#include "values.hpp"

#include <wane/cause.hpp>

#include "boundary.hpp"

namespace wane::c_api {

// Numbers that C and C++ share.
static_assert(WANE_ERASED == static_cast<int>(cause::erased) && WANE_EXPIRED == static_cast<int>(cause::expired) &&
              WANE_REPLACED == static_cast<int>(cause::replaced) && WANE_CLEARED == static_cast<int>(cause::cleared) &&
              WANE_DESTROYED == static_cast<int>(cause::destroyed));
static_assert(WANE_ALWAYS == static_cast<int>(when::always) && WANE_IF_LATER == static_cast<int>(when::if_later) &&
              WANE_IF_SOONER == static_cast<int>(when::if_sooner) && WANE_IF_NONE == static_cast<int>(when::if_none) &&
              WANE_IF_SOME == static_cast<int>(when::if_some));

assigned_lifetime to_assign(wane_lifetime life) {
  switch (life.kind) {
    case WANE_FOREVER: return forever;
    case WANE_TTL: return std::chrono::nanoseconds(life.nanoseconds);
    case WANE_DEADLINE: return reading(life.nanoseconds);
    case WANE_KEEP_TTL: return keep_ttl;
    default: throw refusal{WANE_INVALID, "there is no such kind of lifetime"};
  }
}

lifetime to_insert(wane_lifetime life) {
  if (life.kind == WANE_KEEP_TTL) throw refusal{WANE_INVALID, "WANE_KEEP_TTL is for calls that assign"};
  return to_assign(life);
}

when condition(int number) {
  if (number < WANE_ALWAYS || number > WANE_IF_SOME) throw refusal{WANE_INVALID, "there is no such wane_when"};
  return static_cast<when>(number);
}

wane_options complete(const wane_options* given) {
  wane_options all;
  wane_options_default(&all);
  if (given != nullptr) copy_known(&all, given, given->struct_size, sizeof all);
  return all;
}

wane::options to_options(const wane_options& given) {
  return {.expected_entries = given.expected_entries,
          .max_load_factor = given.max_load_factor,
          .growth = given.growth != 0,
          .huge_pages = given.huge_pages != 0,
          .minimum_buckets = given.minimum_buckets};
}

void store_stats(const stats& figures, wane_stats* out) {
  const wane_stats all{.struct_size = sizeof all,
                       .size = figures.size,
                       .inserted = figures.inserted,
                       .erased = figures.erased,
                       .expired = figures.expired,
                       .replaced = figures.replaced,
                       .cleared = figures.cleared,
                       .met_expired = figures.met_expired,
                       .callback_errors = figures.listener_errors,
                       .buckets = figures.buckets,
                       .growths = figures.growths,
                       .shrinks = figures.shrinks,
                       .retired = figures.retired,
                       .garbage_bytes = figures.garbage_bytes,
                       .mapped_bytes = figures.mapped_bytes,
                       .heap_bytes = figures.heap_bytes,
                       .swept = figures.swept};
  copy_known(out, &all, the(out).struct_size, sizeof all);
}

}  // namespace wane::c_api

extern "C" {

wane_lifetime wane_forever() { return {WANE_FOREVER, 0}; }
wane_lifetime wane_ttl(int64_t nanoseconds) { return {WANE_TTL, nanoseconds}; }
wane_lifetime wane_deadline(int64_t nanoseconds) { return {WANE_DEADLINE, nanoseconds}; }
wane_lifetime wane_keep_ttl() { return {WANE_KEEP_TTL, 0}; }

int64_t wane_no_deadline() { return wane::no_deadline.count(); }

void wane_options_default(wane_options* options) {
  if (options == nullptr) return;
  const wane::options defaults;
  *options = {.struct_size = sizeof *options,
              .expected_entries = defaults.expected_entries,
              .minimum_buckets = defaults.minimum_buckets,
              .max_load_factor = defaults.max_load_factor,
              .growth = defaults.growth,
              .huge_pages = defaults.huge_pages,
              .clock = nullptr,
              .clock_context = nullptr};
}

}  // extern "C"
