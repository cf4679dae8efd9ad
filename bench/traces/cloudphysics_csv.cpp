// SPDX-License-Identifier: BSL-1.0
// Block requests of virtual disks (CloudPhysics; Waldspurger, Park, Garthwaite, Ahmad, "Efficient MRC construction with
// SHARDS", FAST 2015), replayed as a block cache in front of the disk:
//   SCSI read   -> load: look the block up, and cache it when it is not there
//   SCSI write  -> set: write-through
// The key is the first logical block number of the request. The trace knows no TTL; a cached block is trusted for five
// minutes, the TTL of a session token: long against the gaps in a working set, short against the hours of a trace.
#include <algorithm>
#include <array>
#include <filesystem>

#include "lines.hpp"
#include "readers.hpp"

namespace bench {
namespace {

constexpr std::uint32_t ttl_s = 300;

struct operation_code {
  std::string_view hex;
  bench::verb verb;
};

// READ and WRITE of 6, 10, 12 and 16 bytes, SCSI Block Commands.
constexpr std::array operation_codes{
    operation_code{"8", verb::load},  operation_code{"28", verb::load}, operation_code{"a8", verb::load},
    operation_code{"88", verb::load}, operation_code{"a", verb::set},   operation_code{"2a", verb::set},
    operation_code{"aa", verb::set},  operation_code{"8a", verb::set},
};

}  // namespace

trace read_cloudphysics(const std::string& file) {
  trace result{"cloudphysics:" + std::filesystem::path(file).filename().string(), {}};
  second_stamps stamps(result.requests);
  csv_lines line(file);
  if (!line.next() || line.text() != cloudphysics_header)
    throw trace_error(fmt::format("{}:1: the header line '{}' is needed", file, cloudphysics_header));
  while (line.next()) {
    line.expect_fields(5);
    const auto second = line.number<std::uint32_t>(1, "time");
    auto code = line.field(2);
    if (code.size() == 2 && code.front() == '0') code.remove_prefix(1);
    const auto found = std::ranges::find(operation_codes, code, &operation_code::hex);
    if (found == operation_codes.end())
      line.fail(fmt::format("'{}' is no SCSI read or write operation", line.field(2)));
    static_cast<void>(line.number<std::uint32_t>(3, "size"));
    const auto block = line.number<std::uint64_t>(4, "block number");
    stamps.add(line, second, {key_of(block), 0, ttl_s, found->verb});
  }
  stamps.finish();
  return result;
}

}  // namespace bench
