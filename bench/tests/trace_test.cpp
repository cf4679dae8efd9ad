// SPDX-License-Identifier: BSL-1.0
// The trace readers, the generator and the distribution behind it.
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <source_location>

#include "../traces/trace.hpp"
#include "../zipf.hpp"

namespace {

using bench::verb;

void expect(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::cerr << where.function_name() << ", line " << where.line() << ": does not hold" << std::endl;
  std::exit(EXIT_FAILURE);
}

/// A file that lasts as long as its object.
class file {
 public:
  explicit file(const std::string& content)
      : path_(std::filesystem::temp_directory_path() / ("wane-trace-" + std::to_string(getpid()) + ".csv")) {
    std::ofstream(path_) << content;
  }
  ~file() { std::filesystem::remove(path_); }
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

void expect_refusal(const std::string& content, const std::string& complaint) {
  const file f(content);
  try {
    static_cast<void>(bench::read_trace(f.path()));
  } catch (const bench::trace_error& error) {
    if (error.what() == f.path() + complaint) return;
    std::cerr << "said: " << error.what() << std::endl;
  }
  std::cerr << "expected: " << complaint << std::endl;
  std::exit(EXIT_FAILURE);
}

void a_twitter_trace_is_read_with_its_operations_and_ttls() {
  const file f("10,a,1,8,7,set,60\n10,a,1,8,7,get,0\r\n12,b,1,8,7,add,5\n12,b,1,8,7,incr,0\n13,a,1,8,7,delete,0\n");
  const auto t = bench::read_trace(f.path());
  expect(t.name.starts_with("twitter:"));
  expect(t.requests.size() == 5);
  const verb verbs[] = {verb::set, verb::get, verb::add, verb::increment, verb::erase};
  const std::int64_t times[] = {0, 500, 2000, 2500, 3000};  // seconds from the first, requests spread within each
  for (std::size_t i = 0; i != 5; ++i) {
    expect(t.requests[i].verb == verbs[i]);
    expect(t.requests[i].time_ms == times[i]);
  }
  expect(t.requests[0].ttl_s == 60);
  expect(t.requests[0].key == t.requests[4].key && t.requests[0].key != t.requests[2].key);
}

void a_cloudphysics_trace_is_read_as_a_block_cache() {
  const file f("version,time,op,size,lbn\n1,100,28,512,7\n1,103,2a,512,7\n1,103,08,512,9\n");
  const auto t = bench::read_trace(f.path());
  expect(t.name.starts_with("cloudphysics:"));
  expect(t.requests.size() == 3);
  expect(t.requests[0].verb == verb::load && t.requests[1].verb == verb::set && t.requests[2].verb == verb::load);
  expect(t.requests[1].time_ms == 3000 && t.requests[1].ttl_s == 300);
  expect(t.requests[0].key == t.requests[1].key);
}

void a_malformed_line_is_refused_with_its_place_and_reason() {
  const std::string twitter = "10,a,1,8,7,set,60\n";
  expect_refusal(twitter + "10,a,1,8,7,set\n", ":2: 7 fields separated by commas are needed, not 6");
  expect_refusal(twitter + "x,a,1,8,7,set,60\n", ":2: timestamp 'x' is not a number in range");
  expect_refusal(twitter + "10,a,1,8,7,set,-1\n", ":2: TTL '-1' is not a number in range");
  expect_refusal(twitter + "10,a,1,8,7,steal,60\n", ":2: unknown operation 'steal'");
  expect_refusal(twitter + "10,,1,8,7,set,60\n", ":2: the key is empty");
  expect_refusal(twitter + "9,a,1,8,7,set,60\n", ":2: time 9 is before that of the line above, 10");
  expect_refusal(twitter + "\n", ":2: 7 fields separated by commas are needed, not 1");
  const std::string cloudphysics = "version,time,op,size,lbn\n1,100,28,512,7\n";
  expect_refusal(cloudphysics + "1,100,ff,512,7\n", ":3: 'ff' is no SCSI read or write operation");
  expect_refusal(cloudphysics + "1,100,28,512\n", ":3: 5 fields separated by commas are needed, not 4");
  expect_refusal("", ": is empty");
  expect_refusal("version,time,op,size,lbn\n", ": holds no request");
}

void the_expected_hit_ratio_follows_deadlines() {
  const auto request = [](std::int64_t ms, verb v) { return bench::request{1, ms, 10, v}; };
  // Set at 0 until 10 s: a hit just before, a miss at the deadline. The load at 11 s misses and fills until 21 s.
  const bench::trace t{"",
                       {request(0, verb::set), request(9999, verb::get), request(10000, verb::get),
                        request(11000, verb::load), request(20999, verb::get)}};
  expect(bench::expected_hit_ratio(t) == 0.5);
}

void a_generated_trace_keeps_to_the_table() {
  const auto t = bench::generate_trace(BENCH_CLUSTERS, 7000, 1);
  expect(t.requests.size() == 56000);
  std::set<bench::key_type> keys;
  std::map<verb, double> share;
  std::int64_t last = 0;
  for (const auto& r : t.requests) {
    expect(r.time_ms >= last);
    last = r.time_ms;
    keys.insert(r.key);
    share[r.verb] += 1.0 / static_cast<double>(t.requests.size());
  }
  expect(last > 7100 * 1000 && last < 7200 * 1000);
  expect(keys.size() > 3000 && keys.size() <= 7000);
  // Means of the seven rows of the table, each scaled to 1.
  const double gets = (0.93 + 0.5 + 0.2 + 0 + 0.36 / 0.99 + 0.71 + 0.97 / 0.99) / 7;
  expect(std::abs(share[verb::get] - gets) < 0.01);
  expect(std::abs(share[verb::increment] - 0.30 / 0.99 / 7) < 0.005);
  const auto again = bench::generate_trace(BENCH_CLUSTERS, 7000, 1);
  expect(again.requests.back().key == t.requests.back().key);
}

void zipf_ranks_have_the_probabilities_of_their_definition() {
  constexpr std::size_t n = 50;
  constexpr int draws = 400'000;
  for (const double s : {0.02, 0.5, 0.99, 1.0, 1.74, 2.5}) {
    std::mt19937_64 generator(7);
    bench::zipf_distribution rank(n, s);
    std::map<std::uint64_t, int> seen;
    for (int i = 0; i != draws; ++i) ++seen[rank(generator)];
    double sum = 0;
    for (std::size_t k = 1; k <= n; ++k) sum += std::pow(static_cast<double>(k), -s);
    for (std::size_t k = 1; k <= n; ++k) {
      const double expected = draws * std::pow(static_cast<double>(k), -s) / sum;
      expect(std::abs(seen[k] - expected) <= 5 * std::sqrt(expected));
    }
    expect(seen.begin()->first >= 1 && seen.rbegin()->first <= n);
  }
}

}  // namespace

int main() {
  a_twitter_trace_is_read_with_its_operations_and_ttls();
  a_cloudphysics_trace_is_read_as_a_block_cache();
  a_malformed_line_is_refused_with_its_place_and_reason();
  the_expected_hit_ratio_follows_deadlines();
  a_generated_trace_keeps_to_the_table();
  zipf_ranks_have_the_probabilities_of_their_definition();
}
