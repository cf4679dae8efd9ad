// SPDX-License-Identifier: BSL-1.0
// Stress: several writers work in one run of equal hashes, where each meets, and helps along, what the others left.
#include "support/contest.hpp"

using namespace proptest;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const auto contest = [&](const std::string& name, const contest_shape& shape, auto cast) {
    test_over(main_kinds{}, tests, name, [&, cast, shape]<class Kind>() { contend<Kind>(shape, cast(roles<Kind>{})); });
  };
  const contest_shape one_run{.keys = 5, .runs = 1, .buckets = 1};
  const contest_shape two_runs{.keys = 8, .runs = 2, .buckets = 1};
  contest("insert_races_insert_of_the_same_key", {.keys = 2, .runs = 1, .buckets = 1}, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::insert, play::get_or_emplace, play::insert, play::erase};
  });
  contest("insert_races_erase_of_its_predecessor", one_run, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::insert, play::insert, play::erase, play::erase};
  });
  contest("erase_races_erase_of_its_neighbour", one_run, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::erase, play::erase, play::erase, play::insert};
  });
  contest("replace_races_erase_of_its_predecessor", one_run, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::assign, play::assign, play::erase, play::insert};
  });
  contest("help_races_help", two_runs, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::assign, play::erase, play::assign, play::erase, play::insert, play::find};
  });
  contest("find_races_unlink", two_runs, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::find, play::find, play::assign, play::erase};
  });
  contest("scan_races_unlink", two_runs, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::scan, play::scan, play::assign, play::erase, play::insert};
  });
  contest("clear_races_insert", two_runs, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::clear, play::clear, play::insert, play::assign};
  });
  return tests.result();
}
