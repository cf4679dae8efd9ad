// SPDX-License-Identifier: BSL-1.0
// The part of a map that knows keys, deadlines and events: what the operations of map.hpp are made of.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <wane/impl/ahead.hpp>
#include <wane/impl/changing_node.hpp>
#include <wane/impl/deadline.hpp>
#include <wane/impl/probe.hpp>
#include <wane/impl/shrink.hpp>
#include <wane/impl/split_list.hpp>
#include <wane/options.hpp>
#include <wane/policy.hpp>
#include <wane/stats.hpp>
#include <wane/sweeper.hpp>

namespace wane::impl {

struct due_blocks;
struct scanned_block;

template <class Key, class T, class Policy>
class map_core final : public sweep_target {
 public:
  using environment = typename Policy::environment;
  static constexpr bool by_value = Policy::reclaimer::value_only;
  static_assert(!by_value || (std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<T>),
                "wane: this reclaimer hands out copies, so keys and values must be trivially copyable; choose another "
                "reclaimer (wane::epoch, say) for this map");
  static constexpr bool assigns_in_place = impl::assigns_in_place<Key, T>;
  using node = node_of<Key, T, typename Policy::hash, environment, by_value>;
  using list = split_list<node, Policy>;
  using operation = typename list::operation;
  using found = typename list::found;
  using guard = typename list::guard;
  using clock = typename Policy::clock;
  static constexpr bool listens = !std::is_same_v<typename Policy::listener, no_listener>;

  static_assert(reclaimer<typename Policy::reclaimer>);
  static_assert(alignof(node) <= 64, "slots are 64-byte aligned at most");

  map_core(const options& opts, components<Policy>&& parts);
  ~map_core() {
    leave_sweeper();
    if constexpr (listens) tell_what_is_left();
  }

  // ---- Keys ------------------------------------------------------------------------------------------------------

  /// `key` as the hash and the equality take it: as it is when both are transparent, else as a Key.
  template <class K>
  [[nodiscard]] static decltype(auto) lookup(const K& key) {
    if constexpr (std::is_same_v<K, Key> ||
                  (transparent<typename Policy::hash> && transparent<typename Policy::key_equal>))
      return static_cast<const K&>(key);
    else
      return Key(key);
  }
  template <class K>
  [[nodiscard]] std::uint64_t hash_of(const K& key) const {
    return split_order_key(hash_, key);
  }
  /// Where n stands to the key; still() tells whether what was read of n counts. User functions see nothing that does not.
  template <class K, class Still>
  [[nodiscard]] place stands(const node& n, std::uint64_t hash, const K& key, Still&& still) const {
    if constexpr (hash_is_recomputed<typename Policy::hash, Key>) {
      // Most nodes met are the one looked for; comparing integers first saves hashing it.
      if (equal_(n.key(), key)) return place::here;
      return n.hash() > hash ? place::beyond : place::before;
    } else {
      const std::uint64_t h = n.hash();
      if (h != hash) return h > hash ? place::beyond : place::before;
      decltype(auto) found_key = n.key();
      if (!still()) return place::lost;
      return equal_(found_key, key) ? place::here : place::before;
    }
  }

  /// False only if n stands elsewhere, in as few instructions as that takes.
  template <class K>
  [[nodiscard]] bool may_be(const node& n, std::uint64_t hash, const K& key) const {
    if constexpr (hash_is_recomputed<typename Policy::hash, Key>)
      return equal_(n.key(), key);
    else
      return n.hash() == hash;
  }

  // ---- Finding ---------------------------------------------------------------------------------------------------

