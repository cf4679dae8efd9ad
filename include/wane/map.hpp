// SPDX-License-Identifier: BSL-1.0
// wane::map: a lock-free, resizable hash map whose entries expire. This file is the contract; the bodies are in
// impl/map_operations.hpp, the algorithm in impl/split_list.hpp.
//
// Sources: O. Shalev, N. Shavit, "Split-ordered lists: lock-free extensible hash tables", JACM 53(3), 2006;
// M. M. Michael, "High performance dynamic lock-free hash tables and list-based sets", SPAA 2002;
// T. L. Harris, "A pragmatic implementation of non-blocking linked-lists", DISC 2001.
//
// Guarantees, cited by tests and comments:
//   G1  Each key's history is linearizable; expiry is an internal event that happens only once the clock has reached
//       the deadline.
//   G2  A hit has clock < deadline at its linearization point.
//   G3  An operation invoked after the deadline sees the key absent.
//   G4  A touch invoked after the deadline fails: nothing resurrects an entry.
//   G5  Each incarnation (the life of a key from insertion or replacement on) dies exactly once, of one cause.
//   G6  Reads of live entries write nothing to shared memory.
// No compare-and-swap can be conditional on a clock, so an operation that overlaps a deadline may go either way; all
// threads agree which.
//
// Said once, for every operation below:
//   Expiry        an entry whose deadline has passed is absent to every operation. Whoever meets it first commits that
//                 (kills it, cause `expired`), unlinks it and tells the listener, and only then reports absence.
//   Reclamation   references handed to callables are valid during the call only; a guard holds them. Removed entries
//                 are destroyed after a grace period of the policy's reclaimer.
//   Values        are immutable once they are visible: an assignment links a new entry in place of the old one. Those of eight
//                 bytes or less that are trivially copyable (is_assigned_in_place) are assigned where they lie, if keys can be
//                 copied: callables are handed copies of them, and the key stays the object that was inserted. The guarantees
//                 are the same.
//   Exceptions    what the hash, the equality, a constructor, a callable or the listener throws passes through. Unless
//                 it came from the listener the map is as if the call had not been made.
//   Memory        A thread's first call that finds something to change in a map (an expiry to commit included) may allocate
//                 the thread's share of the map's state (std::bad_alloc, nothing changed). After that only calls that insert,
//                 assign, reserve or take a snapshot fail for want of memory, scans in runs of equal hashes, and calls
//                 inside another guard: of `hazard`, which may need more hazards, and of `versioned`, which may have to
//                 wait for that guard. Under `versioned`, and where values are assigned in place, a call that moves a
//                 deadline has to move the entry, key and all, when its slot has seen four million changes, and so may fail, too,
//                 until that succeeds.
//   Complexity    expected O(1) at load factor <= 1; a run of equal hashes is searched linearly.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>

#include <wane/impl/map_core.hpp>
#include <wane/lifetime.hpp>
#include <wane/options.hpp>
#include <wane/policy.hpp>
#include <wane/stats.hpp>
#include <wane/sweeper.hpp>

namespace wane {

/// A position of map::scan: opaque, copyable, valid as long as the map, and not disturbed by growth or shrinking.
class cursor {
 public:
  cursor() = default;
  /// True once a scan has visited everything; a scan from here starts over.
  [[nodiscard]] bool at_end() const noexcept { return at_end_; }

 private:
  template <class, class, class>
  friend class map;
  std::uint64_t next_ = 0;
  bool at_end_ = false;
};

template <class Key, class T, class Policy = policy<Key>>
class map {
 public:
  using key_type = Key;
  using mapped_type = T;
  using policy_type = Policy;
  using clock = typename Policy::clock;
  using time_point = typename clock::time_point;
  using reclaimer = typename Policy::reclaimer;
  using lifetime = wane::lifetime<clock>;
  using assigned_lifetime = wane::assigned_lifetime<clock>;

  /// Effects: an empty map; with `expected_entries` its buckets are laid out at once, in order, and slots will be handed out
  /// near the hashes of their entries if those are many.
  /// Throws: std::bad_alloc; std::invalid_argument on an impossible option.
  explicit map(const options& opts = {}, components<Policy> parts = {});

  /// Effects: leaves its sweeper, if it has one (waiting for the batch in hand), tells the listener of every entry that
  /// is left (cause `destroyed`, whether or not its deadline has passed; what it throws is dropped), and destroys every
  /// entry and all garbage at once. Precondition: no operation on the map is under way, and the listener begins none.
  /// Complexity: O(1) without a listener where keys and values are trivially destructible, else O(size + buckets).
  ~map();

