// SPDX-License-Identifier: BSL-1.0
#include "scenarios/program.hpp"

#include <sstream>

namespace proptest {

namespace {

const char* name_of(verb v) noexcept {
  switch (v) {
    case verb::find: return "find";
    case verb::contains: return "contains";
    case verb::ttl: return "ttl";
    case verb::insert: return "insert";
    case verb::get_or_emplace: return "get_or_emplace";
    case verb::insert_or_assign: return "insert_or_assign";
    case verb::upsert: return "upsert";
    case verb::replace: return "replace";
    case verb::compare_exchange: return "compare_exchange";
    case verb::update: return "update";
    case verb::erase: return "erase";
    case verb::erase_if: return "erase_if";
    case verb::take: return "take";
    case verb::touch: return "touch";
    case verb::expire_at: return "expire_at";
    case verb::persist: return "persist";
    case verb::find_and_touch: return "find_and_touch";
    case verb::clear: return "clear";
    case verb::sweep: return "sweep";
    case verb::advance: return "advance";
    case verb::expiry: return "expiry";
  }
  return "?";
}

const char* name_of(wane::when w) noexcept {
  switch (w) {
    case wane::when::always: return "always";
    case wane::when::if_later: return "if later";
    case wane::when::if_sooner: return "if sooner";
    case wane::when::if_none: return "if none";
    case wane::when::if_some: return "if some";
  }
  return "?";
}

}  // namespace

std::string to_string(const step& s) {
  switch (s.chore) {
    case chore::none: break;
    case chore::collect: return "collect";
    case chore::push: return "push";
    case chore::scan: return "scan";
    case chore::shrink: return "shrink";
    case chore::reserve: return "reserve";
    case chore::scan_one_by_one: return "scan one by one";
    case chore::sweep_one: return "sweep one";
    case chore::visit_within: return "visit(" + std::to_string(s.what.key) + ") around another find";
    case chore::find_many:
      return "find_many(" + std::to_string(s.what.key) + ", " + std::to_string(s.what.key + 1) + ")";
    case chore::fill: return "fill " + std::to_string(s.what.ticks);
    case chore::drain: return "drain " + std::to_string(s.what.ticks);
    case chore::churn: return "churn " + std::to_string(s.what.ticks);
  }
  const call& c = s.what;
  std::ostringstream out;
  out << name_of(c.what);
  if (c.what == verb::advance) {
    out << ' ' << c.ticks;
  } else if (c.what != verb::sweep && c.what != verb::clear) {
    out << '(' << c.key;
    if (c.life == life::ttl) out << ", for " << c.ticks;
    if (c.life == life::until) out << ", until " << c.ticks;
    if (c.life == life::keep) out << ", keep";
    if (c.condition != wane::when::always) out << ", " << name_of(c.condition);
    out << ')';
  }
  return out.str();
}

const char* name_of(reclamation r) noexcept {
  switch (r) {
    case reclamation::epoch: return "epoch";
    case reclamation::oracle: return "oracle";
    case reclamation::versioned: return "versioned";
    case reclamation::hazard: return "hazard";
    case reclamation::ibr: return "ibr";
    case reclamation::leak: return "leak";
    case reclamation::unsafe_reuse: return "unsafe reuse";
  }
  return "?";
}

std::string to_string(const program& p) {
  std::ostringstream out;
  const auto list = [&](const std::vector<step>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) out << (i == 0 ? " " : "; ") << to_string(steps[i]);
    out << '\n';
  };
  out << p.name << ": " << p.buckets << (p.buckets == 1 ? " bucket" : " buckets") << (p.growth ? ", growing" : "") << (p.at_home ? ", at home" : "")
      << ", " << name_of(p.reclaimer) << (p.integer_keys ? "" : ", keys as objects") << (p.in_place ? ", in place" : "")
      << (p.curious_listener ? ", a curious listener" : "") << (p.cold ? ", cold" : "") << "\n  before:";
  list(p.before);
  if (!p.after.empty()) {
    out << "  after:";
    list(p.after);
  }
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    out << "  T" << t << ":";
    list(p.threads[t]);
  }
  return out.str();
}

}  // namespace proptest
