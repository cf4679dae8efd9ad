// SPDX-License-Identifier: BSL-1.0
#include "scenarios/examine.hpp"

#include <cstdlib>
#include <iostream>
#include <sstream>

#include "explorer/word_rules.hpp"
#include "scenarios/map_scenario.hpp"
#include "support/harness.hpp"

namespace proptest {

namespace {

/// Words by the names the scenario has for them.
explorer::trace::names names_in(const explorer::engine& e) {
  explorer::trace::names names = explorer::word_names();
  names.location = [&e, plain = names.location](const explorer::cell* c, const std::source_location& site) {
    const std::string name = e.subject().name_of(*c);
    return name.empty() ? plain(c, site) : name;
  };
  return names;
}

/// Runs one schedule and tells what happens.
finding told(explorer::engine& e, const program& p, explorer::schedule s) {
  explorer::trace happened;
  const explorer::report r = e.run(s, &happened);
  std::ostringstream out;
  out << name_of(r.failure.kind) << ": " << r.failure.what << '\n' << to_string(p);
  happened.print(out, names_in(e));
  out << "replay with: WANE_SCHEDULE='" << to_string(s) << "' and the program's name";
  return {r.failure.kind, std::move(s), out.str()};
}

}  // namespace

examiner::~examiner() {
  if (programs_ == 0) return;
  std::cerr << "counted " << subject_ << ": programs=" << programs_;
  if (explorations_ != 0) std::cerr << " explorations=" << explorations_ << " complete=" << complete_;
  std::cerr << " schedules=" << schedules_ << " steps=" << steps_ << " seconds=" << seconds_
            << " per_second=" << static_cast<std::uint64_t>(static_cast<double>(schedules_) / seconds_) << std::endl;
}

void examiner::exhaust(const program& p, bounds b, const explorer::limits& until, bool symmetric_fences) {
  explorer::exhaustive how(b.preemptions, b.stale);
  wander(p, how, b.stale != 0, until, symmetric_fences);
}

void examiner::exhaust_wholly(const program& p, bounds b, bool symmetric_fences) {
  const std::uint64_t before = explorations_ - complete_;
  exhaust(p, b, {.schedules = enough}, symmetric_fences);
  EXPECT(explorations_ - complete_ == before, p.name << ": " << enough << " schedules are not all that there are");
}

void examiner::wander(const program& p, explorer::strategy& how, bool relaxed, const explorer::limits& until,
                      bool symmetric_fences) {
  const auto found = find_failure(p, how, relaxed, until, symmetric_fences);
  EXPECT(!found, found->account);
}

std::optional<finding> examiner::find_failure(const program& p, explorer::strategy& how, bool relaxed,
                                              const explorer::limits& until, bool symmetric_fences) {
  // Making one takes as long as a hundred executions.
  static explorer::engine e;
  e.asymmetric_fences = !symmetric_fences;
  set_up(e, p, relaxed);
  if (const char* const text = std::getenv("WANE_SCHEDULE"); text != nullptr) {
    finding f = told(e, p, explorer::parse_schedule(text));
    std::cerr << f.account << std::endl;
    if (f.kind == explorer::verdict::clean) return {};
    return f;
  }
  const explorer::report r = e.explore(how, until);
  ++programs_;
  // Only of an exhaustive exploration does it mean anything that nothing was left to try.
  if (dynamic_cast<explorer::exhaustive*>(&how) != nullptr) {
    ++explorations_;
    complete_ += r.complete ? 1 : 0;
  }
  schedules_ += r.schedules;
  steps_ += r.steps;
  seconds_ += r.seconds;
  if (r.failure.kind == explorer::verdict::clean) return {};
  finding f = told(e, p, e.minimise(r.schedule, r.failure.kind));
  if (f.kind == r.failure.kind) return f;
  // It does not replay: what is left is what was seen.
  f.account = std::string(name_of(r.failure.kind)) + ": " + r.failure.what + " (does not replay)\n" + f.account;
  f.kind = r.failure.kind;
  return f;
}

}  // namespace proptest
