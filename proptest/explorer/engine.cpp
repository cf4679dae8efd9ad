// SPDX-License-Identifier: BSL-1.0
#include "engine.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <stdexcept>

namespace explorer {

engine::engine()
    : memory_([](const char* what) {
        // To go on would be to check something else. A program that ends in reasonable time has no such needs.
        current().fail(verdict::stuck, std::string("too many ") + what + " for one execution");
      }),
      points_(world_memory::capacity / 8) {
  current_ = this;
  this_world = &world_;
}

engine::~engine() {
  if (current_ != this) return;
  current_ = nullptr;
  this_world = nullptr;
}

void engine::set_up(factory make) {
  current_ = this;
  this_world = &world_;
  world_.clear();
  points_.assign(points_.size(), false);
  make_ = std::move(make);
  failure_ = {};
  outcome_ = outcome::ended;
  running_ = 0;
  step_ = 0;
  step_limit_ = limits().steps;
  ++execution_;
  executing_ = true;
  alone_.prepare(&run_set_up, 0);
  world_is_open = true;
  fiber::change(host_, alone_);
  world_is_open = false;
  executing_ = false;
  is_set_up_ = outcome_ == outcome::ended;
  if (!is_set_up_) return;
  thread_count_ = scenario_->threads();
  world_.remember();
}

// ---- Executions ------------------------------------------------------------------------------------------------------

report engine::explore(strategy& how, const limits& until) {
  using clock = std::chrono::steady_clock;
  const auto began = clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(clock::now() - began).count(); };
  report r;
  if (!is_set_up_) {
    r.failure = failure_;
    return r;
  }
  for (bool more = true; more;) {
    if (!how.begin(thread_count_)) {
      r.complete = true;
      break;
    }
    const outcome o = execute(how, until);
    r.steps += step_;
    if (o == outcome::learnt) {
      how.restart();
      continue;
    }
    ++r.schedules;
    if (o == outcome::failed) {
      r.failure = failure_;
      r.schedule = taken_;
      break;
    }
    more = r.schedules < until.schedules && (r.schedules % 64 != 0 || elapsed() < until.seconds);
  }
  r.seconds = elapsed();
  return r;
}

report engine::run(const explorer::schedule& s, explorer::trace* record, const limits& until) {
  // A schedule says nothing of which words threads meet at, so every access is a point.
  every_access_ = true;
  trace_ = record;
  replay once(s);
  const report r = explore(once, until);
  trace_ = nullptr;
  every_access_ = false;
  return r;
}

schedule engine::minimise(explorer::schedule s, verdict kind, const limits& until) {
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (std::size_t i = s.size(); i-- > 0;) {
      explorer::schedule less = s;
      less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
      const report r = run(less, nullptr, until);
      // What was taken may be less than what was asked for: steps may not exist any more.
      if (r.failure.kind == kind && r.schedule.size() < s.size()) {
        s = r.schedule;
        shorter = true;
        break;
      }
    }
  }
  return s;
}

auto engine::execute(strategy& how, const limits& until) -> outcome {
  world_.restore();
  memory_.clear(thread_count_);
  strategy_ = &how;
  taken_.clear();
  failure_ = {};
  outcome_ = outcome::ended;
  done_ = 0;
  yielded_ = 0;
  step_ = 0;
  step_limit_ = until.steps;
  ++execution_;
  unsigned ready[max_threads];
  for (unsigned t = 0; t < thread_count_; ++t) {
    fibers_[t].prepare(&run_thread, t);
    ready[t] = t;
  }
  running_ = 0;
  if (thread_count_ > 1) {
    running_ = ready[how.thread(0, {ready, thread_count_}, false)];
    if (running_ != 0) taken_.push_back({0, deviation::what::thread, running_});
  }
  executing_ = true;
  concurrent_ = true;
  fiber::change(host_, fibers_[running_]);
  concurrent_ = false;
  if (outcome_ == outcome::ended) {
    running_ = 0;
    world_is_open = true;
    alone_.prepare(&run_finish, 0);
    fiber::change(host_, alone_);
  }
  world_is_open = false;
  executing_ = false;
  return outcome_;
}

void engine::run_thread(unsigned thread) noexcept {
  engine& e = current();
  world_is_open = true;
  try {
    e.scenario_->run(thread);
  } catch (const std::exception& x) {
    e.fail(verdict::exception, x.what());
  } catch (...) {
    e.fail(verdict::exception, "of an unknown type");
  }
  e.end_of_thread();
}

void engine::run_set_up(unsigned) noexcept {
  current().run_alone([](engine& e) { e.scenario_ = e.make_(); });
}

void engine::run_finish(unsigned) noexcept {
  current().run_alone([](engine& e) { e.scenario_->finish(); });
}

void engine::run_alone(void (*part)(engine&)) noexcept {
  engine& e = *this;
  alone_steps_ = 0;
  try {
    part(e);
  } catch (const std::exception& x) {
    e.fail(verdict::exception, x.what());
  } catch (...) {
    e.fail(verdict::exception, "of an unknown type");
  }
  fiber::change(e.alone_, e.host_);
}

