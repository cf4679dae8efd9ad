// SPDX-License-Identifier: BSL-1.0
// Stress: erase, expiry, touch and replacement race for one state word; one wins, and the books show which.
#include "support/contest.hpp"

using namespace proptest;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const contest_shape few_keys{.keys = 3};
  const auto contest = [&](const std::string& name, auto cast) {
    test_over(main_kinds{}, tests, name, [&, cast]<class Kind>() { contend<Kind>(few_keys, cast(roles<Kind>{})); });
  };
  contest("erase_races_erase", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::insert, play::erase, play::erase, play::find};
  });
  contest("erase_races_replace", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::insert, play::assign, play::erase, play::find};
  });
  contest("replace_races_replace", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::assign, play::assign, play::assign, play::find};
  });
  contest("expiry_races_erase", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::insert_briefly, play::erase, play::find, play::time};
  });
  contest("expiry_races_touch", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::insert_briefly, play::touch, play::touch, play::time};
  });
  contest("expiry_races_replace", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::assign_briefly, play::assign, play::find, play::time};
  });
  contest("touch_races_erase", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::insert_briefly, play::touch, play::erase, play::time};
  });
  contest("touch_races_replace", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::assign_briefly, play::touch, play::assign, play::time};
  });
  contest("insert_races_expiry", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::insert_briefly, play::get_or_emplace, play::insert_briefly, play::time};
  });
  // A kill (erased, expired, by whoever) against a change of deadline or value, each pair of the above at once.
  contest("kill_races_touch_and_replace", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::insert_briefly, play::assign_briefly, play::touch, play::erase,
                                play::sweep,          play::scan,           play::time,  play::find};
  });
  return tests.result();
}
