/* SPDX-License-Identifier: BSL-1.0
 * Every function of wane.h, from C: what it does, its WANE_NO, and what it refuses. every_function.py says if one is missing. */
#include <wane/wane.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void expect(int holds, const char* what, int line) {
  if (holds) return;
  fprintf(stderr, "functions.c:%d: %s does not hold; the last error: %s\n", line, what, wane_last_error());
  exit(1);
}
#define EXPECT(condition) expect((condition), #condition, __LINE__)

static const int64_t second = 1000000000;

/* A clock that tests move by hand. */
static int64_t read_time(void* context) { return *(const int64_t*)context; }

static wane_options by_hand(int64_t* time) {
  wane_options options;
  wane_options_default(&options);
  options.clock = read_time;
  options.clock_context = time;
  return options;
}

/* What a removal callback was told: how often, of each cause. */
struct removals {
  int told[5];
  uint64_t last_key;
};

static void note_u64(void* context, uint64_t key, uint64_t value, int cause) {
  struct removals* r = context;
  (void)value;
  ++r->told[cause];
  r->last_key = key;
}

static void note_bytes(void* context, const void* key, size_t key_size, const void* value, size_t value_size,
                       int cause) {
  struct removals* r = context;
  (void)key, (void)value, (void)value_size;
  ++r->told[cause];
  r->last_key = key_size;
}

static int add_one(void* context, uint64_t value, uint64_t* new_value) {
  (void)context;
  *new_value = value + 1;
  return 0;
}

static int refuse(void* context, uint64_t value, uint64_t* new_value) {
  (void)context, (void)value;
  *new_value = 0;
  return 1;
}

static int sum_up(void* context, uint64_t key, uint64_t value) {
  uint64_t* sums = context;
  sums[0] += key;
  sums[1] += value;
  return 0;
}

static int stop_at_once(void* context, uint64_t key, uint64_t value) {
  (void)context, (void)key, (void)value;
  return 1;
}

static int is_odd(void* context, uint64_t key, uint64_t value) {
  (void)context, (void)value;
  return key % 2 != 0;
}

static void measure(void* context, const char* text, size_t size) {
  size_t* total = context;
  (void)text;
  *total += size;
}

static void results_have_words(void) {
  for (int result = WANE_FAILED; result <= WANE_NO; ++result) EXPECT(strlen(wane_result_text(result)) > 0);
  EXPECT(strcmp(wane_result_text(2), wane_result_text(-9)) == 0);
  EXPECT(strcmp(wane_version(), WANE_VERSION_STRING) == 0);
  EXPECT(WANE_VERSION == 10000 * WANE_VERSION_MAJOR + 100 * WANE_VERSION_MINOR + WANE_VERSION_PATCH);
}

