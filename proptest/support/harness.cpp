// SPDX-License-Identifier: BSL-1.0
#include "support/harness.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>
#include <random>
#include <string_view>

namespace proptest {

namespace {

// ThreadSanitizer of this age cannot start where addresses are random (proptest/check).
#ifdef __SANITIZE_THREAD__
constexpr const char* launcher = "setarch -R ";
#else
constexpr const char* launcher = "";
#endif

double wane_stress() {
  static const double factor = [] {
    const char* const text = std::getenv("WANE_STRESS");
    return text == nullptr ? 1.0 : std::max(0.001, std::atof(text));
  }();
  return factor;
}

}  // namespace

double stress_factor() { return wane_stress() * (is_sanitized ? 0.5 : 1); }

std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* const text = std::getenv("WANE_SEED");
    if (text != nullptr) return static_cast<std::uint64_t>(std::strtoull(text, nullptr, 10));
    return static_cast<std::uint64_t>(std::random_device{}());
  }();
  return value;
}

// ---- Failures.

namespace {
std::atomic<std::uint64_t> failed_expectations{0};
}

void failures::add(const char* file, int line, const char* condition, const std::string& detail) {
  constexpr std::uint64_t printed_at_most = 8;
  if (failed_expectations.fetch_add(1, std::memory_order_relaxed) >= printed_at_most) return;
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  std::cerr << file << ":" << line << ": expected " << condition << (detail.empty() ? "" : ": ") << detail << std::endl;
}
std::uint64_t failures::take() { return failed_expectations.exchange(0, std::memory_order_relaxed); }
bool failures::any() { return failed_expectations.load(std::memory_order_relaxed) != 0; }

// ---- Tests.

suite::suite(int argc, char** argv) : program_(argv[0]) {
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

void suite::test(const std::string& name, const std::function<void()>& body) {
  if (!starts(name)) return;
  const auto begin = std::chrono::steady_clock::now();
  bool passed = true;
  try {
    body();
  } catch (const std::exception& error) {
    std::cerr << name << " threw: " << error.what() << std::endl;
    passed = false;
  }
  ended(name, passed && failures::take() == 0, begin);
}

void suite::property(const std::string& name, const std::function<void()>& body, int cases) {
  if (!starts(name)) return;
  const auto begin = std::chrono::steady_clock::now();
  rc::detail::TestParams parameters = rc::detail::configuration().testParams;
  parameters.maxSuccess = std::max(5, static_cast<int>(cases * stress_factor()));
  rc::detail::TestMetadata metadata;
  metadata.id = metadata.description = name;
  const auto result = rc::detail::checkTestable(body, metadata, parameters);
  const bool passed = result.template is<rc::detail::SuccessResult>();
  if (!passed) rc::detail::printResultMessage(result, std::cerr << name << ": ");
  ended(name, passed && failures::take() == 0, begin);
}

int suite::result() const {
  if (!list_only_) std::cerr << program_ << ": " << run_ << " tests, " << failed_ << " failed" << std::endl;
  // A filter that matches nothing is a mistake in a test table, not a success.
  return failed_ != 0 || (run_ == 0 && !list_only_) ? 1 : 0;
}

bool suite::starts(const std::string& name) {
  const auto matches = [&](const std::string& part) { return name.find(part) != std::string::npos; };
  if (!chosen_.empty() && std::none_of(chosen_.begin(), chosen_.end(), matches)) return false;
  if (list_only_) std::cout << name << "\n";
  run_ += list_only_ ? 0 : 1;
  return !list_only_;
}

void suite::ended(const std::string& name, bool passed, std::chrono::steady_clock::time_point begin) {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cerr << (passed ? "passed  " : "FAILED  ") << name << "  (" << took.count() << " s)" << std::endl;
  if (passed) return;
  ++failed_;
  std::cerr << "replay with: WANE_SEED=" << seed() << " WANE_STRESS=" << wane_stress()
            << (std::getenv("WANE_DEEP") == nullptr ? " " : " WANE_DEEP=1 ") << launcher << program_ << " '" << name
            << "'" << std::endl;
}

}  // namespace proptest
