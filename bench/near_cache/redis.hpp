// SPDX-License-Identifier: BSL-1.0
// A redis-server of the cells' own, on a free port of loopback. It keeps nothing on disk: what is measured is the way to it and back.
//
// Where there are two cores, one of them is the server's alone, as if it were on another machine. Otherwise the scheduler moves it and
// those who ask it together and apart, and whether an answer has to wake an idle core makes a round trip several times as long.
#pragma once

#include <fmt/format.h>
#include <wane/store/redis.hpp>

#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "directory.hpp"
#include "population.hpp"

namespace bench::near_cache {

class redis_server {
 public:
  redis_server() : directory_(std::filesystem::temp_directory_path()), port_(free_port()) {
    start();
    try {
      await();
    } catch (...) {
      stop();
      throw;
    }
  }
  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;
  ~redis_server() { stop(); }

  [[nodiscard]] wane::redis_address address() const { return {"127.0.0.1", port_, std::chrono::seconds(10)}; }

 private:
  static constexpr int not_found = 127;  ///< as a shell says it

  /// One that nobody listened on a moment ago.
  static int free_port() {
    const int s = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (s < 0 || bind(s, any, size) != 0 || getsockname(s, any, &size) != 0)
      throw std::system_error(errno, std::generic_category(), "no port for redis-server");
    close(s);
    return ntohs(address.sin_port);
  }

  /// The server's, and those of all threads of the cells.
  static std::pair<cpu_set_t, cpu_set_t> cores() {
    cpu_set_t all;
    if (sched_getaffinity(0, sizeof all, &all) != 0)
      throw std::system_error(errno, std::generic_category(), "which cores there are");
    if (CPU_COUNT(&all) == 1) return {all, all};
    std::size_t last = CPU_SETSIZE - 1;
    while (!CPU_ISSET(last, &all)) --last;
    cpu_set_t its_core;
    CPU_ZERO(&its_core);
    CPU_SET(last, &its_core);
    CPU_CLR(last, &all);
    return {its_core, all};
  }
  static void stay_on(const cpu_set_t& cores) {
    if (sched_setaffinity(0, sizeof cores, &cores) != 0)
      throw std::system_error(errno, std::generic_category(), "a choice of cores");
  }

  void start() {
    const std::string port = std::to_string(port_), log = directory_.path() / "log";
    const pid_t parent = getpid();
    const auto [its_core, others] = cores();
    stay_on(its_core);  // what is forked inherits it
    child_ = fork();
    if (child_ < 0) throw std::system_error(errno, std::generic_category(), "redis-server");
    if (child_ != 0) return stay_on(others);
    // However the cells end, the server ends with them.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
      execlp("redis-server", "redis-server", "--port", port.c_str(), "--bind", "127.0.0.1", "--dir",
             directory_.path().c_str(), "--save", "", "--appendonly", "no", "--logfile", log.c_str(), nullptr);
    _exit(not_found);
  }

  /// Until it answers.
  void await() {
    wane::redis_store client(address());
    for (int tries = 0; tries != 1000; ++tries) {
      if (int status = 0; waitpid(child_, &status, WNOHANG) == child_) {
        child_ = -1;
        if (WIFEXITED(status) && WEXITSTATUS(status) == not_found)
          throw std::runtime_error("redis-server is not found; the Debian package redis-server has it");
        throw std::runtime_error(fmt::format("redis-server ended with status {}", status));
      }
      try {
        static_cast<void>(client.erase("nothing"));
        return;
      } catch (const wane::redis_error&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
    throw std::runtime_error("redis-server does not answer");
  }

  void stop() noexcept {
    if (child_ < 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }

  directory directory_;
  int port_;
  pid_t child_ = -1;
};

class redis {
 public:
  using store_type = wane::redis_store;

  explicit redis(std::size_t entries) : store_(server_.address()) { fill(store_, entries); }

  [[nodiscard]] store_type& backing() noexcept { return store_; }

 private:
  redis_server server_;
  store_type store_;
};

}  // namespace bench::near_cache