static void integers_are_stored_and_expire(void) {
  int64_t time = 5 * second;
  struct removals removals = {{0}, 0};
  const wane_options options = by_hand(&time);
  wane_u64_map* map = NULL;
  uint64_t value = 0;
  int inserted = -1;
  int64_t left = 0;
  EXPECT(wane_u64_create(&options, note_u64, &removals, &map) == WANE_OK);
  EXPECT(wane_u64_now(map) == time);

  EXPECT(wane_u64_insert(map, 1, 10, wane_ttl(second)) == WANE_OK);
  EXPECT(wane_u64_insert(map, 1, 11, wane_forever()) == WANE_NO);
  EXPECT(wane_u64_insert(map, 1, 11, wane_keep_ttl()) == WANE_INVALID);
  EXPECT(strlen(wane_last_error()) > 0);
  EXPECT(wane_u64_insert(map, 2, 20, wane_ttl(0)) == WANE_INVALID);
  EXPECT(wane_u64_insert(map, 2, 20, (wane_lifetime){7, 7}) == WANE_INVALID);
  EXPECT(wane_u64_insert(map, 2, 20, wane_deadline(time + 2 * second)) == WANE_OK);
  EXPECT(wane_u64_find(map, 1, &value) == WANE_OK && value == 10);
  EXPECT(wane_u64_find(map, 1, NULL) == WANE_OK);
  EXPECT(wane_u64_find(map, 3, &value) == WANE_NO && value == 10);
  EXPECT(wane_u64_assign(map, 1, 12, wane_keep_ttl(), &inserted) == WANE_OK && inserted == 0);
  EXPECT(removals.told[WANE_REPLACED] == 1);
  EXPECT(wane_u64_ttl(map, 1, &left) == WANE_OK && left > 0 && left <= second + second / 100);

  time += second + second / 100;
  EXPECT(wane_u64_find(map, 1, &value) == WANE_NO);
  EXPECT(removals.told[WANE_EXPIRED] == 1 && removals.last_key == 1);
  EXPECT(wane_u64_touch(map, 1, second, WANE_ALWAYS) == WANE_NO);
  EXPECT(wane_u64_touch(map, 2, 10 * second, WANE_IF_SOONER) == WANE_NO);
  EXPECT(wane_u64_touch(map, 2, 10 * second, WANE_IF_LATER) == WANE_OK);
  EXPECT(wane_u64_touch(map, 2, 10 * second, 5) == WANE_INVALID);
  EXPECT(wane_u64_touch(map, 2, -1, WANE_ALWAYS) == WANE_INVALID);
  EXPECT(wane_u64_find_and_touch(map, 2, 20 * second, WANE_IF_SOME, &value) == WANE_OK && value == 20);
  EXPECT(wane_u64_find_and_touch(map, 1, second, WANE_ALWAYS, &value) == WANE_NO);
  EXPECT(wane_u64_persist(map, 2, WANE_ALWAYS) == WANE_OK);
  EXPECT(wane_u64_persist(map, 2, WANE_IF_SOME) == WANE_NO);
  EXPECT(wane_u64_ttl(map, 2, &left) == WANE_OK && left == wane_no_deadline());
  EXPECT(wane_u64_ttl(map, 1, &left) == WANE_NO);
  EXPECT(wane_u64_expire_at(map, 2, time + second, WANE_IF_NONE) == WANE_OK);
  EXPECT(wane_u64_expire_at(map, 2, time - 1, WANE_ALWAYS) == WANE_OK);
  EXPECT(wane_u64_find(map, 2, &value) == WANE_NO);

  EXPECT(wane_u64_insert(map, 4, 40, wane_forever()) == WANE_OK);
  wane_u64_destroy(map);
  EXPECT(removals.told[WANE_DESTROYED] == 1 && removals.last_key == 4);
}

static void integers_are_changed(void) {
  wane_u64_map* map = NULL;
  uint64_t value = 5;
  int inserted = -1;
  EXPECT(wane_u64_create(NULL, NULL, NULL, &map) == WANE_OK);
  EXPECT(wane_u64_get_or_insert(map, 1, &value, wane_forever()) == WANE_OK && value == 5);
  value = 6;
  EXPECT(wane_u64_get_or_insert(map, 1, &value, wane_forever()) == WANE_NO && value == 5);
  EXPECT(wane_u64_replace(map, 1, 7, wane_keep_ttl(), &value) == WANE_OK && value == 5);
  EXPECT(wane_u64_replace(map, 2, 7, wane_keep_ttl(), NULL) == WANE_NO);
  EXPECT(wane_u64_compare_exchange(map, 1, 5, 8, wane_keep_ttl()) == WANE_NO);
  EXPECT(wane_u64_compare_exchange(map, 1, 7, 8, wane_keep_ttl()) == WANE_OK);
  EXPECT(wane_u64_update(map, 1, add_one, NULL, wane_keep_ttl()) == WANE_OK);
  EXPECT(wane_u64_update(map, 1, refuse, NULL, wane_keep_ttl()) == WANE_STOPPED);
  EXPECT(wane_u64_update(map, 2, add_one, NULL, wane_keep_ttl()) == WANE_NO);
  EXPECT(wane_u64_update(map, 1, NULL, NULL, wane_keep_ttl()) == WANE_INVALID);
  EXPECT(wane_u64_find(map, 1, &value) == WANE_OK && value == 9);
  EXPECT(wane_u64_upsert(map, 1, 100, add_one, NULL, wane_keep_ttl(), &inserted) == WANE_OK && inserted == 0);
  EXPECT(wane_u64_upsert(map, 2, 100, add_one, NULL, wane_forever(), &inserted) == WANE_OK && inserted == 1);
  EXPECT(wane_u64_take(map, 1, &value) == WANE_OK && value == 10);
  EXPECT(wane_u64_take(map, 1, &value) == WANE_NO);
  EXPECT(wane_u64_erase_if(map, 2, is_odd, NULL) == WANE_NO);
  EXPECT(wane_u64_erase(map, 2) == WANE_OK);
  EXPECT(wane_u64_erase(map, 2) == WANE_NO);
  EXPECT(wane_u64_erase(NULL, 2) == WANE_INVALID);
  EXPECT(wane_u64_size(map) == 0);
  EXPECT(wane_u64_size(NULL) == 0 && wane_u64_bucket_count(NULL) == 0 && wane_u64_now(NULL) == 0);
  wane_u64_destroy(map);
  wane_u64_destroy(NULL);
}

