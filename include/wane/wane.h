/* SPDX-License-Identifier: BSL-1.0
 * wane for C, and for whatever calls C: maps whose entries expire, in libwane.a. What the operations mean, how they are
 * linearized and what they guarantee about deadlines is said in map.hpp; this file says what is different in C.
 *
 * Two kinds of map: `wane_u64_map`, from 64-bit integers to 64-bit integers, and `wane_bytes_map`, from byte strings to byte
 * strings. A byte string is a pointer and a length; it may be empty (then the pointer may be NULL) and may contain zeros.
 *
 * Results    A function returns WANE_OK when it did what its name says, WANE_NO when there was nothing to do (each says
 *            when), and something negative when it failed; then nothing was changed unless the function says so, and
 *            wane_last_error() tells more. What a function of many keys, or of all entries, had done before it failed stays
 *            done. No C++ exception leaves a function.
 * Ownership  The library copies every key and value it is given, and copies what it hands out into memory of the caller's.
 *            What a callback is given is valid until the callback returns. What `create` makes, `destroy` frees; a context is
 *            the caller's and must outlive what it was given to.
 * Threads    Every function may be called by any thread at any time, on the same map too, without locks, except `create`,
 *            `destroy`, `check` and `dump`, which need a map that nobody else uses meanwhile. Threads need not register, and
 *            may end at any time. Callbacks may call back into the map, but not destroy it or shrink it; one that is told
 *            WANE_DESTROYED may not use it at all. What a sweeper's thread calls may not stop, destroy or detach from that
 *            sweeper, which would wait for it. Callbacks run while the map keeps what they may look at, which holds
 *            reclamation up: they should not wait for long.
 * Exceptions A C++ exception thrown in a callback ends the call with WANE_FAILED. One of a removal callback comes when the entry
 *            is gone, which stands; on a sweeper's thread it is counted, in `destroy` it is dropped. A clock must not throw:
 *            that ends the program. longjmp out of a callback is undefined.
 * Time       is in nanoseconds: TTLs as durations, deadlines as readings of the map's clock (wane_u64_now). They are kept in
 *            milliseconds from the map's creation, rounded up, and none is later than 34 years after it: a TTL of INT64_MAX
 *            is no `forever`.
 *
 * This file has nothing but declarations and enumerations below its #includes, so that bindings can be made from its text.
 */
#ifndef WANE_WANE_H
#define WANE_WANE_H

#include <stddef.h>
#include <stdint.h>

#include <wane/version.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Results ------------------------------------------------------------------------------------------------------ */

enum wane_result {
  WANE_OK = 0,
  WANE_NO = 1,                /* no error: the key is absent, or there already, or a condition did not hold */
  WANE_OUT_OF_MEMORY = -1,
  WANE_INVALID = -2,          /* an argument that no call allows: a TTL <= 0, a NULL that is needed, an unknown kind */
  WANE_TOO_SMALL = -3,        /* the value does not fit the buffer; its size has been stored */
  WANE_STOPPED = -4,          /* a callback said so */
  WANE_UNAVAILABLE = -5,      /* the system refused a thread, or there are more than 65,536 */
  WANE_IN_USE = -6,           /* the map has a sweeper already */
  WANE_CORRUPT = -7,          /* wane_u64_check and wane_bytes_check: an invariant does not hold */
  WANE_FAILED = -8            /* anything else, by the text of wane_last_error */
};

/* Returns: what a result means, in English. Never NULL; never to be freed. */
const char* wane_result_text(int result);

/* Returns: what went wrong in the calling thread's last call that failed, or "". Valid until its next one that does. */
const char* wane_last_error(void);

/* Returns: the version of the library that is linked, as "0.1.0"; WANE_VERSION_STRING is that of this header. */
const char* wane_version(void);

/* ---- How long an entry lives -------------------------------------------------------------------------------------- */

