// SPDX-License-Identifier: BSL-1.0
#include "scenarios/drawn.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ostream>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "support/harness.hpp"

namespace proptest {

namespace {

using namespace steps;

/// What a call is made of, besides its name. Each takes what it needs.
struct ingredients {
  std::uint64_t key;
  std::uint64_t ticks;
  wane::when condition;
};
using recipe = step (*)(const ingredients&);

step with_condition(step s, wane::when condition) {
  s.what.condition = condition;
  return s;
}

// The simplest first: it is to them that RapidCheck shrinks the others. Some are there twice, to be drawn more often.

constexpr std::array<recipe, 12> beginnings = {
    [](const ingredients& i) { return insert(i.key); },
    [](const ingredients& i) { return insert(i.key); },
    [](const ingredients& i) { return insert(i.key); },
    [](const ingredients& i) { return insert(i.key, i.ticks); },
    [](const ingredients& i) { return insert(i.key, i.ticks); },
    [](const ingredients& i) { return insert(i.key, i.ticks); },
    [](const ingredients& i) { return replace(i.key); },
    [](const ingredients& i) { return erase(i.key); },
    [](const ingredients& i) { return advance(i.ticks); },
    [](const ingredients&) { return reserve(); },
    [](const ingredients& i) { return fill(i.ticks); },
    [](const ingredients& i) { return churn(20 * i.ticks); },
};

constexpr std::array<recipe, 44> calls = {
    [](const ingredients& i) { return find(i.key); },
    [](const ingredients& i) { return insert(i.key); },
    [](const ingredients& i) { return insert(i.key); },
    [](const ingredients& i) { return insert(i.key); },
    [](const ingredients& i) { return erase(i.key); },
    [](const ingredients& i) { return erase(i.key); },
    [](const ingredients& i) { return erase(i.key); },
    [](const ingredients& i) { return replace(i.key); },
    [](const ingredients& i) { return replace(i.key); },
    [](const ingredients& i) { return insert(i.key, i.ticks); },
    [](const ingredients& i) { return insert(i.key, i.ticks); },
    [](const ingredients& i) { return advance(i.ticks); },
    [](const ingredients& i) { return advance(i.ticks); },
    [](const ingredients& i) { return advance(i.ticks); },
    [](const ingredients&) { return sweep(); },
    [](const ingredients& i) { return contains(i.key); },
    [](const ingredients& i) { return ttl(i.key); },
    [](const ingredients& i) { return take(i.key); },
    [](const ingredients& i) { return erase_if(i.key); },
    [](const ingredients& i) { return assign(i.key); },
    [](const ingredients& i) { return assign(i.key, i.ticks); },
    [](const ingredients& i) { return keeping(verb::insert_or_assign, i.key); },
    [](const ingredients& i) { return emplace(i.key, i.ticks); },
    [](const ingredients& i) { return upsert(i.key, i.ticks); },
    [](const ingredients& i) { return keeping(verb::upsert, i.key); },
    [](const ingredients& i) { return lasting(verb::replace, i.key, i.ticks); },
    [](const ingredients& i) { return compare_exchange(i.key); },
    [](const ingredients& i) { return lasting(verb::compare_exchange, i.key, i.ticks); },
    [](const ingredients& i) { return update(i.key); },
    [](const ingredients& i) { return lasting(verb::update, i.key, i.ticks); },
    [](const ingredients& i) { return touch(i.key, i.ticks, i.condition); },
    [](const ingredients& i) { return expire_at(i.key, i.ticks, i.condition); },
    [](const ingredients& i) { return persist(i.key, i.condition); },
    [](const ingredients& i) { return with_condition(find_and_touch(i.key, i.ticks), i.condition); },
    [](const ingredients&) { return clear(); },
    [](const ingredients&) { return of(chore::sweep_one); },
    [](const ingredients&) { return collect(); },
    [](const ingredients&) { return scan(); },
    [](const ingredients&) { return of(chore::scan_one_by_one); },
    [](const ingredients& i) { return visit_within(i.key); },
    [](const ingredients&) { return reserve(); },
    [](const ingredients&) { return shrink(); },
    [](const ingredients& i) { return fill(i.ticks); },
    [](const ingredients& i) { return drain(i.ticks); },
};

constexpr std::array conditions = {wane::when::always, wane::when::if_later, wane::when::if_sooner, wane::when::if_none,
                                   wane::when::if_some};
constexpr unsigned most_ticks = 6;

template <std::size_t N>
step made_from(const std::array<recipe, N>& recipes, unsigned number, unsigned rest) {
  return recipes[number % N](
      {rest % 3, 1 + rest / 3 % most_ticks, conditions[rest / (3 * most_ticks) % conditions.size()]});
}

template <std::size_t N>
rc::Gen<step> any_step(const std::array<recipe, N>& recipes) {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::inRange<std::size_t>(0, N), rc::gen::inRange<std::uint64_t>(0, 3),
                     rc::gen::inRange<std::uint64_t>(1, most_ticks + 1), rc::gen::elementOf(conditions)),
      [&recipes](const std::tuple<std::size_t, std::uint64_t, std::uint64_t, wane::when>& t) {
        const auto [recipe, key, ticks, condition] = t;
        return recipes[recipe]({key, ticks, condition});
      });
}

