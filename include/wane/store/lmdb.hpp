// SPDX-License-Identifier: BSL-1.0
// wane::lmdb_store: a durable store in a file, for near_cache, on LMDB (link with -llmdb).
//
// Why LMDB: one file, no daemon, no log to replay; a change that put() has returned from survives kill -9 and, as far as the disk
// keeps what it has synced, a loss of power. Readers never wait. Changes are one at a time and wait for the disk each: it is for
// what is read more often than written. (RocksDB writes faster; it takes threads, a directory of files and their tuning.)
//
// A value is stored behind its deadline: milliseconds of CLOCK_REALTIME, for a deadline has to mean something after a restart. Who
// sets that clock moves what is in the file, not what a near_cache has in its map. What has expired is absent, and its place is
// freed when it is written again or purge() comes by.
#pragma once

#include <lmdb.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <shared_mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wane/near_cache.hpp>

namespace wane {

/// What LMDB refused, with its words.
class lmdb_error : public std::runtime_error {
 public:
  lmdb_error(const char* what, int code)
      : std::runtime_error(std::string("wane: LMDB: ") + what + ": " + mdb_strerror(code)), code_(code) {}
  [[nodiscard]] int code() const noexcept { return code_; }

 private:
  int code_;
};

class lmdb_store {
 public:
  /// The file begins with room for this many bytes, and doubles when it is full.
  static constexpr std::size_t initial_bytes = std::size_t{64} << 20;

  /// Opens the store in `directory`, or makes it (and the directory). One object a directory and process; processes may share it.
  /// Throws: lmdb_error; std::filesystem::filesystem_error.
  explicit lmdb_store(const std::filesystem::path& directory, std::size_t bytes = initial_bytes) {
    std::filesystem::create_directories(directory);
    MDB_env* made = nullptr;
    expect(mdb_env_create(&made), "create");
    environment_.reset(made);
    expect(mdb_env_set_mapsize(made, bytes), "set the size");
    // NOTLS: a transaction is its thread's while a call lasts, and no longer.
    expect(mdb_env_open(made, directory.c_str(), MDB_NOTLS, 0600), "open");
    transaction t(*this, 0);
    expect(mdb_dbi_open(t.get(), nullptr, 0, &table_), "open the table");
    t.commit();
  }

  /// Throws: lmdb_error, also on a key that is empty or longer than 511 bytes, which LMDB does not take.
  [[nodiscard]] std::vector<std::optional<stored>> get_many(std::span<const std::string_view> keys) {
    const std::shared_lock resizing(resize_);
    std::vector<std::optional<stored>> found(keys.size());
    transaction t(*this, MDB_RDONLY);
    const std::int64_t now = milliseconds_now();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      MDB_val key = key_of(keys[i]);
      MDB_val value;
      const int code = mdb_get(t.get(), table_, &key, &value);
      if (code == MDB_NOTFOUND) continue;
      expect(code, "get");
      const std::int64_t deadline = deadline_in(value);
      if (deadline > now) found[i] = stored{std::string(text_in(value)), left(deadline, now)};
    }
    return found;
  }

  /// Throws: as get_many; lmdb_error when the disk is full. Returns when it is on disk.
  void put(std::string_view key, std::string_view value, std::chrono::nanoseconds ttl) {
    std::string with_deadline(sizeof(std::int64_t), '\0');
    const std::int64_t deadline = ttl == no_deadline ? never : after(ttl);
    std::memcpy(with_deadline.data(), &deadline, sizeof deadline);
    with_deadline += value;
    change([&](transaction& t) {
      MDB_val k = key_of(key);
      MDB_val v = view(with_deadline);
      return mdb_put(t.get(), table_, &k, &v, 0);
    });
  }

  /// Returns: whether there was one that had not expired. Throws: as put.
  bool erase(std::string_view key) {
    bool had = false;
    change([&](transaction& t) {
      MDB_val k = key_of(key);
      MDB_val v;
      const int code = mdb_get(t.get(), table_, &k, &v);
      if (code == MDB_NOTFOUND) return MDB_SUCCESS;
      if (code != MDB_SUCCESS) return code;
      had = deadline_in(v) > milliseconds_now();
      return mdb_del(t.get(), table_, &k, nullptr);
    });
    return had;
  }

  /// Effects: looks at `n` entries, going on where the last call stopped, and frees the place of those that have expired.
  /// Returns: how many. Throws: as put.
  std::size_t purge(std::size_t n) {
    const std::lock_guard one_at_a_time(purging_);
    std::size_t purged = 0;
    change([&](transaction& t) {
      purged = 0;
      std::string next = purged_to_;
      const cursor c(t.get(), table_);
      MDB_val key = view(next);
      MDB_val value;
      const std::int64_t now = milliseconds_now();
      int code = mdb_cursor_get(c.get(), &key, &value, next.empty() ? MDB_FIRST : MDB_SET_RANGE);
      for (std::size_t seen = 0; code == MDB_SUCCESS && seen < n; ++seen) {
        if (deadline_in(value) <= now) {
          if (const int deleted = mdb_cursor_del(c.get(), 0); deleted != MDB_SUCCESS) return deleted;
          ++purged;
        }
        code = mdb_cursor_get(c.get(), &key, &value, MDB_NEXT);
      }
      if (code != MDB_SUCCESS && code != MDB_NOTFOUND) return code;
      purged_to_ =
          code == MDB_NOTFOUND ? std::string() : std::string(static_cast<const char*>(key.mv_data), key.mv_size);
      return MDB_SUCCESS;
    });
    return purged;
  }

