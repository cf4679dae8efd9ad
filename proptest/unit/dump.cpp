// SPDX-License-Identifier: BSL-1.0
// dump() and dump_graph() tell every entry, in split order, and what cannot be said plainly is quoted.
#include <wane/map.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/harness.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

struct by_hand : wane::policy<int> {
  using clock = wane::manual_clock;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}
bool contains(const std::vector<std::string>& lines, const std::string& part) {
  return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

void every_entry_is_told() {
  wane::map<int, std::string, by_hand> map({.minimum_buckets = 4});
  for (int k = 0; k < 10; ++k) map.insert(k, "value " + std::to_string(k));
  map.insert(10, "brief", 5ms);
  std::ostringstream out;
  out << std::oct;
  map.dump(out);
  const auto lines = lines_of(out.str());
  EXPECT(lines.front() == "sentinel 0 (0)" && lines.back() == "end", out.str());
  for (int k = 0; k < 10; ++k)
    EXPECT(contains(lines, "LIVE " + std::to_string(k) + " -> value " + std::to_string(k)), out.str());
  EXPECT(contains(lines, "LIVE 10 -> brief until tick 5"), out.str());
  EXPECT((out.flags() & std::ios::oct) != 0, "the stream writes otherwise than before");
}

/// The keys of the entries, as they come.
std::vector<int> keys_in(const std::vector<std::string>& lines) {
  std::vector<int> keys;
  for (const std::string& line : lines)
    if (const auto at = line.find("LIVE "); at != std::string::npos) keys.push_back(std::stoi(line.substr(at + 5)));
  return keys;
}

void entries_come_in_split_order() {
  wane::map<int, std::string, by_hand> map({.minimum_buckets = 4});
  std::vector<int> keys(100);
  for (int k = 0; k < 100; ++k) map.insert(keys[k] = k, "plain");
  const auto place_of = [](int key) { return wane::impl::split_order_key(by_hand::hash{}, key); };
  std::ranges::sort(keys, {}, place_of);
  std::ostringstream text, graph;
  map.dump(text);
  map.dump_graph(graph);
  EXPECT(keys_in(lines_of(text.str())) == keys, text.str());
  EXPECT(keys_in(lines_of(graph.str())) == keys, graph.str());
  // A sentinel tells its lower bound in parentheses, an entry its own place.
  std::uint64_t before = 0;
  for (const std::string& line : lines_of(text.str())) {
    const auto at = line.find('(');
    if (at == std::string::npos) continue;
    const std::uint64_t place = std::stoull(line.substr(at + 1), nullptr, 16);
    EXPECT(place >= before, line << " comes after " << std::hex << before);
    before = place;
  }
}

void a_graph_is_well_formed() {
  wane::map<int, std::string, by_hand> map({.minimum_buckets = 4});
  map.insert(1, "say \"no\" \\ twice");
  for (int k = 2; k < 8; ++k) map.insert(k, "plain");
  std::ostringstream out;
  map.dump_graph(out);
  const auto lines = lines_of(out.str());
  EXPECT(lines.front() == "digraph map {" && lines.back() == "}", out.str());
  EXPECT(contains(lines, R"([label="LIVE 1 -> say \"no\" \\ twice"])"), out.str());
  std::set<std::string> declared;
  std::size_t edges = 0, entries = 0;
  for (const std::string& line : lines) {
    std::istringstream words(line);
    std::string first, second, third;
    words >> first >> second >> third;
    if (second.starts_with("[")) declared.insert(first);
    if (second.starts_with("[label")) ++entries;
  }
  for (const std::string& line : lines) {
    std::istringstream words(line);
    std::string first, second, third;
    words >> first >> second >> third;
    if (second != "->") continue;
    ++edges;
    third = third.substr(0, third.find(';'));
    EXPECT(declared.contains(first) && declared.contains(third), line << ": an end of it is declared nowhere");
  }
  EXPECT(entries == 7, entries << " entries");
  EXPECT(edges == declared.size() - 2,
         edges << " edges of " << declared.size() << " nodes");  // less `node` and the first
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("every_entry_is_told", every_entry_is_told);
  tests.test("entries_come_in_split_order", entries_come_in_split_order);
  tests.test("a_graph_is_well_formed", a_graph_is_well_formed);
  return tests.result();
}