  map(const map&) = delete;
  map& operator=(const map&) = delete;

  // ---- Inserting -------------------------------------------------------------------------------------------------
  // A lifetime is `forever` (default), a duration (TTL) or a time_point of the map's clock (deadline).
  // An argument passed as an rvalue may have been moved from although the call returns false, when another thread
  // inserted the key meanwhile.

  /// Effects: inserts (key, value) if the key is absent.
  /// Returns: whether it did. Progress: lock-free. Linearizes at: the compare-and-swap that links the entry; when it
  /// returns false, the load of the state that showed the key alive.
  /// Throws: std::bad_alloc; std::invalid_argument on a TTL <= 0.
  template <class K, class V>
  bool insert(K&& key, V&& value, lifetime life = forever);

  /// As insert, with the value constructed in place from `args`; nothing is constructed when the key is there.
  template <class K, class... Args>
  bool try_emplace(K&& key, Args&&... args);

  /// try_emplace with a lifetime.
  template <class K, class... Args>
  bool try_emplace_for(lifetime life, K&& key, Args&&... args);

  /// Effects: inserts, or replaces the value that is there.
  /// Returns: true when it inserted. Progress: lock-free. Linearizes at: the link (insertion), or the compare-and-swap
  /// of the old entry's state to FORWARD, or of state and value, in place (replacement). Expiry: `keep_ttl` keeps the deadline of a replaced entry and
  /// means `forever` on insertion. Throws: as insert.
  template <class K, class V>
  bool insert_or_assign(K&& key, V&& value, assigned_lifetime life = forever);

  /// Effects: finds the entry, or inserts one with the value constructed from `args`.
  /// Returns: a copy of the value that is there afterwards, and whether this call inserted it.
  /// Progress, Linearizes at: as find and as insert. Throws: as they do; and what moving T throws, which happens when the
  /// entry is there already and stays.
  template <class K, class... Args>
  std::pair<T, bool> get_or_emplace(K&& key, Args&&... args)
    requires std::copy_constructible<T>;

  /// get_or_emplace with a lifetime.
  template <class K, class... Args>
  std::pair<T, bool> get_or_emplace_for(lifetime life, K&& key, Args&&... args)
    requires std::copy_constructible<T>;

  // ---- Reading ---------------------------------------------------------------------------------------------------

  /// Returns: a copy of the value, or nothing. Progress: lock-free; writes nothing unless it meets an expired entry
  /// (G6). Linearizes at: the load of the state that showed it alive, or the point where the key was absent.
  /// Throws: what copying T throws.
  template <class K>
  [[nodiscard]] std::optional<T> find(const K& key)
    requires std::copy_constructible<T>;

  /// Effects: calls f(const Key&, const T&) on the entry if there is one. f may call back into the map.
  /// Returns: whether it called f. Otherwise as find.
  template <class K, class F>
  bool visit(const K& key, F&& f);

  /// Returns: whether the key is present. Otherwise as find.
  template <class K>
  [[nodiscard]] bool contains(const K& key);

  // ---- Many at once ----------------------------------------------------------------------------------------------
  // Keys are taken in groups: what the next ones will need is fetched while the first are worked on, so that on large maps
  // several waits for memory overlap. Each key is a call of its own, in order. What comes before one that throws has happened;
  // but hashes (and keys, where another type is converted) are made for 32 at once, and if that throws these 32 have not.

  /// Effects: values[i] = find(keys[i]), for each i. Keys: a random access range; Values: one of std::optional<T>, as long.
  /// Returns: how many were found. Otherwise as find.
  /// Reclamation: under `epoch`, `rcu` and `leak` one guard for each 32.
  /// Throws: std::invalid_argument, having done nothing, if the ranges differ in length; what find throws.
  template <std::ranges::random_access_range Keys, std::ranges::random_access_range Values>
  std::size_t find_many(const Keys& keys, Values&& values)
    requires std::copy_constructible<T>;

  /// Effects: erased[i] = erase(keys[i]), for each i. Erased: a random access range of bool, as long as keys.
  /// Returns: how many were removed. Otherwise as find_many and erase.
  template <std::ranges::random_access_range Keys, std::ranges::random_access_range Erased>
  std::size_t erase_many(const Keys& keys, Erased&& erased);

