// SPDX-License-Identifier: BSL-1.0
// The cache traces of Twitter. Keys are anonymised text, of which the hash is kept; sizes and clients are read past,
// for every value of the study has eight bytes.
#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>

#include "lines.hpp"
#include "readers.hpp"

namespace bench {
namespace {

struct command {
  std::string_view name;
  bench::verb verb;
};

constexpr std::array commands{
    command{"get", verb::get},          command{"gets", verb::get},          command{"set", verb::set},
    command{"add", verb::add},          command{"replace", verb::set},       command{"cas", verb::set},
    command{"append", verb::increment}, command{"prepend", verb::increment}, command{"delete", verb::erase},
    command{"incr", verb::increment},   command{"decr", verb::increment},
};

}  // namespace

trace read_twitter(const std::string& file) {
  trace result{"twitter:" + std::filesystem::path(file).filename().string(), {}};
  second_stamps stamps(result.requests);
  for (csv_lines line(file); line.next();) {
    line.expect_fields(7);
    const auto second = line.number<std::uint32_t>(0, "timestamp");
    const auto key = line.field(1);
    if (key.empty()) line.fail("the key is empty");
    static_cast<void>(line.number<std::uint32_t>(2, "key size"));
    static_cast<void>(line.number<std::uint32_t>(3, "value size"));
    const auto found = std::ranges::find(commands, line.field(5), &command::name);
    if (found == commands.end()) line.fail(fmt::format("unknown operation '{}'", line.field(5)));
    const auto ttl = line.number<std::uint32_t>(6, "TTL");
    stamps.add(line, second, {std::hash<std::string_view>{}(key), 0, ttl, found->verb});
  }
  stamps.finish();
  return result;
}

}  // namespace bench
