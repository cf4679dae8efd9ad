// SPDX-License-Identifier: BSL-1.0
// A reclamation scheme of one's own: readers take turns under two counters, as in sleepable RCU. Each line is what the concept
// in reclaim/concept.hpp asks for; the map keeps the garbage, a domain only tells when it may be freed.
//
// A stamp is the number of a period. Readers count themselves in under the period's parity. The period ends when nobody of the
// one before is left; what was unlinked in period p is nobody's once p + 2 has begun.
#include <wane/map.hpp>

#include <atomic>
#include <iostream>
#include <thread>

struct two_counters : wane::announced_by_guards<two_counters> {
  static constexpr wane::protection kind = wane::protection::blanket;  // a guard covers all that can be reached
  static constexpr bool value_only = false;
  static constexpr bool has_grace_period = true;
  static constexpr bool reuses_at_once = false;
  static constexpr bool bounded_garbage = false;

  class domain {
   public:
    std::uint64_t enter() noexcept {
      for (;;) {
        const std::uint64_t p = period_.load(std::memory_order_seq_cst);
        readers_[p % 2].fetch_add(1, std::memory_order_seq_cst);
        if (p == period_.load(std::memory_order_seq_cst)) return p;
        leave(p);  // late: that period is over
      }
    }
    void leave(std::uint64_t period) noexcept { readers_[period % 2].fetch_sub(1, std::memory_order_seq_cst); }

    std::uint64_t stamp() noexcept { return period_.load(std::memory_order_seq_cst); }
    [[nodiscard]] bool passed(std::uint64_t stamp) const noexcept {
      return period_.load(std::memory_order_seq_cst) >= stamp + 2;
    }
    void advance() noexcept {
      std::uint64_t p = period_.load(std::memory_order_seq_cst);
      if (readers_[(p + 1) % 2].load(std::memory_order_seq_cst) == 0)
        period_.compare_exchange_strong(p, p + 1, std::memory_order_seq_cst, std::memory_order_seq_cst);
    }
    void wait_a_moment() noexcept {
      advance();
      std::this_thread::yield();
    }
    void barrier() noexcept {
      for (const std::uint64_t now = stamp(); !passed(now);) wait_a_moment();
    }
    // Who is inside is not known by name; a map asks only to assert that its caller is not.
    static bool in_guard(std::uint32_t) noexcept { return false; }

   private:
    // seq_cst throughout: a reader counts itself in before it looks at the period again, and the period is moved on after a look
    // at the counts; in any one order of all this, either the reader sees the new period or the look sees the reader. That all
    // readers change two counters is what makes this slow.
    std::atomic<std::uint64_t> period_ = 0;
    std::atomic<std::uint64_t> readers_[2] = {0, 0};
  };

  class guard : public wane::blanket_guard {
   public:
    guard(domain& d, std::uint32_t) noexcept : domain_(d), period_(d.enter()) {}
    ~guard() { domain_.leave(period_); }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

   private:
    domain& domain_;
    std::uint64_t period_;
  };
};
static_assert(wane::reclaimer<two_counters>);

struct policy : wane::policy<int> {
  using reclaimer = two_counters;
};

int main() {
  wane::map<int, int, policy> map;
  {
    std::jthread writer([&] {
      for (int k = 0; k < 20'000; ++k) map.insert_or_assign(k % 100, k);
    });
    for (int k = 0; k < 20'000; ++k)
      if (const auto value = map.find(k % 100); value && *value % 100 != k % 100) std::cout << "a wrong value\n";
  }
  map.collect();           // stamps what is left
  map.domain().barrier();  // waits until nobody can hold it
  map.collect();           // frees it
  std::cout << map.size() << " entries, " << map.stats().retired << " slots of garbage, "
            << (map.check() ? "sound" : "broken") << '\n';
}
// 100 entries, 0 slots of garbage, sound