  /// LP(find): the load of the state that showed LIVE, followed by a clock sample before the deadline.
  template <class K>
  [[nodiscard]] found find(const guard& held, std::uint64_t hash, const K& key) {
    return list_.find(
        held, hash, [&](const node& n, handle, auto&& still) { return stands(n, hash, key, still); }, judge(hash));
  }
  using seen = typename list::seen;
  /// A search's common case, in few instructions; an entry that is there is alive. `bucket`, `bits` and `fetched` as in
  /// split_list::glance. LP as find. Under the caller's guard, which is not passed on: what has its address taken does
  /// not stay in a register.
  template <class K>
  [[nodiscard, gnu::always_inline]] auto glimpse(const typename list::word& bucket, std::uint64_t hash, const K& key,
                                                 unsigned bits, bool fetched = false) const {
    auto met = list_.glance(
        bucket, hash, [&](const node& n) { return stands(n, hash, key, [] { return true; }); },
        [&](const node& n) { return may_be(n, hash, key); }, bits, fetched);
    if (met.what == seen::there && !met.life.is_live_for_ever() && !is_alive(met.life)) met.what = seen::unclear;
    return met;
  }
  /// The same for readers: calls use(const T&) if the entry of the key is there.
  template <class K, class Use>
  [[nodiscard, gnu::always_inline]] seen glance(const typename list::word& bucket, std::uint64_t hash, const K& key,
                                                const Use& use, unsigned bits, bool fetched = false) const {
    const auto met = glimpse(bucket, hash, key, bits, fetched);
    if (met.what != seen::there) return met.what;
    decltype(auto) value = met.node->value();
    if constexpr (assigns_in_place)
      if (met.node->life.read() != met.life) [[unlikely]]
        return seen::unclear;
    use(std::as_const(value));
    return seen::there;
  }
  template <class K>
  [[nodiscard]] found locate(operation& op, std::uint64_t hash, const K& key) {
    return list_.locate(
        op, hash, [&](const node& n, handle, auto&& still) { return stands(n, hash, key, still); }, judge(hash));
  }

  /// Calls f(const Key&, const T&) with the entry that was found, as it was when its state was f.life. False, without a
  /// call: that cannot be told any more; look again.
  template <class F>
  [[nodiscard]] static bool read(const found& there, F&& f) {
    decltype(auto) key = there.node->key();
    decltype(auto) value = there.node->value();
    // The same state, version included, is the same incarnation: key and value were its own.
    if constexpr (by_value || assigns_in_place)
      if (there.node->life.read() != there.life) return false;
    std::invoke(std::forward<F>(f), std::as_const(key), std::as_const(value));
    return true;
  }

  // ---- Deadlines -------------------------------------------------------------------------------------------------

  /// The one predicate, of a clock sampled after the state was loaded.
  [[nodiscard]] static bool is_due(state s, tick_count now) noexcept { return now >= s.deadline(); }
  /// The same, which samples the clock itself, and only for a finite deadline.
  [[nodiscard]] bool is_expired(state s) const noexcept { return s.has_deadline() && is_due(s, time_.now()); }
  [[nodiscard]] const auto& time() const noexcept { return time_; }

  /// Moves the deadline of a live entry. LP(touch): the compare-and-swap of its state. False: the state has changed.
  bool change_deadline(operation& op, std::uint64_t hash, const found& f, tick_count deadline) {
    if constexpr (Policy::reclaimer::kind == protection::version || assigns_in_place)
      if (f.life.is_worn()) [[unlikely]]
        return move_entry(op, hash, f, deadline);
    state s = f.life;
    if (!f.node->life.change(s, s.lives_until(deadline))) return false;
    note_deadline(f.at, f.life, deadline);
    return true;
  }

  // ---- Inserting and replacing -----------------------------------------------------------------------------------

  /// A slot with key and value in it that is not yet visible; goes back to the pool unless it is released.
  class prepared {
   public:
    prepared(map_core& core, operation& op) noexcept : core_(core), op_(op) {}
    ~prepared() { discard(); }
    prepared(const prepared&) = delete;
    prepared& operator=(const prepared&) = delete;

    explicit operator bool() const noexcept { return at_ != null_handle; }
    [[nodiscard]] handle at() const noexcept { return at_; }
    [[nodiscard]] node& operator*() const noexcept { return core_.list_[at_]; }
    [[nodiscard]] node* operator->() const noexcept { return &core_.list_[at_]; }

