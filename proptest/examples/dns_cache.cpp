// SPDX-License-Identifier: BSL-1.0
// Names with the TTLs that their servers gave, from seconds to days, some without an end. A sweeper removes what has expired,
// asked for or not; what is kept longest costs it nothing.
#include <wane/map.hpp>
#include <wane/sweeper.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;

int main() {
  wane::map<std::string, std::uint32_t> addresses;
  wane::sweeper sweeper({.lateness = 10ms});
  sweeper.attach(addresses);
  sweeper.start();

  addresses.insert("localhost", 0x7f000001);  // without a TTL
  addresses.insert("www.example.org", 0xc0000201, 24h);
  for (int i = 0; i < 1000; ++i) addresses.insert("cdn" + std::to_string(i) + ".example.org", 0xc6336400 + i, 50ms);
  // A record that came again with a shorter TTL than it has must not outlive what its server says now.
  addresses.insert_or_assign("www.example.org", 0xc0000202, 12h);

  // Its figures follow a pass, or a part of one, that has ended: the map may be smaller a moment before they say so.
  while (sweeper.stats().removed < 1000) std::this_thread::sleep_for(1ms);
  std::cout << "left " << addresses.size() << '\n';
  std::cout << std::hex << *addresses.find("www.example.org") << '\n';
  std::cout << (*addresses.ttl("www.example.org") <= 12h + 2ms) << (*addresses.ttl("localhost") == wane::no_deadline)
            << '\n';
}
// left 2
// c0000202
// 11
