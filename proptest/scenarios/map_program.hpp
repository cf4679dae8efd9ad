// SPDX-License-Identifier: BSL-1.0
// A program on a map of one kind: the class behind map_scenario.hpp, for the few files that instantiate it.
#pragma once

#include <wane/map.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "explorer/environment.hpp"
#include "explorer/oracle.hpp"
#include "explorer/word_rules.hpp"
#include "linearizability/calling.hpp"
#include "linearizability/minimise.hpp"
#include "linearizability/small_history.hpp"
#include "linearizability/timeline.hpp"
#include "scenarios/pool_scenario.hpp"
#include "scenarios/program.hpp"

namespace proptest {

/// Puts a key where its number says (see program.hpp), as an integer in the node ...
struct ladder {
  using is_avalanching = void;
  std::uint64_t operator()(std::uint64_t key) const noexcept {
    return key < keys ? (key & 15) << 60 : wane::impl::mix(key) | 1;
  }
};
/// ... or as any other object.
struct object_ladder : ladder {};

/// An integer that stays where it is: to assign another makes a new entry.
struct settled {
  std::uint64_t value = 0;
  settled(std::uint64_t v) noexcept : value(v) {}  // NOLINT(google-explicit-constructor): stands for it
  operator std::uint64_t() const noexcept { return value; }  // NOLINT(google-explicit-constructor)
};

}  // namespace proptest

template <>
inline constexpr bool wane::hash_is_recomputed<proptest::ladder, std::uint64_t> = true;
template <>
inline constexpr bool wane::is_assigned_in_place<proptest::settled> = false;

namespace proptest {

using explorer::engine;
using fault = explorer::verdict;

/// A value that is counted, and knows whether it is alive.
class tracked {
 public:
  static inline std::size_t* alive = nullptr;  // the scenario's

  tracked(std::uint64_t value) noexcept : value_(value) { ++*alive; }  // NOLINT(google-explicit-constructor)
  tracked(const tracked& other) noexcept : tracked(static_cast<std::uint64_t>(other)) {}
  tracked& operator=(const tracked& other) noexcept {
    value_ = other;
    return *this;
  }
  ~tracked() {
    check();
    // volatile: to the compiler a store to an object at its end is dead.
    *const_cast<volatile std::uint64_t*>(&canary_) = 0;
    --*alive;
  }
  operator std::uint64_t() const noexcept {  // NOLINT(google-explicit-constructor): stands for it
    check();
    return value_;
  }
  friend bool operator==(const tracked& a, const tracked& b) noexcept { return std::uint64_t{a} == std::uint64_t{b}; }

 private:
  static constexpr std::uint64_t sings = 0x1111'2222'3333'4444;
  void check() const noexcept {
    if (canary_ != sings) engine::current().fail(fault::slot_misused, "a value is used that does not exist");
  }
  std::uint64_t canary_ = sings;
  std::uint64_t value_;
};
using time_point = explorer::clock::time_point;
using std::chrono::nanoseconds;

/// Hands removal events on.
struct recorder {
  void* to;
  void (*died)(void* to, std::uint64_t key, std::uint64_t value, wane::cause why);
  void operator()(std::uint64_t key, std::uint64_t value, wane::cause why) const { died(to, key, value, why); }
};

/// One unit of the clock, or ten.
using coarse_tick = std::chrono::duration<std::int64_t, std::ratio<1, 100'000'000>>;

template <class Reclaimer, class Hash, class Tick>
struct explored_policy : wane::policy<std::uint64_t> {
  using hash = Hash;
  using reclaimer = Reclaimer;
  using clock = explorer::clock;
  using tick = Tick;
  using listener = recorder;
  using pages = explorer::pages;
  using environment = explorer::environment;
};

template <class Reclaimer, class Hash, class Value, class Tick = nanoseconds>
class map_scenario final : public explorer::scenario {
  using policy = explored_policy<Reclaimer, Hash, Tick>;
  static constexpr bool counts_values = std::is_same_v<Value, tracked>;
  using value = Value;
  using map = wane::map<std::uint64_t, value, policy>;

