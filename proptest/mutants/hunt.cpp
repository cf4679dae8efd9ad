// SPDX-License-Identifier: BSL-1.0
// Hunts mutants: runs each seeded bug and each weakened memory order under the explorer until one of the named programs
// tells it from the code that ships, by a verdict of the kind that its table expects.
//
//   hunt [--table FILE] [NAME...]    all mutants, or those whose names contain one of the arguments
//
// --table writes what was found as Markdown, too.
//
// First the programs run without a mutant and must be clean. One line a mutant; the last line is "N passed, M failed",
// killed as passed. Every mutant has a process of its own, so that whatever it breaks is broken there.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <mutants/selected.hpp>
#include <seeded_mutants.hpp>
#include <weaker_orders.hpp>

#include "explorer/crashes.hpp"
#include "scenarios/map_scenario.hpp"
#include "scenarios/named.hpp"

using namespace proptest;

namespace {

const weaker_order* weakened = nullptr;
/// How often the weakened access has been met.
std::uint64_t met = 0;

std::memory_order order_of(std::memory_order order, bool is_failure, const std::source_location& site) {
  if (weakened->is_failure != is_failure || !weakened->is_at(site)) return order;
  ++met;
  return weakened->to;
}

/// A mutant, or none.
struct quarry {
  std::string name;
  const seeded_mutant* seeded = nullptr;
  const weaker_order* weaker = nullptr;

  [[nodiscard]] bool expects(explorer::verdict v) const {
    return is_among(explorer::name_of(v), seeded != nullptr   ? seeded->verdicts
                                          : weaker != nullptr ? weaker->verdicts
                                                              : "");
  }
};

/// The ways to explore a program, the cheap ones first. Bounded by schedules, not by time, so that a verdict does not depend
/// on how busy the machine is.
class ways {
 public:
  ways(const quarry& q, const named_program& n, bool meant) : quarry_(q), named_(n), meant_(meant) {}

  /// The first failure met, if there is one.
  [[nodiscard]] std::optional<explorer::report> search(const program& p, bool symmetric) {
    // An order that is too weak shows only where loads may return old values.
    const unsigned stale = quarry_.weaker != nullptr ? std::max(named_.reach.stale, 1u) : named_.reach.stale;
    const unsigned preemptions = named_.reach.preemptions;
    const std::uint64_t few = meant_ ? 20'000 : 3'000, many = meant_ ? 3'000'000 : 5'000;
    explorer::exhaustive within(preemptions, stale), all_within(preemptions, stale);
    explorer::random_walk random(1, stale + 1);
    explorer::pct depth3(1, 3, stale + 1);
    explorer::sprinkled sprinkled(1, preemptions + 1, stale);
    explorer::exhaustive switching(preemptions + 1, stale), aging(preemptions, stale + 1);
    const auto fails = [&](explorer::strategy& how, bool relaxed, std::uint64_t at_most) {
      explorer::engine e;
      e.asymmetric_fences = !symmetric;
      selected_mutant = quarry_.seeded == nullptr ? 0 : quarry_.seeded->number;
      weakened = quarry_.weaker;
      if (weakened != nullptr) e.order_of = &order_of;
      set_up(e, p, relaxed);
      // Of time there is only so much that no mutant goes on for ever.
      report_ = e.explore(how, {.schedules = at_most, .seconds = meant_ ? 900.0 : 60.0});
      schedules += report_.schedules;
      return report_.failure.kind != explorer::verdict::clean;
    };
    if (quarry_.weaker != nullptr) {
      // A program that does not come by the access cannot tell.
      met = 0;
      if (fails(random, true, few) || fails(depth3, true, few)) return report_;
      constexpr std::uint64_t enough = 100'000;
      if (met != 0 && (fails(sprinkled, true, enough) || fails(within, true, enough) || fails(aging, true, enough)))
        return report_;
      return {};
    }
    if (fails(within, stale != 0, few) || fails(random, true, few) || fails(depth3, true, few) ||
        fails(all_within, stale != 0, many) || fails(switching, stale != 0, many) || fails(aging, true, many))
      return report_;
    return {};
  }

