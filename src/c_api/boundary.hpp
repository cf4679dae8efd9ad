// SPDX-License-Identifier: BSL-1.0
// The boundary to C: what a call returns there, and that no exception crosses it.
#pragma once

#include <cxxabi.h>

#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <wane/wane.h>

namespace wane::c_api {

/// What ends a call with a result of its own. `text` is for wane_last_error.
struct refusal {
  int result;
  const char* text;
};

/// For a call whose callback wants no more.
inline constexpr refusal stopped{WANE_STOPPED, "a callback stopped the call"};

/// Keeps `text`, for as long as memory allows, for the calling thread's wane_last_error.
void remember(const char* text) noexcept;

/// To be called in a handler: the result for the exception that is handled, which is remembered.
int result_of_exception() noexcept;

inline int answer(bool yes) noexcept { return yes ? WANE_OK : WANE_NO; }

/// Calls f, which returns a result, or nothing for WANE_OK.
template <class F>
int bounded(F&& f) {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
      std::forward<F>(f)();
      return WANE_OK;
    } else {
      return std::forward<F>(f)();
    }
  } catch (const abi::__forced_unwind&) {
    throw;  // a callback ended its thread; who holds that up ends the process
  } catch (...) {
    return result_of_exception();
  }
}

/// The object behind a pointer that may not be NULL.
template <class T>
T& the(T* pointer) {
  if (pointer == nullptr) throw refusal{WANE_INVALID, "an argument that is needed is NULL"};
  return *pointer;
}

/// The n objects from a pointer on that may be NULL only when there are none.
template <class T>
std::span<T> many(T* first, std::size_t n) {
  return {n == 0 ? first : &the(first), n};
}

/// Copies what the library knows of a struct into the caller's, as far as the caller knows it; or the other way round.
void copy_known(void* to, const void* from, std::size_t caller_size, std::size_t library_size);

/// For results that a caller may not want.
template <class T>
void hand_out(T* where, std::type_identity_t<T> value) noexcept {
  if (where != nullptr) *where = value;
}

}  // namespace wane::c_api
