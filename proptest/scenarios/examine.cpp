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

}  // namespace

examiner::~examiner() {
  if (explorations_ == 0) return;
  std::cerr << "counted " << subject_ << ": programs=" << programs_ << " explorations=" << explorations_
            << " complete=" << complete_ << " schedules=" << schedules_ << " steps=" << steps_
            << " seconds=" << seconds_
            << " per_second=" << static_cast<std::uint64_t>(static_cast<double>(schedules_) / seconds_) << std::endl;
}

void examiner::exhaust(const program& p, bounds b, const explorer::limits& until, bool symmetric_fences) {
  explorer::exhaustive how(b.preemptions, b.stale);
  wander(p, how, b.stale != 0, until, symmetric_fences);
}

void examiner::wander(const program& p, explorer::strategy& how, bool relaxed, const explorer::limits& until,
                      bool symmetric_fences) {
  explorer::engine e;
  e.asymmetric_fences = !symmetric_fences;
  set_up(e, p, relaxed);
  if (replays(e, p)) return;
  const explorer::report r = e.explore(how, until);
  ++programs_;
  ++explorations_;
  complete_ += r.complete ? 1 : 0;
  schedules_ += r.schedules;
  steps_ += r.steps;
  seconds_ += r.seconds;
  if (r.failure.kind != explorer::verdict::clean) tell(e, p, r);
}

bool examiner::replays(explorer::engine& e, const program& p) {
  const char* const text = std::getenv("WANE_SCHEDULE");
  if (text == nullptr) return false;
  explorer::trace told;
  const explorer::report r = e.run(explorer::parse_schedule(text), &told);
  std::cerr << to_string(p);
  told.print(std::cerr, names_in(e));
  std::cerr << name_of(r.failure.kind) << ' ' << r.failure.what << std::endl;
  EXPECT(r.failure.kind == explorer::verdict::clean, r.failure.what);
  return true;
}

void examiner::tell(explorer::engine& e, const program& p, const explorer::report& r) {
  const explorer::schedule least = e.minimise(r.schedule, r.failure.kind);
  explorer::trace told;
  const explorer::report again = e.run(least, &told);
  std::ostringstream out;
  out << name_of(r.failure.kind) << ": " << (again.failure.kind == r.failure.kind ? again : r).failure.what << '\n'
      << to_string(p);
  told.print(out, names_in(e));
  out << "replay with: WANE_SCHEDULE='" << to_string(least) << "' and the program's name";
  EXPECT(r.failure.kind == explorer::verdict::clean, out.str());
}

}  // namespace proptest
