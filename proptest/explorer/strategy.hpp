// SPDX-License-Identifier: BSL-1.0
// Strategies: who decides, at each point where an execution could go on in several ways, which way it goes.
//
// Choice 0 is always what happens undisturbed: the running thread runs on, a load reads the newest store. Everything else is
// a deviation; a schedule is written down as the list of its deviations, see schedule.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "schedule.hpp"

namespace explorer {

class strategy {
 public:
  strategy() = default;
  strategy(const strategy&) = delete;
  strategy& operator=(const strategy&) = delete;
  virtual ~strategy() = default;

  /// Prepares the next execution. False when all that is to be tried has been.
  virtual bool begin(unsigned threads) = 0;
  /// Which of the `ready` threads (two at least) runs; `preempts`: the first of them is running and would go on.
  virtual std::size_t thread(std::uint32_t step, std::span<const unsigned> ready, bool preempts) = 0;
  /// Which of several stores a load reads, or where a store is placed; counted back from the newest.
  virtual unsigned pick_store(std::uint32_t step, unsigned options) = 0;
  /// The places where threads meet are known better now: what was explored so far does not count.
  virtual void restart() {}
};

/// Every schedule with at most so many preemptions and so many deviating loads and stores.
class exhaustive final : public strategy {
 public:
  exhaustive(unsigned preemptions, unsigned stale) noexcept : preemptions_(preemptions), stale_(stale) {}
  bool begin(unsigned threads) override;
  std::size_t thread(std::uint32_t step, std::span<const unsigned> ready, bool preempts) override;
  unsigned pick_store(std::uint32_t step, unsigned options) override;
  void restart() override;

 private:
  struct choice {
    std::uint16_t taken;
    std::uint16_t options;
  };
  unsigned choose(std::size_t options);

  unsigned preemptions_, stale_;
  unsigned preemptions_left_ = 0, stale_left_ = 0;
  std::vector<choice> path_;
  std::size_t at_ = 0;
  bool begun_ = false;
};

/// Random schedules: each point deviates with a small probability.
class random_walk final : public strategy {
 public:
  random_walk(std::uint64_t seed, unsigned stale) : random_(seed), stale_(stale) {}
  bool begin(unsigned threads) override;
  std::size_t thread(std::uint32_t step, std::span<const unsigned> ready, bool preempts) override;
  unsigned pick_store(std::uint32_t step, unsigned options) override;

 private:
  std::mt19937_64 random_;
  unsigned stale_;
  unsigned stale_left_ = 0;
  unsigned one_in_ = 8;
};

/// Probabilistic concurrency testing: random priorities, and `depth` - 1 random points where the running thread falls behind
/// all others. A bug of that depth is met with a known least probability in each run (S. Burckhardt, P. Kothari,
/// M. Musuvathi, S. Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010).
class pct final : public strategy {
 public:
  pct(std::uint64_t seed, unsigned depth, unsigned stale) : random_(seed), depth_(depth), stale_(stale) {}
  bool begin(unsigned threads) override;
  std::size_t thread(std::uint32_t step, std::span<const unsigned> ready, bool preempts) override;
  unsigned pick_store(std::uint32_t step, unsigned options) override;

 private:
  std::mt19937_64 random_;
  unsigned depth_, stale_;
  unsigned stale_left_ = 0;
  std::uint32_t points_ = 0, longest_ = 64;
  std::vector<std::uint32_t> change_at_;
  std::vector<int> priority_;
  int lowest_ = 0;
};

/// So many preemptions and so many stale loads, each at a point drawn evenly from all there are: for programs too long to
/// exhaust, where random walks deviate too often to leave any thread alone for long.
class sprinkled final : public strategy {
 public:
  sprinkled(std::uint64_t seed, unsigned preemptions, unsigned stale)
      : random_(seed), preempt_(preemptions), age_(stale) {}
  bool begin(unsigned threads) override;
  std::size_t thread(std::uint32_t step, std::span<const unsigned> ready, bool preempts) override;
  unsigned pick_store(std::uint32_t step, unsigned options) override;

 private:
  /// Points of one kind, counted off.
  struct points {
    explicit points(unsigned deviations) : at(deviations) {}
    void draw(std::mt19937_64& random);
    bool is_next() noexcept;
    std::vector<std::uint32_t> at;
    std::uint32_t passed = 0, most = 16;
  };
  std::mt19937_64 random_;
  points preempt_, age_;
};

/// One given schedule, once.
class replay final : public strategy {
 public:
  explicit replay(schedule s) : schedule_(std::move(s)) {}
  bool begin(unsigned threads) override;
  std::size_t thread(std::uint32_t step, std::span<const unsigned> ready, bool preempts) override;
  unsigned pick_store(std::uint32_t step, unsigned options) override;
  void restart() override { begun_ = false; }

 private:
  schedule schedule_;
  std::size_t at_ = 0;
  bool begun_ = false;
};

/// Deviations drawn from bytes that a fuzzer or a property supplies: one point in a hundred or so deviates.
class from_bytes final : public strategy {
 public:
  explicit from_bytes(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}
  bool begin(unsigned threads) override;
  std::size_t thread(std::uint32_t step, std::span<const unsigned> ready, bool preempts) override;
  unsigned pick_store(std::uint32_t step, unsigned options) override;
  void restart() override { begun_ = false; }

 private:
  unsigned next(std::size_t options);
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  std::uint32_t quiet_ = 0;  // points left before the next byte is asked
  bool begun_ = false;
};

}  // namespace explorer
