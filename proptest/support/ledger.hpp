// SPDX-License-Identifier: BSL-1.0
// The books of a stress test: every incarnation has a number of its own, and the ledger knows its birth and its death.
//
//   B1  An incarnation that was born dies exactly once or is still there; one that was not born is nowhere.
//   B2  An operation that begins after a death was reported never sees the dead.
//   B3  A value is seen under its own key only.
#pragma once

#include <wane/cause.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "counted.hpp"
#include "harness.hpp"

namespace proptest {

/// What a value says: which key it belongs to and which incarnation it is.
struct identity {
  static constexpr int id_bits = 40;
  std::uint64_t bits = 0;

  identity() = default;
  explicit identity(std::uint64_t all) noexcept : bits(all) {}
  identity(std::uint64_t key, std::uint64_t id) noexcept : bits((key << id_bits) | id) {}
  [[nodiscard]] std::uint64_t key() const noexcept { return bits >> id_bits; }
  [[nodiscard]] std::uint64_t id() const noexcept { return bits & ((std::uint64_t{1} << id_bits) - 1); }
};

/// A value that is counted and that shows when it is read after its destruction.
class tracked : private instances<tracked> {
 public:
  using instances<tracked>::alive;

  explicit tracked(identity who) noexcept : bits_(who.bits) {}
  tracked(const tracked& other) noexcept : instances<tracked>(), bits_(other.bits_) {}
  tracked& operator=(const tracked&) = default;
  ~tracked() {
    // volatile: to the compiler a store to an object at its end is dead.
    *const_cast<volatile std::uint64_t*>(&bits_) = ~std::uint64_t{0};
  }

  [[nodiscard]] identity who() const noexcept { return identity(bits_); }
  friend bool operator==(const tracked& a, const tracked& b) noexcept { return a.bits_ == b.bits_; }

 private:
  std::uint64_t bits_;
};

template <class Value>
[[nodiscard]] identity identity_of(const Value& v) {
  if constexpr (std::is_same_v<Value, tracked>)
    return v.who();
  else
    return identity(v);
}
template <class Value>
[[nodiscard]] Value value_of(identity who) {
  if constexpr (std::is_same_v<Value, tracked>)
    return tracked(who);
  else
    return who.bits;
}

class ledger {
 public:
  explicit ledger(std::size_t capacity) : records_(capacity) {}

  /// Numbers for new incarnations, for one thread at a time.
  class numbers {
   public:
    explicit numbers(ledger& of) : of_(&of) {}
    std::uint64_t next() {
      if (next_ == end_) {
        next_ = of_->issued_.fetch_add(batch, std::memory_order_relaxed);
        end_ = next_ + batch;
        if (end_ > of_->records_.size()) throw std::length_error("the ledger is full: a test of this size needs more");
      }
      return next_++;
    }

   private:
    static constexpr std::uint64_t batch = 64;
    ledger* of_;
    std::uint64_t next_ = 0;
    std::uint64_t end_ = 0;
  };

  /// The map has said that this incarnation entered it.
  void born(std::uint64_t id) {
    EXPECT(records_[id].births.fetch_add(1, std::memory_order_relaxed) == 0, "incarnation " << id << " born twice");
  }
  /// The map has told its listener.
  void died(identity who, std::uint64_t key, wane::cause cause) {
    EXPECT(who.key() == key && who.id() < records_.size(),
           "key " << key << " reported with the value of " << who.key() << "/" << who.id());
    if (who.id() >= records_.size()) return;
    EXPECT(records_[who.id()].deaths.fetch_add(1, std::memory_order_relaxed) == 0,
           "key " << key << ": incarnation " << who.id() << " died twice, now of being " << wane::to_string(cause));
    deaths_[static_cast<std::size_t>(cause)].fetch_add(1, std::memory_order_relaxed);
    // seq_cst, like `now`: a death reported before an operation began has the smaller number.
    records_[who.id()].died_at.store(time_.fetch_add(1, std::memory_order_seq_cst), std::memory_order_seq_cst);
  }

  /// A moment to pass to `seen`: taken before the operation begins.
  [[nodiscard]] std::uint64_t now() const noexcept { return time_.load(std::memory_order_seq_cst); }
  /// An operation on `key` that began at `began` came upon this value. B2, B3.
  void seen(identity who, std::uint64_t key, std::uint64_t began) {
    EXPECT(who.key() == key && who.id() < records_.size(),
           "key " << key << " has the value of " << who.key() << "/" << who.id());
    if (who.id() >= records_.size()) return;
    const auto died_at = records_[who.id()].died_at.load(std::memory_order_seq_cst);
    EXPECT(died_at >= began, "key " << key << ": incarnation " << who.id() << " was seen after its death was reported");
  }

  [[nodiscard]] std::uint64_t deaths(wane::cause cause) const {
    return deaths_[static_cast<std::size_t>(cause)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_dead(std::uint64_t id) const {
    return records_[id].deaths.load(std::memory_order_relaxed) != 0;
  }

  /// B1, when all is quiet. `present` are the incarnations in the map. Returns how many were born.
  std::uint64_t balance(const std::vector<identity>& present) {
    for (const auto& who : present) {
      EXPECT(who.id() < records_.size(), "a value from nowhere: " << who.key() << "/" << who.id());
      if (who.id() < records_.size()) ++records_[who.id()].present;
    }
    std::uint64_t born_in_all = 0;
    const auto issued = std::min<std::uint64_t>(issued_.load(std::memory_order_relaxed), records_.size());
    for (std::uint64_t id = 0; id < issued; ++id) {
      const auto& r = records_[id];
      const auto births = r.births.load(std::memory_order_relaxed);
      const auto deaths = r.deaths.load(std::memory_order_relaxed);
      born_in_all += births;
      EXPECT(births == deaths + r.present, "incarnation " << id << ": born " << births << " times, died " << deaths
                                                          << " times, there " << r.present << " times");
    }
    for (auto& r : records_) r.present = 0;
    return born_in_all;
  }

 private:
  struct record {
    std::atomic<std::uint16_t> births{0};
    std::atomic<std::uint16_t> deaths{0};
    std::uint32_t present = 0;
    std::atomic<std::uint64_t> died_at{UINT64_MAX};
  };
  std::vector<record> records_;
  std::atomic<std::uint64_t> issued_{0};
  std::atomic<std::uint64_t> time_{1};
  std::array<std::atomic<std::uint64_t>, 5> deaths_{};
};

/// The listener that keeps the books.
template <class Value>
struct bookkeeper {
  ledger* books = nullptr;
  void operator()(std::uint64_t key, const Value& value, wane::cause cause) const {
    books->died(identity_of(value), key, cause);
  }
};

}  // namespace proptest