  // ---- Assigning to an entry that is there -----------------------------------------------------------------------
  // By default these calls keep the deadline that is there.

  /// Effects: replaces the value if the key is present. Returns: a copy of the value it replaced, or nothing.
  /// Progress: lock-free. Linearizes at: the compare-and-swap of the state from LIVE to FORWARD, or of state and value, in
  /// place. Throws: as insert.
  template <class K, class V>
  std::optional<T> replace(K&& key, V&& value, assigned_lifetime life = keep_ttl)
    requires std::copy_constructible<T>;

  /// Effects: replaces the value if it equals `expected`. Returns: whether it did. Otherwise as replace.
  template <class K, class U, class V>
  bool compare_exchange(K&& key, const U& expected, V&& desired, assigned_lifetime life = keep_ttl);

  /// Effects: replaces the value v by f(v). f is called once for each attempt, so it should have no side effects.
  /// Returns: whether the key was present. Otherwise as replace.
  template <class K, class F>
  bool update(K&& key, F&& f, assigned_lifetime life = keep_ttl);

  /// Effects: replaces the value v by f(v), or inserts `initial` if the key is absent. `keep_ttl` means `forever` on
  /// insertion. Returns: true when it inserted. Otherwise as update and insert.
  template <class K, class V, class F>
  bool upsert(K&& key, V&& initial, F&& f, assigned_lifetime life = keep_ttl);

  // ---- Removing --------------------------------------------------------------------------------------------------

  /// Effects: removes the entry. Returns: whether there was one. Progress: lock-free; it succeeds when memory is exhausted
  /// (but see Memory above for a thread's first change). Linearizes at: the compare-and-swap of the state from LIVE to
  /// DEAD(erased).
  template <class K>
  bool erase(const K& key);

  /// Effects: removes the entry if pred(const Key&, const T&) holds for the value removed. Returns: whether it did. Throws: what
  /// pred throws, before anything is removed. Otherwise as erase.
  template <class K, class Pred>
  bool erase_if(const K& key, Pred&& pred);

  /// Effects: scans the map and removes every entry for which pred(const Key&, const T&) holds, one by one.
  /// Returns: how many. Progress: lock-free. Linearizes at: each removal as erase; the call as a whole nowhere.
  /// Throws: what pred throws; what was removed before stays removed. Complexity: O(size + buckets).
  template <class Pred>
    requires std::predicate<Pred&, const Key&, const T&>
  std::size_t erase_if(Pred&& pred);

  /// Effects: removes the entry. Returns: a copy of its value (readers may still hold the value itself), or nothing.
  /// Throws: what copying T throws, before anything is removed.
  template <class K>
  std::optional<T> take(const K& key)
    requires std::copy_constructible<T>;

  /// Effects: removes, one by one, every entry that is there when the scan comes by (cause `cleared`). Not atomic.
  /// Progress, linearization and complexity: as erase_if of all entries.
  void clear();

  // ---- Deadlines -------------------------------------------------------------------------------------------------
  // Linearizes at: the compare-and-swap of the state from LIVE(d) to LIVE(d'), after a clock sample < d (G4); when it
  // returns false, the load of the state that failed the condition, or as find. Progress: lock-free.

  /// Effects: the entry expires `ttl` from now. Returns: whether the entry was present and the condition held.
  /// Throws: std::invalid_argument on a TTL <= 0.
  template <class K, class Rep, class Period>
  bool touch(const K& key, std::chrono::duration<Rep, Period> ttl, when condition = when::always);

  /// Effects: the entry expires at `deadline`; at once if that is past. Returns: as touch.
  template <class K>
  bool expire_at(const K& key, time_point deadline, when condition = when::always);

  /// Effects: the entry never expires. Returns: whether the entry was present and the condition held (`if_some`: it had
  /// a deadline to lose).
  template <class K>
  bool persist(const K& key, when condition = when::always);

  /// Returns: the time the entry has left, by the clock, at least 1 ns; `no_deadline` if it never expires;
  /// nothing if the key is absent. Linearizes at: as find.
  template <class K>
  [[nodiscard]] std::optional<std::chrono::nanoseconds> ttl(const K& key);

  /// Effects: reads the value and moves its deadline in one step. Where the condition fails the entry is only read.
  /// Returns: a copy of the value, or nothing if the key is absent.
  template <class K, class Rep, class Period>
  std::optional<T> find_and_touch(const K& key, std::chrono::duration<Rep, Period> ttl, when condition = when::always)
    requires std::copy_constructible<T>;

