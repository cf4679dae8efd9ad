// SPDX-License-Identifier: BSL-1.0
#include "word_rules.hpp"

#include <wane/impl/link.hpp>
#include <wane/impl/state.hpp>

#include <string>
#include <string_view>

namespace explorer {

namespace {

using wane::impl::link;
using wane::impl::state;

enum class word : std::uint8_t { other, link, state };

word kind_of(const std::source_location& site) noexcept {
  // Names of one file are one pointer in a program, nearly always.
  static const char* links = nullptr;
  static const char* states = nullptr;
  const char* const name = site.file_name();
  if (name == links) return word::link;
  if (name == states) return word::state;
  const std::string_view path(name);
  if (path.ends_with("wane/impl/link.hpp")) return links = name, word::link;
  if (path.ends_with("wane/impl/state.hpp")) return states = name, word::state;
  return word::other;
}

std::string spelt(link l) {
  std::string text;
  if (l.is_end())
    text = "end";
  else if (l.is_sentinel())
    text = "bucket " + std::to_string(l.target());
  else if (l.is_unset())
    text = "unset";
  else
    text = "node " + std::to_string(l.target());
  text += " t" + std::to_string(l.tag());
  if (l.is_frozen()) text += " frozen";
  if (l.is_fresh()) text += " fresh";
  return text;
}

std::string spelt(state s) {
  std::string text;
  if (s.is_live())
    text = s.has_deadline() ? "LIVE until " + std::to_string(s.deadline()) : "LIVE";
  else if (s.is_forward())
    text = "FORWARD to node " + std::to_string(s.forward());
  else
    text = "DEAD";
  return text + " v" + std::to_string(s.version());
}

// The layouts once more, and not by way of link and state: what is checked must not say how.
constexpr std::uint64_t frozen_bit = std::uint64_t{1} << 33;
constexpr std::uint64_t tag_of(std::uint64_t link) noexcept { return link >> 35; }
constexpr std::uint64_t tags = std::uint64_t{1} << 29;
constexpr std::uint64_t kind_bits(std::uint64_t state) noexcept { return state >> 62; }
constexpr std::uint64_t version_of(std::uint64_t state) noexcept { return state >> 40 & 0x3F'FFFF; }
constexpr std::uint64_t versions = std::uint64_t{1} << 22;
constexpr std::uint64_t live_kind = 1;

void check_link(engine& e, std::uint64_t before, std::uint64_t after, bool conditional) {
  if (conditional && (before & frozen_bit) != 0 && after != 0)
    e.fail(verdict::invariant, "I1: a frozen link changes: " + spelt(link(before)) + " -> " + spelt(link(after)));
}
void check_tag(engine& e, std::uint64_t before, std::uint64_t after) {
  // A bucket word goes back to nothing when its table is given up, after grace periods.
  if (before != 0 && after != 0 && tag_of(after) != (tag_of(before) + 1) % tags)
    e.fail(verdict::invariant, "I3: a link's tag does not count: " + spelt(link(before)) + " -> " + spelt(link(after)));
}

void check_state(engine& e, std::uint64_t before, std::uint64_t after, bool conditional) {
  if (conditional && kind_bits(before) != live_kind)
    e.fail(verdict::invariant,
           "I4: what is dead or replaced changes: " + spelt(state(before)) + " -> " + spelt(state(after)));
}
void check_version(engine& e, std::uint64_t before, std::uint64_t after) {
  if (version_of(after) != (version_of(before) + 1) % versions)
    e.fail(verdict::invariant,
           "I5: a state's version does not count: " + spelt(state(before)) + " -> " + spelt(state(after)));
}

}  // namespace

void check_word_but_counters(engine& e, const cell&, std::uint64_t before, std::uint64_t after, bool conditional,
                             const std::source_location& site) {
  const word kind = kind_of(site);
  if (kind != word::other) ++changes_by[e.thread()];
  switch (kind) {
    case word::link: check_link(e, before, after, conditional); break;
    case word::state: check_state(e, before, after, conditional); break;
    case word::other: break;
  }
}

void check_word(engine& e, const cell& c, std::uint64_t before, std::uint64_t after, bool conditional,
                const std::source_location& site) {
  check_word_but_counters(e, c, before, after, conditional, site);
  switch (kind_of(site)) {
    case word::link: check_tag(e, before, after); break;
    case word::state: check_version(e, before, after); break;
    case word::other: break;
  }
}

trace::names word_names() {
  trace::names names = trace::plain_names();
  names.value = [plain = names.value](const cell* c, const std::source_location& site, std::uint64_t bits) {
    switch (kind_of(site)) {
      case word::link: return spelt(link(bits));
      case word::state: return spelt(state(bits));
      case word::other: break;
    }
    return plain(c, site, bits);
  };
  return names;
}

}  // namespace explorer
