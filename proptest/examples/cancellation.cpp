// SPDX-License-Identifier: BSL-1.0
// A result that is offered for as long as whoever offers it does not withdraw it.
#include <wane/lifecycle/cancellation.hpp>
#include <wane/map.hpp>

#include <array>
#include <chrono>
#include <iostream>
#include <stop_token>
#include <string>

int main() {
  using namespace std::chrono_literals;
  wane::map<int, wane::bound<std::string>> offers;
  std::array<std::stop_source, 2> sellers;
  wane::insert_until(offers, sellers[0].get_token(), 7, "a seat", 5min);
  sellers[0].request_stop();
  std::cout << offers.contains(7) << '\n';
  wane::insert_until(offers, sellers[1].get_token(), 7, "another seat", 5min);
  sellers[0].request_stop();  // nothing of theirs is left
  offers.visit(7, [](int, const auto& offer) { std::cout << *offer << '\n'; });
}
// 0
// another seat
