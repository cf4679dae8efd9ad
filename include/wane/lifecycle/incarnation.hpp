// SPDX-License-Identifier: BSL-1.0
// The identity of an entry: what tells it from a later entry of the same key, and whether it is still there to be
// asked.
//
// An entry that something outside is to remove later (a scope, a stop token, the death of an object) carries a mark,
// and whoever is to remove it keeps a weak reference to the mark:
//
//   entry in the map  --shared-->  mark: the key, at an address of its own  <--weak--  who is to remove the entry
//
//   M1  The mark lives exactly as long as the memory of its entry. While it can be locked, the map exists; a thread
//       that has locked it is inside an operation on the map.
//   M2  Copies of the value have no mark: only moving passes it on. So what `find` returns keeps nothing alive.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace wane {

/// What an entry has of its mark; empty for entries that nobody is to find again.
class incarnation {
 public:
  incarnation() noexcept = default;
  explicit incarnation(std::shared_ptr<const void> mark) noexcept : mark_(std::move(mark)) {}
  incarnation(const incarnation&) noexcept {}
  incarnation(incarnation&&) noexcept = default;
  incarnation& operator=(const incarnation&) noexcept {
    mark_.reset();
    return *this;
  }
  incarnation& operator=(incarnation&&) noexcept = default;
  ~incarnation() = default;

  [[nodiscard]] bool is(const void* mark) const noexcept { return mark_.get() == mark; }

 private:
  std::shared_ptr<const void> mark_;
};

/// The value of an entry that can be bound to something outside: by insert_until, scope, or insert_weak, which say how.
/// Other ways of inserting leave it unbound, and so does replacing the value by `update` and its like: that makes a new
/// entry.
template <class T>
class bound {
 public:
  bound(T value, incarnation self = {}) noexcept(std::is_nothrow_move_constructible_v<T>)
      : value_(std::move(value)), self_(std::move(self)) {}

  [[nodiscard]] const T& operator*() const noexcept { return value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &value_; }
  [[nodiscard]] const incarnation& self() const noexcept { return self_; }

  friend bool operator==(const bound& a, const bound& b)
    requires std::equality_comparable<T>
  {
    return a.value_ == b.value_;
  }

 private:
  T value_;
  incarnation self_;
};

/// Effects: removes the entry that has this mark, if it is there; no other, and nothing if its map has gone. What the
/// map or its listener throws is dropped, because callers are destructors and callbacks; an entry that could not be
/// removed for lack of memory (see map.hpp) stays.
template <class Map>
void erase_incarnation(Map& map, const std::weak_ptr<const typename Map::key_type>& mark) noexcept {
  const auto key = mark.lock();
  if (key == nullptr) return;
  try {
    [[maybe_unused]] const typename Map::reclaimer::participant here;
    map.erase_if(*key, [&](const auto&, const auto& value) { return value.self().is(key.get()); });
  } catch (...) {
  }
}

}  // namespace wane
