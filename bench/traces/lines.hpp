// SPDX-License-Identifier: BSL-1.0
// Reading CSV lines with errors that say where.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "trace.hpp"

namespace bench {

/// The lines of a file, split at commas. No field of the known traces is quoted.
class csv_lines {
 public:
  explicit csv_lines(const std::string& file) : file_(file), in_(file) {
    if (!in_) throw trace_error(fmt::format("{}: cannot be opened", file));
  }

  /// Goes to the next line; false at the end of the file.
  bool next() {
    if (!std::getline(in_, line_)) {
      if (in_.bad()) throw trace_error(fmt::format("{}: cannot be read", file_));
      return false;
    }
    if (line_.ends_with('\r')) line_.pop_back();
    ++number_;
    fields_.clear();
    for (std::size_t from = 0, comma = 0; comma != std::string::npos; from = comma + 1) {
      comma = line_.find(',', from);
      fields_.push_back(std::string_view(line_).substr(from, comma - from));
    }
    return true;
  }

  [[nodiscard]] const std::string& text() const noexcept { return line_; }

  void expect_fields(std::size_t n) const {
    if (fields_.size() != n) fail(fmt::format("{} fields separated by commas are needed, not {}", n, fields_.size()));
  }

  [[nodiscard]] std::string_view field(std::size_t i) const { return fields_[i]; }

  template <class Number>
  [[nodiscard]] Number number(std::size_t i, std::string_view what) const {
    Number value{};
    const auto text = fields_[i];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      fail(fmt::format("{} '{}' is not a number in range", what, text));
    return value;
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw trace_error(fmt::format("{}:{}: {}", file_, number_, reason));
  }

 private:
  std::string file_;
  std::ifstream in_;
  std::string line_;
  std::vector<std::string_view> fields_;
  std::size_t number_ = 0;
};

/// Turns time stamps in whole seconds into milliseconds from the first one. The requests of one second are spread over
/// it evenly, or each second would be a burst followed by silence.
class second_stamps {
 public:
  explicit second_stamps(std::vector<request>& requests) : requests_(requests) {}

  /// Adds a request made in second `second`; lines that go back in time are refused.
  void add(const csv_lines& line, std::int64_t second, request r) {
    if (requests_.empty()) first_ = last_ = second;
    if (second < last_) line.fail(fmt::format("time {} is before that of the line above, {}", second, last_));
    if (second != last_) spread();
    last_ = second;
    requests_.push_back(r);
  }

  void finish() { spread(); }

 private:
  void spread() {
    const auto n = static_cast<std::int64_t>(requests_.size() - spread_to_);
    for (std::int64_t i = 0; i != n; ++i) requests_[spread_to_++].time_ms = (last_ - first_) * 1000 + i * 1000 / n;
  }

  std::vector<request>& requests_;
  std::int64_t first_ = 0, last_ = 0;
  std::size_t spread_to_ = 0;
};

}  // namespace bench
