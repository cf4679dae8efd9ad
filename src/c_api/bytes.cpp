// SPDX-License-Identifier: BSL-1.0
// wane_bytes_map: from byte strings to byte strings.
#include "bytes.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

struct wane_bytes_slot {
  std::string value;
};

namespace {

using namespace wane::c_api;

std::string_view bytes(const void* data, size_t size) {
  if (size == 0) return {};
  return {&the(static_cast<const char*>(data)), size};
}

auto calling(wane_bytes_visitor f, void* context) {
  the(f);
  return [f, context](const std::string& key, const std::string& value) {
    return f(context, key.data(), key.size(), value.data(), value.size());
  };
}

auto updating(wane_bytes_updater f, void* context) {
  the(f);
  return [f, context](const std::string& value) {
    wane_bytes_slot slot{value};
    if (f(context, value.data(), value.size(), &slot) != 0) throw stopped;
    return std::move(slot.value);
  };
}

/// The caller's memory for a value.
class room {
 public:
  /// Throws: refusal, before there is something to undo, when there can be no memory.
  room(void* buffer, size_t capacity, size_t* size) : buffer_(buffer), capacity_(capacity), size_(size) {
    many(static_cast<unsigned char*>(buffer), capacity);
  }

  [[nodiscard]] bool wanted() const noexcept { return buffer_ != nullptr || size_ != nullptr; }

  /// Throws: refusal, when the value is wanted and does not fit.
  void put(std::string_view value) const {
    hand_out(size_, value.size());
    if (!wanted()) return;
    if (value.size() > capacity_) throw refusal{WANE_TOO_SMALL, "the value does not fit the buffer"};
    if (!value.empty()) std::memcpy(buffer_, value.data(), value.size());
  }

 private:
  void* buffer_;
  size_t capacity_;
  size_t* size_;
};

std::vector<std::string_view> all(const void* const* keys, const size_t* sizes, size_t n) {
  std::vector<std::string_view> views(n);
  for (std::size_t i = 0; i < n; ++i) views[i] = bytes((&the(keys))[i], (&the(sizes))[i]);
  return views;
}

}  // namespace

