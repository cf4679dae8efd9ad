// SPDX-License-Identifier: BSL-1.0
// The engine itself under test: small programs with known outcomes. All allowed ones must be seen, no forbidden one ever.
//
// Names and outcomes after J. Alglave, L. Maranget, M. Tautschnig, "Herding cats", TOPLAS 36(2), 2014, for the C++ model of
// M. Batty and others, "Mathematizing C++ concurrency", POPL 2011. Load buffering is not among them: the engine cannot
// produce it (memory_model.hpp).
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "atomic.hpp"
#include "engine.hpp"
#include "support/harness.hpp"

using namespace proptest;

namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto seq_cst = std::memory_order_seq_cst;

void fence(std::memory_order order) { explorer::engine::current().fence(order, std::source_location::current()); }

/// What the threads of a litmus test share, and what they have read.
struct shared {
  explorer::atomic<int> x{0}, y{0}, z{0};
  std::array<int, 4> r{};
};
using outcome = std::vector<int>;
using outcomes = std::set<outcome>;

struct program {
  std::vector<std::function<void(shared&)>> threads;
  unsigned registers;
  /// Appended to the registers: values in the end.
  std::function<outcome(shared&)> end = [](shared&) { return outcome{}; };
};

outcomes seen;

class litmus final : public explorer::scenario {
 public:
  explicit litmus(const program& p) : program_(p) {}
  [[nodiscard]] unsigned threads() const override { return static_cast<unsigned>(program_.threads.size()); }
  void run(unsigned thread) override { program_.threads[thread](shared_); }
  void finish() override {
    const explorer::host_work closed;
    outcome o(shared_.r.begin(), shared_.r.begin() + program_.registers);
    const outcome end = program_.end(shared_);
    o.insert(o.end(), end.begin(), end.end());
    seen.insert(std::move(o));
  }

 private:
  const program& program_;
  shared shared_;
};

std::string spelt(const outcomes& all) {
  std::ostringstream out;
  for (const outcome& o : all) {
    out << " (";
    for (std::size_t i = 0; i < o.size(); ++i) out << (i == 0 ? "" : " ") << o[i];
    out << ')';
  }
  return out.str();
}

void expect_outcomes(const program& p, const outcomes& allowed, bool asymmetric = true) {
  explorer::engine e;
  e.asymmetric_fences = asymmetric;
  e.set_up([&] { return new litmus(p); });
  seen.clear();
  explorer::exhaustive all(100, 100);
  const auto r = e.explore(all);
  EXPECT(r.complete, "the exploration was cut off");
  EXPECT(r.failure.kind == explorer::verdict::clean, r.failure.what);
  EXPECT(seen == allowed, "seen" << spelt(seen) << ", allowed" << spelt(allowed));
}

program message_passing(std::memory_order store, std::memory_order load) {
  return {{[=](shared& s) {
             s.x.store(1, relaxed);
             s.y.store(1, store);
           },
           [=](shared& s) {
             s.r[0] = s.y.load(load);
             s.r[1] = s.x.load(relaxed);
           }},
          2};
}

program store_buffering(std::function<void()> between0, std::function<void()> between1, std::memory_order order) {
  return {{[=](shared& s) {
             s.x.store(1, order);
             between0();
             s.r[0] = s.y.load(order);
           },
           [=](shared& s) {
             s.y.store(1, order);
             between1();
             s.r[1] = s.x.load(order);
           }},
          2};
}

program independent_reads(std::memory_order store, std::memory_order load) {
  return {{[=](shared& s) { s.x.store(1, store); }, [=](shared& s) { s.y.store(1, store); },
           [=](shared& s) {
             s.r[0] = s.x.load(load);
             s.r[1] = s.y.load(load);
           },
           [=](shared& s) {
             s.r[2] = s.y.load(load);
             s.r[3] = s.x.load(load);
           }},
          4};
}

/// Every outcome of `bits` registers that are 0 or 1, but for some.
outcomes all_but(unsigned bits, const outcomes& forbidden) {
  outcomes all;
  for (unsigned n = 0; n < 1u << bits; ++n) {
    outcome o;
    for (unsigned b = bits; b-- > 0;) o.push_back(static_cast<int>(n >> b & 1));
    if (!forbidden.contains(o)) all.insert(std::move(o));
  }
  return all;
}

