// SPDX-License-Identifier: BSL-1.0
// A quiet map's list in split order, as text and as a graph.
#pragma once

#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>

#include <wane/impl/map_core.hpp>

namespace wane::impl {

/// Calls sentinel(bucket) and entry(slot, node) for what the list leads to, in order. A list that is broken ends where a
/// link is unset.
template <class Core, class OnSentinel, class OnEntry>
void in_split_order(Core& core, OnSentinel&& sentinel, OnEntry&& entry) {
  auto& list = core.entries();
  sentinel(0);
  for (link l = list.table()[0].read(); !l.is_end() && !l.is_unset();) {
    if (l.is_sentinel()) {
      sentinel(l.target());
      l = list.table()[l.target()].read();
    } else {
      const auto& n = list[l.target()];
      entry(l.target(), n);
      l = n.next.read();
    }
  }
}

template <class T>
void write_if_streamable(std::ostream& out, const T& value) {
  if constexpr (requires { out << value; })
    out << value;
  else
    out << "(...)";
}

template <class Node>
[[nodiscard]] std::string life_of(const Node& n) {
  std::ostringstream out;
  const state s = n.life.read();
  if (s.is_live()) {
    out << "LIVE ";
    write_if_streamable(out, n.key());
    out << " -> ";
    write_if_streamable(out, n.value());
    if (s.has_deadline()) out << " until tick " << s.deadline();
  } else if (s.is_forward()) {
    out << "FORWARD to slot " << std::hex << s.forward();
  } else {
    out << "DEAD " << to_string(s.death());
  }
  return out.str();
}

template <class Core>
void dump(Core& core, std::ostream& out) {
  const auto flags = out.flags();
  out << std::hex;
  in_split_order(
      core, [&](std::uint32_t bucket) { out << "sentinel " << bucket << " (" << key_of_bucket(bucket) << ")\n"; },
      [&](handle at, const auto& n) { out << "  slot " << at << " (" << n.hash() << ") " << life_of(n) << '\n'; });
  out << "end\n";
  out.flags(flags);
}

/// In the language of Graphviz: buckets as ellipses, entries as boxes, and what an entry was replaced by beside it.
template <class Core>
void dump_graph(Core& core, std::ostream& out) {
  const auto flags = out.flags();
  out << std::hex << "digraph map {\n  rankdir=LR;\n  node [shape=box];\n";
  std::string before;
  const auto follows = [&](const std::string& name) {
    if (!before.empty()) out << "  " << before << " -> " << name << ";\n";
    before = name;
  };
  const auto name_of = [](handle at) {
    std::ostringstream name;
    name << "slot_" << std::hex << at;
    return name.str();
  };
  in_split_order(
      core,
      [&](std::uint32_t bucket) {
        const std::string name = "bucket_" + std::to_string(bucket);
        out << "  " << name << " [shape=ellipse, label=\"bucket " << std::dec << bucket << std::hex << "\"];\n";
        follows(name);
      },
      [&](handle at, const auto& n) {
        out << "  " << name_of(at) << " [label=" << std::quoted(life_of(n)) << "];\n";
        follows(name_of(at));
        if (const state s = n.life.read(); s.is_forward()) {
          const auto& replacement = core.entries()[s.forward()];
          out << "  " << name_of(s.forward()) << " [label=" << std::quoted(life_of(replacement)) << "];\n  "
              << name_of(at) << " -> " << name_of(s.forward()) << " [style=dashed];\n";
        }
      });
  out << "  end [shape=plaintext];\n";
  follows("end");
  out << "}\n";
  out.flags(flags);
}

}  // namespace wane::impl
