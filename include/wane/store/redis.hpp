// SPDX-License-Identifier: BSL-1.0
// wane::redis_store: a Redis server as the store behind a near_cache, by hiredis (link with -lhiredis).
//
// Deadlines are carried both ways as the time that is left (SET ... PX, PTTL), so that clocks of two machines need not agree. A value
// and the time it has left are read in one transaction, or the time of a newer value might be taken for that of an older one.
//
// What others change in the server a near_cache sees after its `staleness`, no later.
//
// Connections are kept, one for each call under way at a time. A connection that the server has closed (it was restarted) is opened
// anew and the command sent again, once: what was sent on the closed one has been done before or never will be. After a timeout
// nothing is sent again, for it may still be done: the call throws, and whether a change was made is not known.
// What the server keeps over a crash is its configuration's to say (appendonly, appendfsync): a value that it has lost may be served
// from the map for the `staleness`.
#pragma once

#include <hiredis/hiredis.h>

#include <sys/time.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wane/near_cache.hpp>

namespace wane {

/// The server cannot be reached, took too long, or refused a command.
class redis_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct redis_address {
  std::string host = "127.0.0.1";
  int port = 6379;
  /// How long connecting may take, and each answer.
  std::chrono::microseconds timeout = std::chrono::seconds(1);
};

class redis_store {
 public:
  /// Connects when it is first used.
  explicit redis_store(redis_address where = {}) : where_(std::move(where)) {}

  /// Throws: redis_error; std::bad_alloc.
  [[nodiscard]] std::vector<std::optional<stored>> get_many(std::span<const std::string_view> keys) {
    std::vector<std::optional<stored>> found(keys.size());
    if (keys.empty()) return found;
    std::vector<command> all;
    for (const std::string_view key : keys) {
      all.push_back({"MULTI"});
      all.push_back({"GET", key});
      all.push_back({"PTTL", key});
      all.push_back({"EXEC"});
    }
    const auto replies = answers(all);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const redisReply& both = *replies[4 * i + 3];
      if (both.type != REDIS_REPLY_ARRAY || both.elements != 2)
        throw redis_error("wane: Redis: no answer to GET and PTTL");
      const redisReply& value = *both.element[0];
      const redisReply& left = *both.element[1];
      if (value.type == REDIS_REPLY_ERROR) throw redis_error(std::string("wane: Redis: ") + value.str);
      if (value.type != REDIS_REPLY_STRING) continue;
      // -1: it never expires. The server has cut what is left to milliseconds.
      found[i] = stored{
          std::string(value.str, value.len),
          left.integer == -1 ? no_deadline : impl::saturating_nanoseconds(std::chrono::milliseconds(left.integer))};
    }
    return found;
  }

  /// Throws: as get_many; then it may have been done or not.
  void put(std::string_view key, std::string_view value, std::chrono::nanoseconds ttl) {
    if (ttl == no_deadline) {
      answers({{{"SET", key, value}}});
      return;
    }
    const std::string milliseconds = std::to_string(std::chrono::ceil<std::chrono::milliseconds>(ttl).count());
    answers({{{"SET", key, value, "PX", milliseconds}}});
  }

  /// Returns: whether there was one. Throws: as put.
  bool erase(std::string_view key) { return answers({{{"DEL", key}}}).front()->integer == 1; }

 private:
  using command = std::vector<std::string_view>;
  struct freeing {
    void operator()(redisContext* c) const noexcept { redisFree(c); }
    void operator()(redisReply* r) const noexcept { freeReplyObject(r); }
  };
  using connection = std::unique_ptr<redisContext, freeing>;
  using reply = std::unique_ptr<redisReply, freeing>;

  [[nodiscard]] connection connect() const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(where_.timeout);
    const timeval limit{seconds.count(), (where_.timeout - seconds).count()};
    connection made(redisConnectWithTimeout(where_.host.c_str(), where_.port, limit));
    if (made == nullptr) throw std::bad_alloc();
    if (made->err == 0) redisSetTimeout(made.get(), limit);
    if (made->err != 0) throw redis_error(std::string("wane: Redis: ") + made->errstr);
    return made;
  }

  [[nodiscard]] connection idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    connection one = std::move(idle_.back());
    idle_.pop_back();
    return one;
  }

  /// Sends all commands, then reads all answers. Nothing if the server had closed the connection.
  [[nodiscard]] static std::optional<std::vector<reply>> converse(redisContext* c, std::span<const command> all) {
    for (const command& one : all) {
      std::vector<const char*> words;
      std::vector<std::size_t> sizes;
      for (const std::string_view word : one) {
        words.push_back(word.data());
        sizes.push_back(word.size());
      }
      if (redisAppendCommandArgv(c, static_cast<int>(words.size()), words.data(), sizes.data()) != REDIS_OK)
        throw std::bad_alloc();
    }
    std::vector<reply> replies;
    for (std::size_t i = 0; i < all.size(); ++i) {
      void* raw = nullptr;
      if (redisGetReply(c, &raw) != REDIS_OK) {
        const bool closed =
            c->err == REDIS_ERR_EOF || (c->err == REDIS_ERR_IO && (errno == EPIPE || errno == ECONNRESET));
        if (closed) return std::nullopt;
        throw redis_error(std::string("wane: Redis: ") + c->errstr);
      }
      replies.emplace_back(static_cast<redisReply*>(raw));
    }
    return replies;
  }

  std::vector<reply> answers(const std::vector<command>& all) {
    for (connection c = idle();; c = nullptr) {
      const bool is_fresh = c == nullptr;
      if (is_fresh) c = connect();
      auto replies = converse(c.get(), all);
      if (!replies && is_fresh) throw redis_error("wane: Redis: the server closed the connection");
      if (!replies) {
        // It has closed the others, too.
        const std::lock_guard lock(mutex_);
        idle_.clear();
        continue;
      }
      for (const reply& r : *replies)
        if (r->type == REDIS_REPLY_ERROR) throw redis_error(std::string("wane: Redis: ") + r->str);
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(c));
      return *std::move(replies);
    }
  }

  redis_address where_;
  std::mutex mutex_;
  std::vector<connection> idle_;
};
static_assert(backing_store<redis_store>);

}  // namespace wane