 public:
  map_scenario(const program& p, bool relaxed)
      : program_(p),
        relaxed_(relaxed),
        map_(std::in_place,
             wane::options{.expected_entries = p.at_home ? 8u : 0,
                           .max_load_factor = p.load,
                           .growth = p.growth,
                           .minimum_buckets = p.buckets},
             wane::components<policy>{
                 .clock = clock_, .listener = {this, &map_scenario::died}, .pages = {&pieces_}, .domain = &domain_}) {
    tracked::alive = &alive_;
    history_.record_deaths();
    use_keys(p.before);
    for (const auto& steps : p.threads) use_keys(steps);
    use_keys(p.after);
    if (!p.cold) warm_up();
    is_recording_ = true;
    for (const step& s : p.before) {
      const engine::as_thread part(engine::current(), s.what.thread);
      perform(s);
    }
    for (const call& c : history_.calls())
      if (c.ok) first_value_[c.key] = c.argument;
  }

  [[nodiscard]] unsigned threads() const override { return static_cast<unsigned>(program_.threads.size()); }

  void run(unsigned thread) override {
    for (const step& s : program_.threads[thread]) perform(s);
  }

  /// By the sizes of the pieces that a map asks for: its first segments of buckets, slots, homes and summaries.
  [[nodiscard]] std::string name_of(const explorer::cell& c) const override {
    using node = typename wane::impl::map_core<std::uint64_t, value, policy>::node;
    using wane::impl::block_slots;
    // Where values are assigned in place, state and value come first.
    constexpr std::size_t state = wane::is_assigned_in_place<value> ? 0 : 1;
    constexpr std::size_t next = wane::is_assigned_in_place<value> ? 2 : 0;
    const auto has_nodes = [](std::size_t bytes) { return bytes > 0 && bytes % (block_slots * sizeof(node)) == 0; };
    std::size_t nodes = 0;  // of the pieces before
    for (std::size_t i = 0; i < pieces_.count; ++i) {
      const std::byte* const begin = pieces_.all[i].begin;
      const std::size_t bytes = pieces_.all[i].bytes;
      const auto at = static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&c) - begin);
      if (at >= bytes) {
        if (has_nodes(bytes)) nodes += bytes / sizeof(node);
        continue;
      }
      const std::string number = std::to_string(at / sizeof(explorer::cell));
      if (has_nodes(bytes)) {
        const auto part = at % sizeof(node) / sizeof(explorer::cell);
        return (part == next    ? "next of node "
                : part == state ? "state of node "
                                : "contents of node ") +
               std::to_string(nodes + at / sizeof(node));
      }
      if (bytes == 64 * sizeof(explorer::cell)) return "bucket " + number;
      if (bytes == 16 * sizeof(explorer::cell)) return "taken slots of block " + number;
      if (bytes == 8 * sizeof(explorer::cell)) return "summary of block " + number;
    }
    return {};
  }

  void finish() override {
    all_ended_ = true;
    judge_structure();
    for (const step& s : program_.after) perform(s);
    for (std::uint64_t k = 0; k < keys; ++k)
      if ((used_ >> k & 1) != 0) perform(steps::find(k));
    if (relaxed_)
      history_.order_by_predecessors();
    else
      history_.order_by_stamps();
    judge_history();
    is_recording_ = false;
    map_->collect();
    judge_structure();
    judge_leftovers();
    judge_destruction();
  }

 private:
  struct running {
    std::size_t first = 0;  // its calls
    std::size_t count = 0;
    std::size_t told = 0;  // the listener, by all calls of the thread
  };
  /// Of a thread's reading calls: that they have changed no link and no state, unless they met an expired entry (G6).
  class reading {
   public:
    explicit reading(const running& now) noexcept : now_(now) {}
    void end() const {
      if (now_.told == told_ && changes() != changes_)
        engine::current().fail(fault::wrong_result, "G6: a read that meets nothing expired changes a link or a state");
    }

   private:
    static std::uint64_t changes() noexcept { return explorer::changes_by[engine::current().thread()]; }
    const running& now_;
    std::size_t told_ = now_.told;
    std::uint64_t changes_ = changes();
  };

  void use_keys(const std::vector<step>& steps) {
    for (const step& s : steps) {
      if (s.chore == chore::none || s.chore == chore::visit_within) used_ |= std::uint64_t{1} << s.what.key;
      if (s.chore == chore::find_many) used_ |= std::uint64_t{3} << s.what.key;
    }
  }

  /// Every thread has used the map before, has a free slot or two, and owes nothing.
  void warm_up() {
    for (unsigned t = 0; t < threads(); ++t) {
      const engine::as_thread part(engine::current(), t);
      churn(2);
      map_->collect();
    }
  }

  template <class Text>
  static void note(Text&& text) {
    if (engine& e = engine::current(); e.is_tracing() && e.is_concurrent()) e.note(text);
  }

  // ---- Writing down ------------------------------------------------------------------------------------------------

  std::size_t invoke(call c) {
    engine& e = engine::current();
    c.thread = static_cast<std::uint8_t>(e.thread());
    const std::size_t i = history_.invoke(c);
    small_history::set before = 0;
    for (std::size_t j = 0; j < i; ++j)
      if (all_ended_ || responded_at_[j] == in_set_up ||
          (responded_at_[j] != 0 && e.memory().view_of(e.thread()).clock[history_[j].thread] >= responded_at_[j]))
        before |= small_history::set{1} << j;
    history_.precede(i, before);
    return i;
  }
  void respond(std::size_t i) {
    engine& e = engine::current();
    history_.respond(i);
    responded_at_[i] = e.is_concurrent() ? e.memory().tick(e.thread()) : in_set_up;
    note(history_[i].ok ? "returns yes" : "returns no");
  }

  static void died(void* to, std::uint64_t key, std::uint64_t value, wane::cause why) {
    auto& me = *static_cast<map_scenario*>(to);
    if (key >= keys) return;
    if (why == wane::cause::destroyed) return me.told_at_the_end(key, value);
    if (!me.is_recording_) return;
    running& now = me.running_[engine::current().thread()];
    ++now.told;
    if (now.count == 0) engine::current().fail(fault::wrong_events, "a removal is told outside every call");
    std::size_t i = now.first;
    for (std::size_t j = now.first; j < now.first + now.count; ++j)
      if (me.history_[j].key == key) i = j;
    me.history_.died({key, value, why, i});
    if (me.program_.curious_listener) me.look_for_the_dead(key, value);
  }
  /// What a listener is told of is gone already. Looking may meet another that has expired, whose removal is told in turn.
  void look_for_the_dead(std::uint64_t key, std::uint64_t value) {
    bool& looks = looks_[engine::current().thread()];
    if (looks) return;
    looks = true;
    map_->visit(key, [&](std::uint64_t, std::uint64_t found) {
      if (found == value) engine::current().fail(fault::wrong_events, "a removal is told while the entry is there");
    });
    looks = false;
  }

  void told_at_the_end(std::uint64_t key, std::uint64_t v) {
    if (!left_) return;  // the program has failed already
    answer& last = (*left_)[key];
    if (!last.ok || last.seen != v)
      engine::current().fail(fault::wrong_events, "at the end of the map an entry is told that it did not hold");
    last.ok = false;
  }

  // ---- Calling -----------------------------------------------------------------------------------------------------

  static void begin(running& now, std::size_t first, std::size_t count = 1) noexcept {
    now.first = first;
    now.count = count;
  }

  /// As many entries as a table of twice the buckets has room for.
  void reserve_twice() {
    const auto buckets = map_->bucket_count() * 2;
    const bool cached = wane::impl::buckets<explorer::environment, explorer::pages>::is_cached(
        static_cast<unsigned>(std::bit_width(buckets) - 1));
    map_->reserve(static_cast<std::size_t>(static_cast<double>(buckets) * program_.load / (cached ? 2 : 1)));
  }

  void perform(const step& s) {
    running& now = running_[engine::current().thread()];
    if (s.chore != chore::none || s.what.what == verb::clear) note("calls " + to_string(s));
    switch (s.chore) {
      case chore::none: break;
      case chore::collect: map_->collect(); return;
      case chore::push: map_->domain().advance(); return;
      case chore::shrink:
        if constexpr (Reclaimer::has_grace_period) map_->shrink_to_fit();
        return;
      case chore::reserve:
        return reserve_twice();
      case chore::scan: return scan(now, [&](auto&& visit) { map_->for_each(visit); });
      case chore::scan_one_by_one:
        return scan(now, [&](auto&& visit) {
          for (wane::cursor at = map_->scan({}, 1, visit); !at.at_end();) at = map_->scan(at, 1, visit);
        });
      case chore::visit_within: return visit_within(now, s.what.key);
      case chore::find_many: return find_many(now, s.what.key);
      case chore::sweep_one: break;
      case chore::fill:
        for (std::uint64_t k = 0; k < s.what.ticks; ++k) map_->insert(keys + k, std::uint64_t{0});
        return;
      case chore::drain:
        for (std::uint64_t k = 0; k < s.what.ticks; ++k) map_->erase(keys + k);
        return;
      case chore::churn: return churn(s.what.ticks);
    }
    if (s.what.what == verb::clear) return clear(now);
    call wanted = s.what;
    if (s.chore == chore::sweep_one) wanted.what = verb::sweep;
    wanted.argument = ++values_;
    if (wanted.what == verb::compare_exchange) wanted.expected = first_value_[wanted.key];
    note("calls " + to_string(s));
    begin(now, invoke(wanted));
    answer a;
    const reading reads(now);
    try {
      if (s.chore == chore::sweep_one)
        map_->sweep_some({.removals = 1});
      else
        a = make(wanted);
    } catch (const std::bad_alloc&) {
      engine::current().fail(fault::exception, "memory is exhausted");
    }
    if (wanted.what == verb::find || wanted.what == verb::contains || wanted.what == verb::ttl) reads.end();
    call& c = history_[now.first];
    c.ok = a.ok;
    c.saw = a.saw;
    c.seen = a.seen;
    respond(now.first);
    now.count = 0;
  }

  answer make(const call& c) {
    if (c.what == verb::advance) {
      clock_.advance(nanoseconds(c.ticks));
      return {};
    }
    const auto refuses = [&](std::uint64_t v) { return v != first_value_[c.key]; };
    return caller<map, nanoseconds>(*map_)(c, refuses, [] {});
  }

  /// One call for each key that the program uses.
  void clear(running& now) {
    begin(now, history_.size(), 0);
    for (std::uint64_t k = 0; k < keys; ++k)
      if ((used_ >> k & 1) != 0) invoke({.what = verb::clear, .key = k}), ++now.count;
    map_->clear();
    for (std::size_t i = now.first; i < now.first + now.count; ++i) respond(i);
    now.count = 0;
  }

  template <class Walk>
  void scan(running& now, Walk&& walk) {
    begin(now, invoke({.what = verb::sweep}));  // for the expiries it commits
    const reading reads(now);
    std::uint64_t visited = 0;
    std::array<std::uint64_t, keys> seen;
    walk([&](std::uint64_t k, std::uint64_t v) {
      if (k >= keys) return;
      if ((visited >> k & 1) != 0) engine::current().fail(fault::wrong_result, "a scan visits a key twice");
      visited |= std::uint64_t{1} << k;
      seen[k] = v;
    });
    reads.end();
    const std::size_t whole = now.first;
    respond(whole);
    now.count = 0;
    for (std::uint64_t k = 0; k < keys; ++k) {
      if ((visited >> k & 1) == 0) {
        if ((program_.stays >> k & 1) != 0)
          engine::current().fail(fault::wrong_result, "a scan misses a key that is there all the time");
        continue;
      }
      call hit = history_[whole];
      hit.what = verb::find;
      hit.key = k;
      hit.ok = hit.saw = true;
      hit.seen = seen[k];
      responded_at_[history_.add(hit, history_.before(whole))] = responded_at_[whole];
    }
  }

  /// The entry that is visited stays while the visitor uses the map.
  void visit_within(running& now, std::uint64_t key) {
    begin(now, invoke({.what = verb::find, .key = key}));
    const reading reads(now);
    call& c = history_[now.first];
    c.ok = map_->visit(key, [&](std::uint64_t, const value& v) {
      map_->visit(key + 1, [](std::uint64_t, const value&) {});
      explorer::environment::reading(&v);
      c.saw = true;
      c.seen = v;
    });
    reads.end();
    respond(now.first);
    now.count = 0;
  }

  /// The key and the next one, each a call of its own.
  void find_many(running& now, std::uint64_t key) {
    const std::array wanted = {key, key + 1};
    std::array<std::optional<value>, 2> found;
    begin(now, invoke(steps::find(key).what), 2);
    invoke(steps::find(key + 1).what);
    const reading reads(now);
    map_->find_many(wanted, found);
    reads.end();
    for (std::size_t i = 0; i < 2; ++i) {
      call& c = history_[now.first + i];
      c.ok = c.saw = found[i].has_value();
      if (c.ok) c.seen = *found[i];
      respond(now.first + i);
    }
    now.count = 0;
  }

  void churn(std::uint64_t times) {
    const std::uint64_t mine = 1'000'000 + engine::current().thread();
    for (std::uint64_t i = 0; i < times; ++i) {
      map_->insert(mine, std::uint64_t{0});
      map_->erase(mine);
    }
  }

  // ---- Judging -----------------------------------------------------------------------------------------------------

  void judge_history() {
    const explorer::host_work closed;
    static small_checker checker;
    const auto v = checker.check(history_);
    if (v) return;
    std::ostringstream why;
    why << "no order of the calls explains their results, key " << v.key;
    if (v.broken != nullptr) why << ": " << v.broken;
    if (engine::current().is_tracing()) {
      const small_history part = minimised(checker, history_);
      why << '\n' << timeline(part, checker.check(part));
    }
    engine::current().fail(v.broken != nullptr ? fault::wrong_events : fault::not_linearizable, why.str());
  }

  void judge_structure() {
    const auto r = map_->check();
    if (!r.problems.empty()) engine::current().fail(fault::wrong_structure, r.problems.front());
    if (r.dead != 0)
      engine::current().fail(fault::wrong_structure, std::to_string(r.dead) + " dead entries are still linked");
    entries_ = r.entries;
  }
  void judge_leftovers() {
    constexpr bool frees =
        Reclaimer::has_grace_period || Reclaimer::reuses_at_once || Reclaimer::kind == wane::protection::pointer;
    if (const auto left = map_->stats().retired; frees && left != 0)
      engine::current().fail(fault::wrong_structure, std::to_string(left) + " retired slots are never freed");
    if constexpr (counts_values)
      if (alive_ != entries_)
        engine::current().fail(fault::wrong_structure, std::to_string(alive_) + " values exist, " +
                                                           std::to_string(entries_) + " are in the map");
  }

  /// What is in the map when it is destroyed is told once, so that every insertion has one event in the end (G5).
  void judge_destruction() {
    left_.emplace();
    for (std::uint64_t k = 0; k < keys; ++k)
      if ((used_ >> k & 1) != 0) (*left_)[k] = make(steps::find(k).what);
    map_.reset();
    if (std::ranges::any_of(*left_, &answer::ok))
      engine::current().fail(fault::wrong_events, "at the end of the map an entry is not told that it held");
  }

  static constexpr std::uint32_t in_set_up = ~std::uint32_t{0};

  const program& program_;
  bool relaxed_;
  bool is_recording_ = false;
  bool all_ended_ = false;
  std::uint64_t values_ = 0;
  std::uint64_t used_ = 0;  // keys, a bit each
  std::size_t alive_ = 0;   // values
  std::size_t entries_ = 0;
  std::array<std::uint64_t, keys> first_value_{};
  std::optional<std::array<answer, keys>> left_;  // in the map when it is destroyed
  std::array<running, explorer::max_threads> running_{};
  std::array<bool, explorer::max_threads> looks_{};  // for the dead
  std::array<std::uint32_t, small_history::capacity> responded_at_{};
  small_history history_;
  explorer::pages::pieces pieces_;
  explorer::clock clock_;
  typename Reclaimer::domain domain_;
  std::optional<map> map_;  // destroyed while its end is judged
};

template <class Reclaimer>
explorer::scenario* make(const program& p, bool relaxed) {
  if (p.in_place && p.integer_keys) return new map_scenario<Reclaimer, ladder, std::uint64_t>(p, relaxed);
  if (p.in_place) return new map_scenario<Reclaimer, object_ladder, std::uint64_t>(p, relaxed);
  if (p.integer_keys) return new map_scenario<Reclaimer, ladder, settled>(p, relaxed);
  using object = std::conditional_t<Reclaimer::value_only, settled, tracked>;
  return new map_scenario<Reclaimer, object_ladder, object>(p, relaxed);
}

}  // namespace proptest
