// SPDX-License-Identifier: BSL-1.0
// The sweeper's thread: whose turn it is, how long to work, how long to rest.
#include <wane/sweeper.hpp>

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <wane/impl/lookout.hpp>
#include <wane/impl/pace.hpp>

namespace wane {

namespace impl {

namespace {

std::chrono::nanoseconds thread_cpu_time() noexcept {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

}  // namespace

/// Shared by the sweeper and the maps it serves, so that either may go first.
struct sweeper_state {
  using steady = std::chrono::steady_clock;
  using nanoseconds = std::chrono::nanoseconds;

  explicit sweeper_state(const sweeper_options& o) : opts(o) {}

  const sweeper_options opts;
  mutable std::mutex mutex;  // guards what follows; released while a batch is worked on
  std::condition_variable changed;
  bool stopping = false;
  bool woken = false;

  std::mutex control;  // guards `thread`, over start and stop
  std::thread thread;

  void add(sweep_target& target) {
    const std::scoped_lock hold(mutex);
    const auto now = steady::now();
    maps_.push_back({&target, std::nullopt, now, 0, 0, {}});
    growth_.map_added(now);
    woken = true;
    changed.notify_all();
  }

  /// Strikes the map off first, so that the thread drops it after the batch in hand, and waits for that.
  void remove(sweep_target& target) {
    std::unique_lock hold(mutex);
    std::erase_if(maps_, [&](const served& s) { return s.map == &target; });
    changed.notify_all();
    changed.wait(hold, [&] { return in_hand_ != &target; });
  }

  [[nodiscard]] bool serves(const sweep_target* target) const noexcept {
    return std::any_of(maps_.begin(), maps_.end(), [&](const served& s) { return s.map == target; });
  }

  void run();
  [[nodiscard]] sweeper_stats stats() const;

 private:
  struct served {
    sweep_target* map;
    std::optional<steady::time_point> began;  // the pass under way
    steady::time_point due;  // the earliest deadline known when the last pass ended; before the first, at once
    std::size_t garbage_bytes;
    std::uint64_t round;          // the last in which it had its turn
    steady::time_point prepared;  // when memory was last put behind what it will need
  };
  /// Part of the window: two stretches make one.
  struct stretch {
    steady::time_point begin;
    nanoseconds cpu_before{0};
    histogram lateness;
    hold_ups held_up;
  };

  /// Small enough that a batch full of expired entries takes some ten milliseconds.
  static constexpr std::size_t blocks_a_batch = 1024;

  /// One pass over one map, batch by batch. Returns what cut it short.
  shortfall pass(std::unique_lock<std::mutex>& hold, sweep_target* target);
  void account(const sweep_target* target, steady::time_point begin, const sweep_result& r, std::size_t garbage_bytes);
  /// Puts memory behind what the maps will soon need, if it is time to.
  void prepare(std::unique_lock<std::mutex>& hold);
  void note_cpu_time() noexcept;
  [[nodiscard]] nanoseconds owed() const noexcept {
    return pace_.owed(totals_.cpu_time - cpu_when_even_, steady::now() - even_);
  }
  template <class Ends>
  void rest(std::unique_lock<std::mutex>& hold, nanoseconds length, Ends&& ends);
  void move_window();

