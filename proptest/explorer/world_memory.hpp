// SPDX-License-Identifier: BSL-1.0
// World memory: everything an explored program allocates, in one piece, so that an execution starts from the state after
// set-up by copying that piece back, without running set-up or any destructor.
//
// While the world is open, operator new takes from here too. Nothing is given back before the execution ends, so that
// addresses are never reused behind the checks' back; the pool's slots, whose reuse is what is to be tested, are reused by
// the pool itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace explorer {

class world_memory {
 public:
  static constexpr std::size_t capacity = std::size_t{4} << 20;

  world_memory();
  ~world_memory();
  world_memory(const world_memory&) = delete;
  world_memory& operator=(const world_memory&) = delete;

  /// Zeroed, 64-byte aligned memory, or nullptr when the world is full or told to be (see fail_after).
  [[nodiscard]] void* allocate(std::size_t bytes) noexcept;
  [[nodiscard]] bool holds(const void* p) const noexcept {
    return reinterpret_cast<std::uintptr_t>(p) - reinterpret_cast<std::uintptr_t>(base_) < capacity;
  }
  [[nodiscard]] std::size_t offset(const void* p) const noexcept {
    return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(p) - base_);
  }

  /// Empties the world.
  void clear() noexcept;
  /// Remembers the world as it is ...
  void remember();
  /// ... and makes it so again.
  void restore() noexcept;

  /// Lets `allocations` more succeed and fails all later ones; negative: fails none.
  void fail_after(int allocations) noexcept { allowed_ = allocations; }

 private:
  std::byte* base_;
  std::size_t used_ = 0;
  std::size_t dirty_ = 0;  // the most that was ever in use since the last restore
  int allowed_ = -1;
  std::vector<std::byte> remembered_;
};

/// Whether operator new takes from the world. Set by the engine around set-up and executions.
inline bool world_is_open = false;

/// While it lives, what is allocated is the engine's and the checks', not the program's.
class host_work {
 public:
  host_work() noexcept : was_open_(world_is_open) { world_is_open = false; }
  ~host_work() { world_is_open = was_open_; }
  host_work(const host_work&) = delete;
  host_work& operator=(const host_work&) = delete;

 private:
  bool was_open_;
};

/// The world of the engine under way.
inline world_memory* this_world = nullptr;

}  // namespace explorer
