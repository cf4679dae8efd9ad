// SPDX-License-Identifier: BSL-1.0
// One reader a trace format; read_trace chooses.
#pragma once

#include <string>
#include <string_view>

#include "trace.hpp"

namespace bench {

/// "timestamp s, key, key size, value size, client, operation, TTL s", no header line: the cache traces of Twitter
/// (github.com/twitter/cache-trace).
trace read_twitter(const std::string& file);

/// The header line of `read_cloudphysics`.
inline constexpr std::string_view cloudphysics_header = "version,time,op,size,lbn";

/// Block requests of virtual disks: "version,time s,op,size,lbn", op being the SCSI operation code in hexadecimal.
trace read_cloudphysics(const std::string& file);

}  // namespace bench