  const pace pace_{opts.lateness, opts.cpu_share};
  std::vector<served> maps_;
  std::uint64_t round_ = 0;
  sweep_target* in_hand_ = nullptr;  // the map that a batch is being worked on; it must not go meanwhile
  bool running_ = false;
  sweeper_stats totals_;
  nanoseconds cpu_seen_{0};       // the thread's clock when it was last looked at
  steady::time_point even_;       // when nothing was owed
  nanoseconds cpu_when_even_{0};  // totals_.cpu_time then
  stretch before_, now_;
  lookout growth_;
};

void sweeper_state::note_cpu_time() noexcept {
  const nanoseconds cpu = thread_cpu_time();
  totals_.cpu_time += cpu - cpu_seen_;
  cpu_seen_ = cpu;
}

void sweeper_state::account(const sweep_target* target, steady::time_point begin, const sweep_result& r,
                            std::size_t garbage_bytes) {
  note_cpu_time();
  totals_.removed += r.removed;
  totals_.blocks_scanned += r.blocks_scanned;
  totals_.blocks_skipped += r.blocks_skipped;
  totals_.garbage_limited += r.garbage_limited ? 1 : 0;
  totals_.busy += r.busy ? 1 : 0;
  totals_.lateness += r.lateness;
  now_.lateness += r.lateness;
  const auto s = std::find_if(maps_.begin(), maps_.end(), [&](const served& m) { return m.map == target; });
  if (s == maps_.end() || r.busy) return;
  if (!s->began) s->began = begin;
  s->garbage_bytes = garbage_bytes;
  if (!r.pass_ended) return;
  const auto now = steady::now();
  constexpr nanoseconds for_ever = std::chrono::hours(24) * 36'500;
  s->due = r.next_due < for_ever ? now + r.next_due : steady::time_point::max();
  totals_.pass_last = now - *s->began;
  totals_.pass_max = std::max(totals_.pass_max, totals_.pass_last);
  ++totals_.passes;
  s->began.reset();
}

void sweeper_state::prepare(std::unique_lock<std::mutex>& hold) {
  const auto now = steady::now();
  if (!opts.back_ahead || now < growth_.next()) return;
  note_cpu_time();
  const nanoseconds cpu_before = totals_.cpu_time;
  std::size_t backed = 0;
  // Maps come and go while the lock is released, so each is looked for anew.
  const auto is_to_come = [now](const served& s) { return s.prepared < now; };
  for (auto next = std::ranges::find_if(maps_, is_to_come); next != maps_.end();
       next = std::ranges::find_if(maps_, is_to_come)) {
    next->prepared = now;
    sweep_target* const map = in_hand_ = next->map;
    hold.unlock();
    backed += map->prepare();
    hold.lock();
    in_hand_ = nullptr;
    changed.notify_all();
  }
  totals_.backed_bytes += backed;
  note_cpu_time();
  cpu_when_even_ += totals_.cpu_time - cpu_before;  // not owed
  growth_.asked(now, steady::now(), backed);
}

shortfall sweeper_state::pass(std::unique_lock<std::mutex>& hold, sweep_target* target) {
  sweep_budget budget;
  budget.blocks = blocks_a_batch;
  budget.garbage_bytes = opts.garbage_bytes;
  while (!stopping && serves(target)) {
    in_hand_ = target;
    hold.unlock();
    const auto begin = steady::now();
    sweep_result result;
    std::size_t garbage_bytes = 0;
    bool failed = false;
    try {
      result = target->sweep_some(budget);
      const bool ends = result.pass_ended || result.garbage_limited || result.busy;
      if (ends) target->collect();
      if (ends && opts.shrink) target->maintain();
      garbage_bytes = target->garbage_bytes();
    } catch (...) {
      // What listeners throw is counted by the map. This is want of memory, for a thread's first guard or state in a map.
      failed = true;
    }
    hold.lock();
    in_hand_ = nullptr;
    changed.notify_all();
    if (failed) {
      ++totals_.failed;
      note_cpu_time();
      return shortfall::memory;
    }
    account(target, begin, result, garbage_bytes);
    if (result.garbage_limited) return shortfall::garbage;
    if (result.busy) return shortfall::another_sweep;
    if (result.pass_ended) return shortfall::none;
    prepare(hold);
    if (const nanoseconds debt = owed(); pace_.is_far_ahead(debt)) {
      now_.held_up.cpu_share += debt;
      rest(hold, debt, [&] { return stopping || !serves(target); });
    }
  }
  return shortfall::none;
}

/// What is still owed when a rest is broken off stays owed; what was rested beyond that is no credit.
template <class Ends>
void sweeper_state::rest(std::unique_lock<std::mutex>& hold, nanoseconds length, Ends&& ends) {
  const auto end = steady::now() + length;
  do prepare(hold);
  while (!changed.wait_until(hold, opts.back_ahead ? std::min(end, growth_.next()) : end, ends) && steady::now() < end);
  if (owed() > nanoseconds::zero()) return;
  even_ = steady::now();
  cpu_when_even_ = totals_.cpu_time;
}

void sweeper_state::move_window() {
  const auto now = steady::now();
  const nanoseconds length = std::max<nanoseconds>(
      std::chrono::seconds(5), 8 * std::min<nanoseconds>(opts.lateness, std::chrono::hours(24) * 365));
  if (now - now_.begin < length) return;
  before_ = now_;
  now_ = {};
  now_.begin = now;
  now_.cpu_before = totals_.cpu_time;
}

void sweeper_state::run() {
  std::unique_lock hold(mutex);
  running_ = true;
  cpu_seen_ = thread_cpu_time();
  cpu_when_even_ = totals_.cpu_time;
  now_ = {};
  even_ = now_.begin = steady::now();
  now_.cpu_before = totals_.cpu_time;
  before_ = now_;
  while (!stopping) {
    woken = false;
    const auto begin = steady::now();
    shortfall cut_short = shortfall::none;
    // Maps come and go while the lock is released, so each is looked for anew.
    ++round_;
    const auto is_to_come = [this](const served& s) { return s.round != round_; };
    for (auto next = std::ranges::find_if(maps_, is_to_come); next != maps_.end();
         next = std::ranges::find_if(maps_, is_to_come)) {
      next->round = round_;
      if (const shortfall by = pass(hold, next->map); by != shortfall::none) cut_short = by;
    }
    move_window();
    const nanoseconds passed = steady::now() - begin;
    const nanoseconds wanted = pace_.wanted(passed, cut_short == shortfall::none);
    const nanoseconds length = std::max(wanted, owed());
    switch (cut_short) {
      case shortfall::garbage: now_.held_up.garbage += passed + length; break;
      case shortfall::another_sweep: now_.held_up.another_sweep += passed + length; break;
      case shortfall::memory: now_.held_up.memory += passed + length; break;
      default: now_.held_up.cpu_share += length - wanted; break;
    }
    rest(hold, length, [&] { return stopping || woken; });
  }
  running_ = false;
}

sweeper_stats sweeper_state::stats() const {
  const std::scoped_lock hold(mutex);
  sweeper_stats s = totals_;
  s.target = opts.lateness;
  auto& w = s.window;
  const auto now = steady::now();
  if (before_.begin != steady::time_point() && before_.begin < now) {
    w.length = now - before_.begin;
    w.cpu_share = std::chrono::duration<double>(totals_.cpu_time - before_.cpu_before) / w.length;
  }
  // Until the window moves for the first time its halves begin together, and the first is empty.
  for (const stretch* half : {&before_, &now_}) {
    w.lateness += half->lateness;
    w.held_up.cpu_share += half->held_up.cpu_share;
    w.held_up.garbage += half->held_up.garbage;
    w.held_up.another_sweep += half->held_up.another_sweep;
    w.held_up.memory += half->held_up.memory;
  }
  for (const served& m : maps_) {
    s.garbage_bytes += m.garbage_bytes;
    if (running_ && m.due < now) w.overdue = std::max<nanoseconds>(w.overdue, now - m.due);
  }
  judge(w, s.target);
  return s;
}

void sweep_target::leave_sweeper() noexcept {
  if (const auto state = sweeper_.lock()) state->remove(*this);
  sweeper_.reset();
}

}  // namespace impl

sweeper::sweeper(const sweeper_options& opts) {
  if (opts.lateness <= std::chrono::nanoseconds::zero())
    throw std::invalid_argument("wane: a sweeper's lateness must be positive");
  if (!(opts.cpu_share > 0 && opts.cpu_share <= 1))
    throw std::invalid_argument("wane: a sweeper's CPU share must be in (0, 1]");
  state_ = std::make_shared<impl::sweeper_state>(opts);
}

sweeper::~sweeper() {
  stop();
  // The maps keep no more than a weak pointer to the state.
}

void sweeper::attach(impl::sweep_target& target) {
  // Of sweepers that are given one map at the same time, one gets it.
  static std::mutex attaching;
  const std::scoped_lock one_at_a_time(attaching);
  if (const auto other = target.sweeper_.lock()) {
    const std::scoped_lock hold(other->mutex);
    if (other->serves(&target)) throw std::logic_error("wane: the map has a sweeper already");
  }
  target.sweeper_ = state_;
  state_->add(target);
}

void sweeper::detach(impl::sweep_target& target) { state_->remove(target); }

void sweeper::start() {
  const std::scoped_lock control(state_->control);
  if (state_->thread.joinable()) return;
  {
    const std::scoped_lock hold(state_->mutex);
    state_->stopping = false;
  }
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

void sweeper::stop() {
  const std::scoped_lock control(state_->control);
  if (!state_->thread.joinable()) return;
  {
    const std::scoped_lock hold(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
  }
  state_->thread.join();
}

void sweeper::wake() {
  const std::scoped_lock hold(state_->mutex);
  state_->woken = true;
  state_->changed.notify_all();
}

bool sweeper::is_running() const {
  const std::scoped_lock control(state_->control);
  return state_->thread.joinable();
}

sweeper_stats sweeper::stats() const { return state_->stats(); }

}  // namespace wane
