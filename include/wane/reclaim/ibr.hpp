// SPDX-License-Identifier: BSL-1.0
// Interval-based reclamation: a reader publishes the eras that it reads in, and nobody frees a node that lived in one of them.
//
// Source: H. Wen, J. Izraelevitz, W. Cai, H. A. Beadle, M. L. Scott, "Interval-based memory reclamation", PPoPP 2018 (2GEIBR),
// with the step that its authors leave to the data structure (J3). Why this and not another: papers/decisions/0007.
//
//   domain    era e; each stamp, one a bag of garbage, begins the next
//   slot      the era in which it was handed out (impl/births.hpp), and its bag's stamp: it lived from `born` to `unlinked`
//   record    one a thread slot: the eras [lower, upper] of its guards; lower is 0 outside
//
// A slot that has been unlinked and then stamped is free when no record's interval meets its own:
//   J1  `unlinked` is not below the `lower` of a guard that was there before. The stamp is a read-modify-write and returns the
//       newest era; who finds a later one at entry finds what was unlinked before that stamp unlinked (R1 in epoch.hpp).
//   J2  `born` is not above the `upper` of a guard that reads the node. The guard read the word that leads to the node, and
//       then an era equal to its `upper`; the era in which the slot was handed out came before that word.
//   J3  A guard that finds a later era publishes that as its `upper`, and then looks whether its anchor still holds. Until it
//       is published the node may be freed, and the word that led to it may be frozen and still lead there; but while the
//       anchor holds, what was reached from it is linked. Another search by the same guard looks at its own anchor only: the
//       one that was under way starts over (`upper`).
//   J4  Publications and scans are ordered by a light and a heavy fence. A scan that misses a `lower` or an `upper` comes before
//       its publication: what it frees was unlinked before, and is not reached from then on.
//
// Garbage behind a reader that has stalled is bounded by the entries there were when it did, and what was handed out in that
// era; a reader that goes on and on holds what was unlinked since it began. A look at an era that has not changed is all that a
// hop costs. Eras are 64 bits wide and do not come round. Entry and exit are wait-free; no call blocks but barrier().
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <wane/environment.hpp>
#include <wane/impl/per_thread.hpp>
#include <wane/reclaim/concept.hpp>

namespace wane {

template <class Env>
struct basic_ibr : announced_by_guards<basic_ibr<Env>> {
  static constexpr protection kind = protection::interval;
  static constexpr bool value_only = false;
  static constexpr bool has_grace_period = true;
  static constexpr bool reuses_at_once = false;
  static constexpr bool bounded_garbage = true;

  class guard;

  class domain {
   public:
    domain() = default;
    domain(const domain&) = delete;
    domain& operator=(const domain&) = delete;

    /// The era that a slot handed out now is born in, or an earlier one.
    [[nodiscard]] std::uint64_t era() const noexcept {
      // [J1] relaxed: an old era makes a slot wait longer, not less.
      return era_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t stamp() noexcept {
      // [J2] release: pairs with [J3], see J1; stamps in between pass it on, for they are read-modify-writes.
      return era_.fetch_add(1, std::memory_order_release);
    }
    /// For what has no birth (tables that shrink): whether every guard is over that was there at the stamp.
    [[nodiscard]] bool passed(std::uint64_t stamp) const noexcept;
    static constexpr void advance() noexcept {}
    static void wait_a_moment() noexcept { Env::yield(); }
    /// Returns when every guard that there was at the call is over. Blocks for as long as one of these lasts, later ones are not
    /// waited for; inside a guard of the caller's it never returns.
    void barrier() {
      for (const std::uint64_t mine = stamp(); !passed(mine);) wait_a_moment();
    }
    [[nodiscard]] bool in_guard(std::uint32_t slot) const noexcept {
      const record* const r = records_.find(slot);
      return r != nullptr && r->nesting != 0;
    }

    /// Calls f(is_held) until every guard's interval has been asked. What was unlinked before the call and is in none of
    /// them is held by nobody.
    template <class F>
    void scan(F&& f) const;

   private:
    friend class guard;
    struct interval {
      std::uint64_t lower, upper;
    };
    /// Two cache lines, because adjacent lines are fetched in pairs.
    struct alignas(128) record {
      typename Env::template atomic<std::uint64_t> lower{0};  // 0 outside every guard
      typename Env::template atomic<std::uint64_t> upper{0};
      std::uint32_t nesting = 0;  // the owner's alone
    };

    /// Calls f(interval) for every guard there is.
    template <class F>
    void for_each_interval(F&& f) const;

    alignas(128) typename Env::template atomic<std::uint64_t> era_{1};
    alignas(128) impl::per_thread<record, Env> records_;
  };

