/* SPDX-License-Identifier: BSL-1.0
 * A program in C that knows wane only as installed. */
#include <wane/wane.h>

#include <stdint.h>
#include <stdio.h>

static int64_t read_time(void* context) { return *(const int64_t*)context; }

int main(void) {
  int64_t time = 0;
  wane_options options;
  wane_u64_map* map = NULL;
  uint64_t value = 0;
  wane_options_default(&options);
  options.clock = read_time;
  options.clock_context = &time;
  if (wane_u64_create(&options, NULL, NULL, &map) != WANE_OK) return 1;
  const int inserted = wane_u64_insert(map, 1, 42, wane_ttl(10000000000)) == WANE_OK;
  const int found = wane_u64_find(map, 1, &value) == WANE_OK && value == 42;
  time += 10002000000;
  const int gone = wane_u64_find(map, 1, &value) == WANE_NO;
  wane_u64_destroy(map);
  printf("inserted %d, found %d, gone %d\n", inserted, found, gone);
  return inserted && found && gone ? 0 : 1;
}