    template <class K, class... Args>
    void construct(std::uint64_t hash, K&& key, Args&&... args) {
      const handle h = core_.list_.allocate(op_, hash);
      try {
        core_.list_[h].construct(hash, std::forward<K>(key), std::forward<Args>(args)...);
      } catch (...) {
        core_.list_.abandon(op_, h);
        throw;
      }
      at_ = h;
    }
    /// Gives it life until `deadline`, before it is linked.
    void enliven(tick_count deadline) noexcept {
      node& n = **this;
      n.life.prepare(n.life.peek().lives_until(deadline));
      if (deadline != never) core_.list_.slots().lower_earliest(at_ / block_slots, deadline);
    }
    void release() noexcept { at_ = null_handle; }
    void discard() noexcept {
      if (at_ == null_handle) return;
      core_.list_[at_].destroy();
      core_.list_.abandon(op_, std::exchange(at_, null_handle));
    }

   private:
    map_core& core_;
    operation& op_;
    handle at_ = null_handle;
  };

  /// Links `fresh` where locate said. LP(insert). Afterwards the table may grow.
  bool insert(operation& op, const found& at, prepared& fresh) {
    if (!list_.insert(op, at.where, fresh.at())) return false;
    fresh.release();
    op.me().count(&counters<environment>::inserted);
    note_inserted(op);
    return true;
  }

  /// Puts `fresh` in the place of the live entry f. LP(replace): the compare-and-swap of the old entry's state to
  /// FORWARD: one dies and the other appears in the same step. False: the state has changed; `fresh` can be used again.
  bool replace(operation& op, std::uint64_t hash, const found& f, prepared& fresh,
               const assigned_lifetime<clock>& life) {
    const obituary last(op.held(), *f.node);
    if (!supersede(op, hash, f, fresh, life.is_kept() ? f.life.deadline() : time_.deadline_of(life))) return false;
    note_replaced(op, last);
    return true;
  }
  enum class assignment : std::uint8_t { done, refused, changed };
  /// Gives the entry in slot `at`, which was alive in state s, the value next(const T&) -> std::optional<T>; nothing refuses.
  /// LP(assign): the compare-and-swap of state and value. `changed`: the state has changed; look again.
  template <class Next>
  [[gnu::always_inline]] assignment assign(operation& op, std::uint64_t hash, node& n, handle at, state s, Next&& next,
                                        const assigned_lifetime<clock>& life) {
    const T old = n.value();
    if (n.life.read() != s) [[unlikely]]
      return assignment::changed;
    const std::optional<T> value = next(old);
    if (!value) return assignment::refused;
    if (s.is_worn() || !environment::has_double_width_cas()) [[unlikely]]
      return replace_by_node(op, hash, n, at, s, *value, life);
    const obituary last(op.held(), n);
    const tick_count deadline = life.is_kept() ? s.deadline() : time_.deadline_of(life);
    state now = s;
    if (!n.assign(now, s.lives_until(deadline), *value)) return assignment::changed;
    note_deadline(at, s, deadline);
    note_replaced(op, last);
    return assignment::done;
  }

  // ---- Removing --------------------------------------------------------------------------------------------------

  /// What a listener will be told of an entry, taken before the entry is killed; it counts if the kill succeeds.
  class obituary;

  /// LP(erase): the compare-and-swap of the state from LIVE to DEAD. G5: it succeeds once an incarnation. False: the
  /// state has changed. `now` is the clock that it was found expired by, if that is why; for those who trace.
  bool kill(operation& op, std::uint64_t hash, const found& f, cause why, tick_count now = 0) {
    const obituary last(op.held(), *f.node);
    found gone = f;
    if (!f.node->life.change(gone.life, gone.life.killed(why))) return false;
    if (why == cause::expired) probe<environment>::expire(hash, f.life.deadline(), now);
    bury(op, hash, gone, last, why);
    return true;
  }

  // ---- Background work (sweep_target): for threads that work for the map only; takes part in reclamation by itself.