enum { many = 1000 };

static void integers_are_handled_in_numbers(void) {
  static uint64_t keys[2 * many], values[2 * many];
  static unsigned char flags[2 * many];
  wane_options options;
  wane_u64_map* map = NULL;
  wane_stats stats = {.struct_size = sizeof stats};
  wane_cursor cursor = {{0}};
  uint64_t sums[2] = {0, 0};
  size_t n = 0;
  int calls = 0;

  wane_options_default(&options);
  options.max_load_factor = -1;
  EXPECT(wane_u64_create(&options, NULL, NULL, &map) == WANE_INVALID && map == NULL);
  options.max_load_factor = 1;
  options.struct_size = 0;
  EXPECT(wane_u64_create(&options, NULL, NULL, &map) == WANE_INVALID);
  options.struct_size = sizeof options + 8;
  EXPECT(wane_u64_create(&options, NULL, NULL, &map) == WANE_INVALID);
  EXPECT(wane_u64_create(NULL, NULL, NULL, NULL) == WANE_INVALID);
  options.struct_size = offsetof(wane_options, clock); /* as a program that knows no clock would say */
  options.clock = (wane_clock)0;
  EXPECT(wane_u64_create(&options, NULL, NULL, &map) == WANE_OK);

  for (uint64_t k = 0; k < many; ++k) EXPECT(wane_u64_insert(map, k, 2 * k, wane_ttl(1000 * second)) == WANE_OK);
  for (uint64_t k = 0; k < 2 * many; ++k) keys[k] = k;
  EXPECT(wane_u64_find_many(map, keys, 2 * many, values, flags, &n) == WANE_OK && n == many);
  for (uint64_t k = 0; k < 2 * many; ++k) EXPECT(flags[k] == (k < many) && (k >= many || values[k] == 2 * k));
  EXPECT(wane_u64_find_many(map, NULL, 0, NULL, NULL, NULL) == WANE_OK);

  EXPECT(wane_u64_for_each(map, sum_up, sums) == WANE_OK);
  EXPECT(sums[0] == many * (many - 1) / 2 && sums[1] == 2 * sums[0]);
  EXPECT(wane_u64_for_each(map, stop_at_once, NULL) == WANE_STOPPED);
  sums[0] = sums[1] = 0;
  do {
    EXPECT(wane_u64_scan(map, &cursor, 100, sum_up, sums) == WANE_OK);
    ++calls;
  } while (!wane_cursor_at_end(&cursor));
  EXPECT(calls >= 2 && calls <= 11 && sums[0] == many * (many - 1) / 2);
  sums[0] = sums[1] = 0;
  EXPECT(wane_u64_snapshot(map, 8, sum_up, sums) == WANE_OK && sums[0] == many * (many - 1) / 2);

  EXPECT(wane_u64_reserve(map, 100 * many) == WANE_OK && wane_u64_bucket_count(map) >= 100 * many);
  EXPECT(wane_u64_shrink_to_fit(map) == WANE_OK && wane_u64_bucket_count(map) < 100 * many);
  EXPECT(wane_u64_erase_all_if(map, is_odd, NULL, &n) == WANE_OK && n == many / 2);
  EXPECT(wane_u64_erase_many(map, keys, many / 2, flags, &n) == WANE_OK && n == many / 4);
  EXPECT(flags[0] == 1 && flags[1] == 0);
  EXPECT(wane_u64_size(map) == many / 4);
  EXPECT(wane_u64_stats(map, &stats) == WANE_OK && stats.size == many / 4 && stats.inserted == many &&
         stats.erased == many * 3 / 4);
  stats.struct_size = 0;
  EXPECT(wane_u64_stats(map, &stats) == WANE_INVALID);
  EXPECT(wane_u64_clear(map) == WANE_OK && wane_u64_size(map) == 0);
  EXPECT(wane_u64_collect(map, &n) == WANE_OK);
  EXPECT(wane_u64_check(map) == WANE_OK);
  n = 0;
  EXPECT(wane_u64_dump(map, measure, &n) == WANE_OK && n > 0);
  wane_u64_destroy(map);
}

