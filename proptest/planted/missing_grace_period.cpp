// SPDX-License-Identifier: BSL-1.0
// Planted: unpublishes a node and frees it without waiting for the readers. ThreadSanitizer must say so in spite of
// what tsan.supp suppresses.
#include <urcu/urcu-memb.h>

#include <atomic>
#include <thread>

std::atomic<int*> published;
std::atomic<bool> read_once;

int main() {
  published.store(new int(1), std::memory_order_release);
  std::thread reader([] {
    urcu_memb_register_thread();
    urcu_memb_read_lock();
    const int value = *published.load(std::memory_order_acquire);
    read_once.store(value == 1, std::memory_order_relaxed);  // relaxed: orders the threads in time, not for the tool
    urcu_memb_read_unlock();
    urcu_memb_unregister_thread();
  });
  while (!read_once.load(std::memory_order_relaxed)) std::this_thread::yield();
  delete published.exchange(nullptr, std::memory_order_acq_rel);
  reader.join();
}
