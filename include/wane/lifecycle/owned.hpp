// SPDX-License-Identifier: BSL-1.0
// Entries that own something which has to be closed: a connection, a file, a task (task.hpp).
//
//   struct my_policy : wane::policy<int> { using listener = wane::close_on_removal; };
//   wane::map<int, wane::owned<socket, shut_down>, my_policy> connections;
//   connections.insert(7, wane::owned<socket, shut_down>(std::move(s)), 5min);
//
// The listener closes it when the entry is removed, of whatever cause: erased, expired, replaced, cleared, or destroyed
// with its map. That is at once, not when the entry's memory is reclaimed.
#pragma once

#include <atomic>
#include <memory>
#include <type_traits>
#include <utility>

#include <wane/cause.hpp>

namespace wane {

/// A listener that calls close() on the value of every entry that is removed, by the thread that removes it, before its
/// call returns. Values are `owned`, `task`, `counter`, what derives from them, or anything with such a member.
struct close_on_removal {
  template <class Key, class T>
  void operator()(const Key&, const T& value, cause) const noexcept {
    static_assert(noexcept(value.close()), "wane: close() must not throw; destructors call it");
    value.close();
  }
};

/// A value that owns a resource R, closed by Close: callable as close(R&), throwing nothing. Copies share the resource.
///
///   O1  It is closed exactly once: when the first entry that has it is removed, or, if none ever was, with its last
///       copy.
///   O2  R is destroyed with the last copy, after every reader has left: the map's own copy waits for a grace period.
///
/// So readers may meet a resource that is closed, never one that is destroyed. Where closing sets something free that
/// serves again at once, such as the number of a descriptor, let Close end its use (shutdown) and R's destructor free
/// it. A replacement closes what it replaces: do not carry the resource over to the new value; `touch` only moves the
/// deadline.
template <class R, class Close>
  requires std::is_nothrow_invocable_v<Close&, R&>
class owned {
 public:
  /// Throws: std::bad_alloc, and what moving R and Close throws.
  explicit owned(R resource, Close close = {})
      : shared_(std::make_shared<shared>(std::move(resource), std::move(close))) {}

  /// Effects: closes the resource, unless that has been done. Thread-safe; who comes second does not wait for the
  /// first.
  void close() const noexcept { shared_->close_once(); }
  /// What synchronisation R needs among its users is theirs.
  [[nodiscard]] R& operator*() const noexcept { return shared_->resource; }
  [[nodiscard]] R* operator->() const noexcept { return &shared_->resource; }

 private:
  struct shared {
    shared(R r, Close c) : resource(std::move(r)), close(std::move(c)) {}
    shared(const shared&) = delete;
    shared& operator=(const shared&) = delete;
    ~shared() { close_once(); }

    void close_once() noexcept {
      // [OW1] relaxed: decides who closes, and passes nothing on; the resource came with the entry.
      if (!is_closed.exchange(true, std::memory_order_relaxed)) close(resource);
    }

    R resource;
    [[no_unique_address]] Close close;
    std::atomic<bool> is_closed{false};
  };

  std::shared_ptr<shared> shared_;
};

}  // namespace wane