enum wane_lifetime_kind {
  WANE_FOREVER = 0,
  WANE_TTL = 1,               /* nanoseconds from now, more than 0 */
  WANE_DEADLINE = 2,          /* a reading of the map's clock; one in the past expires at once */
  WANE_KEEP_TTL = 3           /* for calls that assign: the deadline that is there; `forever` where nothing is */
};

/* All zeros is `forever`. */
typedef struct wane_lifetime {
  int64_t kind;
  int64_t nanoseconds;
} wane_lifetime;

wane_lifetime wane_forever(void);
wane_lifetime wane_ttl(int64_t nanoseconds);
wane_lifetime wane_deadline(int64_t nanoseconds);
wane_lifetime wane_keep_ttl(void);

/* When a call that moves a deadline may do so; else it returns WANE_NO. */
enum wane_when {
  WANE_ALWAYS = 0,
  WANE_IF_LATER = 1,
  WANE_IF_SOONER = 2,
  WANE_IF_NONE = 3,           /* only if the entry has no deadline */
  WANE_IF_SOME = 4            /* only if it has one */
};

/* What wane_u64_ttl and wane_bytes_ttl store for an entry that never expires: INT64_MAX. */
int64_t wane_no_deadline(void);

/* Why an entry left the map. */
enum wane_cause {
  WANE_ERASED = 0,
  WANE_EXPIRED = 1,
  WANE_REPLACED = 2,
  WANE_CLEARED = 3,
  WANE_DESTROYED = 4
};

/* ---- What a map is told, and tells -------------------------------------------------------------------------------- */

/* A clock: a reading in nanoseconds that never goes back. Called by any thread, the sweeper's too. */
typedef int64_t (*wane_clock)(void* context);

/* To be filled by wane_options_default, then changed. Later versions may add members at the end; struct_size says how many of
 * them the caller knows. */
typedef struct wane_options {
  size_t struct_size;
  size_t expected_entries;    /* to make room for at once; 0: start small */
  size_t minimum_buckets;
  double max_load_factor;     /* most entries a bucket, half of it in tables that fit into the caches; in (0, 64] */
  int growth;                 /* 0: the table keeps its size */
  int huge_pages;             /* 0: do not ask for them */
  wane_clock clock;           /* NULL: CLOCK_MONOTONIC_COARSE */
  void* clock_context;
} wane_options;

void wane_options_default(wane_options* options);

/* The members of wane::stats (stats.hpp). The caller sets struct_size, to sizeof(wane_stats). */
typedef struct wane_stats {
  size_t struct_size;
  uint64_t size;              /* live entries, expired ones that nobody has met included */
  uint64_t inserted;
  uint64_t erased;
  uint64_t expired;
  uint64_t replaced;
  uint64_t cleared;
  uint64_t met_expired;
  uint64_t callback_errors;   /* exceptions of removal callbacks on a sweeper's thread */
  uint64_t buckets;
  uint64_t growths;
  uint64_t shrinks;
  uint64_t retired;           /* slots removed and not yet free for reuse */
  uint64_t garbage_bytes;
  uint64_t mapped_bytes;
  uint64_t heap_bytes;
  uint64_t swept;
} wane_stats;

/* A position of a scan. All zeros is the beginning. Valid as long as the map, whatever happens to it. */
typedef struct wane_cursor {
  uint64_t opaque[2];
} wane_cursor;

/* Returns: 1 when the scan has visited everything, else 0. A scan that goes on from there starts over. */
int wane_cursor_at_end(const wane_cursor* cursor);

/* Takes a piece of the output of a dump. */
typedef void (*wane_write)(void* context, const char* text, size_t size);

/* ---- Maps from integers to integers ------------------------------------------------------------------------------- */

typedef struct wane_u64_map wane_u64_map;

/* Visits an entry. Returns: 0 to go on, anything else to stop, or `no` where it answers a question. */
typedef int (*wane_u64_visitor)(void* context, uint64_t key, uint64_t value);

/* Stores a new value for the one that is there, maybe several times in one call. Returns: 0, or else nothing is changed. */
typedef int (*wane_u64_updater)(void* context, uint64_t value, uint64_t* new_value);

