// SPDX-License-Identifier: BSL-1.0
// libcds SplitListMap over a Michael list, reclaimed by its buffered general-purpose RCU (libcds's recommended one).
//
// Its number of buckets always starts at two and doubles; what the constructor takes is the limit of that growth. So
// `expected` lifts the limit and presizes nothing, and without it the default limit of 512 Ki buckets stays.
#pragma once

#include <cds/init.h>
#include <cds/urcu/general_buffered.h>

// libcds wants its RCU before its list, and its list before its map.
#include <cds/container/michael_list_rcu.h>

#include <cds/container/split_list_map_rcu.h>

#include <atomic>
#include <optional>

#include "concept.hpp"

namespace bench {

class libcds_split {
  using rcu = cds::urcu::gc<cds::urcu::general_buffered<>>;

  struct traits : cds::container::split_list::traits {
    using ordered_list = cds::container::michael_list_tag;
    using hash = bench::hash;
    struct ordered_list_traits : cds::container::michael_list::traits {
      using less = std::less<key_type>;
    };
  };
  using table = cds::container::SplitListMap<rcu, key_type, value_type, traits>;

  /// The process-wide part of libcds: made before the first map, undone after the last.
  class runtime {
   public:
    static void start() { static runtime only; }

   private:
    runtime() {
      cds::Initialize();
      gc_.emplace();
    }
    ~runtime() {
      gc_.reset();
      cds::Terminate();
    }
    std::optional<rcu> gc_;
  };

  /// Every thread that touches the map must be attached, the one that makes and destroys it included.
  class attachment {
   public:
    attachment() : attached_here_(!cds::threading::Manager::isThreadAttached()) {
      if (attached_here_) cds::threading::Manager::attachThread();
    }
    ~attachment() {
      if (attached_here_) cds::threading::Manager::detachThread();
    }
    attachment(const attachment&) = delete;
    attachment& operator=(const attachment&) = delete;

   private:
    bool attached_here_;
  };

 public:
  static constexpr bool stores = true;

  explicit libcds_split(std::size_t expected) {
    if (expected == 0)
      table_.emplace();
    else
      table_.emplace(expected, load_factor);
  }

  [[nodiscard]] facts describe() const { return {}; }

  class session {
   public:
    explicit session(libcds_split& map) : table_(*map.table_) {}

    bool find(key_type key, value_type& out) {
      return table_.find(key, [&out](auto& entry) { out = value(entry).load(std::memory_order_acquire); });
    }
    bool insert(key_type key, value_type v) { return table_.insert(key, v); }
    bool erase(key_type key) { return table_.erase(key); }
    void assign(key_type key, value_type v) {
      table_.update(key, [v](bool, auto& entry) { value(entry).store(v, std::memory_order_release); });
    }
    void quiescent() {}
    std::size_t size() { return table_.size(); }

   private:
    /// libcds leaves it to the user to make concurrent changes of a value safe.
    static std::atomic_ref<value_type> value(auto& entry) { return std::atomic_ref<value_type>(entry.second); }

    attachment attached_;
    table& table_;
  };

 private:
  static constexpr std::size_t load_factor = 1;

  struct started {
    started() { runtime::start(); }
  };

  [[no_unique_address]] started runtime_;
  attachment attached_;
  std::optional<table> table_;
};

}  // namespace bench
