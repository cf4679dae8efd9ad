// SPDX-License-Identifier: BSL-1.0
// Codecs: how the small numbers of a command become keys and values of the types a property is about, and back.
//
// A codec has types key and value; key_of, value_of, number_of (both ways); sought, what look-ups pass (another type
// than the key where look-up is transparent); expected, what compare_exchange compares with; ingredient, what values are
// constructed in place from; allocates, whether making a key or a value calls operator new.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "counted.hpp"

namespace proptest {

struct integer_codec {
  using key = std::uint64_t;
  using value = std::uint64_t;
  static constexpr bool allocates = false;
  static key key_of(unsigned n) { return n; }
  static value value_of(unsigned n) { return n; }
  static std::uint32_t sought(unsigned n) { return n; }
  static value expected(unsigned n) { return n; }
  static unsigned ingredient(unsigned n) { return n; }
  static unsigned number_of(std::uint64_t n) { return static_cast<unsigned>(n); }
};

/// Small keys, and values that do not fit a word.
struct wide_codec {
  using key = std::int16_t;
  struct value {
    std::uint64_t first, second, third;
    friend bool operator==(const value&, const value&) = default;
  };
  static constexpr bool allocates = false;
  static key key_of(unsigned n) { return static_cast<key>(n); }
  static value value_of(unsigned n) { return {n, ~std::uint64_t{n}, n * std::uint64_t{3}}; }
  static key sought(unsigned n) { return key_of(n); }
  static value expected(unsigned n) { return value_of(n); }
  static value ingredient(unsigned n) { return value_of(n); }
  static unsigned number_of(key n) { return static_cast<unsigned>(n); }
  static unsigned number_of(const value& v) {
    // A torn value has a number that no command uses.
    return v == value_of(static_cast<unsigned>(v.first)) ? static_cast<unsigned>(v.first) : 0xBAD;
  }
};

/// Strings, short (in place) and long (allocated) in turns; looked up by std::string_view.
struct string_codec {
  using key = std::string;
  using value = std::string;
  static constexpr bool allocates = true;
  static const std::string& text(unsigned n) {
    static const std::vector<std::string> texts = [] {
      std::vector<std::string> made;
      for (unsigned i = 0; i < 512; ++i)
        made.push_back(std::to_string(i) + (i % 2 == 0 ? "" : " and then so much more that it is allocated"));
      return made;
    }();
    return texts.at(n);
  }
  static key key_of(unsigned n) { return text(n); }
  static value value_of(unsigned n) { return text(n); }
  static std::string_view sought(unsigned n) { return text(n); }
  static std::string_view expected(unsigned n) { return text(n); }
  static const char* ingredient(unsigned n) { return text(n).c_str(); }
  static unsigned number_of(const std::string& s) { return static_cast<unsigned>(std::stoul(s)); }
};

/// Values that can only be moved, and are counted.
struct move_only_codec {
  struct counter;
  using key = std::uint64_t;
  using value = std::unique_ptr<movable<counter>>;
  struct worth {
    unsigned number;
    friend bool operator==(const value& v, const worth& w) { return v->number() == w.number; }
  };
  static constexpr bool allocates = true;
  static key key_of(unsigned n) { return n; }
  static value value_of(unsigned n) { return std::make_unique<movable<counter>>(n); }
  static key sought(unsigned n) { return n; }
  static worth expected(unsigned n) { return {n}; }
  static value ingredient(unsigned n) { return value_of(n); }
  static unsigned number_of(key n) { return static_cast<unsigned>(n); }
  static unsigned number_of(const value& v) { return v == nullptr ? 0xBAD : v->number(); }
  static std::int64_t alive() { return movable<counter>::alive(); }
};

/// Keys and values of which every operation may throw, and which are counted.
struct fragile_codec {
  struct key_counter;
  struct value_counter;
  using key = fragile<key_counter>;
  using value = fragile<value_counter>;
  static constexpr bool allocates = false;
  static key key_of(unsigned n) { return key(n); }
  static value value_of(unsigned n) { return value(n); }
  static key sought(unsigned n) { return key(n); }
  static value expected(unsigned n) { return value(n); }
  static unsigned ingredient(unsigned n) { return n; }
  static unsigned number_of(const key& k) { return k.number(); }
  static unsigned number_of(const value& v) { return v.number(); }
  static std::int64_t alive() { return key::alive() + value::alive(); }
};

/// A hash of fragile keys, that may throw like everything about them.
struct fragile_hash {
  std::size_t operator()(const fragile_codec::key& k) const {
    user_code();
    return k.number();
  }
};

}  // namespace proptest
