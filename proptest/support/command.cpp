// SPDX-License-Identifier: BSL-1.0
#include "support/command.hpp"

#include <ostream>

namespace proptest {

void showValue(const command& c, std::ostream& out) {
  static constexpr const char* lives[] = {"forever", "keep_ttl", "ttl", "deadline now"};
  static constexpr const char* conditions[] = {"always", "if_later", "if_sooner", "if_none", "if_some"};
  static constexpr const char* faults[] = {"", "user", "heap", "pages"};
  out << operation_traits[static_cast<std::size_t>(c.what)].name << "{key " << c.key << ", value " << c.value << ", "
      << lives[static_cast<std::size_t>(c.life.what)];
  if (c.life.what == term::kind::ttl || c.life.what == term::kind::deadline)
    out << (c.life.ns >= 0 ? " +" : " ") << c.life.ns << " ns";
  out << ", " << conditions[static_cast<std::size_t>(c.condition)] << ", amount " << c.amount;
  if (c.fails.what != fault::kind::none)
    out << ", " << faults[static_cast<std::size_t>(c.fails.what)] << " fails after " << c.fails.after
        << (c.fails.lasting ? " for good" : "");
  out << "}\n";
}

bool may_exhaust(const command& c, bool allocates) {
  using op = operation;
  switch (c.what) {
    case op::insert:
    case op::try_emplace:
    case op::try_emplace_for:
    case op::insert_or_assign:
    case op::get_or_emplace:
    case op::get_or_emplace_for:
    case op::replace:
    case op::compare_exchange:
    case op::update:
    case op::upsert:
    case op::reserve: return true;
    case op::find:
    case op::take: return allocates;
    case op::find_and_touch: return allocates || c.life.ns <= 0;
    case op::touch: return c.life.ns <= 0;
    default: return false;
  }
}

namespace {

/// Times around the tick of one millisecond, where rounding shows, and the extremes where arithmetic saturates.
rc::Gen<std::int64_t> any_ttl() {
  return rc::gen::weightedOneOf<std::int64_t>({
      {6, rc::gen::map(rc::gen::inRange<std::int64_t>(1, 12), [](std::int64_t ms) { return ms * 1'000'000; })},
      {4, rc::gen::inRange<std::int64_t>(1, 6'000'000)},
      {1, rc::gen::element<std::int64_t>(1, 999'999, 1'000'001, std::int64_t{1} << 60, INT64_MAX - 1, INT64_MAX)},
      {1, rc::gen::element<std::int64_t>(0, -1, -1'000'000, INT64_MIN)},
  });
}

rc::Gen<term> any_term() {
  const auto some = [](term::kind what) { return [what](std::int64_t ns) { return term{what, ns}; }; };
  return rc::gen::weightedOneOf<term>({
      {3, rc::gen::just(term{})},
      {2, rc::gen::just(term{term::kind::keep, 0})},
      {5, rc::gen::map(any_ttl(), some(term::kind::ttl))},
      {2, rc::gen::map(rc::gen::inRange<std::int64_t>(-3'000'000, 8'000'000), some(term::kind::deadline))},
  });
}

rc::Gen<fault> any_fault(const std::vector<fault::kind>& kinds) {
  if (kinds.empty()) return rc::gen::just(fault{});
  auto with_none = kinds;
  with_none.push_back(fault::kind::none);
  return rc::gen::build<fault>(rc::gen::set(&fault::what, rc::gen::elementOf(with_none)),
                               rc::gen::set(&fault::after, rc::gen::inRange<unsigned>(0, 12)),
                               rc::gen::set(&fault::lasting));
}

}  // namespace

rc::Gen<std::vector<command>> any_program(const program_shape& shape) {
  std::vector<operation> operations;
  for (const auto& trait : operation_traits)
    if (shape.copyable_values || !trait.copies_values) operations.insert(operations.end(), trait.weight, trait.what);
  const auto one = rc::gen::build<command>(
      rc::gen::set(&command::what, rc::gen::elementOf(operations)),
      rc::gen::set(&command::key, rc::gen::inRange<unsigned>(0, shape.keys)),
      rc::gen::set(&command::value, rc::gen::inRange<unsigned>(0, 4)), rc::gen::set(&command::life, any_term()),
      rc::gen::set(&command::condition,
                   rc::gen::element(wane::when::always, wane::when::if_later, wane::when::if_sooner,
                                    wane::when::if_none, wane::when::if_some)),
      rc::gen::set(&command::amount, rc::gen::inRange<unsigned>(0, 3000)),
      rc::gen::set(&command::fails, any_fault(shape.faults)));
  // RapidCheck's size (0 to 100 over the cases) bounds both a container's length and the width of inRange: the first
  // is stretched to the length wanted, the second always wanted in full.
  return rc::gen::scale(static_cast<double>(shape.longest) / 100.0,
                        rc::gen::container<std::vector<command>>(rc::gen::resize(100, one)));
}

}  // namespace proptest
