// SPDX-License-Identifier: BSL-1.0
// Stress: every reclaimer on the bed (bed.hpp). Readers linger in visits while what they look at is removed, and count how old
// it gets.
//
// `Reader Pipe:` counts visits by the age of what they saw, 0 in the map, 1 removed; all others must be 0, but under hazard.
// `Reader Batch:` counts visits by the grace periods that began in them.
#include <chrono>
#include <iostream>
#include <string>

#include "bed.hpp"
#include "support/jitter.hpp"

using namespace proptest;

namespace {

/// Adds up over all tests, for whoever collects counts.
class totals {
 public:
  totals() = default;
  totals(const totals&) = delete;
  totals& operator=(const totals&) = delete;
  ~totals() {
    if (runs_ == 0) return;
    std::uint64_t beyond = 0;
    for (std::size_t age = 2; age < sum_.pipe.size(); ++age) beyond += sum_.pipe[age];
    std::cerr << "counted torture: configurations=" << runs_ << " visits=" << sum_.visits() << " looks=" << sum_.looks
              << " retired_seen=" << sum_.pipe[1] << " too_old_seen=" << beyond
              << " periods_begun_in_visits=" << sum_.batch[1] << " updates=" << sum_.updates
              << " threads=" << sum_.threads << " maps=" << sum_.maps << " stalls=" << sum_.stalls
              << " growths=" << sum_.growths << " shrinks=" << sum_.shrinks
              << " longest_visit_ms=" << sum_.longest_visit.count() / 1'000'000 << " seconds=" << seconds_ << std::endl;
  }

  template <class Kind>
  void add(typename Kind::reclaimer::domain& domain) {
    const auto begin = std::chrono::steady_clock::now();
    tally t;
    // A run in which nobody stood on anything removed has shown nothing: threads may have had no processor for so long.
    do t += torture_bed<Kind>(domain).run(std::chrono::duration<double>(1.0 * stress_factor()));
    while (t.visits() == t.pipe[0] && std::chrono::steady_clock::now() - begin < patience);
    t.print(std::cerr);
    EXPECT(t.visits() != t.pipe[0], "no visit met an element that was removed but not reclaimed");
    EXPECT(t.batch[2] == 0, "two grace periods began in one visit");
    ++runs_;
    sum_ += t;
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

 private:
  static constexpr auto patience = std::chrono::seconds(30);

  std::uint64_t runs_ = 0;
  tally sum_;
  double seconds_ = 0;
};

/// Who only waits for grace periods has no part in the library otherwise. For ThreadSanitizer, and before all other tests,
/// because it is about what happens once a process.
void a_barrier_races_the_first_call_of_the_process() {
  wane::epoch::domain domain;
  wane::map<int, int> map({}, {.domain = &domain});
  together(2, [&](unsigned i) {
    if (i == 0) return domain.barrier();
    map.insert(1, 1);
  });
}

template <class R, class V, class Env>
void tests_of(suite& tests, totals& sum, const char* delayed) {
  const std::string name = std::string("what_is_visited_is_not_reclaimed [") + reclaimer_name<R> + ", " + V::name +
                           " values" + delayed + "]";
  tests.test(name, [&] { sum.add<tortured<R, V, Env>>(R::default_domain()); });
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  totals sum;
  tests.test("a_barrier_races_the_first_call_of_the_process", a_barrier_races_the_first_call_of_the_process);
  using plain = wane::std_environment;
  using delayed = jittery_environment;
  tests_of<wane::basic_epoch<delayed>, poisoned, delayed>(tests, sum, ", delayed");
  tests_of<wane::rcu<wane::memb>, poisoned, plain>(tests, sum, "");
  tests_of<wane::rcu<wane::qsbr>, wide, plain>(tests, sum, "");
  tests_of<wane::basic_hazard<delayed>, poisoned, delayed>(tests, sum, ", delayed");
  tests_of<wane::basic_ibr<delayed>, poisoned, delayed>(tests, sum, ", delayed");
  tests_of<wane::basic_versioned<delayed>, wide, delayed>(tests, sum, ", delayed");
#if !defined(WANE_TSAN) && !defined(__SANITIZE_ADDRESS__)  // of which each makes compiling take three times as long
  tests_of<wane::epoch, poisoned, plain>(tests, sum, "");
  tests_of<wane::rcu<wane::memb>, wide, delayed>(tests, sum, ", delayed");
  tests_of<wane::rcu<wane::qsbr>, poisoned, delayed>(tests, sum, ", delayed");
  tests_of<wane::rcu<wane::mb>, wide, plain>(tests, sum, "");
  tests_of<wane::rcu<wane::bp>, poisoned, delayed>(tests, sum, ", delayed");
#endif
  tests.test("what_is_visited_is_not_reclaimed [epoch of its own, inline values, delayed]", [&] {
    wane::basic_epoch<delayed>::domain mine;
    sum.add<tortured<wane::basic_epoch<delayed>, wide, delayed>>(mine);
  });
  return tests.result();
}
