// SPDX-License-Identifier: BSL-1.0
// The sweeper's thread: whose turn it is, how long to work, how long to rest.
#include <wane/sweeper.hpp>

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

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
  explicit sweeper_state(const sweeper_options& o) : opts(o) {}

  const sweeper_options opts;
  mutable std::mutex mutex;  // guards what follows; released while a batch is worked on
  std::condition_variable changed;
  std::vector<sweep_target*> targets;
  sweep_target* in_hand = nullptr;  // the map that a batch is being worked on; it must not go meanwhile
  bool stopping = false;
  bool woken = false;
  sweeper_stats totals;
  std::chrono::nanoseconds lateness_sum{0};

  std::mutex control;  // guards `thread`, over start and stop
  std::thread thread;

  [[nodiscard]] bool serves(const sweep_target* t) const {
    return std::find(targets.begin(), targets.end(), t) != targets.end();
  }

  void add(sweep_target& target) {
    const std::scoped_lock hold(mutex);
    targets.push_back(&target);
    woken = true;
    changed.notify_all();
  }

  /// Strikes the map off first, so that the thread drops it after the batch in hand, and waits for that.
  void remove(sweep_target& target) {
    std::unique_lock hold(mutex);
    std::erase(targets, &target);
    changed.wait(hold, [&] { return in_hand != &target; });
  }

  void run();

 private:
  static constexpr std::size_t blocks_a_batch = 4096;

  /// One pass over one map, batch by batch.
  void pass(std::unique_lock<std::mutex>& hold, sweep_target& target);
  void account(const sweep_result& r);
};

void sweeper_state::account(const sweep_result& r) {
  totals.removed += r.removed;
  totals.passes += r.pass_ended ? 1 : 0;
  totals.garbage_limited += r.garbage_limited ? 1 : 0;
  totals.lateness_max = std::max(totals.lateness_max, r.lateness_max);
  lateness_sum += r.lateness_sum;
  if (totals.removed > 0) totals.lateness_mean = lateness_sum / totals.removed;
  totals.cpu_time = thread_cpu_time();
}

void sweeper_state::pass(std::unique_lock<std::mutex>& hold, sweep_target& target) {
  sweep_budget budget;
  budget.blocks = blocks_a_batch;
  budget.garbage_bytes = opts.garbage_bytes;
  for (bool more = true; more && !stopping && serves(&target);) {
    in_hand = &target;
    hold.unlock();
    const sweep_result result = target.sweep_some(budget);
    const bool looked = result.blocks_scanned + result.blocks_skipped > 0;
    // A sweep that found another one at work, or reclamation behind, has not looked: its turn comes again.
    more = looked && !result.pass_ended && !result.garbage_limited;
    if (!more) target.collect();
    if (!more && opts.shrink) target.maintain();
    hold.lock();
    in_hand = nullptr;
    changed.notify_all();
    account(result);
  }
}

void sweeper_state::run() {
  std::unique_lock hold(mutex);
  while (!stopping) {
    woken = false;
    const auto before = thread_cpu_time();
    // Maps come and go while the lock is released, so the round goes by a copy, and each is looked up again.
    const std::vector<sweep_target*> round = targets;
    for (sweep_target* const t : round)
      if (serves(t)) pass(hold, *t);
    // Entries that fall due during the rest are taken together afterwards: looking into a block costs as much for one
    // as for many. The rest is longer where the work done has used up the share of the core.
    const auto worked = thread_cpu_time() - before;
    const auto earned = std::chrono::duration_cast<std::chrono::nanoseconds>(worked * (1.0 / opts.cpu_share - 1.0));
    const auto rest = std::max<std::chrono::nanoseconds>(opts.lateness / 2, earned);
    changed.wait_for(hold, rest, [&] { return stopping || woken; });
  }
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

sweeper_stats sweeper::stats() const {
  const std::scoped_lock hold(state_->mutex);
  return state_->totals;
}

}  // namespace wane
