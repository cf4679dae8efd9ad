// SPDX-License-Identifier: BSL-1.0
#include "scenarios/snapshot_scenario.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>

#include "scenarios/map_program.hpp"

namespace proptest {

namespace {

struct snapshot_policy : explored_policy<explorer::epoch, ladder, nanoseconds> {
  using listener = wane::no_listener;
};
using map = wane::map<std::uint64_t, std::uint64_t, snapshot_policy>;
/// A bit a key, and one a key whose value has been assigned to; nothing if other threads were in the way.
using keys_seen = std::optional<unsigned>;
constexpr std::uint64_t keys_apart = 8;
template <class... Keys>
constexpr unsigned bits(Keys... keys) {
  return ((1u << keys) | ...);
}

class snapshot_scenario : public explorer::scenario {
 public:
  explicit snapshot_scenario(std::initializer_list<std::uint64_t> before)
      : map_({.growth = false, .minimum_buckets = 1}, {.clock = clock_, .pages = {&pieces_}, .domain = &domain_}) {
    for (const std::uint64_t key : before) map_.insert(key, key);
  }

 protected:
  bool insert(std::uint64_t key, map::lifetime life = wane::forever) { return map_.insert(key, key, life); }
  void erase(std::uint64_t key) { map_.erase(key); }
  void assign(std::uint64_t key) { map_.replace(key, key + keys_apart); }
  [[nodiscard]] bool contains(std::uint64_t key) { return map_.contains(key); }
  void advance(unsigned ticks) { clock_.advance(nanoseconds(ticks)); }
  [[nodiscard]] keys_seen look(unsigned attempts = 1) {
    const auto moment = map_.snapshot(attempts);
    if (!moment) return std::nullopt;
    unsigned seen = 0;
    for (const auto& [key, value] : *moment) {
      if (value % keys_apart != key) engine::current().fail(fault::wrong_result, "a snapshot has the value of another key");
      seen |= 1u << key | 1u << value;
    }
    return seen;
  }

 private:
  explorer::pages::pieces pieces_;
  explorer::clock clock_;
  explorer::epoch::domain domain_;
  map map_;
};

class moves final : public snapshot_scenario {
 public:
  moves() : snapshot_scenario({2}) { insert(3, nanoseconds(5)); }
  [[nodiscard]] unsigned threads() const override { return 2; }

  void run(unsigned thread) override {
    if (thread == 0) {
      saw_ = look();
      return;
    }
    insert(1);
    erase(2);
    advance(5);
    insert(4);
  }
  void finish() override {
    constexpr std::array moments = {bits(2, 3), bits(1, 2, 3), bits(1, 3), bits(1), bits(1, 4)};
    if (saw_ && std::ranges::find(moments, *saw_) == moments.end())
      engine::current().fail(fault::not_linearizable, "at no moment was that in the map");
    if (look(2) != bits(1, 4))  // the first commits what has expired
      engine::current().fail(fault::wrong_result, "a snapshot of a quiet map is wrong");
  }

 private:
  keys_seen saw_;
};

/// An entry goes from behind 4 to between 2 and 4, and on to before 2. A look can miss it both before and after one move, and
/// the next look as well: only tags tell that links have led elsewhere meanwhile.
class two_moves final : public snapshot_scenario {
 public:
  two_moves() : snapshot_scenario({2, 4, 5}) {}
  [[nodiscard]] unsigned threads() const override { return 3; }

  void run(unsigned thread) override {
    switch (thread) {
      case 0: saw_ = look(); return;
      case 1: return move(3, 1);
      default: return move(5, 3);  // when the last thread ends, the first goes on: that is no preemption
    }
  }
  void finish() override {
    if (saw_ == bits(2, 4)) engine::current().fail(fault::not_linearizable, "at no moment were there only two entries");
  }

 private:
  void move(std::uint64_t from, std::uint64_t to) {
    if (contains(from) && insert(to)) erase(from);
  }
  keys_seen saw_;
};

/// One value is assigned in place after the other.
class assignments final : public snapshot_scenario {
 public:
  assignments() : snapshot_scenario({1, 2}) {}
  [[nodiscard]] unsigned threads() const override { return 2; }

  void run(unsigned thread) override {
    if (thread == 0) {
      saw_ = look();
      return;
    }
    assign(1);
    assign(2);
  }
  void finish() override {
    constexpr std::array moments = {bits(1, 2), bits(1, 1 + keys_apart, 2), bits(1, 1 + keys_apart, 2, 2 + keys_apart)};
    if (saw_ && std::ranges::find(moments, *saw_) == moments.end())
      engine::current().fail(fault::not_linearizable, "at no moment were those the values in the map");
  }

 private:
  keys_seen saw_;
};

/// Two insertions on different links: both snapshots may have one, but not each the other one.
class two_snapshots final : public snapshot_scenario {
 public:
  two_snapshots() : snapshot_scenario({1, 3}) {}
  [[nodiscard]] unsigned threads() const override { return 4; }

  void run(unsigned thread) override {
    switch (thread) {
      case 0: insert(2); return;
      case 1: first_ = look(); return;
      case 2: insert(4); return;
      default: second_ = look();
    }
  }
  void finish() override {
    const auto differ = [](keys_seen a, keys_seen b) { return a == bits(1, 2, 3) && b == bits(1, 3, 4); };
    if (differ(first_, second_) || differ(second_, first_))
      engine::current().fail(fault::not_linearizable, "two snapshots differ on which insertion came first");
  }

 private:
  keys_seen first_, second_;
};

}  // namespace

explorer::scenario* make_snapshot_scenario(std::string_view name) {
  if (name == "snapshot-and-moves") return new moves;
  if (name == "snapshot-and-two-moves") return new two_moves;
  if (name == "snapshot-and-assignments") return new assignments;
  if (name == "snapshot-and-snapshot") return new two_snapshots;
  throw std::invalid_argument("no scenario of snapshots is named " + std::string(name));
}

}  // namespace proptest
