// SPDX-License-Identifier: BSL-1.0
#include "support/any_options.hpp"

#include <cstddef>
#include <ostream>

void wane::showValue(const options& o, std::ostream& out) {
  out << "{.expected_entries = " << o.expected_entries << ", .max_load_factor = " << o.max_load_factor
      << ", .growth = " << o.growth << ", .minimum_buckets = " << o.minimum_buckets << "}";
}

rc::Gen<wane::options> proptest::any_small_options() {
  return rc::gen::build<wane::options>(
      rc::gen::set(&wane::options::minimum_buckets, rc::gen::element<std::size_t>(1, 2, 4, 16)),
      rc::gen::set(&wane::options::max_load_factor, rc::gen::element(0.5, 1.0, 1.0, 3.0)),
      rc::gen::set(&wane::options::growth, rc::gen::element(true, true, true, false)),
      rc::gen::set(&wane::options::expected_entries, rc::gen::element<std::size_t>(0, 0, 0, 5, 100)));
}