void engine::end_of_thread() {
  world_is_open = false;
  done_ |= 1u << running_;
  yielded_ = 0;
  ++step_;
  unsigned ready[max_threads];
  const unsigned n = others(ready);
  if (n == 0) fiber::change(fibers_[running_], host_);
  const std::size_t chosen = n == 1 ? 0 : strategy_->thread(step_, {ready, n}, false);
  if (chosen != 0) taken_.push_back({step_, deviation::what::thread, ready[chosen]});
  go_on_with(ready[chosen]);
}

void engine::abandon() {
  // The fiber that calls is never gone on with.
  fiber::change(concurrent_ ? fibers_[running_] : alone_, host_);
  __builtin_unreachable();
}

void engine::fail(verdict kind, std::string_view what) {
  if (!executing_) throw std::logic_error("explorer: nothing is being executed that could fail: " + std::string(what));
  world_is_open = false;
  failure_ = {kind, std::string(what)};
  outcome_ = outcome::failed;
  abandon();
}

void engine::crash(int signal) noexcept {
  if (!executing_) std::abort();
  world_is_open = false;
  failure_ = {verdict::crash, "signal " + std::to_string(signal)};
  outcome_ = outcome::failed;
  abandon();
}

// ---- Points ----------------------------------------------------------------------------------------------------------

bool engine::is_point(cell& c, bool writes) {
  yielded_ &= 1u << running_;
  if (++step_ > step_limit_) fail(verdict::stuck, "no end after " + std::to_string(step_limit_) + " steps");
  const auto me = static_cast<std::uint8_t>(1u << running_);
  check_made(c);
  (writes ? c.writers : c.readers) |= me;
  if (every_access_) return true;
  if (!world_.holds(&c)) fail(verdict::wrong_result, "an atomic object outside the world cannot be explored");
  const std::size_t word = world_.offset(&c) / 8;
  if (points_[word]) return true;
  const unsigned all = c.writers | c.readers;
  if (c.writers == 0 || (all & (all - 1)) == 0) return false;
  points_[word] = true;
  outcome_ = outcome::learnt;
  world_is_open = false;
  abandon();
}

void engine::count_alone() {
  if (executing_ && ++alone_steps_ > alone_steps_at_most) fail(verdict::stuck, "no end, and no other thread");
}

void engine::check_made(const cell& c) {
  if (c.made == 0) return;
  const unsigned maker = c.made & 7;
  if (maker != running_ && memory_.view_of(running_).clock[maker] < c.made >> 3)
    fail(verdict::race, "a word is used that, for all this thread knows, is still being constructed");
}

unsigned engine::others(unsigned* ready) const noexcept {
  unsigned n = 0;
  for (unsigned t = running_ + 1; t < running_ + thread_count_; ++t) {
    const unsigned other = t % thread_count_;
    if (((done_ | yielded_) >> other & 1) == 0) ready[n++] = other;
  }
  return n;
}

void engine::pass_point(std::uint32_t step) {
  unsigned ready[max_threads];
  ready[0] = running_;
  const unsigned n = 1 + others(ready + 1);
  if (n == 1) return;
  const std::size_t chosen = strategy_->thread(step, {ready, n}, true);
  if (chosen == 0) return;
  taken_.push_back({step, deviation::what::thread, ready[chosen]});
  go_on_with(ready[chosen]);
}

void engine::yield() {
  if (!concurrent_) return;
  const host_work closed;
  if (++step_ > step_limit_) fail(verdict::stuck, "no end after " + std::to_string(step_limit_) + " steps");
  yielded_ |= 1u << running_;
  unsigned ready[max_threads];
  unsigned n = others(ready);
  if (n == 0) {
    // All have yielded: each may have changed something since the others looked.
    yielded_ = 0;
    n = others(ready);
  }
  if (n == 0) return;
  const std::size_t chosen = n == 1 ? 0 : strategy_->thread(step_, {ready, n}, false);
  if (chosen != 0) taken_.push_back({step_, deviation::what::thread, ready[chosen]});
  go_on_with(ready[chosen]);
}

void engine::go_on_with(unsigned thread) {
  const unsigned me = running_;
  running_ = thread;
  fiber::change(fibers_[me], fibers_[thread]);
}

unsigned engine::choose_store(std::uint32_t step, unsigned options) {
  if (options == 1) return 0;
  const unsigned chosen = strategy_->pick_store(step, options);
  if (chosen != 0) taken_.push_back({step, deviation::what::store, chosen});
  return chosen;
}

// ---- Accesses --------------------------------------------------------------------------------------------------------

std::uint64_t engine::load(const cell& word, std::memory_order order, const std::source_location& site) {
  auto& c = const_cast<cell&>(word);
  if (!concurrent_) {
    count_alone();
    return c.bits;
  }
  const host_work closed;
  if (!is_point(c, false)) {
    record(step_, trace::kind::load, &c, c.bits, c.bits, order, 0, site);
    return c.bits;
  }
  const std::uint32_t step = step_;
  pass_point(step);
  order = actual(order, false, site);
  const unsigned back = choose_store(step, memory_.readable(running_, c));
  const std::uint64_t value = memory_.load(running_, c, back, order);
  record(step, trace::kind::load, &c, value, value, order, back, site);
  return value;
}

