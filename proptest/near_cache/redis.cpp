// SPDX-License-Identifier: BSL-1.0
// redis_store before a real redis-server on loopback, which is started here, killed and restarted in the middle.
#include <wane/store/redis.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "scratch.hpp"
#include "support/harness.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

/// A port that nobody listened on a moment ago.
int free_port() {
  const int s = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (s < 0 || bind(s, any, size) != 0 || getsockname(s, any, &size) != 0) throw std::runtime_error("no port");
  close(s);
  return ntohs(address.sin_port);
}

/// redis-server with a log that each write is synced to.
class server {
 public:
  server() : port_(free_port()) { start(); }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() { kill_9(); }

  void start() {
    const std::string port = std::to_string(port_);
    child_ = fork();
    if (child_ == 0) {
      execlp("redis-server", "redis-server", "--port", port.c_str(), "--bind", "127.0.0.1", "--dir",
             directory_.path().c_str(), "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--logfile",
             "log", nullptr);
      _exit(127);
    }
    wane::redis_store store(address());
    for (int i = 0; i < 1000; ++i) {
      try {
        static_cast<void>(store.erase("nothing"));
        return;
      } catch (const wane::redis_error&) {
        std::this_thread::sleep_for(10ms);
      }
    }
    throw std::runtime_error("redis-server does not answer");
  }
  void kill_9() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  void stop() { kill(child_, SIGSTOP); }
  void go_on() { kill(child_, SIGCONT); }
  [[nodiscard]] wane::redis_address address() const { return {"127.0.0.1", port_, 500ms}; }

 private:
  scratch directory_;
  int port_;
  pid_t child_ = -1;
};

std::optional<wane::stored> get(wane::redis_store& store, std::string_view key) {
  return std::move(store.get_many(std::span(&key, 1)).front());
}

void values_and_deadlines_go_both_ways() {
  const server redis;
  wane::redis_store store(redis.address());
  store.put("a", std::string("1\0\r\n", 4), wane::no_deadline);
  store.put("b", "", 1h);
  const auto a = get(store, "a");
  const auto b = get(store, "b");
  EXPECT(a && a->value == std::string("1\0\r\n", 4) && a->ttl == wane::no_deadline, "any bytes, without a deadline");
  EXPECT(b && b->value.empty() && b->ttl <= 1h && b->ttl > 59min, "with one");
  EXPECT(!get(store, "c") && store.erase("a") && !store.erase("a"), "what is not there");
  EXPECT(store.get_many({}).empty(), "no keys");
}

void a_cached_value_is_gone_when_the_servers_is() {
  const server redis;
  wane::redis_store store(redis.address());
  wane::redis_store direct(redis.address());
  wane::near_cache cache(store, {.staleness = wane::no_deadline});
  store.put("a", "1", 300ms);
  EXPECT(cache.find("a") == "1", "it is there");
  while (direct.get_many(std::vector<std::string_view>{"a"}).front()) std::this_thread::yield();
  EXPECT(!cache.find("a"), "it outlived the server's");
}

void what_others_change_is_seen_after_the_staleness() {
  const server redis;
  wane::redis_store store(redis.address());
  wane::redis_store another(redis.address());
  wane::near_cache cache(store, {.staleness = 100ms});
  cache.put("a", "1");
  another.put("a", "2", wane::no_deadline);
  std::this_thread::sleep_for(110ms);
  EXPECT(cache.find("a") == "2", "it is stale");
}

void a_restarted_server_is_found_again() {
  server redis;
  wane::redis_store store(redis.address());
  wane::near_cache cache(store, {.staleness = wane::no_deadline});
  cache.put("a", "1");
  cache.put("b", "2");
  cache.invalidate("b");
  redis.kill_9();
  EXPECT(cache.find("a") == "1", "a hit needs no server");
  int failed = 0;
  for (const bool writes : {false, true}) {
    try {
      if (writes)
        cache.put("a", "3");
      else
        static_cast<void>(cache.find("b"));
    } catch (const wane::redis_error&) {
      ++failed;
    }
  }
  EXPECT(failed == 2, "both need one");
  redis.start();
  EXPECT(cache.find("b") == "2", "what was acknowledged before");
  EXPECT(cache.find("a") == "1", "the change that failed was not made, and nothing was kept of it");
  cache.put("a", "4");
  EXPECT(cache.find("a") == "4" && get(store, "a")->value == "4", "all is well again");
}

void a_connection_that_was_closed_is_opened_anew() {
  server redis;
  wane::redis_store store(redis.address());
  store.put("a", "1", wane::no_deadline);
  redis.kill_9();
  redis.start();
  store.put("a", "2", wane::no_deadline);  // by the old connection first
  EXPECT(get(store, "a")->value == "2", "without an error");
}

void a_server_that_does_not_answer_is_an_error_in_time() {
  server redis;
  wane::redis_store store(redis.address());
  store.put("a", "1", wane::no_deadline);
  redis.stop();
  bool late = false;
  try {
    static_cast<void>(get(store, "a"));
  } catch (const wane::redis_error&) {
    late = true;
  }
  redis.go_on();
  EXPECT(late, "there was no error");
  EXPECT(get(store, "a")->value == "1", "an answer that came late is not taken for another's");
}

/// Writers and readers go on while the server is killed and restarted. What was acknowledged stays, and each key goes forward.
void acknowledged_writes_survive_the_server() {
  server redis;
  wane::redis_store store(redis.address());
  wane::near_cache cache(store, {.staleness = 20ms});
  std::atomic<bool> over = false;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&, key = "k" + std::to_string(t)] {
      int tried = 0;
      int acknowledged = 0;
      while (!over.load(std::memory_order_relaxed)) {
        try {
          cache.put(key, std::to_string(++tried));
          acknowledged = tried;
          const auto seen = cache.find(key);
          EXPECT(seen && std::stoi(*seen) == acknowledged,
                 key << " is " << seen.value_or("gone") << " after " << tried);
        } catch (const wane::redis_error&) {
          std::this_thread::sleep_for(1ms);
        }
      }
      for (;;) {
        try {
          const auto last = cache.find(key);
          EXPECT(last && std::stoi(*last) >= acknowledged && std::stoi(*last) <= tried,
                 key << " ends as " << last.value_or("nothing") << ", acknowledged was " << acknowledged);
          EXPECT(acknowledged > 0, "nothing was written");
          return;
        } catch (const wane::redis_error&) {
          std::this_thread::sleep_for(1ms);
        }
      }
    });
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(200ms);
    redis.kill_9();
    redis.start();
  }
  over.store(true, std::memory_order_relaxed);
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("values and deadlines go both ways", values_and_deadlines_go_both_ways);
  tests.test("a cached value is gone when the server's is", a_cached_value_is_gone_when_the_servers_is);
  tests.test("what others change is seen after the staleness", what_others_change_is_seen_after_the_staleness);
  tests.test("a restarted server is found again", a_restarted_server_is_found_again);
  tests.test("a connection that was closed is opened anew", a_connection_that_was_closed_is_opened_anew);
  tests.test("a server that does not answer is an error in time", a_server_that_does_not_answer_is_an_error_in_time);
  tests.test("acknowledged writes survive the server", acknowledged_writes_survive_the_server);
  return tests.result();
}