  sweep_result sweep_some(const sweep_budget& budget) override;
  std::size_t collect() override;
  void maintain() override;
  std::size_t prepare() noexcept override;
  [[nodiscard]] std::size_t garbage_bytes() const override { return list_.retired() * sizeof(node); }

  // ---- The same from a caller's thread.

  /// `in_background`: count what a listener throws instead of letting it out.
  sweep_result sweep(const sweep_budget& budget, bool in_background);
  std::size_t collect_here();

  // ---- Size ------------------------------------------------------------------------------------------------------

  [[nodiscard]] std::size_t size() const noexcept;
  void reserve(std::size_t entries);
  void shrink_to_fit();
  [[nodiscard]] wane::stats stats() const;
  [[nodiscard]] list& entries() noexcept { return list_; }
  [[nodiscard]] const list& entries() const noexcept { return list_; }
  [[nodiscard]] bool same_key(const node& a, const node& b) const { return equal_(a.key(), b.key()); }
  /// The keys of one hash that a walk has visited.
  class visited_keys;
  /// What finding does with a live node (see split_list::find): accepts it, or commits its expiry.
  [[nodiscard]] auto judge(std::uint64_t hash) {
    return [this, hash](node& n, handle at, state s) {
      if (!s.has_deadline()) [[likely]]
        return true;
      const tick_count now = time_.now();
      if (!is_due(s, now)) [[likely]]
        return true;
      commit_expiry(hash, n, at, s, now);
      return false;
    };
  }

 private:
  /// What an assignment does where it cannot be done in place.
  [[gnu::noinline]] assignment replace_by_node(operation& op, std::uint64_t hash, node& n, handle at, state s, const T& value,
                                            const assigned_lifetime<clock>& life) {
    const found f{&n, at, s, {}};
    prepared fresh(*this, op);
    return read(f, [&](const Key& key, const T&) { fresh.construct(hash, key, value); }) && replace(op, hash, f, fresh, life)
               ? assignment::done
               : assignment::changed;
  }
  /// A later deadline leaves the block's summary a lower bound, which the next sweep makes exact. I8.
  void note_deadline(handle h, state before, tick_count now) noexcept {
    if (now < before.deadline()) list_.slots().lower_earliest(h / block_slots, now);
  }
  /// Out of line, for the clock is called.
  [[nodiscard, gnu::noinline]] bool is_alive(state s) const noexcept { return s.is_live() && !is_expired(s); }
  /// Throws what a guard throws, for calls that would otherwise have begun by the time that they need one.
  void admit() const { (void)list_.enter(); }
  bool supersede(operation& op, std::uint64_t hash, const found& f, prepared& fresh, tick_count deadline) {
    fresh->next.prepare(fresh->next.peek().recycled());  // unset: the first helper points it (L4)
    fresh.enliven(deadline);
    found gone = f;
    if (!f.node->life.change(gone.life, gone.life.forwarded_to(fresh.at()))) return false;
    fresh.release();
    list_.unlink(op, hash, gone);
    return true;
  }
  /// Moves an entry whose slot is worn to another, with the deadline that it is to have.
  bool move_entry(operation& op, std::uint64_t hash, const found& f, tick_count deadline) {
    prepared fresh(*this, op);
    return read(f, [&](const Key& key, const T& value) { fresh.construct(hash, key, value); }) &&
           supersede(op, hash, f, fresh, deadline);
  }
  /// LP(expiry): the compare-and-swap of the exact expired word to DEAD. It makes absence irrevocable: without it a touch
  /// that sampled its clock before the deadline could land after somebody has been told the entry is gone.
  [[gnu::noinline]] void commit_expiry(std::uint64_t hash, node& n, handle at, state s, tick_count now) {
    operation op(list_);
    op.me().count(&counters<environment>::met_expired);
    kill(op, hash, {&n, at, s, {}}, cause::expired, now);
  }
  void note_replaced(operation& op, const obituary& last) {
    op.me().count(&counters<environment>::replaced);
    tell(last, cause::replaced);
  }
  /// What follows a kill: counting, unlinking, and telling the listener.
  void bury(operation& op, std::uint64_t hash, const found& gone, const obituary& last, cause why);
  void tell(const obituary& last, cause why) {
    if constexpr (listens) last.read([&](const Key& key, const T& value) { listener_(key, value, why); });
  }
  /// Alone, so without guards; nothing is allocated, so everybody is told.
  void tell_what_is_left() noexcept {
    list_.for_each_node([this](const node& n) {
      if (!n.life.read().is_live()) return;
      try {
        listener_(n.key(), n.value(), cause::destroyed);
      } catch (...) {  // a destructor's caller could not be told
      }
    });
  }
  /// Until result.removed is `most`.
  void sweep_batch(const due_blocks& due, tick_count now, std::size_t most, bool in_background, sweep_result& result);
  [[nodiscard]] scanned_block scan_block(std::uint32_t block, tick_count now) const noexcept;
  bool sweep_slot(operation& op, handle h, tick_count now, bool in_background, sweep_result& result);

