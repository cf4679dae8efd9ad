// SPDX-License-Identifier: BSL-1.0
#include "trace.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <limits>

#include "lines.hpp"
#include "readers.hpp"

namespace bench {

trace read_trace(const std::string& file) {
  csv_lines first(file);
  if (!first.next()) throw trace_error(fmt::format("{}: is empty", file));
  trace result = first.text() == cloudphysics_header ? read_cloudphysics(file) : read_twitter(file);
  if (result.requests.empty()) throw trace_error(fmt::format("{}: holds no request", file));
  return result;
}

std::string summary(const trace& t) {
  absl::flat_hash_set<key_type> keys;
  for (const auto& r : t.requests) keys.insert(r.key);
  return fmt::format("{}: {} requests on {} keys in {} s", t.name, t.requests.size(), keys.size(),
                     t.requests.back().time_ms / 1000);
}

double expected_hit_ratio(const trace& t) {
  constexpr auto never = std::numeric_limits<std::int64_t>::max();
  absl::flat_hash_map<key_type, std::int64_t> deadlines;
  std::size_t lookups = 0, hits = 0;
  for (const auto& r : t.requests) {
    const auto found = deadlines.find(r.key);
    const bool alive = found != deadlines.end() && r.time_ms < found->second;
    if (r.verb == verb::get || r.verb == verb::load) {
      ++lookups;
      hits += alive;
    }
    if (r.verb == verb::set || (!alive && (r.verb == verb::add || r.verb == verb::load)))
      deadlines[r.key] = r.ttl_s == 0 ? never : r.time_ms + r.ttl_s * std::int64_t{1000};
    else if (r.verb == verb::erase)
      deadlines.erase(r.key);
  }
  return lookups == 0 ? 0.0 : static_cast<double>(hits) / static_cast<double>(lookups);
}

}  // namespace bench
