// SPDX-License-Identifier: BSL-1.0
// Notices when the word holds again the very value, reference and tag, that a stalled thread has read.
//
// The stalled thread cannot look itself: it is stalled, and a thread that polled would miss most values, which last
// some nanoseconds, and slow the others down. So the threads that change the word compare: nothing else changes it,
// hence none of its values is missed.
//
// A thread learns what is sought before its change (`sought`), and compares after (`installed`). If its change came
// before the stalled thread's read, it cannot have seen the round that began with that read, and the value that was
// read is not taken for its own return. Rounds are never reused: comparing them has no ABA.
#pragma once

#include <deque>
#include <optional>

#include "stack.hpp"

namespace bench::tags {

template <tagged_word Word>
class watch {
  using value = typename Word::value;

 public:
  /// One read by the stalled thread and what became of it.
  struct alignas(64) round {
    round(const value& v, clock::time_point t) : read(v), since(t) {}

    /// How long it took until the word held the value again; nothing if it has not yet.
    [[nodiscard]] std::optional<clock::duration> returned_after() const noexcept {
      // [WT1] relaxed: carries nothing but itself.
      const clock::rep at = returned_at.load(std::memory_order_relaxed);
      if (at == not_yet) return std::nullopt;
      return clock::time_point(clock::duration(at)) - since;
    }

    const value read;
    const clock::time_point since;  ///< just before the read
    std::atomic<clock::rep> returned_at{not_yet};
  };

  explicit watch(Word& word) : word_(word) { begin(); }

  /// The stalled thread reads the word.
  const round& begin() {
    const auto now = clock::now();
    round& r = rounds_.emplace_back(word_.read(), now);
    // [WT2] release: pairs with [WT3], so that the round is seen as it was made.
    current_.store(&r, std::memory_order_release);
    return r;
  }

  [[nodiscard]] round* sought() const noexcept {
    // [WT3] acquire: pairs with [WT2]. It stays before the caller's change, which releases; the read in `begin`
    // acquires. So whoever made a change that `begin` has read, or one before it, has loaded an earlier round here.
    return current_.load(std::memory_order_acquire);
  }

  void installed(round* sought, const value& v) noexcept {
    if (v == sought->read) [[unlikely]]
      note(*sought);
  }

 private:
  static constexpr clock::rep not_yet = 0;

  static void note(round& r) noexcept {
    clock::rep first = not_yet;
    // [WT4] relaxed: the first return counts; carries nothing but itself.
    r.returned_at.compare_exchange_strong(first, clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  }

  alignas(64) std::atomic<round*> current_{nullptr};  // read before each change of the word, written once a round
  alignas(64) Word& word_;
  std::deque<round> rounds_;  // the stalled thread's
};

}  // namespace bench::tags