 private:
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  class transaction {
   public:
    transaction(lmdb_store& store, unsigned flags) {
      expect(mdb_txn_begin(store.environment_.get(), nullptr, flags, &handle_), "begin");
    }
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    ~transaction() {
      if (handle_ != nullptr) mdb_txn_abort(handle_);
    }
    [[nodiscard]] MDB_txn* get() const noexcept { return handle_; }
    int try_commit() noexcept { return mdb_txn_commit(std::exchange(handle_, nullptr)); }
    void commit() { expect(try_commit(), "commit"); }

   private:
    MDB_txn* handle_ = nullptr;
  };

  class cursor {
   public:
    cursor(MDB_txn* t, MDB_dbi table) { expect(mdb_cursor_open(t, table, &handle_), "open a cursor"); }
    cursor(const cursor&) = delete;
    cursor& operator=(const cursor&) = delete;
    ~cursor() { mdb_cursor_close(handle_); }
    [[nodiscard]] MDB_cursor* get() const noexcept { return handle_; }

   private:
    MDB_cursor* handle_ = nullptr;
  };

  static void expect(int code, const char* what) {
    if (code == ENOMEM) throw std::bad_alloc();
    if (code != MDB_SUCCESS) throw lmdb_error(what, code);
  }

  /// One transaction that is on disk when this returns. make(transaction) -> LMDB's code.
  template <class Make>
  void change(Make&& make) {
    for (;;) {
      int code = MDB_SUCCESS;
      {
        const std::shared_lock resizing(resize_);
        transaction t(*this, 0);
        code = make(t);
        if (code == MDB_SUCCESS) code = t.try_commit();
      }
      if (code == MDB_SUCCESS) return;
      if (code != MDB_MAP_FULL && code != MDB_MAP_RESIZED) expect(code, "change");
      grow(code == MDB_MAP_RESIZED);
    }
  }

  /// Doubles the file's room, or takes over the room another process gave it. No transaction of ours is under way meanwhile.
  void grow(bool by_another) {
    const std::unique_lock alone(resize_);
    MDB_envinfo info;
    expect(mdb_env_info(environment_.get(), &info), "ask the size");
    expect(mdb_env_set_mapsize(environment_.get(), by_another ? 0 : 2 * info.me_mapsize), "set the size");
  }

  static MDB_val view(std::string_view s) noexcept { return {s.size(), const_cast<char*>(s.data())}; }
  /// LMDB itself refuses what is too long only when it writes.
  [[nodiscard]] MDB_val key_of(std::string_view s) const {
    if (s.empty() || s.size() > static_cast<std::size_t>(mdb_env_get_maxkeysize(environment_.get())))
      throw lmdb_error("a key", MDB_BAD_VALSIZE);
    return view(s);
  }
  static std::int64_t deadline_in(const MDB_val& value) {
    if (value.mv_size < sizeof(std::int64_t)) throw lmdb_error("a value without a deadline", MDB_CORRUPTED);
    std::int64_t deadline = 0;
    std::memcpy(&deadline, value.mv_data, sizeof deadline);
    return deadline;
  }
  static std::string_view text_in(const MDB_val& value) noexcept {
    return std::string_view(static_cast<const char*>(value.mv_data), value.mv_size).substr(sizeof(std::int64_t));
  }

  static std::int64_t milliseconds_now() noexcept {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  static std::int64_t after(std::chrono::nanoseconds ttl) noexcept {
    return milliseconds_now() + std::chrono::ceil<std::chrono::milliseconds>(ttl).count();
  }
  /// A millisecond less than there is, for `now` was rounded down; 0 where that is all.
  static std::chrono::nanoseconds left(std::int64_t deadline, std::int64_t now) noexcept {
    constexpr std::int64_t longest = no_deadline.count() / 1'000'000 - 1;
    return deadline == never ? no_deadline : std::chrono::milliseconds(std::min(deadline - now - 1, longest));
  }

  struct closing {
    void operator()(MDB_env* e) const noexcept { mdb_env_close(e); }
  };
  std::unique_ptr<MDB_env, closing> environment_;
  MDB_dbi table_ = 0;
  std::shared_mutex resize_;
  std::mutex purging_;
  std::string purged_to_;
};
static_assert(backing_store<lmdb_store>);

}  // namespace wane
