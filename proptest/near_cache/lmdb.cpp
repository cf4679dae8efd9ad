// SPDX-License-Identifier: BSL-1.0
// lmdb_store: what it has acknowledged is there after kill -9, deadlines hold after a restart, the file grows, and LMDB's refusals
// are exceptions.
#include <wane/store/lmdb.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "scratch.hpp"
#include "support/harness.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

std::optional<wane::stored> get(wane::lmdb_store& store, std::string_view key) {
  return std::move(store.get_many(std::span(&key, 1)).front());
}

void what_is_put_is_there_after_a_restart() {
  const scratch directory;
  {
    wane::lmdb_store store(directory.path() / "made");
    store.put("a", std::string("1\0\0", 3), wane::no_deadline);
    store.put("b", "", 1h);
    store.put("c", "3", wane::no_deadline);
    EXPECT(store.erase("c") && !store.erase("c"), "erase tells whether it was there");
  }
  wane::lmdb_store store(directory.path() / "made");
  const auto a = get(store, "a");
  const auto b = get(store, "b");
  EXPECT(a && a->value == std::string("1\0\0", 3) && a->ttl == wane::no_deadline, "a value without a deadline");
  EXPECT(b && b->value.empty() && b->ttl <= 1h && b->ttl > 59min, "a value with one");
  EXPECT(!get(store, "c"), "what was erased");
}

void what_has_expired_is_absent_and_purged() {
  const scratch directory;
  wane::lmdb_store store(directory.path());
  for (int i = 0; i < 100; ++i) store.put("short" + std::to_string(i), "1", 1ms);
  for (int i = 0; i < 10; ++i) store.put("long" + std::to_string(i), "1", 1h);
  std::this_thread::sleep_for(5ms);
  EXPECT(!get(store, "short7") && !store.erase("short8"), "expired and not purged");
  std::size_t purged = 0;
  for (int call = 0; call < 12; ++call) purged += store.purge(10);
  EXPECT(purged == 99, purged << " were purged of 99");
  for (int i = 0; i < 10; ++i) EXPECT(get(store, "long" + std::to_string(i)), "purged too much");
  EXPECT(store.purge(1000) == 0, "nothing is left to purge");
}

void it_grows_while_threads_read_and_write() {
  const scratch directory;
  wane::lmdb_store store(directory.path(), std::size_t{1} << 16);
  const std::string value(1000, 'v');
  std::vector<std::jthread> threads;
  for (int first = 0; first < 2; ++first)
    threads.emplace_back([&, first] {
      for (int i = first; i < 400; i += 2) {
        store.put(std::to_string(i), value, wane::no_deadline);
        EXPECT(get(store, std::to_string(i / 2 * 2 + first)).has_value(), "it was written before");
      }
    });
  threads.clear();
  for (int i = 0; i < 400; ++i) EXPECT(get(store, std::to_string(i)), i << " is missing");
}

void refusals_are_exceptions() {
  const scratch directory;
  wane::lmdb_store store(directory.path());
  for (const std::string& key : {std::string(), std::string(512, 'k')}) {
    int refused = 0;
    try {
      store.put(key, "1", 1h);
    } catch (const wane::lmdb_error& e) {
      refused += e.code() == MDB_BAD_VALSIZE;
    }
    try {
      static_cast<void>(get(store, key));
    } catch (const wane::lmdb_error&) {
      ++refused;
    }
    EXPECT(refused == 2, "a key of " << key.size() << " bytes");
  }
  bool refused = false;
  try {
    wane::lmdb_store another("/proc/nowhere");
  } catch (const std::exception&) {
    refused = true;
  }
  EXPECT(refused, "a directory that cannot be");
}

/// The child writes through a near_cache and acknowledges each number by a byte in a pipe, until it is killed in the middle.
void acknowledged_writes_survive_kill_9() {
  std::minstd_rand random(static_cast<unsigned>(seed()));
  const scratch directory;
  int first = 0;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    EXPECT(pipe(ends) == 0, "no pipe");
    const pid_t child = fork();
    if (child == 0) {
      wane::lmdb_store store(directory.path());
      wane::near_cache cache(store);
      for (int i = first;; ++i) {
        cache.put("k" + std::to_string(i), std::to_string(i), 1h);
        if (write(ends[1], "+", 1) != 1) _exit(1);
      }
    }
    close(ends[1]);
    const int wanted = 1 + static_cast<int>(random() % 200);
    int acknowledged = 0;
    char byte = 0;
    while (acknowledged < wanted && read(ends[0], &byte, 1) == 1) ++acknowledged;
    kill(child, SIGKILL);
    while (read(ends[0], &byte, 1) == 1) ++acknowledged;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the child ended by itself: " << status);

    wane::lmdb_store store(directory.path());
    first += acknowledged;
    for (int i = 0; i < first; ++i) {
      const auto found = get(store, "k" + std::to_string(i));
      EXPECT(found && found->value == std::to_string(i),
             "write " << i << " of " << first << " was acknowledged and is gone");
    }
  }
  EXPECT(first > 5, first << " writes");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("what is put is there after a restart", what_is_put_is_there_after_a_restart);
  tests.test("what has expired is absent, and purged", what_has_expired_is_absent_and_purged);
  tests.test("it grows while threads read and write", it_grows_while_threads_read_and_write);
  tests.test("refusals are exceptions", refusals_are_exceptions);
  tests.test("acknowledged writes survive kill -9", acknowledged_writes_survive_kill_9);
  return tests.result();
}