  std::uint64_t schedules = 0;

 private:
  const quarry& quarry_;
  const named_program& named_;
  bool meant_;
  explorer::report report_;
};

/// What became of a mutant. Goes from process to process as text: a line for each field.
struct fate {
  std::string word = {};  ///< killed, or what it is instead
  std::string verdict = {}, program = {}, schedule = {};
  std::string schedules = {};
  std::string why = {};  ///< for those that cannot be told apart

  [[nodiscard]] bool is_good() const { return word == "killed" || word == "clean" || word == "argued"; }
  [[nodiscard]] std::string text() const {
    return word + '\n' + verdict + '\n' + program + '\n' + schedule + '\n' + schedules + '\n' + why + '\n';
  }
  [[nodiscard]] static fate parse(const std::string& text) {
    fate f;
    std::istringstream in(text);
    for (std::string* field : {&f.word, &f.verdict, &f.program, &f.schedule, &f.schedules, &f.why})
      std::getline(in, *field);
    return f;
  }
};

/// Tries one program in all its variants.
std::optional<fate> try_program(const quarry& q, const named_program& n, std::uint64_t& schedules, bool meant) {
  for (const bool symmetric : {false, true})
    for (const bool integer_keys : {true, false}) {
      if (symmetric && !n.symmetric_too) continue;
      // Races on keys can be seen only where keys are plain objects.
      if (q.weaker != nullptr && !n.what.in_place && integer_keys) continue;
      program p = n.what;
      p.integer_keys = p.integer_keys && integer_keys;
      ways all(q, n, meant);
      const auto r = all.search(p, symmetric);
      schedules += all.schedules;
      if (!r) continue;
      return fate{q.expects(r->failure.kind) ? "killed" : "UNEXPECTED",
                  explorer::name_of(r->failure.kind),
                  p.name,
                  explorer::to_string(r->schedule),
                  std::to_string(schedules),
                  {}};
    }
  return {};
}

/// The programs to try, the one meant for the mutant first.
std::vector<const named_program*> order_of_programs(const quarry& q) {
  std::vector<const named_program*> all;
  if (q.seeded != nullptr) all.push_back(&program_named(q.seeded->scenario));
  for (const named_program& n : named_programs())
    if ((all.empty() || &n != all.front()) && (q.weaker == nullptr || n.what.threads.size() > 1)) all.push_back(&n);
  return all;
}

/// Runs in the child.
fate hunt(const quarry& q) {
  std::uint64_t schedules = 0;
  std::optional<fate> unexpected;
  for (const named_program* n : order_of_programs(q)) {
    const bool meant = q.seeded != nullptr && n->what.name == q.seeded->scenario;
    const auto f = try_program(q, *n, schedules, meant);
    if (f && f->word == "killed") return *f;
    // Found, but not as expected: another program may still tell it apart properly.
    if (f && !unexpected) unexpected = f;
  }
  const bool is_mutant = q.seeded != nullptr || q.weaker != nullptr;
  const bool is_argued = q.weaker != nullptr && !q.weaker->unobservable.empty();
  if (unexpected) {
    if (!is_mutant || is_argued) unexpected->word = is_mutant ? "OBSERVED" : "NOT CLEAN";
    return *unexpected;
  }
  fate f{is_argued ? "argued" : is_mutant ? "SURVIVED" : "clean"};
  f.schedules = std::to_string(schedules);
  if (is_argued) f.why = q.weaker->unobservable;
  return f;
}

/// Runs `work` in child processes, as many at once as there are processors, and calls done(index, output) for each.
template <class Done>
void in_processes(std::size_t count, const std::function<std::string(std::size_t)>& work, Done&& done) {
  struct child {
    pid_t id;
    int output;
    std::size_t index;
  };
  std::vector<child> running;
  const std::size_t at_once = std::max(1u, std::thread::hardware_concurrency());
  const auto collect = [&] {
    int status = 0;
    const pid_t id = wait(&status);
    const auto it = std::find_if(running.begin(), running.end(), [&](const child& c) { return c.id == id; });
    if (it == running.end()) return;
    std::string text;
    for (std::array<char, 4096> buffer; const auto n = read(it->output, buffer.data(), buffer.size());) {
      if (n < 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    close(it->output);
    if (text.empty()) text = fate{"DIED of signal " + std::to_string(WTERMSIG(status))}.text();
    done(it->index, text);
    running.erase(it);
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (running.size() == at_once) collect();
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    const pid_t id = fork();
    if (id < 0) std::abort();
    if (id == 0) {
      close(ends[0]);
      const std::string text = work(i);
      const bool all = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
      _exit(all ? 0 : 1);
    }
    close(ends[1]);
    running.push_back({id, ends[0], i});
  }
  while (!running.empty()) collect();
}

/// The rows of a Markdown table, in the order of the mutants.
void write_table(std::ostream& out, const std::vector<quarry>& all, const std::vector<fate>& fates) {
  out << "| mutant | what it does | breaks | verdict | program | schedule |\n|---|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const quarry& q = all[i];
    const fate& f = fates[i];
    if (q.seeded == nullptr && q.weaker == nullptr) continue;
    out << "| " << q.name << " | ";
    if (q.seeded != nullptr)
      out << q.seeded->says << " | " << q.seeded->breaks;
    else
      out << '[' << q.weaker->tag << "] in " << q.weaker->file << (q.weaker->is_failure ? ", when it fails" : "")
          << " | ";
    out << " | "
        << (f.word == "killed"   ? f.verdict
            : f.word == "argued" ? "none: " + f.why
                                 : f.word)
        << " | " << f.program << " | " << (f.schedule.empty() ? "" : "`" + f.schedule + "`") << " |\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string_view> chosen(argv + 1, argv + argc);
  std::string table;
  if (!chosen.empty() && chosen.front() == "--table") {
    if (chosen.size() < 2) {
      std::cerr << "hunt: --table needs a file" << std::endl;
      return 2;
    }
    table = chosen[1];
    chosen.erase(chosen.begin(), chosen.begin() + 2);
  }
  const auto wanted = [&](std::string_view name) {
    return chosen.empty() || std::any_of(chosen.begin(), chosen.end(), [&](std::string_view part) {
             return name.find(part) != std::string_view::npos;
           });
  };
  std::vector<quarry> all = {{"without a mutant"}};
  for (const seeded_mutant& m : seeded_mutants)
    if (wanted(m.name)) all.push_back({std::string(m.name), &m});
  for (const weaker_order& w : weaker_orders)
    if (wanted(w.name)) all.push_back({std::string(w.name), nullptr, &w});

  std::vector<fate> fates(all.size());
  std::size_t passed = 0;
  in_processes(
      all.size(),
      [&](std::size_t i) {
        explorer::catch_crashes();
        return hunt(all[i]).text();
      },
      [&](std::size_t i, const std::string& text) {
        const fate& f = fates[i] = fate::parse(text);
        passed += f.is_good() ? 1 : 0;
        std::cout << f.word << "  " << all[i].name << "  " << f.verdict << "  " << f.program << "  '" << f.schedule
                  << "'  (" << f.schedules << " schedules)  " << f.why
                  << (all[i].seeded != nullptr ? all[i].seeded->breaks : "") << std::endl;
      });
  if (!table.empty()) {
    std::ofstream out(table);
    write_table(out, all, fates);
    if (!out.flush()) {
      std::cerr << "hunt: cannot write " << table << std::endl;
      return 2;
    }
  }
  std::cout << passed << " passed, " << all.size() - passed << " failed" << std::endl;
  return passed == all.size() ? 0 : 1;
}