static int append(void* context, const void* value, size_t value_size, wane_bytes_slot* new_value) {
  char longer[64];
  const char* suffix = context;
  memcpy(longer, value, value_size);
  memcpy(longer + value_size, suffix, strlen(suffix));
  return wane_bytes_put(new_value, longer, value_size + strlen(suffix));
}

static int count_visits(void* context, const void* key, size_t key_size, const void* value, size_t value_size) {
  int* visits = context;
  (void)key, (void)key_size, (void)value, (void)value_size;
  ++*visits;
  return 0;
}

static int always(void* context, const void* key, size_t key_size, const void* value, size_t value_size) {
  (void)context, (void)key, (void)key_size, (void)value, (void)value_size;
  return 1;
}

static int count_hits(void* context, size_t index, const void* value, size_t value_size) {
  size_t* hits = context;
  (void)value;
  hits[index] = value_size;
  return 0;
}

static void byte_strings_are_stored_and_expire(void) {
  int64_t time = 0;
  struct removals removals = {{0}, 0};
  const wane_options options = by_hand(&time);
  wane_bytes_map* map = NULL;
  char out[16] = "";
  size_t size = 0;
  int inserted = -1;
  int64_t left = 0;
  EXPECT(wane_bytes_create(&options, note_bytes, &removals, &map) == WANE_OK);
  EXPECT(wane_bytes_now(map) == 0);

  EXPECT(wane_bytes_insert(map, "a\0b", 3, "", 0, wane_forever()) == WANE_OK);
  EXPECT(wane_bytes_insert(map, "a", 1, "one", 3, wane_ttl(second)) == WANE_OK);
  EXPECT(wane_bytes_insert(map, NULL, 0, "empty", 5, wane_ttl(second)) == WANE_OK);
  EXPECT(wane_bytes_insert(map, "", 0, "empty", 5, wane_ttl(second)) == WANE_NO);
  EXPECT(wane_bytes_insert(map, NULL, 1, "x", 1, wane_forever()) == WANE_INVALID);
  EXPECT(wane_bytes_find(map, "a\0b", 3, out, sizeof out, &size) == WANE_OK && size == 0);
  EXPECT(wane_bytes_find(map, "a", 1, out, sizeof out, &size) == WANE_OK && size == 3 && memcmp(out, "one", 3) == 0);
  EXPECT(wane_bytes_find(map, "a", 1, out, 2, &size) == WANE_TOO_SMALL && size == 3);
  EXPECT(wane_bytes_find(map, "a", 1, NULL, 0, NULL) == WANE_OK);
  EXPECT(wane_bytes_find(map, "b", 1, out, sizeof out, &size) == WANE_NO);

  EXPECT(wane_bytes_take(map, "a", 1, out, 2, &size) == WANE_TOO_SMALL && size == 3);
  EXPECT(wane_bytes_replace(map, "a", 1, "uno", 3, wane_keep_ttl(), out, 2, &size) == WANE_TOO_SMALL);
  EXPECT(wane_bytes_replace(map, "a", 1, "two", 3, wane_keep_ttl(), out, sizeof out, &size) == WANE_OK);
  EXPECT(size == 3 && memcmp(out, "one", 3) == 0);
  EXPECT(wane_bytes_assign(map, "a", 1, "three", 5, wane_keep_ttl(), &inserted) == WANE_OK && inserted == 0);
  EXPECT(wane_bytes_get_or_insert(map, "a", 1, "x", 1, wane_forever(), out, sizeof out, &size) == WANE_NO && size == 5);
  EXPECT(wane_bytes_get_or_insert(map, "c", 1, "x", 1, wane_forever(), out, sizeof out, &size) == WANE_OK && size == 1);
  EXPECT(wane_bytes_compare_exchange(map, "a", 1, "two", 3, "four", 4, wane_keep_ttl()) == WANE_NO);
  EXPECT(wane_bytes_compare_exchange(map, "a", 1, "three", 5, "four", 4, wane_keep_ttl()) == WANE_OK);
  EXPECT(wane_bytes_update(map, "a", 1, append, (void*)"teen", wane_keep_ttl()) == WANE_OK);
  EXPECT(wane_bytes_upsert(map, "d", 1, "new", 3, append, (void*)"!", wane_forever(), &inserted) == WANE_OK &&
         inserted == 1);
  EXPECT(wane_bytes_upsert(map, "d", 1, "new", 3, append, (void*)"!", wane_forever(), &inserted) == WANE_OK &&
         inserted == 0);
  EXPECT(wane_bytes_find_and_touch(map, "a", 1, second, WANE_ALWAYS, out, sizeof out, &size) == WANE_OK);
  EXPECT(size == 8 && memcmp(out, "fourteen", 8) == 0);
  EXPECT(wane_bytes_ttl(map, "a", 1, &left) == WANE_OK && left > 0);
  EXPECT(wane_bytes_touch(map, "a", 1, 2 * second, WANE_IF_LATER) == WANE_OK);
  EXPECT(wane_bytes_persist(map, "a", 1, WANE_ALWAYS) == WANE_OK);
  EXPECT(wane_bytes_expire_at(map, "a", 1, second, WANE_IF_NONE) == WANE_OK);

  time = 2 * second;
  EXPECT(wane_bytes_sweep(map, 1, &size) == WANE_OK && size == 1);
  EXPECT(wane_bytes_sweep(map, SIZE_MAX, &size) == WANE_OK && size == 1);
  EXPECT(removals.told[WANE_EXPIRED] == 2);
  EXPECT(wane_bytes_size(map) == 3);
  wane_bytes_destroy(map);
  EXPECT(removals.told[WANE_DESTROYED] == 3);
  wane_bytes_destroy(NULL);
}

