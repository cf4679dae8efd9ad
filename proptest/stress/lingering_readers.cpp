// SPDX-License-Identifier: BSL-1.0
// Stress: a value stays as it is for as long as it is visited, whoever removes the entry, adopts the garbage or clears
// the map meanwhile. Sets a guard that lasts against stamps and grace periods.
#include "support/contest.hpp"

using namespace proptest;

namespace {

/// Visits, and looks at the value again when others have had time to free it.
template <class Kind>
void linger(arena<Kind>& a, actor<Kind>& me, std::uint64_t key) {
  a.map.visit(key, [&](std::uint64_t, const typename Kind::value& v) {
    const identity seen = identity_of(v);
    for (auto looks = me.random.below(30); looks > 0; --looks) {
      std::this_thread::yield();
      EXPECT(identity_of(v).bits == seen.bits, "the value of key " << key << " was freed while it was visited");
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const auto contest = [&](const std::string& name, const contest_shape& shape, auto cast) {
    test_over(main_kinds{}, tests, name, [=]<class Kind>() { contend<Kind>(shape, cast(roles<Kind>{})); });
  };
  contest("visit_races_collect_of_others_garbage", {.keys = 4, .turns = 500}, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{linger<K>, linger<K>, play::assign, play::collect};
  });
  contest("visit_races_clear", {.keys = 400, .turns = 500, .prefilled = true}, []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{linger<K>, linger<K>, play::insert, play::clear};
  });
  return tests.result();
}