  void shrink_if_sparse();
  void note_inserted(operation& op) noexcept;
  /// Adds what the thread has not yet reported to the population estimate; returns that.
  std::int64_t fold(operation& op) noexcept;
  /// Entries beyond which a table of 2^bits buckets doubles. In the caches a search takes longest over its wrong guesses, of which
  /// fewer entries a bucket leave fewer; beyond them, over what it has to fetch, and more buckets are more of that.
  [[nodiscard]] double room(unsigned bits) const noexcept {
    const double load = table::is_cached(bits) ? max_load_ / 2 : max_load_;
    return load * static_cast<double>(std::uint64_t{1} << bits);
  }
  [[nodiscard]] bool is_too_small(std::uint64_t entries, unsigned bits) const noexcept {
    return static_cast<double>(entries) > room(bits);
  }
  [[nodiscard]] unsigned bits_for(std::uint64_t entries) const;
  [[nodiscard]] static unsigned bits_for_buckets(std::uint64_t buckets);

  /// How far a thread's count may be ahead of the estimate: one part in 64 of the table, so that small ones grow on time.
  static constexpr std::int32_t fold_limit(unsigned bits) noexcept {
    return bits >= 12 ? 64 : std::int32_t{1} << (bits <= 6 ? 0 : bits - 6);
  }
  using table = buckets<environment, typename Policy::pages>;

  [[no_unique_address]] typename Policy::hash hash_;
  [[no_unique_address]] typename Policy::key_equal equal_;
  [[no_unique_address]] typename Policy::listener listener_;
  [[no_unique_address]] typename Policy::pages pages_;
  tick_clock<clock, typename Policy::tick> time_;
  double max_load_;
  bool grows_;
  bool huge_pages_;
  unsigned fewest_bits_;                                        // from minimum_buckets
  typename environment::template atomic<unsigned> least_bits_;  // also from expected_entries and reserve
  list list_;

  /// Entries, but for what threads have not folded in yet; decides growth.
  alignas(64) typename environment::template atomic<std::int64_t> population_{0};
  typename environment::template atomic<std::uint64_t> growths_{0};
  shrinker<list> shrinker_;
  ahead<list> ahead_;  // the sweeper's

  // The sweep's place in the pool and what it has done; owned by whoever holds sweeping_.
  typename environment::template atomic<bool> sweeping_{false};
  std::uint32_t sweep_next_ = 0;
  tick_count sweep_earliest_ = never;
  typename environment::template atomic<std::uint64_t> swept_{0};
  typename environment::template atomic<std::uint64_t> blocks_scanned_{0};
  typename environment::template atomic<std::uint64_t> blocks_skipped_{0};
};

}  // namespace wane::impl

#include <wane/impl/map_size.hpp>
#include <wane/impl/obituary.hpp>
#include <wane/impl/sweep.hpp>
#include <wane/impl/visited_keys.hpp>