  // ---- Iterating -------------------------------------------------------------------------------------------------
  // In split order, which growth and shrinking never change. An entry present throughout is visited exactly once (the
  // value is one that it had); a key that comes or goes meanwhile is visited at most once.

  /// Progress: lock-free. Linearizes at: nothing as a whole; each visit as a find. Complexity: O(size + buckets).

  /// Effects: calls f(const Key&, const T&) for every entry, in batches, with no guard held between batches.
  /// Throws: what f throws; std::bad_alloc in a run of equal hashes.
  template <class F>
  void for_each(F&& f);

  /// Effects: visits about `n` entries from `from` on (more when a run of equal hashes goes on), calling
  /// f(const Key&, const T&), and holds nothing afterwards. n of 0 is taken as 1.
  /// Returns: where to go on. Scanning from a cursor that is at_end() starts over. Throws: as for_each.
  template <class F>
  [[nodiscard]] cursor scan(cursor from, std::size_t n, F&& f);

  /// Returns: copies of all entries that were in the map at one moment of the call, in split order; nothing if other threads
  /// changed something, or an entry expired, during each of `attempts` attempts.
  /// Linearizes at: a sample of the clock, between two looks at everything that saw the same. Costs what two for_each cost,
  /// and memory for a word or two an entry; writers pay nothing for it. So it is for maps that are small or quiet for as
  /// long as that takes: a change a millisecond lets no map of 100,000 entries through. Holds a guard all the while.
  /// Progress: obstruction-free. Throws: std::bad_alloc, and what copying throws; a listener sees expiries met on the way.
  /// Not there under reclaimers whose guards do not cover all that can be reached: epoch, rcu and leak have it.
  [[nodiscard]] std::optional<std::vector<std::pair<Key, T>>> snapshot(unsigned attempts = 8)
    requires(blanket_reclaimer<typename Policy::reclaimer> && std::copy_constructible<Key> &&
             std::copy_constructible<T>);

  // ---- Size and shape --------------------------------------------------------------------------------------------

  /// Returns: the number of entries, expired ones that nobody has met included. Exact when the map is quiet.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t bucket_count() const noexcept;
  [[nodiscard]] double load_factor() const noexcept;

  /// Effects: makes room for `entries`, so that filling up to this number does not grow the table.
  /// Throws: std::bad_alloc; std::invalid_argument on 2^32 or more. Progress: lock-free (each doubling is one compare-and-swap).
  void reserve(std::size_t entries);

  /// Effects: halves the table while it is more than twice as large as its entries need, and gives bucket memory back.
  /// Waits for grace periods: do not call from a callable of this map or inside any guard of its domain (asserted).
  /// Not there under a reclaimer without grace periods.
  void shrink_to_fit()
    requires reclaimer_with_grace_periods<typename Policy::reclaimer>;

  // ---- Sweeping and reclamation ----------------------------------------------------------------------------------

  /// Effects: removes expired entries, going on where the last call (of any thread) stopped; see impl/sweep.hpp. One
  /// sweep runs at a time; a second concurrent call returns at once, having done nothing.
  /// Progress: lock-free, but one that has been stopped in the middle keeps other sweeps out. Linearizes at: each removal as
  /// the expiry that it is (impl/sweep.hpp). Throws: what the listener throws; what the budget had left is due at once then.
  sweep_result sweep_some(const sweep_budget& budget = {});

  /// Effects: pushes the reclaimer and frees what has outlived its grace period, other threads' garbage included.
  /// Returns: slots freed. Progress: lock-free. To have everything freed that has been removed by now, other threads being between
  /// two operations: collect(), which stamps it; domain().barrier(), outside of every guard; collect(). Reclaimers without
  /// grace periods have no barrier and need none: the first call frees what nobody holds.
  std::size_t collect();

  /// The domain that the map's guards belong to.
  [[nodiscard]] typename reclaimer::domain& domain() const noexcept;

  // ---- Looking inside --------------------------------------------------------------------------------------------

  [[nodiscard]] wane::stats stats() const;

  /// Effects: walks list, buckets, pool and garbage and verifies every structural invariant.
  /// Precondition: no operation on the map is under way.
  [[nodiscard]] check_report check();

  /// Effects: writes the list in split order, one line a sentinel or entry, keys and values when they can be streamed.
  /// Precondition: no operation on the map is under way.
  void dump(std::ostream& out);

  /// Effects: the same as a graph, in the language of Graphviz (`dot -Tsvg`). Precondition: as dump.
  void dump_graph(std::ostream& out);

