// SPDX-License-Identifier: BSL-1.0
// The engine: runs a scenario again and again under a strategy, each atomic access a point where another thread may go on.
//
//   scenario   constructed in world memory (that is its set-up, one thread); then run(0), run(1), ... as fibers; then
//              finish(), alone. Whatever it allocates lies in the world and is put back for the next execution.
//   point      an access to a word that two threads use in the concurrent part and one of them writes. Which words those
//              are is learnt: when an execution shows a new one, it is dropped and the exploration starts over with that
//              word among them. An access to any other word commutes with all that other threads do meanwhile.
//   step       every access counts one, point or not; schedules name steps, so that they replay under any strategy.
//
// One engine at a time; nothing here is thread-safe, because nothing runs in parallel.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "fiber.hpp"
#include "memory_model.hpp"
#include "schedule.hpp"
#include "strategy.hpp"
#include "trace.hpp"
#include "verdict.hpp"
#include "world_memory.hpp"

namespace explorer {

/// What is explored. Its constructor is the set-up.
class scenario {
 public:
  virtual ~scenario() = default;
  [[nodiscard]] virtual unsigned threads() const = 0;
  virtual void run(unsigned thread) = 0;
  /// Runs alone after the threads have ended; says by engine::fail what is wrong.
  virtual void finish() {}
  /// What a person would call this word; nothing if there is no better name than its address.
  [[nodiscard]] virtual std::string name_of(const cell&) const { return {}; }
};

struct limits {
  std::uint64_t schedules = std::numeric_limits<std::uint64_t>::max();
  double seconds = std::numeric_limits<double>::infinity();
  /// Steps after which an execution counts as stuck. Filling a table of 1,024 buckets takes 20,000.
  std::uint32_t steps = 100'000;
};

struct report {
  explorer::failure failure;
  std::uint64_t schedules = 0;
  std::uint64_t steps = 0;
  double seconds = 0;
  bool complete = false;        ///< the strategy had nothing left to try
  explorer::schedule schedule;  ///< of the failure
};

class engine {
 public:
  using factory = std::function<scenario*()>;

  engine();
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// The engine under way; there is one.
  [[nodiscard]] static engine& current() noexcept { return *current_; }

  /// Sets the scenario up: make() returns one allocated with new. When that fails, so does every exploration.
  void set_up(factory make);
  /// Runs executions until one fails, the strategy is exhausted, or a limit is reached.
  report explore(strategy& how, const limits& until = {});
  /// Runs one schedule and records what happens.
  report run(const explorer::schedule& s, explorer::trace* record = nullptr, const limits& until = {});
  /// Drops deviations one by one for as long as the same verdict is reached; never makes a schedule longer.
  explorer::schedule minimise(explorer::schedule s, verdict kind, const limits& until = {});

  [[nodiscard]] const scenario& subject() const noexcept { return *scenario_; }

  /// Whether fences are asymmetric, as with membarrier (light ones order nothing), or all alike.
  bool asymmetric_fences = true;
  /// Called for each change of an atomic word: a place for rules about words. Does nothing by default.
  using change_rule = void (*)(engine&, const cell&, std::uint64_t before, std::uint64_t after, bool conditional,
                               const std::source_location&);
  change_rule on_change = nullptr;
  /// Weakens the order of an access, for mutants. Nothing by default.
  using order_rule = std::memory_order (*)(std::memory_order, bool is_failure, const std::source_location&);
  order_rule order_of = nullptr;
  /// What a word keeps of what it is given, and compares: for words without their counters. All of it by default.
  using value_rule = std::uint64_t (*)(std::uint64_t value, const std::source_location&);
  value_rule value_of = nullptr;

  // ---- For the program under test ----------------------------------------------------------------------------------

  std::uint64_t load(const cell& c, std::memory_order order, const std::source_location& site);
  void store(cell& c, std::uint64_t value, std::memory_order order, const std::source_location& site);
  /// next(bits) is what the word becomes. Returns what it was.
  template <class F>
  std::uint64_t modify(cell& c, std::memory_order order, const std::source_location& site, F&& next);
  bool compare_exchange(cell& c, std::uint64_t& expected, std::uint64_t desired, std::memory_order success,
                        std::memory_order failure, const std::source_location& site);
  /// The same of two words in one step. It does not tell what it found instead. What changes in the second is not looked at.
  bool compare_exchange(cell& first, cell& second, const std::uint64_t (&expected)[2], const std::uint64_t (&desired)[2],
                        std::memory_order success, std::memory_order failure, const std::source_location& site);
  void fence(std::memory_order order, const std::source_location& site);
  void light_fence(const std::source_location& site);
  void heavy_fence(const std::source_location& site);
  void yield();
  /// A word has been constructed.
  void made(cell& c) noexcept {
    if (concurrent_) c.made = memory_.view_of(running_).clock[running_] << 3 | running_;
  }

  /// Ends the execution: the program is guilty. Does not return.
  void fail(verdict kind, std::string_view what);