  class guard {
   public:
    guard(domain& d, std::uint32_t slot) : domain_(&d), record_(&d.records_.at(slot)) {
      // [J3] acquire: pairs with [J2], see J1.
      upper_ = d.era_.load(std::memory_order_acquire);
      // [J5] release: pairs with [J6]; the previous guard's reads are over.
      if (record_->nesting++ == 0) record_->lower.store(upper_, std::memory_order_release);
      publish_upper();
    }
    ~guard() {
      // [J7] release: pairs with [J6]; our reads are over before a slot may serve again.
      if (--record_->nesting == 0) record_->lower.store(0, std::memory_order_release);
    }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

    template <class Word>
    [[nodiscard]] bool protect(const Word& anchor, impl::link expected, const void*) const noexcept {
      // [J4] relaxed: comes after the load of the word that led to the node, which was by acquire, see J2.
      const std::uint64_t era = domain_->era_.load(std::memory_order_relaxed);
      if (era == upper_) [[likely]]
        return true;
      upper_ = era;
      publish_upper();
      return anchor.read() == expected;
    }
    /// The era up to which the guard covers.
    [[nodiscard]] std::uint64_t upper() const noexcept { return upper_; }
    // What protect() has let pass stays as long as the guard.
    template <class Word>
    [[nodiscard]] static constexpr bool validate(const Word&, impl::link) noexcept {
      return true;
    }
    static constexpr void advance() noexcept {}
    static constexpr void pin(const void*) noexcept {}
    static constexpr void keep(const void*) noexcept {}
    static constexpr void forget() noexcept {}

   private:
    void publish_upper() const noexcept {
      // [J8] relaxed: ordered by the fence; whoever reads an older one in [J11] scans before it.
      record_->upper.store(upper_, std::memory_order_relaxed);
      // [J9] light: pairs with [J10], see J3 and J4.
      Env::light_fence();
    }

    domain* domain_;
    typename domain::record* record_;
    /// The latest era that this guard has seen, and looked at its anchor after. A guard within may have published a later one.
    mutable std::uint64_t upper_;
  };
};

template <class Env>
template <class F>
void basic_ibr<Env>::domain::for_each_interval(F&& f) const {
  // [J10] heavy: pairs with [J9], see J4.
  Env::heavy_fence();
  records_.for_each([&](std::uint32_t, const record& r) {
    // [J6] acquire: pairs with [J5] and [J7].
    const std::uint64_t lower = r.lower.load(std::memory_order_acquire);
    if (lower == 0) return;
    // [J11] relaxed: as [J8].
    f(interval{lower, r.upper.load(std::memory_order_relaxed)});
  });
}

template <class Env>
bool basic_ibr<Env>::domain::passed(std::uint64_t stamp) const noexcept {
  bool all_over = true;
  for_each_interval([&](interval i) { all_over = all_over && i.lower > stamp; });
  return all_over;
}

template <class Env>
template <class F>
void basic_ibr<Env>::domain::scan(F&& f) const {
  std::array<interval, 64> seen;
  std::size_t count = 0;
  const auto ask = [&] {
    f([&](const unlinked_node& n) {
      return std::any_of(seen.begin(), seen.begin() + count,
                         [&](interval i) { return n.born <= i.upper && i.lower <= n.unlinked; });
    });
    count = 0;
  };
  for_each_interval([&](interval i) {
    if (count == seen.size()) ask();
    seen[count++] = i;
  });
  ask();
}

using ibr = basic_ibr<std_environment>;

static_assert(sifting_reclaimer<ibr>);

}  // namespace wane
