// SPDX-License-Identifier: BSL-1.0
// Checks histories of real threads, keeps count, and tells what is wrong with one: an excerpt, made short, as a timeline.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "linearizability/just_in_time.hpp"
#include "linearizability/minimise.hpp"
#include "linearizability/timeline.hpp"
#include "recording.hpp"

namespace proptest {

inline constexpr const char* not_linearizable = "no order of the calls explains their results";

class judge {
 public:
  explicit judge(std::string subject) : subject_(std::move(subject)) {}
  judge(const judge&) = delete;
  judge& operator=(const judge&) = delete;
  /// Prints the count on one line.
  ~judge() {
    if (histories_ == 0) return;
    std::cerr << "counted " << subject_ << ": histories=" << histories_ << " calls=" << calls_ << " keys=" << keys_
              << " deaths=" << deaths_ << " expired=" << expired_ << " moves=" << moves_
              << " overlapping=" << overlapping_ << " most_configurations=" << most_configurations_
              << " recording_seconds=" << recording_ << " seconds=" << checking_
              << " per_second=" << static_cast<std::uint64_t>(static_cast<double>(calls_) / checking_) << std::endl;
  }

  /// `recording` is how long it took to make the history.
  long_verdict check(const recording::merged& h, std::uint64_t keys, std::chrono::duration<double> recording) {
    const auto begin = std::chrono::steady_clock::now();
    const long_verdict found = checker_.check(h.calls, h.deaths, true);
    checking_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    recording_ += recording.count();
    ++histories_;
    calls_ += h.calls.size();
    keys_ += keys;
    deaths_ += h.deaths.size();
    for (const death& d : h.deaths) expired_ += d.cause == wane::cause::expired ? 1 : 0;
    for (const call& c : h.calls) moves_ += c.what == verb::advance ? 1 : 0;
    count_overlapping(h);
    most_configurations_ = std::max(most_configurations_, found.most_configurations);
    return found;
  }

  /// Calls that began while another on their key was under way: without them nothing has been put to the test.
  [[nodiscard]] std::uint64_t overlapping() const noexcept { return overlapping_; }

  /// What is wrong with the history last checked, for people.
  [[nodiscard]] std::string explained(const recording::merged& h, const long_verdict& found) const {
    std::ostringstream out;
    out << not_linearizable << ", key " << found.key;
    if (found.broken != nullptr) {
      out << ": " << found.broken << ", " << described(h.calls[found.call]) << " of thread "
          << unsigned{h.calls[found.call].thread} << "\n";
      list_calls(out, h, found);
      return out.str();
    }
    if (const auto excerpt = checker_.excerpt()) {
      small_checker small;
      const small_history least = minimised(small, *excerpt);
      out << "\n" << timeline(least, small.check(least));
      return out.str();
    }
    out << ", and no short part shows it\n";
    list_calls(out, h, found);
    return out.str();
  }

 private:
  void count_overlapping(const recording::merged& h) {
    spans_.clear();
    for (const call& c : h.calls)
      if (c.what != verb::advance && c.what != verb::sweep) spans_.push_back({c.key, c.invoked, c.responded});
    std::sort(spans_.begin(), spans_.end(), [](const span_of& a, const span_of& b) {
      return a.key != b.key ? a.key < b.key : a.invoked < b.invoked;
    });
    std::uint64_t key = 0, last = 0;
    for (const span_of& s : spans_) {
      if (s.key != key) key = s.key, last = 0;
      overlapping_ += s.invoked < last ? 1 : 0;
      last = std::max(last, s.responded);
    }
  }

  /// The calls of the key that ended last before the one at fault, and the moves of the clock among them.
  static void list_calls(std::ostream& out, const recording::merged& h, const long_verdict& found) {
    constexpr std::size_t at_most = 60;
    std::uint64_t fault = 0;
    if (found.call < h.calls.size()) fault = h.calls[found.call].responded;
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < h.calls.size(); ++i) {
      const call& c = h.calls[i];
      if ((c.key == found.key || c.what == verb::advance) && c.what != verb::sweep &&
          (fault == 0 || c.invoked <= fault))
        chosen.push_back(i);
    }
    std::sort(chosen.begin(), chosen.end(),
              [&](std::size_t a, std::size_t b) { return h.calls[a].responded < h.calls[b].responded; });
    if (chosen.size() > at_most) chosen.erase(chosen.begin(), chosen.end() - at_most);
    for (const std::size_t i : chosen)
      out << "  " << h.calls[i].invoked << ".." << h.calls[i].responded << "  thread " << unsigned{h.calls[i].thread}
          << "  " << described(h.calls[i]) << "\n";
    const std::uint64_t since = chosen.empty() ? 0 : h.calls[chosen.front()].invoked;
    for (const death& d : h.deaths)
      if (d.key == found.key && h.calls[d.call].responded >= since && (fault == 0 || h.calls[d.call].invoked <= fault))
        out << "  " << d.value << " " << wane::to_string(d.cause) << ", says " << described(h.calls[d.call])
            << " of thread " << unsigned{h.calls[d.call].thread} << "\n";
  }

  struct span_of {
    std::uint64_t key, invoked, responded;
  };

  std::string subject_;
  just_in_time checker_;
  std::uint64_t histories_ = 0, calls_ = 0, keys_ = 0, deaths_ = 0, expired_ = 0, moves_ = 0, overlapping_ = 0;
  std::vector<span_of> spans_;
  std::size_t most_configurations_ = 0;
  double recording_ = 0, checking_ = 0;
};

}  // namespace proptest
