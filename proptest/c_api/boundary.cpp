// SPDX-License-Identifier: BSL-1.0
// No exception crosses the C API: not one of a callback, and not one for want of memory, after which nothing has changed.
#include <cstdint>
#include <stdexcept>
#include <string>

#include <wane/wane.h>

#include "support/failing_new.hpp"
#include "support/faults.hpp"
#include "support/harness.hpp"

using namespace proptest;

namespace {

/// A map of each kind, with one entry.
struct maps {
  maps() {
    EXPECT(wane_u64_create(nullptr, nullptr, nullptr, &numbers) == WANE_OK, wane_last_error());
    EXPECT(wane_bytes_create(nullptr, nullptr, nullptr, &strings) == WANE_OK, wane_last_error());
    EXPECT(wane_u64_insert(numbers, 1, 1, wane_forever()) == WANE_OK, wane_last_error());
    EXPECT(wane_bytes_insert(strings, "1", 1, "1", 1, wane_forever()) == WANE_OK, wane_last_error());
  }
  maps(const maps&) = delete;
  maps& operator=(const maps&) = delete;
  ~maps() {
    EXPECT(wane_u64_check(numbers) == WANE_OK, wane_last_error());
    EXPECT(wane_bytes_check(strings) == WANE_OK, wane_last_error());
    wane_bytes_destroy(strings);
    wane_u64_destroy(numbers);
  }
  wane_u64_map* numbers = nullptr;
  wane_bytes_map* strings = nullptr;
};

template <class Thrown>
int throwing_visitor(void* context, std::uint64_t, std::uint64_t) {
  throw Thrown(*static_cast<Thrown*>(context));
}

void what_a_callback_throws_ends_the_call() {
  maps m;
  std::runtime_error error("thrown by a test");
  EXPECT(wane_u64_for_each(m.numbers, throwing_visitor<std::runtime_error>, &error) == WANE_FAILED, "another result");
  EXPECT(wane_last_error() == std::string("thrown by a test"), wane_last_error());
  int number = 7;
  EXPECT(wane_u64_erase_if(m.numbers, 1, throwing_visitor<int>, &number) == WANE_FAILED, "another result");
  EXPECT(wane_last_error() != std::string("thrown by a test"), "the text is of an earlier failure");
  EXPECT(wane_u64_size(m.numbers) == 1, "the entry is gone");
}

void throwing_removal(void* context, std::uint64_t, std::uint64_t, int) {
  ++*static_cast<int*>(context);
  throw std::runtime_error("thrown by a test");
}

void a_removal_stands_whatever_its_callback_throws() {
  int told = 0;
  wane_u64_map* map = nullptr;
  EXPECT(wane_u64_create(nullptr, throwing_removal, &told, &map) == WANE_OK, wane_last_error());
  for (std::uint64_t key : {1, 2}) EXPECT(wane_u64_insert(map, key, 1, wane_forever()) == WANE_OK, wane_last_error());
  EXPECT(wane_u64_erase(map, 1) == WANE_FAILED && told == 1, told << " removals were told of");
  EXPECT(wane_u64_erase(map, 1) == WANE_NO, "the entry is there again");
  EXPECT(wane_u64_check(map) == WANE_OK, wane_last_error());
  wane_u64_destroy(map);
  EXPECT(told == 2, told << " removals were told of");
}

void a_long_text_of_an_error_is_cut() {
  maps m;
  std::runtime_error error(std::string(100'000, 'x'));
  EXPECT(wane_u64_for_each(m.numbers, throwing_visitor<std::runtime_error>, &error) == WANE_FAILED, "another result");
  const std::string text = wane_last_error();
  EXPECT(text.size() > 100 && text.size() < 100'000 && text.find_first_not_of('x') == text.npos, text.size());
}

/// Calls `f` with the n-th allocation failing, for n = 0, 1, ..., until it needs no more. Returns how often it failed.
template <class F>
int out_of_memory(F f) {
  for (unsigned n = 0;; ++n) {
    const armed_fault armed({fault::kind::heap, n, false});
    const int result = f();
    if (result == WANE_OK) return static_cast<int>(n);
    EXPECT(result == WANE_OUT_OF_MEMORY, wane_result_text(result));
    if (result != WANE_OUT_OF_MEMORY) return 0;
  }
}

void want_of_memory_is_a_result() {
  const std::string key(100, 'k');
  const std::string value(100, 'v');
  maps m;
  const auto put = [&] {
    return wane_bytes_insert(m.strings, key.data(), key.size(), value.data(), value.size(), wane_ttl(1'000'000'000));
  };
  EXPECT(out_of_memory(put) >= 2, "key and value have memory of their own");
  EXPECT(wane_bytes_size(m.strings) == 2, wane_bytes_size(m.strings) << " entries");

  const auto assign = [&] {
    return wane_bytes_replace(m.strings, "1", 1, value.data(), value.size(), wane_keep_ttl(), nullptr, 0, nullptr);
  };
  EXPECT(out_of_memory(assign) >= 1, "the value has memory of its own");

  wane_u64_map* made = nullptr;
  EXPECT(out_of_memory([&] { return wane_u64_create(nullptr, nullptr, nullptr, &made); }) >= 1, "a map is memory");
  wane_u64_destroy(made);
  wane_sweeper* sweeper = nullptr;
  EXPECT(out_of_memory([&] { return wane_sweeper_create(nullptr, &sweeper); }) >= 1, "a sweeper is memory");
  wane_sweeper_destroy(sweeper);
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("what a callback throws ends the call", what_a_callback_throws_ends_the_call);
  tests.test("a removal stands, whatever its callback throws", a_removal_stands_whatever_its_callback_throws);
  tests.test("a long text of an error is cut", a_long_text_of_an_error_is_cut);
  tests.test("want of memory is a result, and changes nothing", want_of_memory_is_a_result);
  return tests.result();
}