  /// The thread that is running; during set-up and finish, the one whose part is played (see as_thread).
  [[nodiscard]] unsigned thread() const noexcept { return running_; }
  [[nodiscard]] unsigned threads() const noexcept { return thread_count_; }
  [[nodiscard]] bool has_ended(unsigned thread) const noexcept { return concurrent_ && (done_ >> thread & 1) != 0; }
  [[nodiscard]] bool is_concurrent() const noexcept { return concurrent_; }
  [[nodiscard]] std::uint32_t step() const noexcept { return step_; }
  [[nodiscard]] memory_model& memory() noexcept { return memory_; }
  [[nodiscard]] world_memory& world() noexcept { return world_; }
  /// Counts executions, so that tables of checks can tell old entries.
  [[nodiscard]] std::uint32_t execution() const noexcept { return execution_; }
  /// Notes a line in the trace, if there is one.
  void note(std::string_view what) {
    if (trace_ == nullptr) return;
    const host_work closed;
    trace_->note(step_, running_, what);
  }
  [[nodiscard]] bool is_tracing() const noexcept { return trace_ != nullptr; }

  /// During set-up and finish: the calls inside belong to that thread.
  class as_thread {
   public:
    as_thread(engine& e, unsigned thread) noexcept : engine_(e), before_(e.running_) { e.running_ = thread; }
    ~as_thread() { engine_.running_ = before_; }
    as_thread(const as_thread&) = delete;
    as_thread& operator=(const as_thread&) = delete;

   private:
    engine& engine_;
    unsigned before_;
  };

  /// A signal handler's way out.
  void crash(int signal) noexcept;

 private:
  enum class outcome : std::uint8_t { ended, failed, learnt };

  outcome execute(strategy& how, const limits& until);
  void end_of_thread();
  static void run_thread(unsigned thread) noexcept;
  static void run_set_up(unsigned) noexcept;
  static void run_finish(unsigned) noexcept;
  void run_alone(void (*part)(engine&)) noexcept;
  [[noreturn]] void abandon();

  /// Counts the access; true if the memory model is to be asked.
  bool is_point(cell& c, bool writes);
  /// The point before an access: another thread may go on first.
  void pass_point(std::uint32_t step);
  void go_on_with(unsigned thread);
  /// The threads besides the running one that could go on, beginning with the next. Returns how many.
  unsigned others(unsigned* ready) const noexcept;
  unsigned choose_store(std::uint32_t step, unsigned options);
  void check_made(const cell& c);
  void count_alone();
  [[nodiscard]] std::memory_order actual(std::memory_order order, bool is_failure,
                                         const std::source_location& site) const {
    return order_of == nullptr ? order : order_of(order, is_failure, site);
  }
  [[nodiscard]] std::uint64_t kept(std::uint64_t value, const std::source_location& site) const {
    return value_of == nullptr ? value : value_of(value, site);
  }
  void changed(const cell& c, std::uint64_t before, std::uint64_t after, bool conditional,
               const std::source_location& site) {
    if (on_change != nullptr) on_change(*this, c, before, after, conditional, site);
  }
  void record(std::uint32_t step, trace::kind what, const cell* where, std::uint64_t before, std::uint64_t after,
              std::memory_order order, unsigned back, const std::source_location& site) {
    if (trace_ != nullptr && concurrent_) trace_->add({step, running_, what, where, before, after, order, back, site});
  }

  static inline engine* current_ = nullptr;

  world_memory world_;
  memory_model memory_;
  fiber host_, alone_, fibers_[max_threads];
  scenario* scenario_ = nullptr;
  unsigned thread_count_ = 0;

  strategy* strategy_ = nullptr;
  explorer::trace* trace_ = nullptr;
  explorer::schedule taken_;
  explorer::failure failure_;
  std::vector<bool> points_;  // by world offset / 8: words that threads meet at
  bool every_access_ = false;

  factory make_;
  bool is_set_up_ = false;
  bool executing_ = false;
  bool concurrent_ = false;
  outcome outcome_ = outcome::ended;
  unsigned running_ = 0;
  std::uint32_t done_ = 0;     // a bit each
  std::uint32_t yielded_ = 0;  // threads that wait for others to do something
  std::uint32_t step_ = 0;
  std::uint32_t step_limit_ = 0;
  std::uint32_t alone_steps_ = 0;  // during set-up or finish
  static constexpr std::uint32_t alone_steps_at_most = 1'000'000;
  static inline std::uint32_t execution_ = 0;
};

template <class F>
std::uint64_t engine::modify(cell& c, std::memory_order order, const std::source_location& site, F&& next) {
  if (!concurrent_) {
    count_alone();
    const std::uint64_t before = c.bits;
    c.bits = next(before);
    changed(c, before, c.bits, false, site);
    return before;
  }
  const host_work closed;
  const bool point = is_point(c, true);
  const std::uint32_t step = step_;
  if (point) pass_point(step);
  order = actual(order, false, site);
  const std::uint64_t before = point ? memory_.load_newest(running_, c, order) : c.bits;
  const std::uint64_t after = next(before);
  if (point)
    memory_.store_adjoining(running_, c, after, order, step);
  else
    c.bits = after;
  record(step, trace::kind::modify, &c, before, after, order, 0, site);
  changed(c, before, after, false, site);
  return before;
}

}  // namespace explorer
