// SPDX-License-Identifier: BSL-1.0
// A trace after the published statistics of Twitter's cache clusters (traces/twitter_clusters.json names the source).
//
// Each cluster has keys of its own, drawn with its popularity, operations in its proportions, and TTLs drawn from its
// distribution. The clusters take turns at random in equal shares. What the table does not fix is chosen here: the
// length of the trace and the number of requests a key.
#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "../zipf.hpp"
#include "trace.hpp"

namespace bench {
namespace {

constexpr std::int64_t length_ms = 2 * 60 * 60 * 1000;
constexpr std::size_t requests_per_key = 8;

const std::map<std::string, verb> verbs{{"get", verb::get},     {"gets", verb::get}, {"set", verb::set},
                                        {"add", verb::add},     {"cas", verb::set},  {"incr", verb::increment},
                                        {"delete", verb::erase}};

/// Draws one of the values with probability proportional to its weight.
template <class T>
class weighted {
 public:
  void add(T value, double weight) {
    values_.push_back(std::move(value));
    weights_.push_back(weight);
    index_ = std::discrete_distribution<std::size_t>(weights_.begin(), weights_.end());
  }

  template <class Generator>
  const T& operator()(Generator& generator) {
    return values_[index_(generator)];
  }

 private:
  std::vector<T> values_;
  std::vector<double> weights_;
  std::discrete_distribution<std::size_t> index_;
};

struct cluster {
  weighted<std::uint32_t> ttl_s;
  weighted<bench::verb> verb;
  zipf_distribution rank;
};

cluster read_cluster(const nlohmann::json& entry, std::size_t keys) {
  cluster c{{}, {}, zipf_distribution(keys, entry.at("zipf_alpha").get<double>())};
  for (const auto& ttl : entry.at("ttl_seconds"))
    c.ttl_s.add(ttl.at("ttl").get<std::uint32_t>(), ttl.at("share").get<double>());
  for (const auto& [name, share] : entry.at("operations").items()) c.verb.add(verbs.at(name), share.get<double>());
  return c;
}

}  // namespace

trace generate_trace(const std::string& clusters_file, std::size_t keys, std::uint64_t seed) {
  const auto table = nlohmann::json::parse(std::ifstream(clusters_file)).at("clusters");
  const std::size_t keys_per_cluster = std::max<std::size_t>(1, keys / table.size());
  std::vector<cluster> clusters;
  for (const auto& entry : table) clusters.push_back(read_cluster(entry, keys_per_cluster));

  trace result{"generated:twitter-clusters", {}};
  const std::size_t n = keys_per_cluster * clusters.size() * requests_per_key;
  result.requests.reserve(n);
  std::mt19937_64 generator(seed);
  std::uniform_int_distribution<std::size_t> turn(0, clusters.size() - 1);
  for (std::size_t i = 0; i != n; ++i) {
    const std::size_t which = turn(generator);
    cluster& c = clusters[which];
    const std::size_t number = which * keys_per_cluster + scatter(c.rank(generator) - 1, keys_per_cluster);
    const auto time_ms = static_cast<std::int64_t>(static_cast<double>(i) * length_ms / static_cast<double>(n));
    result.requests.push_back({key_of(number), time_ms, c.ttl_s(generator), c.verb(generator)});
  }
  return result;
}

}  // namespace bench
