// SPDX-License-Identifier: BSL-1.0
// Hazard pointers: a reader publishes the node that it is about to read, and nobody frees a node that is published.
//
// Sources: M. M. Michael, "Hazard pointers: safe memory reclamation for lock-free objects", IEEE TPDS 15(6), 2004;
// asymmetric fences: D. Dice, M. Herlihy, A. Kogan, "Fast non-intrusive memory reclamation for highly-concurrent data
// structures", ISMM 2016.
//
//   publish   a plain store into a hazard of one's own, a light fence, then a look whether the anchor still leads there (Z1)
//   scan      a heavy fence, then a look at all hazards: what is in none of them is free (Z2)
//
//   Z1  If the anchor still holds the word that led to the node, the node was linked after the hazard was published.
//   Z2  What is scanned for was unlinked before. If a reader's light fence comes before the scan's heavy fence, the scan sees
//       its hazard; if the heavy fence comes first, the reader finds the anchor changed and does not read the node.
//
// Words that a search changes belong to nodes that are published, and lead to such, so hazards alone keep them from ABA.
//
// A guard has a hazard for the node of its anchor, one for the node that it reads, and one for a node that it pins; what else
// it is told to keep takes further ones. They come from a stack, one a thread, because guards nest.
//
// Garbage is bounded whatever readers do: each thread keeps two bags at most besides what hazards hold. There is no grace
// period, so a map cannot shrink under it, and no barrier(): map::collect frees at once what no hazard holds. Entry and exit are
// wait-free, but for the first uses of deeper nests.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <wane/environment.hpp>
#include <wane/impl/per_thread.hpp>
#include <wane/reclaim/concept.hpp>

namespace wane {

template <class Env>
struct basic_hazard : announced_by_guards<basic_hazard<Env>> {
  static constexpr protection kind = protection::pointer;
  static constexpr bool value_only = false;
  static constexpr bool has_grace_period = false;
  static constexpr bool reuses_at_once = false;
  static constexpr bool bounded_garbage = true;

  class guard;

  class domain {
   public:
    domain() = default;
    domain(const domain&) = delete;
    domain& operator=(const domain&) = delete;

    [[nodiscard]] static constexpr std::uint64_t stamp() noexcept { return 0; }
    static constexpr void advance() noexcept {}
    [[nodiscard]] bool in_guard(std::uint32_t slot) const noexcept {
      const record* const r = records_.find(slot);
      return r != nullptr && r->used != 0;
    }

    /// Calls f(is_held) until every hazard has been asked. What was unlinked before the call and is in none of them is held by
    /// nobody.
    template <class F>
    void scan(F&& f) const;

   private:
    friend class guard;

    static constexpr std::size_t chunk_size = 14;
    struct alignas(128) chunk {
      using hazard = typename Env::template atomic<const void*>;
      std::array<hazard, chunk_size> hazards{};
      typename Env::template atomic<chunk*> next{nullptr};
    };
    /// A thread's hazards; the owner's alone but for the words.
    struct record {
      chunk first;
      std::size_t used = 0;

      record() = default;
      record(const record&) = delete;
      record& operator=(const record&) = delete;
      ~record() {
        // [Z7] relaxed: destruction is alone.
        for (chunk* c = first.next.load(std::memory_order_relaxed); c != nullptr;) {
          const std::unique_ptr<chunk> gone(c);
          // [Z8] relaxed: as [Z7].
          c = gone->next.load(std::memory_order_relaxed);
        }
      }
      /// The chunk of hazard i, made if it is not there. Throws std::bad_alloc.
      [[nodiscard]] chunk& chunk_of(std::size_t i) {
        chunk* c = &first;
        for (; i >= chunk_size; i -= chunk_size) {
          // [Z9] relaxed: the owner's own store.
          chunk* following = c->next.load(std::memory_order_relaxed);
          if (following == nullptr) {
            following = new chunk;
            // [Z5] release: pairs with [Z6]; publishes the chunk, empty.
            c->next.store(following, std::memory_order_release);
          }
          c = following;
        }
        return *c;
      }
    };

