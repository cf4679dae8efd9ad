// SPDX-License-Identifier: BSL-1.0
// Results, in numbers and in words.
#include "boundary.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>

namespace wane::c_api {

namespace {

/// In place, because what went wrong may be that there is no memory.
constexpr std::size_t longest = 1024;
thread_local char last_error[longest];

}  // namespace

void remember(const char* text) noexcept {
  const std::size_t size = std::min(std::strlen(text), longest - 1);
  std::memcpy(last_error, text, size);
  last_error[size] = '\0';
}

int result_of_exception() noexcept {
  const auto remembering = [](int result, const char* text) {
    remember(text);
    return result;
  };
  try {
    throw;
  } catch (const refusal& r) {
    return remembering(r.result, r.text);
  } catch (const std::bad_alloc&) {
    return remembering(WANE_OUT_OF_MEMORY, "memory is exhausted");
  } catch (const std::invalid_argument& e) {
    return remembering(WANE_INVALID, e.what());
  } catch (const std::length_error& e) {
    return remembering(WANE_OUT_OF_MEMORY, e.what());
  } catch (const std::system_error& e) {
    return remembering(WANE_UNAVAILABLE, e.what());
  } catch (const std::exception& e) {
    return remembering(WANE_FAILED, e.what());
  } catch (...) {
    return remembering(WANE_FAILED, "a callback threw what is no std::exception");
  }
}

void copy_known(void* to, const void* from, std::size_t caller_size, std::size_t library_size) {
  if (caller_size < sizeof(std::size_t) || caller_size > library_size)
    throw refusal{WANE_INVALID, "struct_size is not set, or the library is older than the program"};
  const auto skip = sizeof(std::size_t);  // struct_size itself, which comes first
  std::memcpy(static_cast<char*>(to) + skip, static_cast<const char*>(from) + skip, caller_size - skip);
}

}  // namespace wane::c_api

extern "C" {

const char* wane_result_text(int result) {
  switch (result) {
    case WANE_OK: return "done";
    case WANE_NO: return "nothing to do: absent, there already, or a condition did not hold";
    case WANE_OUT_OF_MEMORY: return "memory is exhausted";
    case WANE_INVALID: return "an argument is invalid";
    case WANE_TOO_SMALL: return "the value does not fit the buffer";
    case WANE_STOPPED: return "a callback stopped the call";
    case WANE_UNAVAILABLE: return "the system refused a thread";
    case WANE_IN_USE: return "the map has a sweeper already";
    case WANE_CORRUPT: return "an invariant of the map does not hold";
    case WANE_FAILED: return "failed";
    default: return "no result of wane";
  }
}

const char* wane_last_error() { return wane::c_api::last_error; }

const char* wane_version() { return WANE_VERSION_STRING; }

}  // extern "C"