/* Told of each entry that leaves the map, once, after it is gone; `cause` is a wane_cause. */
typedef void (*wane_u64_removal)(void* context, uint64_t key, uint64_t value, int cause);

/* Makes a map. options, removal: NULL for the defaults, and for nobody to be told. */
int wane_u64_create(const wane_options* options, wane_u64_removal removal, void* context, wane_u64_map** map);

/* Takes the map from its sweeper, tells of every entry left (WANE_DESTROYED), and frees everything. NULL: does nothing. */
void wane_u64_destroy(wane_u64_map* map);

/* WANE_NO: the key is there. */
int wane_u64_insert(wane_u64_map* map, uint64_t key, uint64_t value, wane_lifetime life);

/* Inserts, or replaces the value. inserted: set to 1 or 0; may be NULL. */
int wane_u64_assign(wane_u64_map* map, uint64_t key, uint64_t value, wane_lifetime life, int* inserted);

/* Stores in *value what the key has, or inserts what *value holds. WANE_NO: it was there. */
int wane_u64_get_or_insert(wane_u64_map* map, uint64_t key, uint64_t* value, wane_lifetime life);

/* Replaces the value. old: the one before; may be NULL. WANE_NO: the key is absent. */
int wane_u64_replace(wane_u64_map* map, uint64_t key, uint64_t value, wane_lifetime life, uint64_t* old);

/* Replaces the value `expected`. WANE_NO: the key is absent, or has another. */
int wane_u64_compare_exchange(wane_u64_map* map, uint64_t key, uint64_t expected, uint64_t desired, wane_lifetime life);

/* Replaces the value by what f makes of it. WANE_NO: the key is absent; WANE_STOPPED: f said so. */
int wane_u64_update(wane_u64_map* map, uint64_t key, wane_u64_updater f, void* context, wane_lifetime life);

/* The same, or inserts `initial`. inserted: set to 1 or 0; may be NULL. */
int wane_u64_upsert(wane_u64_map* map, uint64_t key, uint64_t initial, wane_u64_updater f, void* context, wane_lifetime life,
                    int* inserted);

/* Stores the value. value: may be NULL. WANE_NO: the key is absent. */
int wane_u64_find(wane_u64_map* map, uint64_t key, uint64_t* value);

/* Looks up n keys, overlapping the waits for memory. found[i]: 1 or 0; values[i]: left as it is where 0. hits: how many; may
 * be NULL. */
int wane_u64_find_many(wane_u64_map* map, const uint64_t* keys, size_t n, uint64_t* values, unsigned char* found,
                       size_t* hits);

/* WANE_NO: the key is absent. */
int wane_u64_erase(wane_u64_map* map, uint64_t key);

/* Removes n keys. erased[i]: 1 or 0. removed: how many; may be NULL. */
int wane_u64_erase_many(wane_u64_map* map, const uint64_t* keys, size_t n, unsigned char* erased, size_t* removed);

/* Removes the entry if `pred` returns other than 0. WANE_NO: the key is absent, or 0 was returned. */
int wane_u64_erase_if(wane_u64_map* map, uint64_t key, wane_u64_visitor pred, void* context);

/* Removes, one by one, every entry for which `pred` returns other than 0. removed: how many; may be NULL. */
int wane_u64_erase_all_if(wane_u64_map* map, wane_u64_visitor pred, void* context, size_t* removed);

/* Removes the entry and stores its value. value: may be NULL. WANE_NO: the key is absent. */
int wane_u64_take(wane_u64_map* map, uint64_t key, uint64_t* value);

/* Removes everything, one by one. */
int wane_u64_clear(wane_u64_map* map);

/* Moves the deadline to `ttl` from now. when: a wane_when. WANE_NO: the key is absent, or the condition did not hold. */
int wane_u64_touch(wane_u64_map* map, uint64_t key, int64_t ttl, int when);

