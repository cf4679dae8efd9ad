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

#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proptest {

[[nodiscard]] inline double stress_factor() {
  static const double factor = [] {
    const char* const text = std::getenv("WANE_STRESS");
    return text == nullptr ? 1.0 : std::max(0.001, std::atof(text));
  }();
  return factor;
}

[[nodiscard]] inline std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* const text = std::getenv("WANE_SEED");
    if (text != nullptr) return static_cast<std::uint64_t>(std::strtoull(text, nullptr, 10));
    return static_cast<std::uint64_t>(std::random_device{}());
  }();
  return value;
}

/// Failed expectations of the test that is running. They are counted, not thrown, because a stress test's threads must
/// go on to the end; the first few are printed where they happen.
class failures {
 public:
  static void add(const char* file, int line, const char* condition, const std::string& detail) {
    if (count().fetch_add(1, std::memory_order_relaxed) >= printed_at_most) return;
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    std::cerr << file << ":" << line << ": expected " << condition << (detail.empty() ? "" : ": ") << detail
              << std::endl;
  }
  [[nodiscard]] static std::uint64_t take() { return count().exchange(0, std::memory_order_relaxed); }
  [[nodiscard]] static bool any() { return count().load(std::memory_order_relaxed) != 0; }

 private:
  static constexpr std::uint64_t printed_at_most = 8;
  static std::atomic<std::uint64_t>& count() {
    static std::atomic<std::uint64_t> n{0};
    return n;
  }
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
  suite(int argc, char** argv) : program_(argv[0]) {
    for (int i = 1; i < argc; ++i) {
      if (std::string_view(argv[i]) == "--list")
        list_only_ = true;
      else
        chosen_.emplace_back(argv[i]);
    }
    // RapidCheck reads its parameters once, from the environment.
    setenv("RC_PARAMS", ("seed=" + std::to_string(seed())).c_str(), 1);
    if (!list_only_) std::cerr << program_ << ": seed " << seed() << std::endl;
  }

  /// Runs `body`, unless another test was asked for. It fails by EXPECT or by an exception.
  template <class F>
  void test(const std::string& name, F&& body) {
    if (!starts(name)) return;
    const auto begin = std::chrono::steady_clock::now();
    bool passed = true;
    try {
      std::forward<F>(body)();
    } catch (const std::exception& error) {
      std::cerr << name << " threw: " << error.what() << std::endl;
      passed = false;
    }
    ended(name, passed && failures::take() == 0, begin);
  }

  /// Checks a property: RapidCheck calls `body`, which draws what it wants to know, `cases` times, and shrinks what fails.
  /// The body fails by RC_ASSERT or an exception; what fails by EXPECT alone is not shrunk.
  template <class F>
  void property(const std::string& name, F&& body, int cases = 100) {
    if (!starts(name)) return;
    const auto begin = std::chrono::steady_clock::now();
    rc::detail::TestParams parameters = rc::detail::configuration().testParams;
    parameters.maxSuccess = std::max(5, static_cast<int>(cases * stress_factor()));
    rc::detail::TestMetadata metadata;
    metadata.id = metadata.description = name;
    const auto result = rc::detail::checkTestable(std::forward<F>(body), metadata, parameters);
    const bool passed = result.template is<rc::detail::SuccessResult>();
    if (!passed) rc::detail::printResultMessage(result, std::cerr << name << ": ");
    ended(name, passed && failures::take() == 0, begin);
  }

  [[nodiscard]] int result() const {
    if (!list_only_) std::cerr << program_ << ": " << run_ << " tests, " << failed_ << " failed" << std::endl;
    // A filter that matches nothing is a mistake in a test table, not a success.
    return failed_ != 0 || (run_ == 0 && !list_only_) ? 1 : 0;
  }

 private:
  bool starts(const std::string& name) {
    const auto matches = [&](const std::string& part) { return name.find(part) != std::string::npos; };
    if (!chosen_.empty() && std::none_of(chosen_.begin(), chosen_.end(), matches)) return false;
    if (list_only_) std::cout << name << "\n";
    run_ += list_only_ ? 0 : 1;
    return !list_only_;
  }

  void ended(const std::string& name, bool passed, std::chrono::steady_clock::time_point begin) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::cerr << (passed ? "passed  " : "FAILED  ") << name << "  (" << took.count() << " s)" << std::endl;
    if (passed) return;
    ++failed_;
    std::cerr << "replay with: WANE_SEED=" << seed() << " WANE_STRESS=" << stress_factor() << " " << program_ << " '"
              << name << "'" << std::endl;
  }

  std::string program_;
  std::vector<std::string> chosen_;
  bool list_only_ = false;
  int run_ = 0;
  int failed_ = 0;
};

}  // namespace proptest
