// SPDX-License-Identifier: BSL-1.0
// check() finds what it says it verifies: each invariant is broken by hand, in a map that is sound otherwise.
#include <wane/map.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "support/harness.hpp"

using namespace proptest;
using wane::impl::handle;
using way = wane::impl::link;  // link is a function of POSIX
using wane::impl::never;
using wane::impl::state;

namespace {

using core = wane::impl::map_core<std::uint64_t, std::uint64_t, wane::policy<std::uint64_t>>;
using word = wane::impl::link_word<wane::std_environment>;

constexpr std::uint64_t entries = 20;

/// Links an entry, also one whose key is there: `at_end` has it look for the end of the run.
handle link_entry(core& c, std::uint64_t key, wane::impl::tick_count deadline, bool at_end = false) {
  core::operation op(c.entries());
  core::prepared fresh(c, op);
  const std::uint64_t hash = c.hash_of(key);
  fresh.construct(hash, key, key);
  fresh.enliven(deadline);
  const handle h = fresh.at();
  const auto where = at_end ? c.entries().locate(
                                  op, hash,
                                  [&](const core::node& n, handle, auto&&) {
                                    return n.hash() > hash ? wane::impl::place::beyond : wane::impl::place::before;
                                  },
                                  [](const core::node&, handle, state) { return true; })
                            : c.locate(op, hash, key);
  EXPECT(c.insert(op, where, fresh), "the entry was not linked");
  return h;
}

struct sound_map {
  sound_map() {
    for (std::uint64_t k = 0; k < entries; ++k)
      handles.push_back(link_entry(map, k, k % 2 == 0 ? never : 1'000'000'000));
    // One that is retired, so that every use of a slot is there.
    core::operation op(map.entries());
    const auto f = map.find(op.held(), map.hash_of(std::uint64_t{0}), std::uint64_t{0});
    EXPECT(map.kill(op, map.hash_of(std::uint64_t{0}), f, wane::cause::erased), "the entry was not killed");
  }
  /// The words of the list, in order; the last leads to the end.
  [[nodiscard]] std::vector<word*> words() {
    auto& list = map.entries();
    std::vector<word*> all;
    for (word* w = &list.table()[0];;
         w = w->read().is_sentinel() ? &list.table()[w->read().target()] : &list[w->read().target()].next) {
      all.push_back(w);
      if (w->read().is_end()) return all;
    }
  }
  /// The first word after which come two that `first` and `second` accept, of what they lead to.
  word& word_before(bool first_is_node, bool second_is_node) {
    const auto all = words();
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
      if (all[i]->read().is_sentinel() != first_is_node && all[i + 1]->read().is_sentinel() != second_is_node)
        return *all[i];
    throw std::logic_error("there is no such place in the list");
  }
  [[nodiscard]] word& behind(const word& w) {
    const way l = w.read();
    return l.is_sentinel() ? map.entries().table()[l.target()] : map.entries()[l.target()].next;
  }
  [[nodiscard]] auto& node(std::uint64_t key) { return map.entries()[handles[key]]; }

  core map{{.expected_entries = entries, .max_load_factor = 2}, {}};  // so that some buckets have several
  std::vector<handle> handles;
};

struct corruption {
  const char* name;
  std::vector<std::string> found;  ///< what check() then says, among other things; N is any number
  std::function<void(sound_map&)> happens;
};

const std::vector<corruption>& corruptions() {
  static const std::vector<corruption> all = {
      {"nodes_in_the_wrong_order",
       {"slot N stands too late"},
       [](sound_map& m) {
         word& before = m.word_before(true, true);
         word& first = m.behind(before);
         word& second = m.behind(first);
         const way to_first = before.read(), to_second = first.read(), rest = second.read();
         before.prepare(to_second), second.prepare(to_first), first.prepare(rest);
       }},
      {"a_sentinel_behind_what_it_bounds",
       {"sentinel N stands too late"},
       [](sound_map& m) {
         word& before = m.word_before(false, true);
         word& sentinel = m.behind(before);
         word& node = m.behind(sentinel);
         const way to_sentinel = before.read(), to_node = sentinel.read(), rest = node.read();
         before.prepare(to_node), node.prepare(to_sentinel), sentinel.prepare(rest);
       }},
      {"a_sentinel_that_is_not_linked",
       {"bucket N is not in the list"},
       [](sound_map& m) {
         word& before = m.word_before(false, true);
         before.prepare(m.behind(before).read());
       }},
      {"a_linked_bucket_that_looks_untouched",
       {"a link in the list is unset", "bucket N is in the list, untouched"},
       [](sound_map& m) { m.behind(m.word_before(false, true)).prepare(way()); }},
      {"a_list_of_sentinels_with_a_cycle",
       {"sentinel met twice: the list has a cycle"},
       [](sound_map& m) {
         word& before = m.word_before(false, true);
         m.behind(before).prepare(before.read());
       }},
      {"a_list_of_nodes_with_a_cycle",
       {"a node is met twice: the list has a cycle"},
       [](sound_map& m) {
         word& before = m.word_before(true, true);
         m.behind(before).prepare(before.read());
       }},
      {"a_frozen_link",
       {"a link in the list is frozen"},
       [](sound_map& m) { m.node(1).next.prepare(m.node(1).next.read().frozen()); }},
      {"a_fresh_sentinel",
       {"a sentinel in the list is fresh"},
       [](sound_map& m) {
         word& sentinel = m.behind(m.word_before(false, true));
         sentinel.prepare(sentinel.read().as_fresh());
       }},
      {"two_entries_of_one_key",
       {"two live entries have one key (slot N)"},
       [](sound_map& m) { link_entry(m.map, 3, never, true); }},
      {"a_deadline_that_no_summary_covers",
       {"the summary of block N is later than a deadline in it"},
       [](sound_map& m) { m.node(2).life.prepare(m.node(2).life.read().lives_until(1000)); }},
      {"a_slot_that_is_lost",
       {"slot N is lost"},
       [](sound_map& m) {
         word& before = m.word_before(true, true);
         before.prepare(m.behind(before).read());
       }},
      {"a_retired_slot_that_is_linked",
       {"slot N is retired and something else as well"},
       [](sound_map& m) {
         auto& retired = m.node(0).next;
         word& start = m.map.entries().table()[0];
         retired.prepare(start.read());
         start.prepare(way::to_node(m.handles[0]));
       }},
      {"a_free_slot_that_is_linked",
       {"slot N is free and something else as well"},
       [](sound_map& m) {
         auto& list = m.map.entries();
         word& start = list.table()[0];
         list.threads().for_each([&](std::uint32_t, auto& t) {
           list[t.slots.fresh].next.prepare(start.read());
           start.prepare(way::to_node(t.slots.fresh));
         });
       }},
      {"a_table_that_is_smaller_than_its_list",
       {"sentinel N is in the list, above the table"},
       [](sound_map& m) {
         auto& table = m.map.entries().table();
         EXPECT(table.begin_shrink(table.bits()), "the table does not shrink");
         table.end_shrink();
       }},
      {"a_slot_that_does_not_exist",
       {"slot N does not exist"},
       [](sound_map& m) { m.node(1).next.prepare(way::to_node(1u << 20)); }},
      {"a_replacement_of_itself",
       {"slot N is a replacement and something else as well"},
       [](sound_map& m) { m.node(1).life.prepare(m.node(1).life.read().forwarded_to(m.handles[1])); }},
      {"a_replacement_that_does_not_exist",
       {"slot N does not exist"},
       [](sound_map& m) { m.node(1).life.prepare(m.node(1).life.read().forwarded_to(1u << 20)); }},
      {"a_replacement_that_is_linked",
       {"slot N is a replacement and something else as well"},
       [](sound_map& m) {
         word& before = m.word_before(true, true);
         auto& second = m.map.entries()[m.behind(before).read().target()].life;
         second.prepare(second.read().forwarded_to(before.read().target()));
       }},
      {"a_free_slot_that_is_alive",
       {"slot N is free but not DEAD"},
       [](sound_map& m) {
         auto& list = m.map.entries();
         list.threads().for_each([&](std::uint32_t, auto& t) {
           auto& life = list[t.slots.fresh].life;
           life.prepare(life.read().lives_until(never));
         });
       }},
      {"a_count_that_is_wrong",
       {"size() is N, the list has N"},
       [](sound_map& m) {
         core::operation op(m.map.entries());
         op.me().count(&wane::impl::counters<wane::std_environment>::inserted);
       }},
  };
  return all;
}

void a_sound_map_is_accepted() {
  sound_map m;
  const auto report = wane::impl::checker(m.map).run();
  EXPECT(report.ok(), report.problems.front());
  EXPECT(report.entries == entries - 1, report.entries << " entries");
}

/// The text with N for each number.
std::string without_numbers(const std::string& text) {
  std::string result;
  bool in_number = false;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit) result += c;
    if (is_digit && !in_number) result += 'N';
    in_number = is_digit;
  }
  return result;
}

void is_found(const corruption& c) {
  sound_map m;
  c.happens(m);
  auto problems = wane::impl::checker(m.map).run().problems;
  std::ranges::transform(problems, problems.begin(), without_numbers);
  std::ostringstream said;
  for (const std::string& problem : problems) said << problem << "; ";
  for (const std::string& text : c.found)
    EXPECT(std::ranges::find(problems, text) != problems.end(), "not '" << text << "'; check() says: " << said.str());
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("a_sound_map_is_accepted", a_sound_map_is_accepted);
  for (const corruption& c : corruptions()) tests.test(std::string(c.name) + "_is_found", [&] { is_found(c); });
  return tests.result();
}