static void byte_strings_are_handled_in_numbers(void) {
  static const void* const keys[] = {"one", "two", "six"};
  static const size_t sizes[] = {3, 3, 3};
  wane_bytes_map* map = NULL;
  wane_stats stats = {.struct_size = sizeof stats};
  wane_cursor cursor = {{0}};
  unsigned char erased[3];
  size_t hits[3] = {0, 0, 0}, n = 0;
  int visits = 0;
  char out[8];
  EXPECT(wane_bytes_create(NULL, NULL, NULL, &map) == WANE_OK);
  EXPECT(wane_bytes_insert(map, "one", 3, "1", 1, wane_forever()) == WANE_OK);
  EXPECT(wane_bytes_insert(map, "two", 3, "22", 2, wane_forever()) == WANE_OK);
  EXPECT(wane_bytes_find_many(map, keys, sizes, 3, count_hits, hits, &n) == WANE_OK && n == 2);
  EXPECT(hits[0] == 1 && hits[1] == 2 && hits[2] == 0);
  EXPECT(wane_bytes_visit(map, "one", 3, count_visits, &visits) == WANE_OK && visits == 1);
  EXPECT(wane_bytes_visit(map, "six", 3, count_visits, &visits) == WANE_NO && visits == 1);
  EXPECT(wane_bytes_for_each(map, count_visits, &visits) == WANE_OK && visits == 3);
  EXPECT(wane_bytes_scan(map, &cursor, 10, count_visits, &visits) == WANE_OK && visits == 5);
  EXPECT(wane_cursor_at_end(&cursor));
  EXPECT(wane_bytes_snapshot(map, 1, count_visits, &visits) == WANE_OK && visits == 7);
  EXPECT(wane_bytes_scan(map, &cursor, 10, always, NULL) == WANE_STOPPED && wane_cursor_at_end(&cursor));
  EXPECT(wane_bytes_erase_many(map, keys, sizes, 3, erased, &n) == WANE_OK && n == 2 && erased[2] == 0);
  EXPECT(wane_bytes_assign(map, "one", 3, "1", 1, wane_forever(), NULL) == WANE_OK);
  EXPECT(wane_bytes_erase_if(map, "one", 3, always, NULL) == WANE_OK);
  EXPECT(wane_bytes_erase(map, "one", 3) == WANE_NO);
  EXPECT(wane_bytes_assign(map, "one", 3, "1", 1, wane_forever(), NULL) == WANE_OK);
  EXPECT(wane_bytes_erase_all_if(map, always, NULL, &n) == WANE_OK && n == 1);
  EXPECT(wane_bytes_assign(map, "one", 3, "1", 1, wane_forever(), NULL) == WANE_OK);
  EXPECT(wane_bytes_take(map, "one", 3, out, sizeof out, &n) == WANE_OK && n == 1 && out[0] == '1');
  EXPECT(wane_bytes_reserve(map, 1000) == WANE_OK && wane_bytes_bucket_count(map) >= 1000);
  EXPECT(wane_bytes_shrink_to_fit(map) == WANE_OK && wane_bytes_bucket_count(map) < 1000);
  EXPECT(wane_bytes_clear(map) == WANE_OK);
  EXPECT(wane_bytes_collect(map, NULL) == WANE_OK);
  EXPECT(wane_bytes_stats(map, &stats) == WANE_OK && stats.inserted == 5);
  EXPECT(wane_bytes_check(map) == WANE_OK);
  n = 0;
  EXPECT(wane_bytes_dump(map, measure, &n) == WANE_OK && n > 0);
  wane_bytes_destroy(map);
}