void engine::store(cell& c, std::uint64_t value, std::memory_order order, const std::source_location& site) {
  const std::uint64_t before = c.bits;
  value = kept(value, site);
  if (!concurrent_) {
    count_alone();
    c.bits = value;
    changed(c, before, value, false, site);
    return;
  }
  const host_work closed;
  if (!is_point(c, true)) {
    c.bits = value;
    record(step_, trace::kind::store, &c, before, value, order, 0, site);
    changed(c, before, value, false, site);
    return;
  }
  const std::uint32_t step = step_;
  pass_point(step);
  order = actual(order, false, site);
  const unsigned back = choose_store(step, memory_.placeable(running_, c));
  const std::uint64_t newest = c.bits;
  memory_.store(running_, c, value, back, order, step);
  record(step, trace::kind::store, &c, newest, value, order, back, site);
  changed(c, newest, value, false, site);
}

bool engine::compare_exchange(cell& c, std::uint64_t& expected, std::uint64_t desired, std::memory_order success,
                              std::memory_order failure, const std::source_location& site) {
  const host_work closed;
  desired = kept(desired, site);
  bool point = false;
  std::uint32_t step = 0;
  if (concurrent_) {
    point = is_point(c, true);
    step = step_;
    if (point) pass_point(step);
  } else {
    count_alone();
  }
  if (c.bits != kept(expected, site)) {
    expected = point ? memory_.load_newest(running_, c, actual(failure, true, site)) : c.bits;
    record(step, trace::kind::exchange_lost, &c, expected, desired, failure, 0, site);
    return false;
  }
  const std::memory_order order = actual(success, false, site);
  if (point) {
    memory_.load_newest(running_, c, order);
    memory_.store_adjoining(running_, c, desired, order, step);
  } else {
    c.bits = desired;
  }
  record(step, trace::kind::exchange_done, &c, expected, desired, order, 0, site);
  changed(c, expected, desired, true, site);
  return true;
}

bool engine::compare_exchange(cell& first, cell& second, const std::uint64_t (&expected)[2],
                              const std::uint64_t (&desired)[2], std::memory_order success, std::memory_order failure,
                              const std::source_location& site) {
  const host_work closed;
  const std::uint64_t after = kept(desired[0], site);
  // Both are points or none, as either may be the one that another thread comes to.
  bool point = false;
  if (concurrent_) {
    point = is_point(first, true);
    point = is_point(second, true) || point;
    if (point) pass_point(step_);
  } else {
    count_alone();
  }
  const std::uint32_t step = step_;
  if (first.bits != kept(expected[0], site) || second.bits != expected[1]) {
    if (point) {
      memory_.load_newest(running_, first, actual(failure, true, site));
      memory_.load_newest(running_, second, actual(failure, true, site));
    }
    record(step, trace::kind::exchange_lost, &first, first.bits, after, failure, 0, site);
    return false;
  }
  const std::memory_order order = actual(success, false, site);
  if (point) {
    memory_.load_newest(running_, first, order);
    memory_.load_newest(running_, second, order);
    memory_.foresee(running_, second);
    memory_.store_adjoining(running_, first, after, order, step);
    memory_.store_adjoining(running_, second, desired[1], order, step);
  } else {
    first.bits = after;
    second.bits = desired[1];
  }
  record(step, trace::kind::exchange_done, &first, expected[0], after, order, 0, site);
  changed(first, expected[0], after, true, site);
  return true;
}

void engine::fence(std::memory_order order, const std::source_location& site) {
  if (!concurrent_) return;
  const host_work closed;
  const std::uint32_t step = ++step_;
  pass_point(step);
  memory_.fence(running_, order);
  record(step, trace::kind::fence, nullptr, 0, 0, order, 0, site);
}

void engine::light_fence(const std::source_location& site) {
  if (!concurrent_ || asymmetric_fences) return;
  const host_work closed;
  const std::uint32_t step = ++step_;
  pass_point(step);
  memory_.order_globally(running_);
  record(step, trace::kind::fence, nullptr, 0, 0, std::memory_order_seq_cst, 0, site);
}

void engine::heavy_fence(const std::source_location& site) {
  if (!concurrent_) return;
  const host_work closed;
  const std::uint32_t step = ++step_;
  pass_point(step);
  memory_.order_globally(running_);
  // membarrier interrupts the others one by one, while they run on.
  if (asymmetric_fences) {
    for (unsigned t = 0; t < thread_count_; ++t) {
      if (t == running_) continue;
      memory_.order_globally(t);
      if ((done_ >> t & 1) == 0) pass_point(++step_);
    }
    memory_.order_globally(running_);
  }
  record(step, trace::kind::fence, nullptr, 0, 0, std::memory_order_seq_cst, 0, site);
}

}  // namespace explorer
