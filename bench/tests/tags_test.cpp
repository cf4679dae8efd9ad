// SPDX-License-Identifier: BSL-1.0
// The words of the tag study, the stack under them, and the watch for the return of a value.
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <source_location>
#include <sstream>
#include <thread>

#include "../tags/counted64.hpp"
#include "../tags/hammer_cell.hpp"
#include "../tags/handle29.hpp"
#include "../tags/packed16.hpp"
#include "../tags/watch.hpp"

namespace {

using namespace bench::tags;

void expect(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::cerr << where.function_name() << ", line " << where.line() << ": does not hold" << std::endl;
  std::exit(EXIT_FAILURE);
}

template <tagged_word Word>
void change_times(stack<Word>& s, std::uint64_t changes) {
  unwatched nobody;
  effort e;
  while (e.changes < changes) s.push(s.pop(nobody, e), nobody, e);
}

template <tagged_word Word>
void a_change_takes_effect_only_from_the_exact_value() {
  Word word(2);
  auto seen = word.read();
  expect(Word::top(seen) == typename Word::reference{});
  const auto first = Word::pointing_to(seen, word.nth(0));
  auto stale = seen;
  expect(word.change(seen, first) && word.read() == first && Word::top(first) == word.nth(0));
  expect(!word.change(stale, Word::pointing_to(stale, word.nth(1))));
  expect(stale == first);  // a refused thread learns what is there
  expect(word.change(stale, Word::pointing_to(stale, word.nth(1))) && Word::top(word.read()) == word.nth(1));
}

template <tagged_word Word>
void the_same_node_on_top_has_another_tag() {
  stack<Word> s(3);
  const auto before = s.word().read();
  change_times(s, 2);
  const auto after = s.word().read();
  expect(Word::top(before) == Word::top(after) && before != after);
  auto stale = before;
  expect(!s.word().change(stale, after));
}

template <tagged_word Word>
void threads_leave_the_stack_whole() {
  stack<Word> s(4);
  // Too few changes for a tag to wrap, even one of 16 bits.
  const auto few = [&s] { change_times(s, (1u << 14) - 2); };
  { std::jthread one(few), other(few); }
  expect(s.is_whole());
}

void a_lost_node_is_noticed() {
  stack<packed16> s(4);
  unwatched nobody;
  effort e;
  const auto node = s.pop(nobody, e);
  expect(!s.is_whole());
  s.push(node, nobody, e);
  expect(s.is_whole());
  s.push(node, nobody, e);  // on the stack twice: a circle
  expect(!s.is_whole());
}

void a_tag_of_16_bits_is_back_after_65536_changes() {
  stack<packed16> s(3);
  const auto before = s.word().read();
  change_times(s, (1u << 16) - 2);
  expect(s.word().read() != before);
  change_times(s, 2);
  auto stale = before;
  expect(s.word().read() == before && s.word().change(stale, before));  // ABA
}

void the_watch_notices_the_return_and_nothing_else() {
  stack<packed16> s(3);
  watch<packed16> w(s.word());
  const auto& round = w.begin();
  effort e;
  while (e.changes != (1u << 16)) {
    expect(!round.returned_after());
    s.push(s.pop(w, e), w, e);
  }
  expect(round.returned_after().has_value() && *round.returned_after() > clock::duration::zero());
  expect(!w.begin().returned_after());
}

void a_change_from_before_the_read_is_no_return() {
  stack<packed16> s(3);
  watch<packed16> w(s.word());
  auto* const sought = w.sought();
  const auto& round = w.begin();
  w.installed(sought, round.read);  // by a thread that was held up behind its change
  expect(!round.returned_after());
}

void a_cell_that_this_machine_cannot_run_has_a_reason_and_no_number() {
  bench::settings s;
  s.entries = 8;
  bench::cells all;
  all.push_back(std::make_unique<unavailable_cell>(bench::requested_cell{"tags_cost", 1}, s, "no such instruction"));
  std::ostringstream printed;
  auto* const terminal = std::cout.rdbuf(printed.rdbuf());
  const auto failed = bench::run(all, "counted64", 0);
  std::cout.rdbuf(terminal);
  const auto record = nlohmann::json::parse(printed.str());
  expect(failed == 0 && record.at("unavailable") == "no such instruction");
  expect(!record.contains("ops_per_second") && !record.contains("error"));
}

template <tagged_word Word>
void a_word_keeps_what_the_study_takes_for_granted() {
  if (!Word::unavailable().empty()) {
    std::cerr << "left out: " << Word::unavailable() << std::endl;
    return;
  }
  a_change_takes_effect_only_from_the_exact_value<Word>();
  the_same_node_on_top_has_another_tag<Word>();
  threads_leave_the_stack_whole<Word>();
}

}  // namespace

int main() {
  a_word_keeps_what_the_study_takes_for_granted<packed16>();
  a_word_keeps_what_the_study_takes_for_granted<handle29>();
  a_word_keeps_what_the_study_takes_for_granted<counted64>();
  a_lost_node_is_noticed();
  a_tag_of_16_bits_is_back_after_65536_changes();
  the_watch_notices_the_return_and_nothing_else();
  a_change_from_before_the_read_is_no_return();
  a_cell_that_this_machine_cannot_run_has_a_reason_and_no_number();
}
