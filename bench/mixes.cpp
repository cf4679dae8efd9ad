// SPDX-License-Identifier: BSL-1.0
#include "mixes.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <string_view>

namespace bench {
namespace {

mix read_one(const std::string& name, const toml::node& node) {
  const auto refuse = [&](const std::string& why) -> mixes_error {
    return mixes_error(fmt::format("[{}]: {}", name, why));
  };
  const toml::table* const fields = node.as_table();
  if (fields == nullptr) throw refuse("is no table");
  if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
    throw refuse("a name has lower-case letters, digits and underscores");
  mix m{.name = name};
  for (const auto& [key, value] : *fields) {
    const auto text = value.value_or(std::string_view());
    if (key == "updates" && value.is_number()) {
      m.updates = *value.value<double>();
    } else if (key == "update" && (text == "assign" || text == "insert_erase")) {
      m.assigns = text == "assign";
    } else if (key == "zipf" && value.is_number()) {
      m.zipf_exponent = *value.value<double>();
      if (!(m.zipf_exponent > 0)) throw refuse("zipf is not above 0");
    } else if (!(key == "about" && value.is_string()) && !(key == "full_only" && value.is_boolean())) {
      throw refuse(fmt::format("'{}' is not known, or not what it must be", key.str()));
    }
  }
  for (const char* const needed : {"about", "updates", "update"})
    if (!fields->contains(needed)) throw refuse(fmt::format("'{}' is missing", needed));
  if (!(m.updates >= 0 && m.updates <= 1)) throw refuse("updates is not from 0 to 1");
  return m;
}

}  // namespace

std::vector<mix> read_mixes(const std::string& path) {
  std::vector<mix> mixes;
  try {
    for (const auto& [name, node] : toml::parse_file(path)) mixes.push_back(read_one(std::string(name.str()), node));
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << error.source().begin;
    throw mixes_error(fmt::format("{}: {}, {}", path, error.description(), where.str()));
  } catch (const mixes_error& error) {
    throw mixes_error(fmt::format("{}: {}", path, error.what()));
  }
  std::ranges::stable_partition(mixes, &mix::assigns);
  return mixes;
}

}  // namespace bench