static void what_is_refused_changes_nothing(void) {
  int64_t time = 0;
  const wane_options options = by_hand(&time);
  wane_u64_map* numbers = NULL;
  wane_bytes_map* strings = NULL;
  const uint64_t keys[] = {1, 2};
  uint64_t values[] = {7, 7};
  unsigned char found[2];
  int64_t left = 0;
  EXPECT(wane_u64_create(&options, NULL, NULL, &numbers) == WANE_OK);
  EXPECT(wane_u64_insert(numbers, 2, 20, wane_forever()) == WANE_OK);
  EXPECT(wane_u64_find_many(numbers, keys, 2, NULL, found, NULL) == WANE_INVALID); /* the first is absent */
  EXPECT(wane_u64_find_many(numbers, keys + 1, 1, values, NULL, NULL) == WANE_INVALID && values[0] == 7);
  EXPECT(wane_u64_scan(numbers, NULL, 1, stop_at_once, NULL) == WANE_INVALID);
  EXPECT(wane_u64_ttl(numbers, 1, NULL) == WANE_INVALID);
  wane_u64_destroy(numbers);

  /* A NULL that is said to have room. */
  EXPECT(wane_bytes_create(&options, NULL, NULL, &strings) == WANE_OK);
  EXPECT(wane_bytes_get_or_insert(strings, "a", 1, "x", 1, wane_forever(), NULL, 8, NULL) == WANE_INVALID);
  EXPECT(wane_bytes_size(strings) == 0);
  EXPECT(wane_bytes_insert(strings, "a", 1, "x", 1, wane_forever()) == WANE_OK);
  EXPECT(wane_bytes_find_and_touch(strings, "a", 1, second, WANE_ALWAYS, NULL, 8, NULL) == WANE_INVALID);
  EXPECT(wane_bytes_ttl(strings, "a", 1, &left) == WANE_OK && left == wane_no_deadline());
  EXPECT(wane_bytes_take(strings, "a", 1, NULL, 8, NULL) == WANE_INVALID && wane_bytes_size(strings) == 1);
  wane_bytes_destroy(strings);
}