 private:
  friend class sweeper;
  using core = impl::map_core<Key, T, Policy>;
  using operation = typename core::operation;
  using found = typename core::found;
  using prepared = typename core::prepared;
  using assignment = typename core::assignment;

  /// The loop of every inserting call. For an entry that is there: present(op, hash, found, fresh, make) -> whether that
  /// settles it, where make() constructs `fresh` from key and args unless that has been done. Before linking:
  /// about_to_link(const T&). Returns whether it inserted.
  template <class Present, class AboutToLink, class K, class... Args>
  bool insert_or(Present&& present, AboutToLink&& about_to_link, const lifetime& life, K&& key, Args&&... args);
  /// The same; `wanted` is the key as it is looked up.
  template <class W, class Present, class AboutToLink, class K, class... Args>
  bool insert_hashed(operation& op, std::uint64_t hash, const W& wanted, Present&& present, AboutToLink&& about_to_link,
                     const lifetime& life, K&& key, Args&&... args);

  /// The loop of replace and compare_exchange: accept(const T&) -> whether to replace that value.
  template <class Accept, class K, class V>
  bool assign_if(Accept&& accept, const assigned_lifetime& life, K&& key, V&& value);

  /// The loop of all assignments in place: next(const T&) -> std::optional<T> is the value to assign; nothing refuses.
  /// Returns whether the entry was there and got it.
  template <class Next, class K>
  bool assign_in_place(Next&& next, const assigned_lifetime& life, std::uint64_t hash, const K& wanted);
  /// The first attempt, as a reader finds the entry; `refused`: or it is absent, `changed`: look for it in full.
  template <class Next, class K>
  assignment assign_at_a_glance(operation& op, Next&& next, const assigned_lifetime& life, std::uint64_t hash, const K& wanted);
  template <class Next, class K>
  bool assign_in_full(operation& op, Next&& next, const assigned_lifetime& life, std::uint64_t hash, const K& wanted);

  /// The loop of erase, erase_if and take: accept(const Key&, const T&) -> whether to remove that entry.
  template <class Accept, class K>
  bool remove_if(Accept&& accept, const K& key);
  template <class Accept, class K>
  bool remove_hashed(Accept&& accept, std::uint64_t hash, const K& wanted);

  template <class F, class K>
  bool visit_hashed(F&& f, std::uint64_t hash, const K& wanted);
  /// The common case of a reader, for its caller's own code: calls use(value) if the entry of the key is there.
  template <class K, class Use>
  auto glance(std::uint64_t hash, const K& wanted, const Use& use);
  /// For what that leaves unclear.
  template <class Use, class K>
  bool visit_in_full(const Use& use, std::uint64_t hash, const K& wanted);
  template <class K>
  std::optional<T> find_in_full(std::uint64_t hash, const K& wanted);

  /// What the calls for many do at a time: enough that all waits for memory overlap.
  static constexpr std::ptrdiff_t group = 32;
  /// Where searches begin: the words of their buckets.
  using beginnings = std::array<const typename core::list::word*, group>;

  /// The loop of the calls for many: f(hashes, keys, results) -> hits, for each group. Returns the hits.
  template <class Keys, class Results, class F>
  std::size_t for_each_group(const Keys& keys, Results& results, F&& f);
  /// Has what searches for these hashes will come to fetched, all at once. Under a guard, for as long as `from` is used.
  /// `from`: where they begin in a table of 2^bits buckets.
  void fetch(std::span<const std::uint64_t> hashes, unsigned bits, beginnings& from) const;
  /// The same under a guard of its own, for operations that enter theirs each.
  void fetch_ahead(std::span<const std::uint64_t> hashes) const;

  enum class moved : std::uint8_t { absent, refused, yes };
  /// The loop of the calls that move a deadline: meet(const Key&, const T&), then to `life` if `condition` allows.
  template <class Meet, class K>
  moved move_deadline(Meet&& meet, const K& key, const lifetime& life, when condition);

  /// Visits entries from `from` on under one guard: visit(op, hash, found) -> false: the entry has changed, look again.
  template <class Visit>
  cursor scan_batch(cursor from, std::size_t n, Visit&& visit);
  template <class Visit>
  void scan_all(Visit&& visit);
  template <class Pred>
  std::size_t remove_all_if(Pred&& pred, cause why);

  core core_;
};

}  // namespace wane

#include <wane/impl/map_operations.hpp>
