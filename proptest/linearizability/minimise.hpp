// SPDX-License-Identifier: BSL-1.0
// Cuts a history that is not linearizable down to the part that shows it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "small_history.hpp"

namespace proptest {

/// The part of a history that is not linearizable by itself: the calls of the key in question, up to the first moment at
/// which no order is left, without calls that only read and are not needed to show it. Leaving out such a call makes no
/// linearizable history out of one that is not, and the other way neither; leaving out one with an effect might.
[[nodiscard]] inline small_history minimised(small_checker& checker, const small_history& h) {
  const verdict found = checker.check(h);
  if (found || found.broken != nullptr) return h;

  const auto chosen = [&](std::uint64_t wanted, std::uint64_t end) {
    small_history part;
    std::array<std::size_t, small_history::capacity> to{};
    std::array<std::size_t, small_history::capacity> from{};
    for (std::size_t i = 0; i < h.size(); ++i) {
      if ((wanted >> i & 1) == 0) continue;
      call c = h[i];
      if (c.responded > end) c.responded = still_running;
      from[part.size()] = i;
      to[i] = part.add(c);
    }
    part.begin_with(h.start());
    if (h.deaths_recorded()) part.record_deaths();
    for (const death& d : h.deaths())
      if (d.key == found.key && (wanted >> d.call & 1) != 0) part.died({d.key, d.value, d.cause, to[d.call]});
    if (h.order() == ordering::real_time) {
      part.order_by_stamps();
      return part;
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
      std::uint64_t before = 0;
      for (std::size_t j = 0; j < part.size(); ++j) before |= (h.before(from[i]) >> from[j] & 1) << j;
      part.precede(i, before);
    }
    part.order_by_predecessors();
    return part;
  };
  const auto fails = [&](const small_history& part) { return !checker.check(part); };

  std::uint64_t wanted = 0;
  std::vector<std::uint64_t> ends;
  for (std::size_t i = 0; i < h.size(); ++i) {
    bool reports = false;
    for (const death& d : h.deaths()) reports = reports || (d.call == i && d.key == found.key);
    if (h[i].what != verb::advance && h[i].key != found.key && !reports) continue;
    wanted |= std::uint64_t{1} << i;
    ends.push_back(h[i].responded);
  }
  std::uint64_t end = still_running;
  if (h.order() == ordering::real_time) {
    std::sort(ends.begin(), ends.end());
    for (const std::uint64_t e : ends) {
      std::uint64_t begun = 0;
      for (std::size_t i = 0; i < h.size(); ++i)
        if (h[i].invoked < e) begun |= wanted & std::uint64_t{1} << i;
      if (!fails(chosen(begun, e))) continue;
      wanted = begun;
      end = e;
      break;
    }
  }
  for (std::size_t i = h.size(); i-- > 0;) {
    const std::uint64_t without = wanted & ~(std::uint64_t{1} << i);
    bool reports = false;
    for (const death& d : h.deaths()) reports = reports || d.call == i;
    if (without == wanted || reports || !only_reads(h[i])) continue;
    if (fails(chosen(without, end))) wanted = without;
  }
  return chosen(wanted, end);
}

}  // namespace proptest
