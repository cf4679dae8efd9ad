// SPDX-License-Identifier: BSL-1.0
// The vocabulary of histories: calls of a map with what they returned, moves of its clock, and the deaths of entries.
//
// A call is written down when it returns. Times are whole ticks since the map was made; what moves the clock is a call too
// (`advance`), and belongs to the history of every key. Calls are ordered by stamps of one clock-like counter, drawn before
// the call and after it: a call precedes another if it responded before the other was invoked. Histories from weak memory,
// where no such counter exists, give the order itself: for each call the set of calls that happen before it.
//
// Values are never used twice for one key, so a value names an incarnation.
#pragma once

#include <wane/cause.hpp>
#include <wane/lifetime.hpp>

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

namespace proptest {

/// What was called. Beside each: when `ok`, and what `seen` holds if `saw`.
enum class verb : std::uint8_t {
  find,              ///< hit; the value
  contains,          ///< hit
  ttl,               ///< hit; the ticks left, of which the last may count as 0; `forever_left` if it never expires
  insert,            ///< inserted `argument`
  get_or_emplace,    ///< inserted `argument`; the value that is there afterwards
  insert_or_assign,  ///< inserted; otherwise it replaced. Either way `argument` is there
  upsert,            ///< inserted; if not, the value it replaced. Either way `argument` is there
  replace,           ///< replaced; the old value
  compare_exchange,  ///< found `expected` and replaced it
  update,            ///< replaced; the value that led to `argument`
  erase,             ///< removed
  erase_if,          ///< removed; the value the predicate agreed to, or refused last
  take,              ///< removed; the value
  touch,             ///< moved the deadline, by `life` (a TTL), as `condition` allowed
  expire_at,         ///< the same to an absolute deadline
  persist,           ///< the same to never
  find_and_touch,    ///< hit; the value. Whether the condition held is not told
  clear,             ///< no answer: this key's entry is gone, if there was one
  sweep,             ///< no answer: may report deaths
  advance,           ///< no answer: the clock has moved on by `ticks`
  expiry,            ///< not a call: an expiry that some call reported; `argument` died. The checkers add these
};
inline constexpr std::size_t verbs = 21;

/// The lifetime a call gives.
enum class life : std::uint8_t {
  forever,
  ttl,    ///< `ticks` from a reading of the clock inside the call
  until,  ///< to tick `ticks`
  keep,   ///< that of the entry it replaces; forever when it inserts
};

inline constexpr std::uint64_t forever_left = ~std::uint64_t{0};
inline constexpr std::uint64_t absent = ~std::uint64_t{0};
inline constexpr std::uint64_t still_running = ~std::uint64_t{0};

struct call {
  verb what = verb::find;
  std::uint8_t thread = 0;
  proptest::life life = proptest::life::forever;
  wane::when condition = wane::when::always;
  bool ok = false;
  bool saw = false;
  std::uint64_t key = 0;
  std::uint64_t argument = 0;
  std::uint64_t expected = 0;
  std::uint64_t ticks = 0;  // of a lifetime or an advance
  std::uint64_t seen = 0;
  std::uint64_t invoked = 0;
  /// `still_running`: the call may or may not have taken effect.
  std::uint64_t responded = still_running;
};

/// A removal event, as a listener was told.
struct death {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
  wane::cause cause = wane::cause::erased;
  std::size_t call = 0;  ///< index of the call that reported it
};

/// How calls are ordered.
enum class ordering : std::uint8_t {
  real_time,       ///< memory is sequentially consistent: whoever reads the clock reads the newest time
  happens_before,  ///< whoever reads the clock reads at least the time that happened before
};

/// A history that fits into a word: the controlled scheduler's. Nothing here allocates.
class small_history {
 public:
  static constexpr std::size_t capacity = 64;
  using set = std::uint64_t;  // of calls, by index

  /// How every key is when the history begins; for histories of one key that are cut out of longer ones.
  struct beginning {
    std::uint64_t time = 0;
    std::uint64_t value = 0;
    std::uint64_t deadline = absent;
  };

  void clear() noexcept {
    calls_ = deaths_ = 0;
    stamp_ = 0;
    order_ = ordering::real_time;
    deaths_recorded_ = false;
    start_ = {};
  }
  void begin_with(const beginning& b) noexcept { start_ = b; }

  /// Adds a call that begins now, and returns its index. Its stamp is drawn here.
  std::size_t invoke(const call& c) noexcept {
    assert(calls_ < capacity);
    call_[calls_] = c;
    call_[calls_].invoked = ++stamp_;
    call_[calls_].responded = still_running;
    return calls_++;
  }
  /// The call returns now. Its results are filled in by way of operator[].
  void respond(std::size_t index) noexcept { call_[index].responded = ++stamp_; }
  /// Adds a call that is complete, stamps (or its predecessors) included.
  std::size_t add(const call& c, set before = 0) noexcept {
    assert(calls_ < capacity);
    call_[calls_] = c;
    before_[calls_] = before;
    return calls_++;
  }
  /// Histories with deaths say so even if nothing died: then every expiry must be among them.
  void record_deaths() noexcept { deaths_recorded_ = true; }
  void died(const death& d) noexcept {
    assert(deaths_ < capacity);
    deaths_recorded_ = true;
    death_[deaths_++] = d;
  }

  /// Real-time order, computed from the stamps.
  void order_by_stamps() noexcept {
    order_ = ordering::real_time;
    for (std::size_t i = 0; i < calls_; ++i) {
      set before = 0;
      for (std::size_t j = 0; j < calls_; ++j) before |= static_cast<set>(call_[j].responded < call_[i].invoked) << j;
      before_[i] = before;
    }
  }
  /// Happens-before, as `precede` gave it; stamps mean nothing then, and every call has returned. Precondition: it is
  /// transitive, without cycles, and has the calls of each thread in their order.
  void order_by_predecessors() noexcept { order_ = ordering::happens_before; }
  void precede(std::size_t index, set before) noexcept { before_[index] = before; }

  [[nodiscard]] call& operator[](std::size_t i) noexcept { return call_[i]; }
  [[nodiscard]] const call& operator[](std::size_t i) const noexcept { return call_[i]; }
  [[nodiscard]] std::size_t size() const noexcept { return calls_; }
  [[nodiscard]] std::span<const call> calls() const noexcept { return {call_.data(), calls_}; }
  [[nodiscard]] std::span<const death> deaths() const noexcept { return {death_.data(), deaths_}; }
  [[nodiscard]] bool deaths_recorded() const noexcept { return deaths_recorded_; }
  [[nodiscard]] set before(std::size_t i) const noexcept { return before_[i]; }
  [[nodiscard]] const beginning& start() const noexcept { return start_; }
  [[nodiscard]] ordering order() const noexcept { return order_; }

 private:
  std::size_t calls_ = 0;
  std::size_t deaths_ = 0;
  std::uint64_t stamp_ = 0;
  ordering order_ = ordering::real_time;
  bool deaths_recorded_ = false;
  beginning start_;
  std::array<set, capacity> before_;
  std::array<call, capacity> call_;
  std::array<death, capacity> death_;
};

}  // namespace proptest
