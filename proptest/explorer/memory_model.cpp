// SPDX-License-Identifier: BSL-1.0
#include "memory_model.hpp"

namespace explorer {

namespace {

constexpr bool acquires(std::memory_order order) noexcept {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}
constexpr bool releases(std::memory_order order) noexcept {
  return order == std::memory_order_release || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

}  // namespace

memory_model::memory_model(limit_reached full) : full_(full), histories_(max_locations), views_(8192) {
  for (auto& h : histories_) h.stores.reserve(64);
}

void memory_model::clear(unsigned threads) noexcept {
  thread_count_ = threads;
  for (unsigned t = 0; t < threads; ++t) {
    threads_[t].now.clear();
    threads_[t].now.clock[t] = 1;
    threads_[t].read_relaxed.clear();
    threads_[t].has_fenced = false;
  }
  fences_.clear();
  for (std::uint32_t l = 0; l < locations_; ++l) histories_[l].stores.clear();
  locations_ = 0;
  views_used_ = 0;
}

auto memory_model::of(cell& c) noexcept -> history& {
  if (c.location == 0) {
    if (locations_ == max_locations) full_("shared locations");
    c.location = static_cast<std::uint16_t>(++locations_);
    histories_[c.location - 1].stores.push_back({c.bits, 0, 0, 0, 0, false});
  }
  return histories_[c.location - 1];
}

view& memory_model::new_view() noexcept {
  if (views_used_ == views_.size()) full_("release stores");
  return views_[views_used_++];
}

unsigned memory_model::readable(unsigned thread, cell& c) noexcept {
  const auto& stores = of(c).stores;
  const timestamp floor = threads_[thread].now.at(c.location - 1u);
  unsigned n = 1;
  while (n < stores.size() && stores[stores.size() - 1 - n].at >= floor) ++n;
  return n;
}

std::uint64_t memory_model::load(unsigned thread, cell& c, unsigned back, std::memory_order order) noexcept {
  auto& me = threads_[thread];
  if (order == std::memory_order_seq_cst) order_globally(thread);
  const auto& stores = of(c).stores;
  // What seq_cst has made visible may have raised the floor.
  const timestamp floor = me.now.at(c.location - 1u);
  std::size_t i = stores.size() - 1 - back;
  while (stores[i].at < floor) ++i;
  const written& w = stores[i];
  me.now.raise(c.location - 1u, w.at);
  if (w.released != 0) (acquires(order) ? me.now : me.read_relaxed).join(views_[w.released - 1u]);
  if (order == std::memory_order_seq_cst) order_globally(thread);
  return w.value;
}

unsigned memory_model::placeable(unsigned thread, cell& c) noexcept {
  const auto& stores = of(c).stores;
  const timestamp floor = threads_[thread].now.at(c.location - 1u);
  unsigned n = 1;
  while (n < stores.size()) {
    const written& after = stores[stores.size() - n];
    const written& before = stores[stores.size() - n - 1];
    if (after.adjoins || after.at <= floor || before.at < floor || after.at - before.at < 2) break;
    ++n;
  }
  return n;
}

std::uint16_t memory_model::carry(unsigned thread, std::memory_order order, std::uint16_t handed_on) noexcept {
  auto& me = threads_[thread];
  const view* own = nullptr;
  if (releases(order))
    own = &me.now;
  else if (me.has_fenced)
    own = &me.fenced;
  if (own == nullptr) return handed_on;
  view& v = new_view();
  v.copy(*own);
  if (handed_on != 0) v.join(views_[handed_on - 1u]);
  if (releases(order)) ++me.now.clock[thread];
  return static_cast<std::uint16_t>(views_used_);
}

void memory_model::store(unsigned thread, cell& c, std::uint64_t value, unsigned back, std::memory_order order,
                         std::uint32_t step) noexcept {
  auto& me = threads_[thread];
  if (order == std::memory_order_seq_cst) order_globally(thread);
  auto& stores = of(c).stores;
  const std::size_t place = stores.size() - back;
  const int before = stores[place - 1].at;
  const int at = back == 0 ? before + gap : (before + stores[place].at) / 2;
  if (at > INT16_MAX - gap) full_("stores to one location");
  me.now.raise(c.location - 1u, static_cast<timestamp>(at));
  const std::uint16_t released = carry(thread, order, 0);
  stores.insert(stores.begin() + static_cast<std::ptrdiff_t>(place),
                {value, step, released, static_cast<timestamp>(at), static_cast<std::uint8_t>(thread), false});
  c.bits = stores.back().value;
  if (order == std::memory_order_seq_cst) order_globally(thread);
}

void memory_model::store_adjoining(unsigned thread, cell& c, std::uint64_t value, std::memory_order order,
                                   std::uint32_t step) noexcept {
  auto& me = threads_[thread];
  if (order == std::memory_order_seq_cst) order_globally(thread);
  auto& stores = of(c).stores;
  const int at = stores.back().at + gap;
  if (at > INT16_MAX - gap) full_("stores to one location");
  me.now.raise(c.location - 1u, static_cast<timestamp>(at));
  const std::uint16_t released = carry(thread, order, stores.back().released);
  stores.push_back({value, step, released, static_cast<timestamp>(at), static_cast<std::uint8_t>(thread), true});
  c.bits = value;
  if (order == std::memory_order_seq_cst) order_globally(thread);
}

void memory_model::foresee(unsigned thread, cell& c) noexcept {
  threads_[thread].now.raise(c.location - 1u, static_cast<timestamp>(of(c).stores.back().at + gap));
}

void memory_model::order_globally(unsigned thread) noexcept {
  threads_[thread].now.join_floors(fences_);
  fences_.join_floors(threads_[thread].now);
}

void memory_model::fence(unsigned thread, std::memory_order order) noexcept {
  auto& me = threads_[thread];
  if (acquires(order)) me.now.join(me.read_relaxed);
  if (order == std::memory_order_seq_cst) order_globally(thread);
  if (releases(order)) {
    me.fenced.copy(me.now);
    me.has_fenced = true;
    ++me.now.clock[thread];
  }
}

void memory_model::join_all(unsigned thread) noexcept {
  auto& me = threads_[thread].now;
  for (unsigned t = 0; t < thread_count_; ++t) me.join(threads_[t].now);
  for (std::uint32_t l = 0; l < locations_; ++l) me.raise(l, histories_[l].stores.back().at);
}

}  // namespace explorer
