// SPDX-License-Identifier: BSL-1.0
// Secrets: overwritten before their memory serves again or is given back; whole while a reader is there.
#include <wane/lifecycle/secret.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "lifecycles/timed.hpp"
#include "support/harness.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

using bytes = std::array<unsigned char, 32>;
using secret = wane::secret<bytes>;

/// Not a constant, or the compiler would be free to leave the search out.
bytes random_bytes(std::uint64_t stream) {
  random_source random(stream);
  bytes b;
  for (auto& byte : b) byte = static_cast<unsigned char>(random());
  return b;
}

/// All memory that a map has for slots and buckets, and what is in it when it goes back.
class memory {
 public:
  [[nodiscard]] void* map(std::size_t size) {
    void* const p = std::aligned_alloc(4096, (size + 4095) / 4096 * 4096);
    if (p == nullptr) return nullptr;
    std::memset(p, 0, size);
    pieces_.emplace_back(static_cast<unsigned char*>(p), size);
    return p;
  }
  void unmap(void* p) {
    const auto piece = std::find_if(pieces_.begin(), pieces_.end(), [&](const auto& m) { return m.data() == p; });
    for (const bytes& b : sought) gone_with_ += occurs(*piece, b) ? 1 : 0;
    pieces_.erase(piece);
    std::free(p);
  }
  [[nodiscard]] bool holds(const bytes& b) const {
    return std::any_of(pieces_.begin(), pieces_.end(), [&](const auto& m) { return occurs(m, b); });
  }
  [[nodiscard]] std::size_t gone_with() const { return gone_with_; }

  std::array<bytes, 5> sought{};

 private:
  static bool occurs(std::span<const unsigned char> piece, const bytes& b) {
    return std::search(piece.begin(), piece.end(), b.begin(), b.end()) != piece.end();
  }

  std::vector<std::span<unsigned char>> pieces_;
  std::size_t gone_with_ = 0;
};
struct watched_pages {
  memory* all = nullptr;
  [[nodiscard]] void* map(std::size_t size, bool) { return all->map(size); }
  void unmap(void* p, std::size_t) noexcept { all->unmap(p); }
};
template <class R>
struct watched : timed<R, int> {
  using pages = watched_pages;
};

template <class R>
void nothing_of_the_dead_is_left_in_memory() {
  const attendance<R> present;
  memory all;
  for (std::uint64_t i = 0; i < all.sought.size(); ++i) all.sought[i] = random_bytes(i);
  const auto& [erased, replaced, expired, cleared, destroyed] = all.sought;
  wane::manual_clock clock;
  {
    using policy = watched<R>;
    wane::map<int, secret, policy> map({}, wane::components<policy>{.clock = clock, .pages = {&all}});
    map.insert(0, secret(erased));
    map.insert(1, secret(replaced));
    map.insert(2, secret(expired), 1s);
    for (const auto& b : {erased, replaced, expired}) EXPECT(all.holds(b), "the search does not find what is there");
    EXPECT(**map.find(0) == erased, "the secret has changed");
    map.erase(0);
    map.insert_or_assign(1, secret(cleared));
    clock.advance(2s);
    map.sweep_some();
    EXPECT(drain(map, present), "garbage is left");
    for (const auto& b : {erased, replaced, expired}) EXPECT(!all.holds(b), "a removed secret is in memory");
    EXPECT(all.holds(cleared), "a secret that is there is not");
    map.clear();
    EXPECT(drain(map, present), "garbage is left");
    EXPECT(!all.holds(cleared), "a removed secret is in memory");
    map.insert(3, secret(destroyed));
    map.insert(4, secret(erased));
    map.erase(4);  // garbage when the map is destroyed
  }
  EXPECT(all.gone_with() == 0, all.gone_with() << " secrets were in memory that was given back");
}

void copies_are_overwritten_too() {
  const bytes b = random_bytes(9);
  alignas(secret) unsigned char room[2 * sizeof(secret)] = {};
  const auto holds = [&](const unsigned char* at) { return std::memcmp(at, b.data(), b.size()) == 0; };
  auto* const first = new (room) secret(b);
  auto* const second = new (room + sizeof(secret)) secret(std::move(*first));
  EXPECT(!holds(room) && holds(room + sizeof(secret)), "not moved, or left behind");
  *first = *second;
  EXPECT(holds(room) && holds(room + sizeof(secret)), "not copied");
  *first = std::move(*second);
  EXPECT(holds(room) && !holds(room + sizeof(secret)), "not moved, or left behind");
  first->~secret();
  second->~secret();
  EXPECT(!holds(room), "left behind");
}

/// Readers against every removal: nobody sees a secret that is being overwritten.
template <class R>
void a_reader_sees_a_whole_secret() {
  for (rounds r; r.go_on();) {
    wane::manual_clock clock;
    wane::map<int, secret, timed<R, int>> map({}, {.clock = clock});
    together(4, [&](unsigned i) {
      const attendance<R> here;
      random_source random(r.number() * 10 + i);
      for (unsigned n = 0; n < 4000; ++n, here.quiescent()) {
        const int key = static_cast<int>(random.below(2));
        if (i < 2) {
          map.visit(key, [&](int, const secret& s) {
            if (random.once_in(8)) std::this_thread::yield();
            EXPECT(s->front() != 0 && std::count(s->begin(), s->end(), s->front()) == 32, "a secret in pieces");
          });
        } else if (i == 2) {
          bytes b;
          b.fill(static_cast<unsigned char>(1 + random.below(255)));
          map.insert_or_assign(key, secret(b), 2ms);
        } else {
          if (random.once_in(8)) clock.advance(1ms);
          random.once_in(2) ? (void)map.erase(key) : (void)map.sweep_some();
          map.collect();
        }
      }
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<lifecycle_reclaimers>("nothing_of_the_dead_is_left_in_memory", [&]<class R>(const auto& name) {
    tests.test(name, nothing_of_the_dead_is_left_in_memory<R>);
  });
  tests.test("copies_are_overwritten_too", copies_are_overwritten_too);
  for_each_reclaimer<lifecycle_reclaimers>("a_reader_sees_a_whole_secret", [&]<class R>(const auto& name) {
    tests.test(name, a_reader_sees_a_whole_secret<R>);
  });
  return tests.result();
}
