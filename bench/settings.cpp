// SPDX-License-Identifier: BSL-1.0
#include "settings.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "keys.hpp"
#include "traces/trace.hpp"

namespace bench {
namespace {

/// The place of "workload:threads" among the workloads and the mixes behind them, and its threads.
std::pair<std::size_t, std::size_t> parse_cell(const std::string& text, const std::vector<mix>& mixes) {
  const auto colon = text.find(':');
  const std::string name = text.substr(0, colon);
  auto place = static_cast<std::size_t>(std::ranges::find(workloads, name, &workload::name) - workloads.begin());
  if (place == workloads.size())
    place += static_cast<std::size_t>(std::ranges::find(mixes, name, &mix::name) - mixes.begin());
  std::size_t threads = 0;
  if (colon == std::string::npos || place == workloads.size() + mixes.size() ||
      !CLI::detail::lexical_cast(text.substr(colon + 1), threads) || threads < 1 || threads > 1024)
    throw CLI::ValidationError("--cell", "'" + text + "' is not workload:threads");
  return {place, threads};
}

}  // namespace

settings parse(int argc, char** argv) {
  settings s;
  s.clusters = BENCH_CLUSTERS;
  std::vector<std::string> cells;
  std::string trace_to_check, mixes = BENCH_MIXES;

  CLI::App app("Measures cells of one map; prints a JSON record for each. bench/study runs it.");
  app.add_option("--cell", cells, "workload:threads, repeatable; all of one group");
  app.add_option("--entries", s.entries, "Entries of the prefilled map, or to fill in")
      ->check(CLI::Range(std::size_t{1}, std::size_t{max_entries}));
  app.add_option("--seconds", s.seconds, "Length of a cell that is measured by time")->check(CLI::Range(0.001, 3600.0));
  app.add_option("--trial", s.trial, "Number of the trial; seeds the streams");
  app.add_option("--turns", s.turns, "Measure a cell in so many slices, each after a line on standard input")
      ->check(CLI::Range(1, 1000));
  app.add_option("--trace", s.trace, "Request trace to replay (Twitter or CloudPhysics CSV)")->check(CLI::ExistingFile);
  app.add_option("--clusters", s.clusters, "Table the trace generator follows")->check(CLI::ExistingFile);
  app.add_option("--mixes", mixes, "The mixes of lookups and updates, as bench/mixes.toml has them")
      ->check(CLI::ExistingFile);
  app.add_option("--check-trace", trace_to_check, "Only read this trace and say what is in it")
      ->check(CLI::ExistingFile);

  try {
    app.parse(argc, argv);
    if (!trace_to_check.empty()) {
      std::cout << summary(read_trace(trace_to_check)) << std::endl;
      std::exit(EXIT_SUCCESS);
    }
    std::vector<std::pair<std::size_t, std::size_t>> places;
    s.mixes = read_mixes(mixes);
    std::ranges::transform(cells, std::back_inserter(places),
                           [&](const auto& text) { return parse_cell(text, s.mixes); });
    std::ranges::sort(places);
    if (places.empty()) throw CLI::ValidationError("--cell", "at least one is needed");
    const auto at = [&](std::size_t place) {
      return place < workloads.size() ? workloads[place]
                                      : workload{s.mixes[place - workloads.size()].name, group::steady};
    };
    s.group = at(places.front().first).group;
    for (const auto& [place, threads] : places) {
      if (at(place).group != s.group) throw CLI::ValidationError("--cell", "cells of different groups");
      s.cells.push_back({std::string(at(place).name), threads});
    }
    if (s.turns != 0 && s.group != group::steady && s.group != group::grown && s.group != group::strings)
      throw CLI::ValidationError("--turns", "cells of this group take no turns");
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error) == 0 ? EXIT_SUCCESS : 2);
  } catch (const std::runtime_error& error) {  // a trace or the mixes
    std::cerr << error.what() << std::endl;
    std::exit(2);
  }
  return s;
}

}  // namespace bench
