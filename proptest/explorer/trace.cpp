// SPDX-License-Identifier: BSL-1.0
#include "trace.hpp"

#include <fstream>
#include <map>
#include <ostream>
#include <sstream>

namespace explorer {

namespace {

const char* name_of(std::memory_order order) noexcept {
  switch (order) {
    case std::memory_order_relaxed: return "relaxed";
    case std::memory_order_consume: return "consume";
    case std::memory_order_acquire: return "acquire";
    case std::memory_order_release: return "release";
    case std::memory_order_acq_rel: return "acq_rel";
    case std::memory_order_seq_cst: return "seq_cst";
  }
  return "?";
}

std::string_view base_name(std::string_view path) noexcept {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// The object expression of a call like `d.epoch_.load(...)`, from its source line; empty if it cannot be had.
std::string expression_at(const std::source_location& site) {
  static std::map<std::pair<std::string, unsigned>, std::string> known;
  auto [it, fresh] = known.try_emplace({site.file_name(), site.line()});
  if (!fresh) return it->second;
  std::ifstream file(site.file_name());
  std::string text;
  for (unsigned line = 0; line < site.line() && std::getline(file, text);) ++line;
  for (const char* const call : {".load(", ".store(", ".exchange(", ".fetch_add(", ".compare_exchange_strong("}) {
    const auto end = text.find(call);
    if (end == std::string::npos) continue;
    auto begin = end;
    int brackets = 0;
    while (begin > 0) {
      const char c = text[begin - 1];
      if (c == ']' || c == ')') ++brackets;
      if (c == '[' || c == '(') --brackets;
      if (brackets < 0 || (brackets == 0 && c != ']' && c != ')' && c != '[' && c != '(' && c != '_' && c != '.' &&
                           c != '>' && c != '-' && !std::isalnum(static_cast<unsigned char>(c))))
        break;
      --begin;
    }
    it->second = text.substr(begin, end - begin);
    break;
  }
  return it->second;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace

trace::names trace::plain_names() {
  return {[](const cell* c, const std::source_location& site) {
            std::ostringstream out;
            const std::string expression = expression_at(site);
            if (!expression.empty()) out << expression << ' ';
            out << '@' << std::hex << (reinterpret_cast<std::uintptr_t>(c) & 0xFFFFFF);
            return out.str();
          },
          [](const cell*, const std::source_location&, std::uint64_t bits) { return std::to_string(bits); }};
}

void trace::print(std::ostream& out, const names& n) const {
  // Words that one thread has to itself, or that nobody changes, tell nothing.
  struct use {
    unsigned readers = 0, writers = 0;
    [[nodiscard]] bool is_shared() const {
      return writers != 0 && ((readers | writers) & ((readers | writers) - 1)) != 0;
    }
  };
  std::map<const cell*, use> uses;
  for (const line& l : lines_) {
    const bool writes = l.what.what != kind::load && l.what.what != kind::exchange_lost;
    use& u = uses[l.what.where];
    (writes ? u.writers : u.readers) |= 1u << l.what.thread;
  }
  for (const line& l : lines_) {
    const access& a = l.what;
    if (l.text.empty() && a.where != nullptr && !uses[a.where].is_shared()) continue;
    const std::string head =
        padded(std::to_string(a.step), 5) + "T" + std::to_string(a.thread) + std::string(2 + 4 * a.thread, ' ');
    if (!l.text.empty()) {
      out << head << "-- " << l.text << '\n';
      continue;
    }
    const std::string where = a.where == nullptr ? "fence" : n.location(a.where, a.site);
    std::string what;
    const auto value = [&](std::uint64_t bits) { return n.value(a.where, a.site, bits); };
    switch (a.what) {
      case kind::load:
        what = "is " + value(a.before);
        if (a.back != 0) what += "  (STALE by " + std::to_string(a.back) + ")";
        break;
      case kind::store:
        what = value(a.before) + " := " + value(a.after);
        if (a.back != 0) what += "  (placed " + std::to_string(a.back) + " before the newest)";
        break;
      case kind::modify: what = value(a.before) + " -> " + value(a.after); break;
      case kind::exchange_done: what = value(a.before) + " -> " + value(a.after) + "  (CAS)"; break;
      case kind::exchange_lost: what = "is " + value(a.before) + ", not as expected  (CAS failed)"; break;
      case kind::fence: break;
    }
    out << padded(head + padded(where, 26) + ' ' + what, 100) << ' ' << name_of(a.order) << "  "
        << base_name(a.site.file_name()) << ':' << a.site.line() << '\n';
  }
}

}  // namespace explorer