/* Moves the deadline; to one in the past: it is gone at once. WANE_NO: as touch. */
int wane_u64_expire_at(wane_u64_map* map, uint64_t key, int64_t deadline, int when);

/* Takes the deadline away. WANE_NO: as touch. */
int wane_u64_persist(wane_u64_map* map, uint64_t key, int when);

/* Stores the time the entry has left, or wane_no_deadline(). WANE_NO: the key is absent. */
int wane_u64_ttl(wane_u64_map* map, uint64_t key, int64_t* ttl);

/* Stores the value and moves the deadline, in one step; where the condition does not hold it only reads. value: may be NULL.
 * WANE_NO: the key is absent. */
int wane_u64_find_and_touch(wane_u64_map* map, uint64_t key, int64_t ttl, int when, uint64_t* value);

/* Visits every entry: one that is there throughout once, one that comes or goes at most once. WANE_STOPPED: f said so. */
int wane_u64_for_each(wane_u64_map* map, wane_u64_visitor f, void* context);

/* Visits about n entries from *cursor on, and moves it. WANE_STOPPED: f said so, and *cursor is where it was. */
int wane_u64_scan(wane_u64_map* map, wane_cursor* cursor, size_t n, wane_u64_visitor f, void* context);

/* Visits copies of all entries that were there at one moment. WANE_NO: others changed something during each of `attempts`. */
int wane_u64_snapshot(wane_u64_map* map, unsigned attempts, wane_u64_visitor f, void* context);

/* Each is 0 of NULL. */
uint64_t wane_u64_size(const wane_u64_map* map);
uint64_t wane_u64_bucket_count(const wane_u64_map* map);
int64_t wane_u64_now(const wane_u64_map* map);

/* Makes room for so many entries. */
int wane_u64_reserve(wane_u64_map* map, size_t entries);

/* Gives back what buckets the entries do not need. Waits for readers: not to be called in a callback. */
int wane_u64_shrink_to_fit(wane_u64_map* map);

/* Removes at most max_removals entries that have expired. removed: how many; may be NULL. WANE_NO: a sweep is under way. */
int wane_u64_sweep(wane_u64_map* map, size_t max_removals, size_t* removed);

/* Frees what may be freed by now. freed: how many slots; may be NULL. */
int wane_u64_collect(wane_u64_map* map, size_t* freed);

int wane_u64_stats(const wane_u64_map* map, wane_stats* stats);

/* Verifies every structural invariant. WANE_CORRUPT: wane_last_error() says which does not hold. */
int wane_u64_check(wane_u64_map* map);

/* Writes the list, a line for each sentinel and entry. */
int wane_u64_dump(wane_u64_map* map, wane_write write, void* context);

/* ---- Maps from byte strings to byte strings ----------------------------------------------------------------------- */
/* Each function is what its namesake above is. A value is stored into `buffer`, of `capacity` bytes, and its size into *size; where
 * the buffer is too small, *size is what it takes, nothing is stored, and nothing is changed unless the function says so. A
 * buffer may be NULL with a capacity of 0, and size may be NULL: if both are, the value is not wanted. Neither may overlap a key or
 * a value that the same call is given. */

typedef struct wane_bytes_map wane_bytes_map;

typedef int (*wane_bytes_visitor)(void* context, const void* key, size_t key_size, const void* value, size_t value_size);

/* Where an updater puts the new value: wane_bytes_put copies it there. */
typedef struct wane_bytes_slot wane_bytes_slot;
int wane_bytes_put(wane_bytes_slot* slot, const void* value, size_t value_size);

/* Puts a new value in place of the one that is there, maybe several times in one call. Returns: 0, or else nothing is changed. */
typedef int (*wane_bytes_updater)(void* context, const void* value, size_t value_size, wane_bytes_slot* new_value);

typedef void (*wane_bytes_removal)(void* context, const void* key, size_t key_size, const void* value, size_t value_size,
                                   int cause);