extern "C" {

int wane_bytes_put(wane_bytes_slot* slot, const void* value, size_t value_size) {
  return bounded([&] { the(slot).value = bytes(value, value_size); });
}

int wane_bytes_create(const wane_options* options, wane_bytes_removal removal, void* context, wane_bytes_map** map) {
  return bounded([&] { create(options, bytes_listener{removal, context}, map); });
}

void wane_bytes_destroy(wane_bytes_map* map) { delete map; }

int wane_bytes_insert(wane_bytes_map* map, const void* key, size_t key_size, const void* value, size_t value_size,
                      wane_lifetime life) {
  return bounded(
      [&] { return answer(the(map).map.insert(bytes(key, key_size), bytes(value, value_size), to_insert(life))); });
}

int wane_bytes_assign(wane_bytes_map* map, const void* key, size_t key_size, const void* value, size_t value_size,
                      wane_lifetime life, int* inserted) {
  return bounded([&] {
    hand_out(inserted, the(map).map.insert_or_assign(bytes(key, key_size), bytes(value, value_size), to_assign(life)));
  });
}

int wane_bytes_get_or_insert(wane_bytes_map* map, const void* key, size_t key_size, const void* value,
                             size_t value_size, wane_lifetime life, void* buffer, size_t capacity, size_t* size) {
  return bounded([&] {
    const room out{buffer, capacity, size};
    const auto [current, inserted] =
        the(map).map.get_or_emplace_for(to_insert(life), bytes(key, key_size), bytes(value, value_size));
    out.put(current);
    return answer(inserted);
  });
}

int wane_bytes_replace(wane_bytes_map* map, const void* key, size_t key_size, const void* value, size_t value_size,
                       wane_lifetime life, void* buffer, size_t capacity, size_t* size) {
  return bounded([&] {
    const room old{buffer, capacity, size};
    const auto swapped = [&](const std::string& before) {
      old.put(before);
      return std::string(bytes(value, value_size));
    };
    return answer(the(map).map.update(bytes(key, key_size), swapped, to_assign(life)));
  });
}

int wane_bytes_compare_exchange(wane_bytes_map* map, const void* key, size_t key_size, const void* expected,
                                size_t expected_size, const void* desired, size_t desired_size, wane_lifetime life) {
  return bounded([&] {
    return answer(the(map).map.compare_exchange(bytes(key, key_size), bytes(expected, expected_size),
                                                bytes(desired, desired_size), to_assign(life)));
  });
}

int wane_bytes_update(wane_bytes_map* map, const void* key, size_t key_size, wane_bytes_updater f, void* context,
                      wane_lifetime life) {
  return bounded(
      [&] { return answer(the(map).map.update(bytes(key, key_size), updating(f, context), to_assign(life))); });
}

int wane_bytes_upsert(wane_bytes_map* map, const void* key, size_t key_size, const void* initial, size_t initial_size,
                      wane_bytes_updater f, void* context, wane_lifetime life, int* inserted) {
  return bounded([&] {
    hand_out(inserted, the(map).map.upsert(bytes(key, key_size), bytes(initial, initial_size), updating(f, context),
                                           to_assign(life)));
  });
}

int wane_bytes_find(wane_bytes_map* map, const void* key, size_t key_size, void* buffer, size_t capacity,
                    size_t* size) {
  return bounded([&] {
    const room out{buffer, capacity, size};
    return answer(the(map).map.visit(bytes(key, key_size), [&](const auto&, const std::string& v) { out.put(v); }));
  });
}

int wane_bytes_visit(wane_bytes_map* map, const void* key, size_t key_size, wane_bytes_visitor f, void* context) {
  return bounded([&] { return answer(the(map).map.visit(bytes(key, key_size), calling(f, context))); });
}

int wane_bytes_find_many(wane_bytes_map* map, const void* const* keys, const size_t* key_sizes, size_t n,
                         wane_bytes_hit f, void* context, size_t* hits) {
  return bounded([&] {
    the(f);
    std::vector<std::optional<std::string>> results(n);
    const std::size_t count = the(map).map.find_many(all(keys, key_sizes, n), results);
    hand_out(hits, count);
    for (std::size_t i = 0; i < n; ++i)
      if (results[i] && f(context, i, results[i]->data(), results[i]->size()) != 0) throw stopped;
  });
}

int wane_bytes_erase(wane_bytes_map* map, const void* key, size_t key_size) {
  return bounded([&] { return answer(the(map).map.erase(bytes(key, key_size))); });
}

int wane_bytes_erase_many(wane_bytes_map* map, const void* const* keys, const size_t* key_sizes, size_t n,
                          unsigned char* erased, size_t* removed) {
  return bounded([&] {
    const auto views = all(keys, key_sizes, n);
    hand_out(removed, the(map).map.erase_many(views, many(erased, n)));
  });
}

int wane_bytes_erase_if(wane_bytes_map* map, const void* key, size_t key_size, wane_bytes_visitor pred, void* context) {
  return bounded(
      [&] { return answer(the(map).map.erase_if(bytes(key, key_size), as_predicate(calling(pred, context)))); });
}

int wane_bytes_erase_all_if(wane_bytes_map* map, wane_bytes_visitor pred, void* context, size_t* removed) {
  return bounded([&] { hand_out(removed, the(map).map.erase_if(as_predicate(calling(pred, context)))); });
}

int wane_bytes_take(wane_bytes_map* map, const void* key, size_t key_size, void* buffer, size_t capacity,
                    size_t* size) {
  return bounded([&] {
    const room out{buffer, capacity, size};
    const auto copied = [&](const auto&, const std::string& value) {
      out.put(value);
      return true;
    };
    return answer(the(map).map.erase_if(bytes(key, key_size), copied));
  });
}

int wane_bytes_clear(wane_bytes_map* map) {
  return bounded([&] { the(map).map.clear(); });
}

int wane_bytes_touch(wane_bytes_map* map, const void* key, size_t key_size, int64_t ttl, int when) {
  return bounded([&] { return touch(the(map).map, bytes(key, key_size), ttl, when); });
}

int wane_bytes_expire_at(wane_bytes_map* map, const void* key, size_t key_size, int64_t deadline, int when) {
  return bounded([&] { return expire_at(the(map).map, bytes(key, key_size), deadline, when); });
}

int wane_bytes_persist(wane_bytes_map* map, const void* key, size_t key_size, int when) {
  return bounded([&] { return answer(the(map).map.persist(bytes(key, key_size), condition(when))); });
}

int wane_bytes_ttl(wane_bytes_map* map, const void* key, size_t key_size, int64_t* ttl) {
  return bounded([&] { return time_left(the(map).map, bytes(key, key_size), ttl); });
}

int wane_bytes_find_and_touch(wane_bytes_map* map, const void* key, size_t key_size, int64_t ttl, int when,
                              void* buffer, size_t capacity, size_t* size) {
  return bounded([&] {
    const room out{buffer, capacity, size};
    const auto value =
        the(map).map.find_and_touch(bytes(key, key_size), std::chrono::nanoseconds(ttl), condition(when));
    if (value) out.put(*value);
    return answer(value.has_value());
  });
}

int wane_bytes_for_each(wane_bytes_map* map, wane_bytes_visitor f, void* context) {
  return bounded([&] { the(map).map.for_each(until_stopped(calling(f, context))); });
}

int wane_bytes_scan(wane_bytes_map* map, wane_cursor* cursor, size_t n, wane_bytes_visitor f, void* context) {
  return bounded([&] { scan(the(map).map, cursor, n, calling(f, context)); });
}

int wane_bytes_snapshot(wane_bytes_map* map, unsigned attempts, wane_bytes_visitor f, void* context) {
  return bounded([&] { return snapshot(the(map).map, attempts, calling(f, context)); });
}

uint64_t wane_bytes_size(const wane_bytes_map* map) { return map == nullptr ? 0 : map->map.size(); }

uint64_t wane_bytes_bucket_count(const wane_bytes_map* map) { return map == nullptr ? 0 : map->map.bucket_count(); }

int64_t wane_bytes_now(const wane_bytes_map* map) {
  return map == nullptr ? 0 : map->clock.now().time_since_epoch().count();
}

int wane_bytes_reserve(wane_bytes_map* map, size_t entries) {
  return bounded([&] { the(map).map.reserve(entries); });
}

int wane_bytes_shrink_to_fit(wane_bytes_map* map) {
  return bounded([&] { the(map).map.shrink_to_fit(); });
}

int wane_bytes_sweep(wane_bytes_map* map, size_t max_removals, size_t* removed) {
  return bounded([&] { return sweep(the(map).map, max_removals, removed); });
}

int wane_bytes_collect(wane_bytes_map* map, size_t* freed) {
  return bounded([&] { hand_out(freed, the(map).map.collect()); });
}

int wane_bytes_stats(const wane_bytes_map* map, wane_stats* stats) {
  return bounded([&] { store_stats(the(map).map.stats(), stats); });
}

int wane_bytes_check(wane_bytes_map* map) {
  return bounded([&] { return check(the(map).map); });
}

int wane_bytes_dump(wane_bytes_map* map, wane_write write, void* context) {
  return bounded([&] { dump(the(map).map, write, context); });
}

int wane_sweeper_attach_bytes(wane_sweeper* sweeper, wane_bytes_map* map) { return attach(sweeper, map); }

int wane_sweeper_detach_bytes(wane_sweeper* sweeper, wane_bytes_map* map) { return detach(sweeper, map); }

}  // extern "C"
