// SPDX-License-Identifier: BSL-1.0
// liburcu's functions for one flavour under wane's names. Each src/rcu_<flavour>.cpp includes liburcu's header of its
// flavour, its API mapped to the common names (rcu_read_lock, call_rcu, ...), defines WANE_RCU_FLAVOUR, and includes this:
// liburcu has one flavour a translation unit.
#pragma once

#include <wane/reclaim/rcu.hpp>

namespace wane {

namespace impl {

namespace {

/// Asked for at every guard, so it stands apart from the object that unregisters the thread when it ends.
constinit thread_local bool registered = false;

/// What a domain keeps for the callback under way.
struct callback {
  rcu_head head;
  void (*run)(void*);
};
static_assert(sizeof(callback) <= sizeof(rcu_callback_storage));
static_assert(alignof(callback) <= alignof(rcu_callback_storage));

void unregister() noexcept {
  if (!registered) return;
  rcu_unregister_thread();
  registered = false;
}

struct registration {
  ~registration() { unregister(); }
};

}  // namespace

template <>
void rcu_calls<WANE_RCU_FLAVOUR>::register_thread() {
  static thread_local registration until_the_thread_ends;
  (void)&until_the_thread_ends;
  rcu_register_thread();
  registered = true;
}

template <>
void rcu_calls<WANE_RCU_FLAVOUR>::unregister_thread() noexcept {
  unregister();
}

template <>
bool rcu_calls<WANE_RCU_FLAVOUR>::is_registered() noexcept {
  return registered;
}

template <>
void rcu_calls<WANE_RCU_FLAVOUR>::read_lock() noexcept {
  if (!registered) [[unlikely]]
    register_thread();
  rcu_read_lock();
}

template <>
void rcu_calls<WANE_RCU_FLAVOUR>::read_unlock() noexcept {
  rcu_read_unlock();
}

template <>
bool rcu_calls<WANE_RCU_FLAVOUR>::read_ongoing() noexcept {
  return registered && rcu_read_ongoing() != 0;
}

template <>
void rcu_calls<WANE_RCU_FLAVOUR>::call(rcu_callback_storage& storage, void (*run)(void*)) noexcept {
  auto* const c = new (&storage) callback{{}, run};
  rcu_annotate_release(c);
  call_rcu(&c->head, [](rcu_head* head) {
    rcu_annotate_acquire(head);
    auto* const called = reinterpret_cast<callback*>(head);
    called->run(called);
  });
}

template <>
void rcu_calls<WANE_RCU_FLAVOUR>::quiescent() noexcept {
  if (read_ongoing()) rcu_quiescent_state();
}

}  // namespace impl

template struct rcu<WANE_RCU_FLAVOUR>;

}  // namespace wane
