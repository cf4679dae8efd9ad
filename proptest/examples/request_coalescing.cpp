// SPDX-License-Identifier: BSL-1.0
// A cache of what takes long to compute: of the threads that ask for a key at the same time one computes, and the others wait on
// its entry. One that fails leaves no entry, so that the next who asks tries again.
#include <wane/map.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <iostream>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

class squares {
 public:
  long operator()(int n) {
    std::promise<long> mine;
    const auto [result, is_mine] = results_.get_or_emplace_for(1h, n, mine.get_future().share());
    if (is_mine) try {
        mine.set_value(compute(n));
      } catch (...) {
        mine.set_exception(std::current_exception());
        results_.erase(n);
      }
    return result.get();
  }
  [[nodiscard]] int computed() const { return computed_.load(std::memory_order_relaxed); }

 private:
  long compute(int n) {
    computed_.fetch_add(1, std::memory_order_relaxed);
    std::this_thread::sleep_for(20ms);
    if (n < 0) throw std::domain_error("negative");
    return static_cast<long>(n) * n;
  }

  wane::map<int, std::shared_future<long>> results_;
  std::atomic<int> computed_ = 0;
};

int main() {
  squares square;
  std::atomic<long> sum = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { sum.fetch_add(square(12), std::memory_order_relaxed); });
  threads.clear();
  std::cout << sum.load(std::memory_order_relaxed) << ", computed " << square.computed() << " time\n";
  for (int attempt = 0; attempt < 2; ++attempt) try {
      square(-1);
    } catch (const std::domain_error& e) {
      std::cout << e.what() << '\n';
    }
  std::cout << "computed " << square.computed() << " times\n";
}
// 1152, computed 1 time
// negative
// negative
// computed 3 times
