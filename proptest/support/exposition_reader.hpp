// SPDX-License-Identifier: BSL-1.0
// Reads pages for Prometheus and refuses what its text format, version 0.0.4, does not allow, what its histograms must
// not say, and names that are not in its style. Where the format leaves a choice (blanks, bare comments, timestamps,
// metrics without HELP or TYPE) it takes what wane writes and nothing else.
#pragma once

#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proptest {

using label_set = std::map<std::string, std::string>;

struct exposed_sample {
  std::string name;
  label_set under;
  double value = 0;
};

struct exposed_metric {
  std::string name;
  std::string type;
  std::vector<exposed_sample> samples;
};

class exposition_reader {
 public:
  /// Throws: std::runtime_error with the line that is wrong.
  explicit exposition_reader(std::string_view page) {
    while (!page.empty()) {
      const auto end = page.find('\n');
      line_ = page.substr(0, end);
      if (end == std::string_view::npos) refuse("the last line has no end");
      rest_ = line_;
      read_line();
      page.remove_prefix(end + 1);
    }
    end_metric();
  }

  [[nodiscard]] const std::vector<exposed_metric>& metrics() const { return metrics_; }

  /// The value under exactly these labels.
  [[nodiscard]] std::optional<double> find(const std::string& name, const label_set& under = {}) const {
    for (const auto& m : metrics_)
      for (const auto& s : m.samples)
        if (s.name == name && s.under == under) return s.value;
    return std::nullopt;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { throw std::runtime_error(why + ": " + std::string(line_)); }

  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void expect(std::string_view text) {
    if (!skip(text)) refuse("no '" + std::string(text) + "' where one belongs");
  }
  std::string read_name(bool colons) {
    std::size_t n = 0;
    while (n < rest_.size() && (is_letter(rest_[n]) || (colons && rest_[n] == ':') || (n > 0 && is_digit(rest_[n]))))
      ++n;
    if (n == 0) refuse("no name where one belongs");
    const std::string name(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return name;
  }

  void read_line() {
    if (line_.empty()) refuse("an empty line");
    if (skip("# HELP ")) return read_help();
    if (skip("# TYPE ")) return read_type();
    if (line_.starts_with('#')) refuse("a comment");
    read_sample();
  }

  void read_help() {
    end_metric();
    const std::string name = read_name(true);
    expect(" ");
    for (std::size_t i = 0; i < rest_.size(); ++i)
      if (rest_[i] == '\\' && (++i == rest_.size() || (rest_[i] != '\\' && rest_[i] != 'n')))
        refuse("an unknown escape");
    if (rest_.empty()) refuse("HELP without words");
    if (!names_.insert(name).second) refuse("a metric in two groups");
    metrics_.push_back({name, "", {}});
  }

  void read_type() {
    const std::string name = read_name(true);
    expect(" ");
    if (metrics_.empty() || metrics_.back().name != name) refuse("TYPE without HELP before it");
    exposed_metric& m = metrics_.back();
    if (!m.type.empty()) refuse("a second TYPE");
    m.type = rest_;
    if (m.type != "counter" && m.type != "gauge" && m.type != "histogram") refuse("an unknown type");
    if ((m.type == "counter") != name.ends_with("_total")) refuse("counters, and they alone, are totals");
    for (const char c : name)
      if (c != '_' && !is_digit(c) && (c < 'a' || c > 'z')) refuse("a name that is not in snake case");
  }

  void read_sample() {
    if (metrics_.empty() || metrics_.back().type.empty()) refuse("a sample before its TYPE");
    exposed_metric& m = metrics_.back();
    exposed_sample s;
    s.name = read_name(true);
    if (!s.name.starts_with(m.name)) refuse("a sample outside its group");
    const std::string suffix = s.name.substr(m.name.size());
    if (m.type == "histogram" ? suffix != "_bucket" && suffix != "_sum" && suffix != "_count" : !suffix.empty())
      refuse("a sample outside its group");
    if (skip("{")) read_labels(s.under);
    expect(" ");
    s.value = number(rest_);
    if (m.type != "gauge" && !(s.value >= 0)) refuse("a total below zero");
    if (s.under.contains("le") != (suffix == "_bucket")) refuse("buckets, and they alone, have bounds");
    for (const auto& other : m.samples)
      if (other.name == s.name && other.under == s.under) refuse("a sample twice");
    m.samples.push_back(std::move(s));
  }

  void read_labels(label_set& under) {
    do {
      const std::string name = read_name(false);
      if (name.starts_with("__")) refuse("a reserved label");
      expect("=\"");
      std::string value;
      for (; !rest_.starts_with('"'); rest_.remove_prefix(1)) {
        if (rest_.empty()) refuse("a label's value without end");
        if (!skip("\\")) {
          value += rest_[0];
          continue;
        }
        if (rest_.empty() || (rest_[0] != '\\' && rest_[0] != '"' && rest_[0] != 'n')) refuse("an unknown escape");
        value += rest_[0] == 'n' ? '\n' : rest_[0];
      }
      expect("\"");
      if (!under.emplace(name, value).second) refuse("a label twice");
    } while (skip(","));
    expect("}");
  }

  [[nodiscard]] double number(std::string_view text) const {
    if (text == "+Inf") return std::numeric_limits<double>::infinity();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(is_digit(text[0]) || text[0] == '-'))
      refuse("not a number");
    return value;
  }

  /// A metric has samples, and a histogram has, under all its labels but the bounds, bounds that go up to +Inf, counts
  /// that do not go down, their sum, and a count that is the last of them; in this order.
  void end_metric() {
    if (metrics_.empty()) return;
    const exposed_metric& m = metrics_.back();
    if (m.samples.empty()) refuse("a metric without samples");
    if (m.type != "histogram") return;
    for (auto s = m.samples.begin(); s != m.samples.end(); ++s) {
      label_set under = s->under;
      under.erase("le");
      double bound = -1, count = 0;
      for (; s != m.samples.end() && s->name == m.name + "_bucket"; ++s) {
        label_set others = s->under;
        others.erase("le");
        const double next = number(s->under.at("le"));
        if (others != under || next <= bound) refuse("bounds of a histogram that do not go up");
        if (s->value < count) refuse("counts of a histogram that go down");
        bound = next;
        count = s->value;
      }
      if (bound != std::numeric_limits<double>::infinity()) refuse("a histogram without +Inf");
      if (s == m.samples.end() || s->name != m.name + "_sum" || s->under != under) refuse("a histogram without sum");
      if (++s == m.samples.end() || s->name != m.name + "_count" || s->under != under || s->value != count)
        refuse("a histogram whose count is not that of +Inf");
    }
  }

  std::vector<exposed_metric> metrics_;
  std::set<std::string> names_;
  std::string_view line_, rest_;
};

}  // namespace proptest