static void a_sweeper_removes_what_has_expired(void) {
  wane_sweeper_options options;
  wane_sweeper_stats stats = {.struct_size = sizeof stats};
  wane_sweeper* sweeper = NULL;
  wane_sweeper* another = NULL;
  wane_u64_map* numbers = NULL;
  wane_bytes_map* strings = NULL;
  const struct timespec moment = {0, 5000000};
  size_t n = 0;
  wane_sweeper_options_default(&options);
  options.cpu_share = 2;
  EXPECT(wane_sweeper_create(&options, &sweeper) == WANE_INVALID && sweeper == NULL);
  options.cpu_share = 0.5;
  options.lateness = second / 100;
  EXPECT(wane_sweeper_create(&options, &sweeper) == WANE_OK);
  EXPECT(wane_sweeper_create(NULL, &another) == WANE_OK);
  EXPECT(wane_sweeper_create(NULL, NULL) == WANE_INVALID);
  EXPECT(wane_u64_create(NULL, NULL, NULL, &numbers) == WANE_OK);
  EXPECT(wane_bytes_create(NULL, NULL, NULL, &strings) == WANE_OK);
  EXPECT(wane_sweeper_attach_u64(sweeper, numbers) == WANE_OK);
  EXPECT(wane_sweeper_attach_u64(another, numbers) == WANE_IN_USE);
  EXPECT(wane_sweeper_attach_bytes(another, strings) == WANE_OK);
  EXPECT(wane_sweeper_detach_bytes(another, strings) == WANE_OK);
  EXPECT(wane_sweeper_attach_bytes(sweeper, strings) == WANE_OK);
  EXPECT(!wane_sweeper_is_running(sweeper));
  EXPECT(wane_sweeper_start(sweeper) == WANE_OK);
  EXPECT(wane_sweeper_is_running(sweeper));
  EXPECT(wane_u64_insert(numbers, 1, 1, wane_ttl(second / 100)) == WANE_OK);
  EXPECT(wane_bytes_insert(strings, "1", 1, "1", 1, wane_ttl(second / 100)) == WANE_OK);
  while (wane_u64_size(numbers) + wane_bytes_size(strings) > 0) {
    EXPECT(wane_sweeper_wake(sweeper) == WANE_OK);
    nanosleep(&moment, NULL);
  }
  EXPECT(wane_sweeper_read_stats(sweeper, &stats) == WANE_OK);
  EXPECT(stats.removed == 2 && stats.target == options.lateness && stats.missed_why != NULL);
  EXPECT(wane_sweeper_stop(sweeper) == WANE_OK && !wane_sweeper_is_running(sweeper));
  EXPECT(wane_u64_sweep(numbers, 1, &n) == WANE_OK && n == 0);
  EXPECT(wane_sweeper_detach_u64(sweeper, numbers) == WANE_OK);
  wane_u64_destroy(numbers);
  wane_bytes_destroy(strings);
  wane_sweeper_destroy(sweeper);
  wane_sweeper_destroy(another);
  wane_sweeper_destroy(NULL);
}

static int end_thread(void* context, uint64_t key, uint64_t value) {
  (void)context, (void)key, (void)value;
  pthread_exit(NULL);
}

static void* visit_and_end(void* map) {
  wane_u64_for_each(map, end_thread, NULL);
  return map;
}

static void a_callback_may_end_its_thread(void) {
  wane_u64_map* map = NULL;
  pthread_t thread;
  void* returned = &thread;
  EXPECT(wane_u64_create(NULL, NULL, NULL, &map) == WANE_OK);
  EXPECT(wane_u64_insert(map, 1, 1, wane_forever()) == WANE_OK);
  EXPECT(pthread_create(&thread, NULL, visit_and_end, map) == 0);
  EXPECT(pthread_join(thread, &returned) == 0 && returned == NULL);
  EXPECT(wane_u64_erase(map, 1) == WANE_OK);
  EXPECT(wane_u64_shrink_to_fit(map) == WANE_OK); /* the guard was left, or this would wait for ever */
  wane_u64_destroy(map);
}

int main(void) {
  results_have_words();
  integers_are_stored_and_expire();
  integers_are_changed();
  integers_are_handled_in_numbers();
  byte_strings_are_stored_and_expire();
  byte_strings_are_handled_in_numbers();
  what_is_refused_changes_nothing();
  a_sweeper_removes_what_has_expired();
  a_callback_may_end_its_thread();
  puts("9 tests passed");
  return 0;
}
