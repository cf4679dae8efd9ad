// SPDX-License-Identifier: BSL-1.0
// The link word and the state word: what their transitions keep, what they change, and how their tags count and wrap.
#include <wane/environment.hpp>
#include <wane/impl/link.hpp>
#include <wane/impl/state.hpp>

#include <vector>

#include "support/harness.hpp"

using namespace proptest;
using wane::cause;
using wane::impl::handle;
using wane::impl::state;

namespace {

using link = wane::impl::link;  // not the system call
constexpr std::uint32_t last_tag = (1u << 29) - 1;
constexpr std::uint32_t last_version = (1u << 22) - 1;
const std::vector<std::uint32_t> targets{1, 2, 63, 64, 0x7FFF'FFFF, 0x8000'0000, 0xFFFF'FFFE};

bool same_target(link a, link b) { return a.target() == b.target() && a.is_sentinel() == b.is_sentinel(); }

link with_tag(std::uint32_t tag) { return link(std::uint64_t{tag} << 35); }
state with_version(std::uint32_t version) { return state(std::uint64_t{version} << 40); }

void links_know_what_they_point_to() {
  EXPECT(link().is_untouched() && link().is_unset() && !link().is_ready(), "zeroed memory");
  EXPECT(link::end().is_end() && link::end().is_sentinel() && link::end().is_ready(), "the end");
  EXPECT(link::claimed().is_unset() && !link::claimed().is_untouched() && !link::claimed().is_ready(), "a claim");
  EXPECT(link::to_sentinel(0).is_sentinel() && !link::to_sentinel(0).is_unset(), "the first bucket");
  for (const auto t : targets) {
    const link node = link::to_node(t);
    const link sentinel = link::to_sentinel(t);
    EXPECT(node.target() == t && !node.is_sentinel() && !node.is_end() && node.is_ready(), "node " << t);
    EXPECT(sentinel.target() == t && sentinel.is_sentinel() && !sentinel.is_end() && sentinel.is_ready(),
           "sentinel " << t);
    EXPECT(!same_target(node, sentinel), "node and sentinel " << t << " are told apart");
  }
}

void links_change_flags_and_target_alone() {
  for (const auto tag : {0u, 1u, 12'345u, last_tag - 2})
    for (const auto t : targets)
      for (const auto destination : {link::to_node(t), link::to_sentinel(t), link::end()}) {
        const link l = with_tag(tag).pointing_to(destination);
        EXPECT(same_target(l, destination) && !l.is_frozen() && !l.is_fresh() && l.tag() == tag + 1, l.bits());
        EXPECT(l.frozen().is_frozen() && same_target(l.frozen(), l) && !l.frozen().is_ready(), l.bits());
        EXPECT(l.as_fresh().is_fresh() && same_target(l.as_fresh(), l) && l.as_fresh().tag() == l.tag(), l.bits());
        EXPECT(l.as_fresh().frozen().is_frozen() && !l.as_fresh().frozen().is_fresh(), l.bits());
        EXPECT(l.recycled().is_unset() && !l.recycled().is_frozen() && !l.recycled().is_untouched(), l.bits());
        EXPECT(l.frozen().pointing_to(destination) != l, "a word that was frozen meanwhile is another");
      }
}

void tags_of_links_count_every_change_and_wrap() {
  link l;
  for (std::uint32_t changes = 1; changes <= 300; ++changes) {
    l = changes % 3 == 0 ? l.frozen() : changes % 3 == 1 ? l.pointing_to(link::to_node(changes)) : l.recycled();
    EXPECT(l.tag() == changes, "tag " << l.tag() << " after " << changes << " changes");
  }
  const link last = with_tag(last_tag);
  for (const link next : {last.pointing_to(link::end()), last.frozen(), last.recycled()})
    EXPECT(next.tag() == 0, "tag " << next.tag() << " after the last");
  EXPECT(last.pointing_to(link::end()) == link::end(), "the tag wraps into nothing else");
}

void a_change_from_a_stale_link_fails() {
  wane::impl::link_word<wane::std_environment> word;
  link stale = word.read();
  const link first = stale.pointing_to(link::to_node(1));
  link expected = stale;
  EXPECT(word.change(expected, first) && expected == first, "the first change");
  link second = first.pointing_to(link::to_node(2));
  EXPECT(word.change(expected, second), "the second");
  EXPECT(word.change(expected, second.pointing_to(link::to_node(1))), "back to the same node");
  expected = first;
  EXPECT(!word.change(expected, first.frozen()), "the node is the same and the word is not");
  EXPECT(expected == word.read() && expected.tag() == 3, "who fails learns what is there");
}

void states_know_what_they_are() {
  EXPECT(state().is_dead() && !state().is_live() && !state().is_forward(), "zeroed memory is dead");
  for (const auto version : {0u, 1u, 4711u, last_version - 2}) {
    const state s = with_version(version);
    for (const std::uint64_t deadline : {std::uint64_t{0}, std::uint64_t{1}, wane::impl::never - 1}) {
      const state live = s.lives_until(deadline);
      EXPECT(live.is_live() && live.deadline() == deadline && live.has_deadline() && live.version() == version + 1,
             live.bits());
    }
    EXPECT(s.lives_until(wane::impl::never).is_live() && !s.lives_until(wane::impl::never).has_deadline(), version);
    for (const auto t : targets) {
      const state forward = s.forwarded_to(t);
      EXPECT(forward.is_forward() && forward.forward() == t && forward.version() == version + 1, forward.bits());
      const state chained = s.heading_chain_before(t);
      EXPECT(chained.is_dead() && chained.next_chain() == t && chained.version() == version + 1, chained.bits());
    }
    for (const auto why : {cause::erased, cause::expired, cause::replaced, cause::cleared}) {
      const state dead = s.lives_until(77).killed(why);
      EXPECT(dead.is_dead() && dead.death() == why && dead.version() == version + 2, dead.bits());
    }
  }
}

void versions_of_states_wrap_into_nothing_else() {
  const state last = with_version(last_version);
  EXPECT(last.lives_until(5).version() == 0 && last.lives_until(5).is_live() && last.lives_until(5).deadline() == 5,
         last.lives_until(5).bits());
  EXPECT(last.forwarded_to(9).version() == 0 && last.forwarded_to(9).forward() == 9, last.forwarded_to(9).bits());
  EXPECT(last.killed(cause::erased).version() == 0 && last.killed(cause::erased).is_dead(), "killed");
}

void a_change_from_a_stale_state_fails() {
  wane::impl::state_word<wane::std_environment> word;
  word.prepare(state().lives_until(10));
  const state seen = word.read();
  state expected = seen;
  EXPECT(word.change(expected, expected.lives_until(20)), "a touch");
  EXPECT(word.change(expected, expected.lives_until(10)), "and back to the same deadline");
  expected = seen;
  EXPECT(!word.change(expected, seen.killed(cause::expired)), "the deadline is the same and the word is not");
  EXPECT(expected == seen && word.read().version() == 3, "who fails has changed nothing, and looks anew");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("links_know_what_they_point_to", links_know_what_they_point_to);
  tests.test("links_change_flags_and_target_alone", links_change_flags_and_target_alone);
  tests.test("tags_of_links_count_every_change_and_wrap", tags_of_links_count_every_change_and_wrap);
  tests.test("a_change_from_a_stale_link_fails", a_change_from_a_stale_link_fails);
  tests.test("states_know_what_they_are", states_know_what_they_are);
  tests.test("versions_of_states_wrap_into_nothing_else", versions_of_states_wrap_into_nothing_else);
  tests.test("a_change_from_a_stale_state_fails", a_change_from_a_stale_state_fails);
  return tests.result();
}
