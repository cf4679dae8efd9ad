// SPDX-License-Identifier: BSL-1.0
// A history that is not linearizable, for people: one row a thread, and the reason. See minimise.hpp for making it short.
//
//   thread 0  |insert(7, 1, ttl 3): yes|    |touch(7, ttl 9): yes|
//   thread 2                            |+4|
//   key 7: at tick 4 1 is there until tick 3, after thread 0's insert(7, 1, ttl 3): yes; then
//     thread 0's touch(7, ttl 9): yes cannot come next: reports the entry alive after its deadline
//
// `+4` moves the clock; a row that ends in `>` is a call that had not returned.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "small_history.hpp"

namespace proptest {

[[nodiscard]] inline const char* to_string(verb v) noexcept {
  constexpr std::array<const char*, verbs> names{"find",    "contains",       "ttl",
                                                 "insert",  "get_or_emplace", "insert_or_assign",
                                                 "upsert",  "replace",        "compare_exchange",
                                                 "update",  "erase",          "erase_if",
                                                 "take",    "touch",          "expire_at",
                                                 "persist", "find_and_touch", "clear",
                                                 "sweep",   "advance",        "expiry"};
  return names[static_cast<std::size_t>(v)];
}

namespace impl {

inline void say_lifetime(std::ostream& out, const call& c) {
  constexpr const char* names[] = {"forever", "ttl ", "until ", "keep"};
  out << ", " << names[static_cast<std::size_t>(c.life)];
  if (c.life == life::ttl || c.life == life::until) out << c.ticks;
}
[[nodiscard]] inline const char* condition_of(const call& c) noexcept {
  constexpr const char* names[] = {"", ", if later", ", if sooner", ", if none", ", if some"};
  return names[static_cast<std::size_t>(c.condition)];
}

}  // namespace impl

/// A call as one would write it, with its result: `replace(5, 2, keep): yes, 1`.
[[nodiscard]] inline std::string described(const call& c) {
  std::ostringstream out;
  if (c.what == verb::advance) {
    out << "+" << c.ticks;
    return out.str();
  }
  out << to_string(c.what) << "(";
  if (c.what != verb::sweep && c.what != verb::clear) out << c.key;
  switch (c.what) {
    case verb::compare_exchange:
      out << ", " << c.expected << "->" << c.argument;
      impl::say_lifetime(out, c);
      break;
    case verb::insert:
    case verb::get_or_emplace:
    case verb::insert_or_assign:
    case verb::upsert:
    case verb::replace:
    case verb::update:
      out << ", " << c.argument;
      impl::say_lifetime(out, c);
      break;
    case verb::touch:
    case verb::expire_at:
    case verb::find_and_touch:
      impl::say_lifetime(out, c);
      out << impl::condition_of(c);
      break;
    case verb::persist: out << impl::condition_of(c); break;
    case verb::expiry: out << ", " << c.argument; break;
    default: break;
  }
  out << ")";
  if (c.what == verb::sweep || c.what == verb::clear || c.what == verb::expiry) return out.str();
  out << ": " << (c.ok ? "yes" : "no");
  if (c.saw && c.what == verb::ttl && c.seen == forever_left)
    out << ", forever";
  else if (c.saw)
    out << ", " << c.seen;
  return out.str();
}

namespace impl {

/// Where each call begins and ends, in columns, so that the calls' order can be read off and their words fit in.
struct layout {
  std::vector<std::size_t> begin, end;
};
[[nodiscard]] inline layout laid_out(const small_history& h, const std::vector<std::string>& words) {
  layout at{std::vector<std::size_t>(h.size()), std::vector<std::size_t>(h.size())};
  if (h.order() == ordering::happens_before) {
    // Each call right of all that happen before it. Predecessors come first, since they are fewer.
    std::vector<std::size_t> sequence(h.size());
    for (std::size_t i = 0; i < h.size(); ++i) sequence[i] = i;
    std::sort(sequence.begin(), sequence.end(),
              [&](std::size_t a, std::size_t b) { return std::popcount(h.before(a)) < std::popcount(h.before(b)); });
    for (const std::size_t i : sequence) {
      for (std::size_t j = 0; j < h.size(); ++j)
        if ((h.before(i) >> j & 1) != 0) at.begin[i] = std::max(at.begin[i], at.end[j] + 1);
      at.end[i] = at.begin[i] + words[i].size() + 2;
    }
    return at;
  }
  // The stamps in turn, each one column or more right of the last.
  struct stamp {
    std::uint64_t when;
    bool ends;
    std::size_t call;
  };
  std::vector<stamp> stamps;
  for (std::size_t i = 0; i < h.size(); ++i) {
    stamps.push_back({h[i].invoked, false, i});
    stamps.push_back({h[i].responded, true, i});
  }
  std::stable_sort(stamps.begin(), stamps.end(),
                   [](const stamp& a, const stamp& b) { return a.when != b.when ? a.when < b.when : a.ends < b.ends; });
  std::size_t column = 0;
  for (const stamp& s : stamps) {
    if (s.ends) column = std::max(column, at.begin[s.call] + words[s.call].size() + 1);
    (s.ends ? at.end : at.begin)[s.call] = column++;
  }
  return at;
}

/// What keeps a call from taking effect on `s` at `time`.
[[nodiscard]] inline std::string hindrance(const call& c, const entry& s, std::uint64_t time, bool deaths) {
  const bool needs_none = (c.what == verb::insert || c.what == verb::get_or_emplace ||
                           c.what == verb::insert_or_assign || c.what == verb::upsert)
                              ? c.ok
                              : !c.ok && !c.saw && c.what != verb::clear && c.what != verb::expiry;
  if (c.what == verb::clear) return "its report of what it removed is not what is there";
  if (needs_none) {
    if (!s.is_present()) return "it comes before others are over";
    if (time < s.deadline) return "reports absence, and the entry is alive";
    return deaths ? "reports absence, and nobody has reported the expiry" : "it is over before the deadline";
  }
  if (!s.is_present()) return "reports an entry, and there is none";
  if (c.what == verb::expiry)
    return c.argument != s.value ? "another value is there" : "reports an expiry before the deadline";
  if (time >= s.deadline) return "reports the entry alive after its deadline";
  if ((c.saw && c.what != verb::ttl && c.seen != s.value) ||
      (c.what == verb::compare_exchange && c.expected != s.value))
    return "saw another value";
  return deaths && displaces(c) != wane::cause::expired ? "does not report the removal of just what is there"
                                                        : "its result does not go with this deadline";
}

}  // namespace impl

/// The history as rows, and why it is not linearizable. `v` is what the checker said about this very history.
[[nodiscard]] inline std::string timeline(const small_history& h, const verdict& v) {
  std::ostringstream out;
  std::vector<std::string> words;
  for (const call& c : h.calls()) words.push_back(described(c));
  const impl::layout at = impl::laid_out(h, words);

  unsigned threads = 0;
  for (const call& c : h.calls()) threads = std::max(threads, c.thread + 1u);
  for (unsigned t = 0; t < threads; ++t) {
    std::string row;
    for (std::size_t i = 0; i < h.size(); ++i) {
      if (h[i].thread != t) continue;
      if (row.size() <= at.end[i]) row.resize(at.end[i] + 1, ' ');
      const bool open = h.order() == ordering::real_time && h[i].responded == still_running;
      row.replace(at.begin[i], at.end[i] - at.begin[i] + 1, at.end[i] - at.begin[i] + 1, '-');
      row[at.begin[i]] = '|';
      row[at.end[i]] = open ? '>' : '|';
      row.replace(at.begin[i] + 1, words[i].size(), words[i]);
    }
    if (!row.empty()) out << "thread " << t << "  " << row << "\n";
  }
  for (const death& d : h.deaths())
    out << "(" << d.key << ", " << d.value << ") " << wane::to_string(d.cause) << ", says " << described(h[d.call])
        << " of thread " << unsigned{h[d.call].thread} << "\n";
  if (h.order() == ordering::happens_before)
    for (std::size_t i = 0; i < h.size(); ++i) {
      out << "[" << i << "] " << words[i] << " of thread " << unsigned{h[i].thread} << " after";
      for (std::size_t j = 0; j < h.size(); ++j)
        if ((h.before(i) >> j & 1) != 0) out << " [" << j << "]";
      out << "\n";
    }
  if (v) return out.str() + "linearizable\n";

  out << "key " << v.key << ": ";
  if (v.broken != nullptr) {
    out << v.broken << "\n";
    return out.str();
  }
  out << "at tick " << v.time << " ";
  if (!v.left.is_present())
    out << "there is no entry";
  else if (v.left.deadline == never)
    out << v.left.value << " is there forever";
  else
    out << v.left.value << " is there until tick " << v.left.deadline;
  std::uint64_t own = 0;
  for (std::size_t i = 0; i < h.size(); ++i)
    if (h[i].key == v.key && h[i].what != verb::advance && h[i].what != verb::sweep) own |= std::uint64_t{1} << i;
  out << ", after";
  if ((v.done & own) == 0) out << " nothing";
  for (std::size_t i = 0; i < h.size(); ++i)
    if ((v.done & own) >> i & 1) out << " thread " << unsigned{h[i].thread} << "'s " << words[i];
  out << "; then\n";
  for (std::size_t i = 0; i < h.size(); ++i) {
    if (((own & ~v.done) >> i & 1) == 0 || (h.before(i) & own & ~v.done) != 0) continue;
    out << "  thread " << unsigned{h[i].thread} << "'s " << words[i]
        << " cannot come next: " << impl::hindrance(h[i], v.left, v.time, h.deaths_recorded()) << "\n";
  }
  for (const death& d : h.deaths())
    if (d.key == v.key && d.cause == wane::cause::expired && d.value == v.left.value && v.left.is_present() &&
        v.time < v.left.deadline)
      out << "  its expiry was reported by thread " << unsigned{h[d.call].thread} << "'s " << words[d.call] << "\n";
  return out.str();
}

}  // namespace proptest
