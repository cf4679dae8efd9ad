// SPDX-License-Identifier: BSL-1.0
// What the study asks of a map. An adapter is one class that wraps one map; a line of maps.txt names it and builds a
// program for it, so adapters with clashing headers (the flavours of liburcu) never meet.
//
//   class some_map {
//    public:
//     static constexpr bool stores = true;          // false: answers are made up (null), and nothing is verified
//     explicit some_map(std::size_t expected);      // entries to make room for; 0: start as small as a default map
//     facts describe() const;                       // figures the map reports about itself, recorded beside ours
//
//     class session {                               // one a thread, made and destroyed by it: registration
//      public:
//       explicit session(some_map&);
//       bool find(key_type, value_type& out);       // out is untouched by a miss
//       bool insert(key_type, value_type);          // false: the key was there
//       bool erase(key_type);                       // false: the key was not there
//       void assign(key_type, value_type);          // insert or replace
//       void quiescent();                           // no reference is held; called every 64 operations
//       std::size_t size();                         // exact when nobody updates; may walk the map
//     };
//   };
//
// A map whose entries expire by themselves adds what adapters/wane.hpp adds: an `expiring` type for the workload
// `expire` and a `replaying` type for `replay`. For the others `replay` wraps the session in lazy_expiry.hpp.
// A map that is measured with string keys adds `with_strings`, which is the same with std::string for key_type, and names that
// `key`.
// A map whose reclaimer is a policy lets it be seen, for the workloads `stalled`, `oversubscribed` and `guard`.
#pragma once

#include <concepts>
#include <cstddef>
#include <map>
#include <string>
#include <type_traits>

#include "../keys.hpp"

namespace bench {

/// Operations between two announcements of a quiescent state.
inline constexpr int operations_per_quiescent_state = 64;

using facts = std::map<std::string, double>;

/// A map's keys: `Map::key`, or key_type.
template <class Map>
struct keys_of {
  using type = key_type;
};
template <class Map>
  requires requires { typename Map::key; }
struct keys_of<Map> {
  using type = typename Map::key;
};
template <class Map>
using key_in = typename keys_of<Map>::type;

template <class S, class Key>
concept map_session = requires(S session, key_argument<Key> key, value_type value) {
  { session.find(key, value) } -> std::same_as<bool>;
  { session.insert(key, value) } -> std::same_as<bool>;
  { session.erase(key) } -> std::same_as<bool>;
  session.assign(key, value);
  session.quiescent();
  { session.size() } -> std::convertible_to<std::size_t>;
};

template <class M>
concept map_adapter = map_session<typename M::session, key_in<M>> && std::constructible_from<M, std::size_t> &&
                      std::constructible_from<typename M::session, M&> && requires(const M map) {
                        { M::stores } -> std::convertible_to<bool>;
                        { map.describe() } -> std::same_as<facts>;
                      };

/// Whether entries of the map expire by themselves.
template <class M>
concept expires_natively = requires { typename M::expiring; };

/// Whether the map is measured with string keys.
template <class M>
concept takes_strings = requires { typename M::with_strings::key; };

/// Whether what the map's reclaimer does can be seen.
template <class M>
concept shows_its_reclaimer = requires(const M map, typename M::session session, key_type key) {
  /// False: it frees nothing before the map is destroyed.
  { M::frees } -> std::convertible_to<bool>;
  /// Bytes of nodes that were removed and cannot be used again yet.
  { map.retired_bytes() } -> std::same_as<std::size_t>;
  /// Frees what can be freed by now.
  session.collect();
  /// Calls the function inside a guard if the key is there, and tells whether it was.
  {
    session.visit(key, [](const key_type&, const value_type&) {})
  } -> std::same_as<bool>;
  /// Enters a guard, which is left when what is returned is destroyed.
  session.enter();
};

}  // namespace bench
