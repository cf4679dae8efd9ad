// SPDX-License-Identifier: BSL-1.0
// Traces: requests to a cache in the order of their time, read from a file or generated after a published table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "../keys.hpp"

namespace bench {

enum class verb : std::uint8_t {
  get,
  load,  ///< get, and set on a miss: a read-through cache
  set,
  add,  ///< set unless the key is there
  erase,
  increment,  ///< change the value that is there, keep its deadline
};

struct request {
  key_type key;
  std::int64_t time_ms;  ///< from the start of the trace; never less than that of the request before
  std::uint32_t ttl_s;   ///< of what is written; 0: never expires
  bench::verb verb;
};

struct trace {
  std::string name;  ///< "twitter:FILE", "cloudphysics:FILE" or "generated:..."
  std::vector<request> requests;
};

/// A line that cannot be read; the message is "FILE:LINE: reason", or "FILE: reason" for the file as a whole.
struct trace_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads a file in one of the known formats: CloudPhysics CSV is recognised by its header line, anything else is read
/// as Twitter CSV. Throws trace_error on the first malformed line; a trace is read as a whole or not at all.
trace read_trace(const std::string& file);

/// The requests of all clusters of the table, interleaved in equal shares, on about `keys` keys in all.
trace generate_trace(const std::string& clusters_file, std::size_t keys, std::uint64_t seed);

/// One line about a trace, for people.
std::string summary(const trace& t);

/// The share of gets and loads that find a live entry when the requests are served one after the other.
double expected_hit_ratio(const trace& t);

}  // namespace bench