/// At most `n`, where lengths follow RapidCheck's size, and all else is drawn from its full range.
template <class T>
rc::Gen<std::vector<T>> up_to(int n, rc::Gen<T> one) {
  return rc::gen::resize(n, rc::gen::container<std::vector<T>>(rc::gen::resize(100, std::move(one))));
}

/// Calls name their keys by number: here are the keys. The first two have one hash.
using key_set = std::array<std::uint64_t, 3>;
void name_keys(std::vector<step>& steps, const key_set& places) {
  for (step& s : steps) s.what.key = places[s.what.key];
}

/// Whether a key that is there when the threads begin is still there, as the same entry, whatever they do with `s`.
bool leaves_alone(const step& s, std::uint64_t key) {
  switch (s.what.what) {
    case verb::find:
    case verb::contains:
    case verb::ttl:
    case verb::insert:
    case verb::get_or_emplace:
    case verb::persist:
    case verb::sweep:
    case verb::advance: return true;
    case verb::clear: return false;
    default: return s.what.key != key;
  }
}

/// The keys that are there from beginning to end.
std::uint64_t staying(const program& p, const key_set& places) {
  std::uint64_t stay = 0;
  for (const std::uint64_t key : places) {
    const auto leaves = [&](const std::vector<step>& steps) {
      return std::all_of(steps.begin(), steps.end(), [&](const step& s) { return leaves_alone(s, key); });
    };
    const auto inserts_first = [&] {
      for (const step& s : p.before)
        if (s.what.what == verb::insert && s.what.key == key && s.chore == chore::none)
          return s.what.life == life::forever;
      return false;
    };
    if (inserts_first() && leaves(p.before) && std::all_of(p.threads.begin(), p.threads.end(), leaves))
      stay |= std::uint64_t{1} << key;
  }
  return stay;
}

explorer::deviation a_deviation(const std::tuple<std::uint32_t, unsigned, bool>& t) {
  const auto [step, to, stale] = t;
  return {step, stale ? explorer::deviation::what::store : explorer::deviation::what::thread, stale ? 1 + to % 2 : to};
}

explorer::schedule any_deviations() {
  const auto one = rc::gen::map(rc::gen::tuple(rc::gen::inRange<std::uint32_t>(0, 300), rc::gen::inRange(0u, 3u),
                                               rc::gen::element(false, false, true)),
                                a_deviation);
  explorer::schedule s = *up_to(6, one).as("deviations");
  std::stable_sort(s.begin(), s.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
  return s;
}

}  // namespace

step a_call(unsigned number, unsigned rest) { return made_from(calls, number, rest); }
step a_beginning(unsigned number, unsigned rest) { return made_from(beginnings, number, rest); }

program complete(program p, std::uint64_t first, std::uint64_t other) {
  const key_set places = {first, first + 16, other == first ? (other + 1) % 16 : other};
  p.name = "drawn";
  std::erase_if(p.threads, [](const std::vector<step>& steps) { return steps.empty(); });
  if (p.threads.empty()) p.threads = {{find(0)}};
  name_keys(p.before, places);
  for (auto& steps : p.threads) name_keys(steps, places);
  // A first use by another thread is another matter.
  for (std::size_t i = 0; i < p.before.size(); ++i)
    p.before[i].what.thread = static_cast<std::uint8_t>(i % p.threads.size());
  p.stays = staying(p, places);
  return p;
}

