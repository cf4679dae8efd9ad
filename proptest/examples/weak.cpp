// SPDX-License-Identifier: BSL-1.0
// Textures that are loaded once for as long as anybody uses them.
#include <wane/lifecycle/weak.hpp>
#include <wane/map.hpp>

#include <iostream>
#include <memory>
#include <string>

struct texture {
  explicit texture(const std::string& file) { std::cout << "loads " << file << '\n'; }
};
using registry = wane::map<std::string, wane::bound<std::weak_ptr<texture>>>;

std::shared_ptr<texture> use(registry& textures, const std::string& name) {
  if (auto there = wane::lock_weak(textures, name)) return there;
  return wane::insert_weak(textures, name, std::make_unique<texture>(name)).first;
}

int main() {
  registry textures;
  auto floor = use(textures, "wood.png"), table = use(textures, "wood.png");
  floor.reset();
  std::cout << textures.size() << '\n';
  table.reset();
  std::cout << textures.size() << '\n';
  use(textures, "wood.png");
}
// loads wood.png
// 1
// 0
// loads wood.png
