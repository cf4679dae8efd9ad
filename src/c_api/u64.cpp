// SPDX-License-Identifier: BSL-1.0
// wane_u64_map: from integers to integers.
#include "u64.hpp"

#include <algorithm>
#include <vector>

namespace {

using namespace wane::c_api;

auto calling(wane_u64_visitor f, void* context) {
  the(f);
  return [f, context](std::uint64_t key, std::uint64_t value) { return f(context, key, value); };
}

auto updating(wane_u64_updater f, void* context) {
  the(f);
  return [f, context](std::uint64_t value) {
    std::uint64_t fresh = value;
    if (f(context, value, &fresh) != 0) throw stopped;
    return fresh;
  };
}

int found(const std::optional<std::uint64_t>& value, std::uint64_t* out) noexcept {
  if (value) hand_out(out, *value);
  return answer(value.has_value());
}

}  // namespace

extern "C" {

int wane_u64_create(const wane_options* options, wane_u64_removal removal, void* context, wane_u64_map** map) {
  return bounded([&] { create(options, u64_listener{removal, context}, map); });
}

void wane_u64_destroy(wane_u64_map* map) { delete map; }

int wane_u64_insert(wane_u64_map* map, uint64_t key, uint64_t value, wane_lifetime life) {
  return bounded([&] { return answer(the(map).map.insert(key, value, to_insert(life))); });
}

int wane_u64_assign(wane_u64_map* map, uint64_t key, uint64_t value, wane_lifetime life, int* inserted) {
  return bounded([&] { hand_out(inserted, the(map).map.insert_or_assign(key, value, to_assign(life))); });
}

int wane_u64_get_or_insert(wane_u64_map* map, uint64_t key, uint64_t* value, wane_lifetime life) {
  return bounded([&] {
    const auto [current, inserted] = the(map).map.get_or_emplace_for(to_insert(life), key, the(value));
    *value = current;
    return answer(inserted);
  });
}

int wane_u64_replace(wane_u64_map* map, uint64_t key, uint64_t value, wane_lifetime life, uint64_t* old) {
  return bounded([&] { return found(the(map).map.replace(key, value, to_assign(life)), old); });
}

int wane_u64_compare_exchange(wane_u64_map* map, uint64_t key, uint64_t expected, uint64_t desired,
                              wane_lifetime life) {
  return bounded([&] { return answer(the(map).map.compare_exchange(key, expected, desired, to_assign(life))); });
}

int wane_u64_update(wane_u64_map* map, uint64_t key, wane_u64_updater f, void* context, wane_lifetime life) {
  return bounded([&] { return answer(the(map).map.update(key, updating(f, context), to_assign(life))); });
}

int wane_u64_upsert(wane_u64_map* map, uint64_t key, uint64_t initial, wane_u64_updater f, void* context,
                    wane_lifetime life, int* inserted) {
  return bounded([&] { hand_out(inserted, the(map).map.upsert(key, initial, updating(f, context), to_assign(life))); });
}

int wane_u64_find(wane_u64_map* map, uint64_t key, uint64_t* value) {
  return bounded([&] { return found(the(map).map.find(key), value); });
}

int wane_u64_find_many(wane_u64_map* map, const uint64_t* keys, size_t n, uint64_t* values, unsigned char* flags,
                       size_t* hits) {
  return bounded([&] {
    const auto stored = many(values, n);
    const auto told = many(flags, n);
    std::vector<std::optional<std::uint64_t>> results(n);
    const std::size_t count = the(map).map.find_many(many(keys, n), results);
    for (std::size_t i = 0; i < n; ++i) {
      if (results[i]) stored[i] = *results[i];
      told[i] = results[i].has_value();
    }
    hand_out(hits, count);
  });
}

int wane_u64_erase(wane_u64_map* map, uint64_t key) {
  return bounded([&] { return answer(the(map).map.erase(key)); });
}

int wane_u64_erase_many(wane_u64_map* map, const uint64_t* keys, size_t n, unsigned char* erased, size_t* removed) {
  return bounded([&] { hand_out(removed, the(map).map.erase_many(many(keys, n), many(erased, n))); });
}

int wane_u64_erase_if(wane_u64_map* map, uint64_t key, wane_u64_visitor pred, void* context) {
  return bounded([&] { return answer(the(map).map.erase_if(key, as_predicate(calling(pred, context)))); });
}

int wane_u64_erase_all_if(wane_u64_map* map, wane_u64_visitor pred, void* context, size_t* removed) {
  return bounded([&] { hand_out(removed, the(map).map.erase_if(as_predicate(calling(pred, context)))); });
}

int wane_u64_take(wane_u64_map* map, uint64_t key, uint64_t* value) {
  return bounded([&] { return found(the(map).map.take(key), value); });
}

int wane_u64_clear(wane_u64_map* map) {
  return bounded([&] { the(map).map.clear(); });
}

int wane_u64_touch(wane_u64_map* map, uint64_t key, int64_t ttl, int when) {
  return bounded([&] { return touch(the(map).map, key, ttl, when); });
}

int wane_u64_expire_at(wane_u64_map* map, uint64_t key, int64_t deadline, int when) {
  return bounded([&] { return expire_at(the(map).map, key, deadline, when); });
}

int wane_u64_persist(wane_u64_map* map, uint64_t key, int when) {
  return bounded([&] { return answer(the(map).map.persist(key, condition(when))); });
}

int wane_u64_ttl(wane_u64_map* map, uint64_t key, int64_t* ttl) {
  return bounded([&] { return time_left(the(map).map, key, ttl); });
}

int wane_u64_find_and_touch(wane_u64_map* map, uint64_t key, int64_t ttl, int when, uint64_t* value) {
  return bounded(
      [&] { return found(the(map).map.find_and_touch(key, std::chrono::nanoseconds(ttl), condition(when)), value); });
}

int wane_u64_for_each(wane_u64_map* map, wane_u64_visitor f, void* context) {
  return bounded([&] { the(map).map.for_each(until_stopped(calling(f, context))); });
}

int wane_u64_scan(wane_u64_map* map, wane_cursor* cursor, size_t n, wane_u64_visitor f, void* context) {
  return bounded([&] { scan(the(map).map, cursor, n, calling(f, context)); });
}

int wane_u64_snapshot(wane_u64_map* map, unsigned attempts, wane_u64_visitor f, void* context) {
  return bounded([&] { return snapshot(the(map).map, attempts, calling(f, context)); });
}

int wane_cursor_at_end(const wane_cursor* cursor) {
  return cursor != nullptr && wane::c_api::to_cursor(*cursor).at_end() ? 1 : 0;
}

uint64_t wane_u64_size(const wane_u64_map* map) { return map == nullptr ? 0 : map->map.size(); }

uint64_t wane_u64_bucket_count(const wane_u64_map* map) { return map == nullptr ? 0 : map->map.bucket_count(); }

int64_t wane_u64_now(const wane_u64_map* map) {
  return map == nullptr ? 0 : map->clock.now().time_since_epoch().count();
}

int wane_u64_reserve(wane_u64_map* map, size_t entries) {
  return bounded([&] { the(map).map.reserve(entries); });
}

int wane_u64_shrink_to_fit(wane_u64_map* map) {
  return bounded([&] { the(map).map.shrink_to_fit(); });
}

int wane_u64_sweep(wane_u64_map* map, size_t max_removals, size_t* removed) {
  return bounded([&] { return sweep(the(map).map, max_removals, removed); });
}

int wane_u64_collect(wane_u64_map* map, size_t* freed) {
  return bounded([&] { hand_out(freed, the(map).map.collect()); });
}

int wane_u64_stats(const wane_u64_map* map, wane_stats* stats) {
  return bounded([&] { store_stats(the(map).map.stats(), stats); });
}

int wane_u64_check(wane_u64_map* map) {
  return bounded([&] { return check(the(map).map); });
}

int wane_u64_dump(wane_u64_map* map, wane_write write, void* context) {
  return bounded([&] { dump(the(map).map, write, context); });
}

int wane_sweeper_attach_u64(wane_sweeper* sweeper, wane_u64_map* map) { return attach(sweeper, map); }

int wane_sweeper_detach_u64(wane_sweeper* sweeper, wane_u64_map* map) { return detach(sweeper, map); }

}  // extern "C"
