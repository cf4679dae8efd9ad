// SPDX-License-Identifier: BSL-1.0
// A request that leaves nothing behind, however it ends.
#include <wane/lifecycle/scope.hpp>
#include <wane/map.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

using cache = wane::map<std::string, wane::bound<int>>;

void serve(cache& shared) {
  wane::scope request(shared);
  request.insert("draft", 1);
  request.insert("settings", 2);  // somebody else's is there and stays
  std::cout << shared.size() << '\n';
  throw std::runtime_error("no paper");
}

int main() {
  cache shared;
  shared.insert("settings", 0);
  try {
    serve(shared);
  } catch (const std::runtime_error& error) {
    std::cout << error.what() << ", " << shared.size() << " left\n";
  }
}
// 2
// no paper, 1 left
