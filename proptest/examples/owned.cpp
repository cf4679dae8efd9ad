// SPDX-License-Identifier: BSL-1.0
// Connections: the peer hears of it when one is removed; the descriptor is closed when no reader has it any more.
#include <sys/socket.h>
#include <unistd.h>

#include <wane/lifecycle/owned.hpp>
#include <wane/map.hpp>

#include <iostream>
#include <utility>

struct connection {
  explicit connection(int fd) noexcept : descriptor(fd) {}
  connection(connection&& other) noexcept : descriptor(std::exchange(other.descriptor, -1)) {}
  ~connection() {
    if (descriptor >= 0) close(descriptor);
  }
  int descriptor;
};
struct hang_up {
  void operator()(connection& c) const noexcept { shutdown(c.descriptor, SHUT_RDWR); }
};
struct policy : wane::policy<int> {
  using listener = wane::close_on_removal;
};

int main() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  const connection peer(ends[1]);
  wane::map<int, wane::owned<connection, hang_up>, policy> connections;
  connections.insert(7, wane::owned<connection, hang_up>(connection(ends[0])));
  connections.visit(7, [](int, const auto& c) { (void)!write(c->descriptor, "hello", 5); });
  connections.erase(7);
  char text[8];
  for (ssize_t n = -1; n != 0;) std::cout << (n = read(peer.descriptor, text, sizeof text)) << " bytes\n";
}
// 5 bytes
// 0 bytes