int wane_bytes_create(const wane_options* options, wane_bytes_removal removal, void* context, wane_bytes_map** map);
void wane_bytes_destroy(wane_bytes_map* map);

int wane_bytes_insert(wane_bytes_map* map, const void* key, size_t key_size, const void* value, size_t value_size,
                      wane_lifetime life);
int wane_bytes_assign(wane_bytes_map* map, const void* key, size_t key_size, const void* value, size_t value_size,
                      wane_lifetime life, int* inserted);

/* Stores what the key has, or inserts the value, which is then what is stored. WANE_NO: it was there. WANE_TOO_SMALL: as either. */
int wane_bytes_get_or_insert(wane_bytes_map* map, const void* key, size_t key_size, const void* value, size_t value_size,
                             wane_lifetime life, void* buffer, size_t capacity, size_t* size);

int wane_bytes_replace(wane_bytes_map* map, const void* key, size_t key_size, const void* value, size_t value_size,
                       wane_lifetime life, void* buffer, size_t capacity, size_t* size);
int wane_bytes_compare_exchange(wane_bytes_map* map, const void* key, size_t key_size, const void* expected,
                                size_t expected_size, const void* desired, size_t desired_size, wane_lifetime life);
int wane_bytes_update(wane_bytes_map* map, const void* key, size_t key_size, wane_bytes_updater f, void* context,
                      wane_lifetime life);
int wane_bytes_upsert(wane_bytes_map* map, const void* key, size_t key_size, const void* initial, size_t initial_size,
                      wane_bytes_updater f, void* context, wane_lifetime life, int* inserted);

int wane_bytes_find(wane_bytes_map* map, const void* key, size_t key_size, void* buffer, size_t capacity, size_t* size);

/* Visits the entry where it is, without a copy. What f returns does not matter. WANE_NO: the key is absent. */
int wane_bytes_visit(wane_bytes_map* map, const void* key, size_t key_size, wane_bytes_visitor f, void* context);

/* Is given what the key number `index` has. Returns: 0 to go on, anything else to stop. */
typedef int (*wane_bytes_hit)(void* context, size_t index, const void* value, size_t value_size);

/* Looks up n keys, overlapping the waits for memory, and calls f(context, i, value, size) for each that is there, in order.
 * hits: how many; may be NULL. WANE_STOPPED: f returned other than 0. */
int wane_bytes_find_many(wane_bytes_map* map, const void* const* keys, const size_t* key_sizes, size_t n, wane_bytes_hit f,
                         void* context, size_t* hits);

int wane_bytes_erase(wane_bytes_map* map, const void* key, size_t key_size);
int wane_bytes_erase_many(wane_bytes_map* map, const void* const* keys, const size_t* key_sizes, size_t n,
                          unsigned char* erased, size_t* removed);
int wane_bytes_erase_if(wane_bytes_map* map, const void* key, size_t key_size, wane_bytes_visitor pred, void* context);
int wane_bytes_erase_all_if(wane_bytes_map* map, wane_bytes_visitor pred, void* context, size_t* removed);
int wane_bytes_take(wane_bytes_map* map, const void* key, size_t key_size, void* buffer, size_t capacity, size_t* size);
int wane_bytes_clear(wane_bytes_map* map);

int wane_bytes_touch(wane_bytes_map* map, const void* key, size_t key_size, int64_t ttl, int when);
int wane_bytes_expire_at(wane_bytes_map* map, const void* key, size_t key_size, int64_t deadline, int when);
int wane_bytes_persist(wane_bytes_map* map, const void* key, size_t key_size, int when);
int wane_bytes_ttl(wane_bytes_map* map, const void* key, size_t key_size, int64_t* ttl);

/* WANE_TOO_SMALL: the deadline has been moved all the same. */
int wane_bytes_find_and_touch(wane_bytes_map* map, const void* key, size_t key_size, int64_t ttl, int when, void* buffer,
                              size_t capacity, size_t* size);

