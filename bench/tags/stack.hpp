// SPDX-License-Identifier: BSL-1.0
// A stack of nodes under a tagged word (R. K. Treiber, IBM RJ 5118, 1986), and threads that pop and push as fast as
// they can. Every word does the same work here, and each change of it counts the tag up by one.
#pragma once

#include <chrono>
#include <cstdint>
#include <unordered_set>

#include "word.hpp"

namespace bench::tags {

using clock = std::chrono::steady_clock;

/// What one thread did, and when.
struct alignas(64) effort {   // a cache line each: threads count without disturbing each other
  std::uint64_t pairs = 0;    ///< a pop and the push that gives the node back
  std::uint64_t changes = 0;  ///< of the word
  std::uint64_t refused = 0;  ///< compare-and-swaps that found the word changed
  clock::time_point begin, end;
};

/// For those who do not watch for the return of a value; see watch.hpp.
struct unwatched {
  static constexpr std::nullptr_t sought() noexcept { return nullptr; }
  static constexpr void installed(std::nullptr_t, const auto& /*value*/) noexcept {}
};

template <tagged_word Word>
class stack {
 public:
  using reference = typename Word::reference;

  explicit stack(std::size_t nodes) : word_(nodes), nodes_(nodes) {
    effort building;
    unwatched nobody;
    for (std::size_t i = 0; i != nodes; ++i) push(word_.nth(i), nobody, building);
  }

  [[nodiscard]] Word& word() noexcept { return word_; }

  /// The node taken off the top, or the null reference.
  template <class Watch>
  reference pop(Watch& watch, effort& e) noexcept {
    auto seen = word_.read();
    for (;;) {
      const reference node = Word::top(seen);
      if (node == reference{}) return node;
      // [ST1] relaxed: published by the change that put the node on top. If the node was popped since, this may be
      // anything; then the tag has moved on, and the change is refused. That is what the tag is for.
      const reference next = word_.next(node).load(std::memory_order_relaxed);
      if (change(seen, next, watch, e)) return node;
    }
  }

  template <class Watch>
  void push(reference node, Watch& watch, effort& e) noexcept {
    auto seen = word_.read();
    do {
      // [ST2] relaxed: the change below publishes it.
      word_.next(node).store(Word::top(seen), std::memory_order_relaxed);
    } while (!change(seen, node, watch, e));
  }

  /// Whether every node is on the stack, once. Precondition: no thread is at work or holds a node.
  [[nodiscard]] bool is_whole() {
    std::unordered_set<reference> met;
    for (reference r = Word::top(word_.read()); r != reference{};) {
      if (!met.insert(r).second) return false;
      // [ST3] relaxed: nobody writes now.
      r = word_.next(r).load(std::memory_order_relaxed);
    }
    return met.size() == nodes_;
  }

 private:
  template <class Watch>
  bool change(typename Word::value& seen, reference top, Watch& watch, effort& e) noexcept {
    const auto sought = watch.sought();  // before the change, see watch.hpp
    const auto desired = Word::pointing_to(seen, top);
    if (!word_.change(seen, desired)) {
      ++e.refused;
      return false;
    }
    ++e.changes;
    watch.installed(sought, desired);
    return true;
  }

  Word word_;
  std::size_t nodes_;
};

/// Pops and pushes until `done`, which is told the effort so far. A thread holds one node at most.
template <tagged_word Word, class Watch, class Done>
effort hammer(stack<Word>& s, Watch& watch, Done&& done) {
  constexpr int pairs_per_look = 128;
  effort e;  // by value: what only this thread sees stays in registers
  e.begin = clock::now();
  do {
    for (int i = 0; i != pairs_per_look; ++i) {
      const auto node = s.pop(watch, e);
      if (node == typename Word::reference{}) continue;  // only where ABA has lost the nodes
      s.push(node, watch, e);
      ++e.pairs;
    }
  } while (!done(e));
  e.end = clock::now();
  return e;
}

}  // namespace bench::tags