    alignas(128) impl::per_thread<record, Env> records_;
  };

  class guard {
   public:
    guard(domain& d, std::uint32_t slot) : record_(&d.records_.at(slot)), base_(record_->used) {
      // The three stand together: what is left of a chunk that is too short is left out.
      if (base_ % domain::chunk_size > domain::chunk_size - fixed)
        base_ += domain::chunk_size - base_ % domain::chunk_size;
      fixed_ = &hazard_at(base_);
      outer_ = std::exchange(record_->used, base_ + fixed);
    }
    ~guard() {
      give_back(base_);
      record_->used = outer_;
    }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

    template <class Word>
    [[nodiscard]] bool protect(const Word& anchor, impl::link expected, const void* node) const noexcept {
      // [Z1] release: pairs with [Z3]; our reads of the node that was here before are over.
      fixed_[reads_].store(node, std::memory_order_release);
      // [Z10] light: pairs with [Z11].
      Env::light_fence();
      return validate(anchor, expected);
    }
    template <class Word>
    [[nodiscard]] static bool validate(const Word& anchor, impl::link expected) noexcept {
      return anchor.read() == expected;
    }
    void advance() const noexcept { reads_ ^= 1; }
    void pin(const void* node) const noexcept {
      // [Z2] release: as [Z1]; pairs with [Z3]. The node is in a lower hazard now, and scans go upwards: one that misses it
      // there read what overwrote it, which was stored after this by release, and so comes by here later and sees it.
      fixed_[pinned].store(node, std::memory_order_release);
    }
    /// Keeps the node, which is protected now, until the guard ends or forgets what it keeps. Throws std::bad_alloc.
    void keep(const void* node) const {
      // [Z12] release: as [Z2], upwards; pairs with [Z3].
      hazard_at(record_->used).store(node, std::memory_order_release);
      ++record_->used;
    }
    void forget() const noexcept { give_back(base_ + fixed); }

   private:
    [[nodiscard]] auto& hazard_at(std::size_t i) const { return record_->chunk_of(i).hazards[i % domain::chunk_size]; }
    void give_back(std::size_t from) const noexcept {
      while (record_->used > from)
        // [Z4] release: pairs with [Z3]; our reads are over before the node may be freed.
        hazard_at(--record_->used).store(nullptr, std::memory_order_release);
    }

    static constexpr std::size_t pinned = 2;
    static constexpr std::size_t fixed = 3;  // two that take turns, and the pinned one

    typename domain::record* record_;
    std::size_t base_;
    std::size_t outer_;
    typename domain::chunk::hazard* fixed_;
    mutable std::size_t reads_ = 0;
  };
};

template <class Env>
template <class F>
void basic_hazard<Env>::domain::scan(F&& f) const {
  // [Z11] heavy: pairs with [Z10], see Z2.
  Env::heavy_fence();
  std::array<const void*, 256> published;
  std::size_t count = 0;
  const auto ask = [&] {
    std::sort(published.begin(), published.begin() + count, std::less<>());
    f([&](const unlinked_node& n) {
      return std::binary_search(published.begin(), published.begin() + count, n.node, std::less<>());
    });
    count = 0;
  };
  records_.for_each([&](std::uint32_t, const record& r) {
    // [Z6] acquire: pairs with [Z5].
    for (const chunk* c = &r.first; c != nullptr; c = c->next.load(std::memory_order_acquire))
      for (const auto& hazard : c->hazards) {
        // [Z3] acquire: pairs with [Z1], [Z2], [Z4] and [Z12].
        const void* const node = hazard.load(std::memory_order_acquire);
        if (node == nullptr) continue;
        if (count == published.size()) ask();
        published[count++] = node;
      }
  });
  ask();
}

using hazard = basic_hazard<std_environment>;

static_assert(sifting_reclaimer<hazard>);

}  // namespace wane
