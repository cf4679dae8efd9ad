// SPDX-License-Identifier: BSL-1.0
// The reclaimers that tests are repeated over.
#pragma once

#include <wane/reclaim/epoch.hpp>
#include <wane/reclaim/hazard.hpp>
#include <wane/reclaim/ibr.hpp>
#include <wane/reclaim/rcu.hpp>
#include <wane/reclaim/versioned.hpp>

#include <string>
#include <utility>

namespace proptest {

template <class... Rs>
struct reclaimers {};

template <class R>
inline constexpr const char* reclaimer_name = nullptr;
template <class Env>
inline constexpr const char* reclaimer_name<wane::basic_epoch<Env>> = "epoch";
template <class Env>
inline constexpr const char* reclaimer_name<wane::basic_hazard<Env>> = "hazard";
template <class Env>
inline constexpr const char* reclaimer_name<wane::basic_ibr<Env>> = "ibr";
template <class Env>
inline constexpr const char* reclaimer_name<wane::basic_versioned<Env>> = "versioned";
template <>
inline constexpr const char* reclaimer_name<wane::rcu<wane::memb>> = "rcu memb";
template <>
inline constexpr const char* reclaimer_name<wane::rcu<wane::qsbr>> = "rcu qsbr";
template <>
inline constexpr const char* reclaimer_name<wane::rcu<wane::mb>> = "rcu mb";
template <>
inline constexpr const char* reclaimer_name<wane::rcu<wane::bp>> = "rcu bp";

/// For keys and values of any type.
using every_reclaimer = reclaimers<wane::epoch, wane::hazard, wane::ibr, wane::rcu<wane::memb>, wane::rcu<wane::qsbr>,
                                   wane::rcu<wane::mb>, wane::rcu<wane::bp>>;
/// For tests of which there are many: those that differ most in how they find a grace period.
using main_reclaimers = reclaimers<wane::epoch, wane::rcu<wane::memb>, wane::rcu<wane::qsbr>>;

/// Those that have to be asked slot by slot, without the flavours of RCU, of which there are so many and each takes so long.
using sifting_reclaimers = reclaimers<wane::hazard, wane::ibr>;

/// Those that hand out copies: for keys and values that can be copied as they lie in memory.
using copying_reclaimers = reclaimers<wane::versioned>;

/// While it lives, the thread may use maps of this reclaimer: with QSBR it has to be online.
template <class R>
class attendance {
 public:
  attendance() {}
  attendance(const attendance&) = delete;
  attendance& operator=(const attendance&) = delete;
  ~attendance() {}

  /// Between two operations: the thread holds no reference.
  void quiescent() const noexcept { R::quiescent(); }

 private:
  typename R::participant participant_;
};

namespace detail {
template <class... Rs, class F>
void over(reclaimers<Rs...>, const std::string& name, F&& f) {
  (f.template operator()<Rs>(name + " [" + reclaimer_name<Rs> + "]"), ...);
}
}  // namespace detail

/// Calls f.operator()<R>(name with the reclaimer's) for each of each list.
template <class... Lists, class F>
void for_each_reclaimer(const std::string& name, F&& f) {
  (detail::over(Lists{}, name, f), ...);
}

}  // namespace proptest
