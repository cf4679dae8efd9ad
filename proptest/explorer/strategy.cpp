// SPDX-License-Identifier: BSL-1.0
#include "strategy.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace explorer {

// ---- Exhaustive ------------------------------------------------------------------------------------------------------

bool exhaustive::begin(unsigned) {
  if (begun_) {
    while (!path_.empty() && path_.back().taken + 1 == path_.back().options) path_.pop_back();
    if (path_.empty()) return false;
    ++path_.back().taken;
  }
  begun_ = true;
  at_ = 0;
  preemptions_left_ = preemptions_;
  stale_left_ = stale_;
  return true;
}

unsigned exhaustive::choose(std::size_t options) {
  if (at_ == path_.size()) path_.push_back({0, static_cast<std::uint16_t>(options)});
  const choice c = path_[at_++];
  if (c.options != options) throw std::logic_error("explorer: the program does not depend on the schedule alone");
  return c.taken;
}

std::size_t exhaustive::thread(std::uint32_t, std::span<const unsigned> ready, bool preempts) {
  if (preempts && preemptions_left_ == 0) return 0;
  const unsigned taken = choose(ready.size());
  if (preempts && taken != 0) --preemptions_left_;
  return taken;
}

unsigned exhaustive::pick_store(std::uint32_t, unsigned options) {
  if (stale_left_ == 0) return 0;
  const unsigned taken = choose(options);
  if (taken != 0) --stale_left_;
  return taken;
}

void exhaustive::restart() {
  path_.clear();
  begun_ = false;
}

// ---- Random ----------------------------------------------------------------------------------------------------------

bool random_walk::begin(unsigned) {
  stale_left_ = stale_;
  one_in_ = 2u << (random_() % 5);  // some executions are calm, some wild
  return true;
}

std::size_t random_walk::thread(std::uint32_t, std::span<const unsigned> ready, bool preempts) {
  const std::uint64_t dice = random_();
  if (preempts && dice % one_in_ != 0) return 0;
  return (dice >> 32) % ready.size();
}

unsigned random_walk::pick_store(std::uint32_t, unsigned options) {
  const std::uint64_t dice = random_();
  if (stale_left_ == 0 || dice % 4 != 0) return 0;
  --stale_left_;
  return static_cast<unsigned>((dice >> 32) % options);
}

// ---- PCT -------------------------------------------------------------------------------------------------------------

bool pct::begin(unsigned threads) {
  longest_ = std::max(longest_, points_);
  points_ = 0;
  stale_left_ = stale_;
  priority_.resize(threads);
  std::iota(priority_.begin(), priority_.end(), 0);
  std::shuffle(priority_.begin(), priority_.end(), random_);
  lowest_ = -1;
  change_at_.clear();
  for (unsigned i = 1; i < depth_; ++i) change_at_.push_back(static_cast<std::uint32_t>(random_() % longest_) + 1);
  return true;
}

std::size_t pct::thread(std::uint32_t, std::span<const unsigned> ready, bool preempts) {
  ++points_;
  // Who yields has nothing to do until others have.
  if (!preempts) return random_() % ready.size();
  if (std::find(change_at_.begin(), change_at_.end(), points_) != change_at_.end()) priority_[ready[0]] = lowest_--;
  const auto best =
      std::max_element(ready.begin(), ready.end(), [&](unsigned a, unsigned b) { return priority_[a] < priority_[b]; });
  return static_cast<std::size_t>(best - ready.begin());
}

unsigned pct::pick_store(std::uint32_t, unsigned options) {
  const std::uint64_t dice = random_();
  if (stale_left_ == 0 || dice % 4 != 0) return 0;
  --stale_left_;
  return static_cast<unsigned>((dice >> 32) % options);
}

// ---- Sprinkled -------------------------------------------------------------------------------------------------------

void sprinkled::points::draw(std::mt19937_64& random) {
  most = std::max(most, passed);
  passed = 0;
  for (std::uint32_t& a : at) a = static_cast<std::uint32_t>(random() % most);
}

bool sprinkled::points::is_next() noexcept { return std::find(at.begin(), at.end(), passed++) != at.end(); }

bool sprinkled::begin(unsigned) {
  preempt_.draw(random_);
  age_.draw(random_);
  return true;
}

std::size_t sprinkled::thread(std::uint32_t, std::span<const unsigned> ready, bool preempts) {
  if (!preempts) return random_() % ready.size();
  return preempt_.is_next() ? 1 + random_() % (ready.size() - 1) : 0;
}

unsigned sprinkled::pick_store(std::uint32_t, unsigned options) {
  return age_.is_next() ? 1 + static_cast<unsigned>(random_() % (options - 1)) : 0;
}

// ---- Replay ----------------------------------------------------------------------------------------------------------

bool replay::begin(unsigned) {
  at_ = 0;
  return !std::exchange(begun_, true);
}

std::size_t replay::thread(std::uint32_t step, std::span<const unsigned> ready, bool) {
  while (at_ < schedule_.size() && schedule_[at_].step < step) ++at_;
  if (at_ == schedule_.size() || schedule_[at_].step != step || schedule_[at_].kind != deviation::what::thread)
    return 0;
  const auto it = std::find(ready.begin(), ready.end(), schedule_[at_++].to);
  return it == ready.end() ? 0 : static_cast<std::size_t>(it - ready.begin());
}

unsigned replay::pick_store(std::uint32_t step, unsigned options) {
  while (at_ < schedule_.size() && schedule_[at_].step < step) ++at_;
  if (at_ == schedule_.size() || schedule_[at_].step != step || schedule_[at_].kind != deviation::what::store) return 0;
  return std::min(schedule_[at_++].to, options - 1);
}

// ---- Bytes -----------------------------------------------------------------------------------------------------------

bool from_bytes::begin(unsigned) {
  at_ = 0;
  quiet_ = 0;
  return !std::exchange(begun_, true);
}

/// Bytes come in pairs: how many points stay quiet, and which way the next one goes.
unsigned from_bytes::next(std::size_t options) {
  if (quiet_ > 0) {
    --quiet_;
    return 0;
  }
  if (at_ + 2 > bytes_.size()) return 0;
  quiet_ = bytes_[at_];
  const unsigned way = bytes_[at_ + 1] % static_cast<unsigned>(options);
  at_ += 2;
  return way;
}

std::size_t from_bytes::thread(std::uint32_t, std::span<const unsigned> ready, bool) { return next(ready.size()); }
unsigned from_bytes::pick_store(std::uint32_t, unsigned options) { return next(options); }

}  // namespace explorer
