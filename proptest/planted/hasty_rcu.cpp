// SPDX-License-Identifier: BSL-1.0
// Planted: a map whose rcu frees what it has unlinked without waiting for a grace period. ThreadSanitizer must say so in
// spite of what tells it of liburcu's barriers (rcu_annotate_release and rcu_annotate_acquire), AddressSanitizer, too.
#include <wane/map.hpp>
#include <wane/reclaim/rcu.hpp>

#include <atomic>
#include <string>
#include <thread>

namespace {

struct hasty : wane::rcu<wane::memb> {
  using honest = wane::rcu<wane::memb>;
  class domain {
   public:
    [[nodiscard]] std::uint64_t stamp() noexcept { return real.stamp(); }
    [[nodiscard]] static bool passed(std::uint64_t) noexcept { return true; }
    void advance() noexcept { real.advance(); }
    void wait_a_moment() noexcept { real.wait_a_moment(); }
    void barrier() { real.barrier(); }
    [[nodiscard]] bool in_guard(std::uint32_t slot) const noexcept { return real.in_guard(slot); }

    honest::domain& real = honest::default_domain();
  };
  struct guard : honest::guard {
    guard(domain& d, std::uint32_t slot) : honest::guard(d.real, slot) {}
  };
  static domain& default_domain() noexcept {
    static domain shared;
    return shared;
  }
};
struct policy : wane::policy<int> {
  using reclaimer = hasty;
};

/// ThreadSanitizer sees who writes the seal, AddressSanitizer who frees the text.
struct letter {
  std::string text = std::string(100, 'x');
  int seal = 1;
  // volatile: to the compiler a store to an object at its end is dead.
  ~letter() { *const_cast<volatile int*>(&seal) = 0; }
};

}  // namespace

int main() {
  wane::map<int, letter, policy> map;
  map.insert(1, letter());
  // relaxed: they order the threads in time, not for the tool
  std::atomic<bool> visiting, removed, intact;
  std::thread reader([&] {
    map.visit(1, [&](int, const letter& value) {
      visiting.store(true, std::memory_order_relaxed);
      while (!removed.load(std::memory_order_relaxed)) std::this_thread::yield();
      const bool sealed = value.seal == 1;
      intact.store(value.text[50] == 'x' && sealed, std::memory_order_relaxed);
    });
  });
  while (!visiting.load(std::memory_order_relaxed)) std::this_thread::yield();
  map.erase(1);
  map.collect();
  removed.store(true, std::memory_order_relaxed);
  reader.join();
}