int wane_bytes_for_each(wane_bytes_map* map, wane_bytes_visitor f, void* context);
int wane_bytes_scan(wane_bytes_map* map, wane_cursor* cursor, size_t n, wane_bytes_visitor f, void* context);
int wane_bytes_snapshot(wane_bytes_map* map, unsigned attempts, wane_bytes_visitor f, void* context);

uint64_t wane_bytes_size(const wane_bytes_map* map);
uint64_t wane_bytes_bucket_count(const wane_bytes_map* map);
int64_t wane_bytes_now(const wane_bytes_map* map);
int wane_bytes_reserve(wane_bytes_map* map, size_t entries);
int wane_bytes_shrink_to_fit(wane_bytes_map* map);
int wane_bytes_sweep(wane_bytes_map* map, size_t max_removals, size_t* removed);
int wane_bytes_collect(wane_bytes_map* map, size_t* freed);
int wane_bytes_stats(const wane_bytes_map* map, wane_stats* stats);
int wane_bytes_check(wane_bytes_map* map);
int wane_bytes_dump(wane_bytes_map* map, wane_write write, void* context);

/* ---- The sweeper: a thread that removes what has expired ---------------------------------------------------------- */

typedef struct wane_sweeper wane_sweeper;

/* The members of wane::sweeper_options (sweeper.hpp). To be filled by wane_sweeper_options_default, then changed. */
typedef struct wane_sweeper_options {
  size_t struct_size;
  int64_t lateness;           /* nanoseconds: 99 in 100 entries are to be removed at most this long after their deadlines */
  double cpu_share;           /* of one core, in (0, 1] */
  size_t garbage_bytes;       /* per map: the limit of what is removed and not yet freed */
  int shrink;                 /* 0: leave tables as large as they are */
  int back_ahead;             /* 0: leave it to insertions to touch new memory first */
} wane_sweeper_options;

void wane_sweeper_options_default(wane_sweeper_options* options);

/* What the sweeper has done, and whether it has met its target in the last seconds. The caller sets struct_size. */
typedef struct wane_sweeper_stats {
  size_t struct_size;
  uint64_t passes;
  uint64_t removed;
  uint64_t garbage_limited;
  uint64_t failed;            /* turns that want of memory ended */
  int64_t cpu_time;           /* nanoseconds */
  int64_t target;             /* nanoseconds: `lateness` of its options */
  int64_t missed_by;          /* nanoseconds; 0: met */
  const char* missed_why;     /* "none", "cpu_share", "garbage", "another_sweep", "memory" or "machine" */
} wane_sweeper_stats;

/* Makes a sweeper without maps that is not running. options: NULL for the defaults. */
int wane_sweeper_create(const wane_sweeper_options* options, wane_sweeper** sweeper);

/* Stops, and lets go of its maps. NULL: does nothing. */
void wane_sweeper_destroy(wane_sweeper* sweeper);

/* Adds the map, which leaves by itself when it is destroyed. WANE_IN_USE: the map has a sweeper. */
int wane_sweeper_attach_u64(wane_sweeper* sweeper, wane_u64_map* map);
int wane_sweeper_attach_bytes(wane_sweeper* sweeper, wane_bytes_map* map);

/* Lets go of the map. */
int wane_sweeper_detach_u64(wane_sweeper* sweeper, wane_u64_map* map);
int wane_sweeper_detach_bytes(wane_sweeper* sweeper, wane_bytes_map* map);

/* Starts the thread, if it is not running. WANE_UNAVAILABLE: the system refused it. */
int wane_sweeper_start(wane_sweeper* sweeper);

/* Ends the thread, waiting for the batch in hand. */
int wane_sweeper_stop(wane_sweeper* sweeper);

/* Begins a pass now. */
int wane_sweeper_wake(wane_sweeper* sweeper);

int wane_sweeper_is_running(const wane_sweeper* sweeper);
int wane_sweeper_read_stats(const wane_sweeper* sweeper, wane_sweeper_stats* stats);

#ifdef __cplusplus
}
#endif

#endif