void nothing() {}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);

  tests.test("message passing, relaxed: the flag may be seen before the message",
             [] { expect_outcomes(message_passing(relaxed, relaxed), all_but(2, {})); });
  tests.test("message passing, released only: as if relaxed",
             [] { expect_outcomes(message_passing(release, relaxed), all_but(2, {})); });
  tests.test("message passing, acquired only: as if relaxed",
             [] { expect_outcomes(message_passing(relaxed, acquire), all_but(2, {})); });
  tests.test("message passing, released and acquired: the flag brings the message", [] {
    expect_outcomes(message_passing(release, acquire), all_but(2, {{1, 0}}));
  });
  tests.test("message passing by fences: the flag brings the message", [] {
    expect_outcomes({{[](shared& s) {
                        s.x.store(1, relaxed);
                        fence(release);
                        s.y.store(1, relaxed);
                      },
                      [](shared& s) {
                        s.r[0] = s.y.load(relaxed);
                        fence(acquire);
                        s.r[1] = s.x.load(relaxed);
                      }},
                     2},
                    all_but(2, {{1, 0}}));
  });
  tests.test("message passing, a release fence and no acquire: as if relaxed", [] {
    expect_outcomes({{[](shared& s) {
                        s.x.store(1, relaxed);
                        fence(release);
                        s.y.store(1, relaxed);
                      },
                      [](shared& s) {
                        s.r[0] = s.y.load(relaxed);
                        s.r[1] = s.x.load(relaxed);
                      }},
                     2},
                    all_but(2, {}));
  });

  tests.test("store buffering, relaxed: both may read the old value",
             [] { expect_outcomes(store_buffering(nothing, nothing, relaxed), all_but(2, {})); });
  tests.test("store buffering, seq_cst accesses: one of the two sees the other", [] {
    expect_outcomes(store_buffering(nothing, nothing, seq_cst), all_but(2, {{0, 0}}));
  });
  tests.test("store buffering, seq_cst fences: one of the two sees the other", [] {
    const auto full = [] { fence(seq_cst); };
    expect_outcomes(store_buffering(full, full, relaxed), all_but(2, {{0, 0}}));
  });
  tests.test("store buffering, one fence only: both may read the old value", [] {
    const auto full = [] { fence(seq_cst); };
    expect_outcomes(store_buffering(full, nothing, relaxed), all_but(2, {}));
  });
  const auto light = [] { explorer::engine::current().light_fence(std::source_location::current()); };
  const auto heavy = [] { explorer::engine::current().heavy_fence(std::source_location::current()); };
  for (const bool asymmetric : {true, false}) {
    const std::string how = asymmetric ? ", asymmetric" : ", symmetric";
    tests.test("store buffering, light against heavy fence: one of the two sees the other" + how, [=] {
      expect_outcomes(store_buffering(light, heavy, relaxed), all_but(2, {{0, 0}}), asymmetric);
    });
    tests.test("store buffering, heavy against heavy fence: one of the two sees the other" + how, [=] {
      expect_outcomes(store_buffering(heavy, heavy, relaxed), all_but(2, {{0, 0}}), asymmetric);
    });
  }
  tests.test("store buffering, light against light fence, asymmetric: both may read the old value",
             [=] { expect_outcomes(store_buffering(light, light, relaxed), all_but(2, {}), true); });

  tests.test("coherence: two reads of one word never go back", [] {
    expect_outcomes({{[](shared& s) { s.x.store(1, relaxed); },
                      [](shared& s) {
                        s.r[0] = s.x.load(relaxed);
                        s.r[1] = s.x.load(relaxed);
                      }},
                     2},
                    all_but(2, {{1, 0}}));
  });
  tests.test("coherence: what has been written is not read older", [] {
    expect_outcomes({{[](shared& s) {
                        s.x.store(1, relaxed);
                        s.r[0] = s.x.load(relaxed);
                      },
                      [](shared& s) { s.x.store(2, relaxed); }},
                     1},
                    {{1}, {2}});
  });
  tests.test("coherence of read and write: a store comes after what its thread has read", [] {
    expect_outcomes({{[](shared& s) { s.x.store(1, relaxed); },
                      [](shared& s) {
                        s.r[0] = s.x.load(relaxed);
                        s.x.store(2, relaxed);
                      }},
                     1,
                     [](shared& s) { return outcome{s.x.load(relaxed)}; }},
                    {{0, 1}, {0, 2}, {1, 2}});
  });

  tests.test("independent reads of independent writes, acquire: readers may disagree on the order",
             [] { expect_outcomes(independent_reads(release, acquire), all_but(4, {})); });
  tests.test("independent reads of independent writes, seq_cst: readers agree on the order", [] {
    expect_outcomes(independent_reads(seq_cst, seq_cst), all_but(4, {{1, 0, 1, 0}}));
  });

  const auto write_to_read = [](std::memory_order store, std::memory_order load) {
    return program{{[=](shared& s) { s.x.store(1, relaxed); },
                    [=](shared& s) {
                      s.r[0] = s.x.load(load);
                      s.y.store(1, store);
                    },
                    [=](shared& s) {
                      s.r[1] = s.y.load(load);
                      s.r[2] = s.x.load(relaxed);
                    }},
                   3};
  };
  tests.test("write to read causality, relaxed: what the second saw the third may miss",
             [=] { expect_outcomes(write_to_read(relaxed, relaxed), all_but(3, {})); });
  tests.test("write to read causality, released and acquired: it is handed on", [=] {
    expect_outcomes(write_to_read(release, acquire), all_but(3, {{1, 1, 0}}));
  });

  const auto two_plus_two = [](std::memory_order order) {
    return program{{[=](shared& s) {
                      s.x.store(1, order);
                      s.y.store(2, order);
                    },
                    [=](shared& s) {
                      s.y.store(1, order);
                      s.x.store(2, order);
                    }},
                   0,
                   [](shared& s) {
                     return outcome{s.x.load(relaxed), s.y.load(relaxed)};
                   }};
  };
  tests.test("2+2W, relaxed: both first stores may come last", [=] {
    expect_outcomes(two_plus_two(relaxed), {{1, 1}, {1, 2}, {2, 1}, {2, 2}});
  });
  tests.test("2+2W, seq_cst: not both first stores come last", [=] {
    expect_outcomes(two_plus_two(seq_cst), {{1, 2}, {2, 1}, {2, 2}});
  });

  const auto release_sequence = [](bool by_exchange) {
    return program{{[](shared& s) {
                      s.x.store(1, relaxed);
                      s.y.store(1, release);
                    },
                    [=](shared& s) {
                      if (by_exchange) {
                        int one = 1;
                        s.y.compare_exchange_strong(one, 2, relaxed, relaxed);
                      } else if (s.y.load(relaxed) == 1) {
                        s.y.store(2, relaxed);
                      }
                    },
                    [](shared& s) {
                      s.r[0] = s.y.load(acquire);
                      s.r[1] = s.x.load(relaxed);
                    }},
                   2};
  };
  tests.test("release sequence: a relaxed read-modify-write by another thread hands the message on", [=] {
    expect_outcomes(release_sequence(true), {{0, 0}, {0, 1}, {1, 1}, {2, 1}});
  });
  tests.test("release sequence: a relaxed store by another thread ends it", [=] {
    expect_outcomes(release_sequence(false), {{0, 0}, {0, 1}, {1, 1}, {2, 0}, {2, 1}});
  });
  tests.test("release sequence: a relaxed store by the same thread ends it, too (C++20)", [] {
    expect_outcomes({{[](shared& s) {
                        s.x.store(1, relaxed);
                        s.y.store(1, release);
                        s.y.store(2, relaxed);
                      },
                      [](shared& s) {
                        s.r[0] = s.y.load(acquire);
                        s.r[1] = s.x.load(relaxed);
                      }},
                     2},
                    {{0, 0}, {0, 1}, {1, 1}, {2, 0}, {2, 1}});
  });

  tests.test("read-modify-writes of one word are one after another", [] {
    expect_outcomes(
        {{[](shared& s) { s.r[0] = s.x.fetch_add(1, relaxed); }, [](shared& s) { s.r[1] = s.x.fetch_add(1, relaxed); }},
         2,
         [](shared& s) { return outcome{s.x.load(relaxed)}; }},
        {{0, 1, 2}, {1, 0, 2}});
  });
  tests.test("nothing comes between a read-modify-write and what it read", [] {
    expect_outcomes({{[](shared& s) { s.r[0] = s.x.exchange(2, relaxed); }, [](shared& s) { s.x.store(1, relaxed); }},
                     1,
                     [](shared& s) { return outcome{s.x.load(relaxed)}; }},
                    {{0, 1}, {1, 2}});
  });
  return tests.result();
}
