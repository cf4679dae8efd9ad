// SPDX-License-Identifier: BSL-1.0
#include "schedule.hpp"

#include <charconv>
#include <stdexcept>

namespace explorer {

std::string to_string(const schedule& s) {
  std::string text;
  for (const deviation& d : s) {
    if (!text.empty()) text += ' ';
    text += std::to_string(d.step) + (d.kind == deviation::what::thread ? '>' : '~') + std::to_string(d.to);
  }
  return text;
}

schedule parse_schedule(std::string_view text) {
  schedule s;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto fail = [&](const char* wanted) {
    throw std::invalid_argument("schedule: at character " + std::to_string(at - text.data()) + ": expected " + wanted);
  };
  for (;;) {
    while (at != end && *at == ' ') ++at;
    if (at == end) return s;
    deviation d{};
    auto [after_step, step_error] = std::from_chars(at, end, d.step);
    if (step_error != std::errc()) fail("the number of a step");
    at = after_step;
    if (at == end || (*at != '>' && *at != '~')) fail("'>' or '~'");
    d.kind = *at++ == '>' ? deviation::what::thread : deviation::what::store;
    auto [after_to, to_error] = std::from_chars(at, end, d.to);
    if (to_error != std::errc()) fail("a number");
    at = after_to;
    if (!s.empty() && s.back().step > d.step) fail("steps in ascending order");
    s.push_back(d);
  }
}

}  // namespace explorer