rc::Gen<program> any_small_program() {
  const auto thread = up_to(4, any_step(calls));
  const auto threads = rc::gen::map(rc::gen::tuple(thread, thread, thread), [](const auto& t) {
    return std::vector<std::vector<step>>{std::get<0>(t), std::get<1>(t), std::get<2>(t)};
  });
  const auto most = rc::gen::build<program>(
      rc::gen::set(&program::threads, threads), rc::gen::set(&program::before, up_to(4, any_step(beginnings))),
      rc::gen::set(&program::buckets, rc::gen::resize(100, rc::gen::inRange(1u, 5u))),
      rc::gen::set(&program::growth, rc::gen::element(false, true)),
      rc::gen::set(&program::at_home, rc::gen::element(false, false, true)),
      rc::gen::set(&program::reclaimer,
                   rc::gen::element(reclamation::epoch, reclamation::oracle, reclamation::versioned,
                                    reclamation::hazard, reclamation::ibr)),
      rc::gen::set(&program::integer_keys, rc::gen::element(true, false)),
      rc::gen::set(&program::in_place, rc::gen::element(false, false, true)),
      rc::gen::set(&program::curious_listener, rc::gen::element(false, false, false, true)),
      rc::gen::set(&program::cold, rc::gen::element(false, false, false, true)));
  const auto places = rc::gen::pair(rc::gen::resize(100, rc::gen::inRange<std::uint64_t>(0, 16)),
                                    rc::gen::resize(100, rc::gen::inRange<std::uint64_t>(0, 16)));
  return rc::gen::map(rc::gen::pair(most, places),
                      [](const std::pair<program, std::pair<std::uint64_t, std::uint64_t>>& d) {
                        return complete(d.first, d.second.first, d.second.second);
                      });
}

void showValue(const program& p, std::ostream& out) { out << to_string(p); }

void drawn_programs::under_a_drawn_schedule() {
  const program p = *any_small_program().as("program");
  if (*rc::gen::element(false, true).as("by bytes")) {
    const auto bytes = *up_to(60, rc::gen::arbitrary<std::uint8_t>()).as("schedule");
    explorer::from_bytes how(bytes);
    judge(p, how, 1, {});
  } else {
    explorer::replay how(any_deviations());
    judge(p, how, 1, {});
  }
}

void drawn_programs::under_pct() {
  const program p = *any_small_program().as("program");
  const unsigned depth = *rc::gen::resize(100, rc::gen::inRange(2u, 5u)).as("depth");
  const unsigned stale = *rc::gen::resize(100, rc::gen::inRange(0u, 4u)).as("stale");
  explorer::pct how(*rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()).as("seed"), depth, stale);
  judge(p, how, stale, {.schedules = 300});
}

void drawn_programs::under_random_walks() {
  const program p = *any_small_program().as("program");
  const unsigned stale = *rc::gen::resize(100, rc::gen::inRange(0u, 4u)).as("stale");
  explorer::random_walk how(*rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()).as("seed"), stale);
  judge(p, how, stale, {.schedules = 300});
}

void drawn_programs::judge(const program& p, explorer::strategy& how, unsigned stale, const explorer::limits& until) {
  auto found = examiner_.find_failure(p, how, stale != 0, until);
  if (failure_ || found) {
    // Fewest deviations first, and as many as it takes: what a walk has found may go with less.
    for (unsigned preemptions = 0; preemptions <= 2; ++preemptions) {
      explorer::exhaustive all(preemptions, stale == 0 ? 0 : std::min(preemptions, 1u));
      const auto simpler = examiner_.find_failure(p, all, stale != 0, {.schedules = 5'000});
      if (!simpler) continue;
      if (!found || simpler->least.size() < found->least.size()) found = simpler;
      break;
    }
  }
  if (!found) return;
  failure_ = {p, *found};
  throw std::runtime_error(found->account);
}

}  // namespace proptest
