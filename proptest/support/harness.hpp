// SPDX-License-Identifier: BSL-1.0
// A test program: named tests, expectations that any thread may state, and a seed that replays a failure.
//
//   int main(int argc, char** argv) {
//     proptest::suite tests(argc, argv);
//     tests.test("one_and_one_are_two", [] { EXPECT(1 + 1 == 2, "no luck"); });
//     return tests.result();
//   }
//
// Arguments choose the tests whose names contain one of them; none chooses all; --list lists them.
// WANE_SEED      the seed of everything random; drawn and printed when it is not set
// WANE_STRESS    how long stress tests go on and how many cases properties try, as a factor (default 1)
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace proptest {

/// Whether a sanitizer looks on.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

/// How long to go on, as a factor: WANE_STRESS, and half of that under a sanitizer, where every access takes several times
/// as long.
[[nodiscard]] double stress_factor();
[[nodiscard]] std::uint64_t seed();

/// Failed expectations of the test that is running. They are counted, not thrown, because a stress test's threads must
/// go on to the end; the first few are printed where they happen.
class failures {
 public:
  static void add(const char* file, int line, const char* condition, const std::string& detail);
  [[nodiscard]] static std::uint64_t take();
  [[nodiscard]] static bool any();
};

/// States that `condition` holds; the second argument, streamed when it does not, says what was found instead.
#define EXPECT(condition, detail)                                                     \
  do {                                                                                \
    if (!(condition)) {                                                               \
      std::ostringstream expect_detail;                                               \
      expect_detail << detail; /* NOLINT(bugprone-macro-parentheses): a << b << c */  \
      ::proptest::failures::add(__FILE__, __LINE__, #condition, expect_detail.str()); \
    }                                                                                 \
  } while (false)

class suite {
 public:
  suite(int argc, char** argv);

  /// Runs `body`, unless another test was asked for. It fails by EXPECT or by an exception.
  void test(const std::string& name, const std::function<void()>& body);

  /// Checks a property: RapidCheck calls `body`, which draws what it wants to know, `cases` times, and shrinks what fails.
  /// The body fails by RC_ASSERT or an exception; what fails by EXPECT alone is not shrunk.
  void property(const std::string& name, const std::function<void()>& body, int cases = 100);

  [[nodiscard]] int result() const;

 private:
  bool starts(const std::string& name);
  void ended(const std::string& name, bool passed, std::chrono::steady_clock::time_point begin);

  std::string program_;
  std::vector<std::string> chosen_;
  bool list_only_ = false;
  int run_ = 0;
  int failed_ = 0;
};

}  // namespace proptest
