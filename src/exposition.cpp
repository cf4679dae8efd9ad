// SPDX-License-Identifier: BSL-1.0
// Figures in Prometheus' text format.
#include <wane/exposition.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <wane/cause.hpp>

namespace wane {

namespace {

using seconds = std::chrono::duration<double>;

constexpr std::string_view own_labels[] = {"le", "cause", "state", "rank", "why"};

bool is_label_name(std::string_view name) noexcept {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && !is_digit(name[0]) && !name.starts_with("__") &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

void append_label(std::string& text, std::string_view name, std::string_view value) {
  text += text.empty() ? "" : ",";
  text.append(name).append("=\"");
  for (const char c : value) {
    if (c == '\n')
      text += "\\n";
    else if (c == '\\' || c == '"')
      (text += '\\') += c;
    else
      text += c;
  }
  text += '"';
}

std::string text_of(const labels& all) {
  std::string text;
  for (auto label = all.begin(); label != all.end(); ++label) {
    const auto& [name, value] = *label;
    if (!is_label_name(name)) throw std::invalid_argument("wane: not a label name: " + name);
    if (std::find(std::begin(own_labels), std::end(own_labels), name) != std::end(own_labels) ||
        std::any_of(all.begin(), label, [&](const auto& other) { return other.first == name; }))
      throw std::invalid_argument("wane: a label that is there already: " + name);
    append_label(text, name, value);
  }
  return text;
}

std::string text_of(std::uint64_t n) { return std::to_string(n); }
/// As many digits as it takes to get the same number back.
std::string text_of(double x) {
  std::array<char, 400> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), x, std::chars_format::fixed).ptr;
  return {digits.data(), end};
}
std::string text_of(seconds t) { return text_of(t.count()); }

}  // namespace

/// Writes figures of one map or sweeper under its labels.
class exposition::writer {
 public:
  writer(exposition& page, const labels& all) : page_(page), labels_(text_of(all)) {}

  template <class T>
  void counter(std::string_view name, std::string_view help, T value) {
    sample(family_of(name, "counter", help), "", labels_, value);
  }
  template <class T>
  void gauge(std::string_view name, std::string_view help, T value) {
    sample(family_of(name, "gauge", help), "", labels_, value);
  }
  /// One sample for each value of the label `by`.
  template <class T>
  void each(std::string_view type, std::string_view name, std::string_view help, std::string_view by,
            std::initializer_list<std::pair<std::string_view, T>> values) {
    family& f = family_of(name, type, help);
    for (const auto& [of, value] : values) sample(f, "", with(by, of), value);
  }
  /// The bounds are the powers of two in milliseconds, from half a one to 25 days: those of every eighth bucket.
  void durations(std::string_view name, std::string_view help, const histogram& h) {
    family& f = family_of(name, "histogram", help);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i + 1 < histogram::bucket_count; ++i) {
      below += h[i];
      if ((i + 1) % histogram::buckets_an_octave == 0)
        sample(f, "_bucket", with("le", text_of(seconds(histogram::upper_bound(i)))), below);
    }
    sample(f, "_bucket", with("le", "+Inf"), h.count());
    sample(f, "_sum", labels_, h.sum());
    sample(f, "_count", labels_, h.count());
  }

 private:
  family& family_of(std::string_view name, std::string_view type, std::string_view help) {
    auto& all = page_.families_;
    const auto there = std::find_if(all.begin(), all.end(), [&](const family& f) { return f.name == name; });
    return there != all.end() ? *there : all.emplace_back(family{name, type, help, {}});
  }
  [[nodiscard]] std::string with(std::string_view name, std::string_view value) const {
    std::string all = labels_;
    append_label(all, name, value);
    return all;
  }
  template <class T>
  static void sample(family& f, std::string_view suffix, const std::string& under, T value) {
    f.samples.append(f.name).append(suffix);
    if (!under.empty()) f.samples.append("{").append(under).append("}");
    f.samples.append(" ").append(text_of(value)).append("\n");
  }

  exposition& page_;
  std::string labels_;
};

exposition& exposition::add(const stats& figures, const labels& all) {
  const stats& s = figures;
  exposition page = *this;
  writer out(page, all);
  out.gauge("wane_map_entries", "Entries, expired ones that nobody has met included.", s.size);
  out.counter("wane_map_inserted_total", "Entries that came into being by insertion.", s.inserted);
  out.each<std::uint64_t>("counter", "wane_map_removed_total", "Entries that ended, by cause.", "cause",
                          {{to_string(cause::erased), s.erased},
                           {to_string(cause::expired), s.expired},
                           {to_string(cause::replaced), s.replaced},
                           {to_string(cause::cleared), s.cleared}});
  out.counter("wane_map_met_expired_total", "Lookups that met an entry past its deadline.", s.met_expired);
  out.counter("wane_map_listener_errors_total", "Exceptions of the listener on a sweeper's thread.", s.listener_errors);
  out.gauge("wane_map_buckets", "Buckets of the table.", s.buckets);
  out.counter("wane_map_growths_total", "Doublings of the table.", s.growths);
  out.counter("wane_map_shrinks_total", "Halvings of the table.", s.shrinks);
  out.gauge("wane_map_slot_bytes", "Size of one slot.", s.node_bytes);
  out.each<std::uint64_t>("gauge", "wane_map_slots", "Slots handed out so far, by what is in them.", "state",
                          {{"live", s.size}, {"retired", s.retired}, {"free", s.slots_free}});
  out.gauge("wane_map_mapped_slots", "Slots that there is address space for.", s.slots_mapped);
  out.gauge("wane_map_garbage_bytes", "Size of the slots that are retired and not yet freed.", s.garbage_bytes);
  out.gauge("wane_map_mapped_bytes", "Address space of slots, buckets and summaries.", s.mapped_bytes);
  out.gauge("wane_map_heap_bytes", "Heap memory of the threads' state and of garbage bags.", s.heap_bytes);
  out.gauge("wane_map_huge_pages", "Whether slots and buckets may be in huge pages.", std::uint64_t{s.huge_pages});
  out.counter("wane_map_swept_total", "Expired entries that sweeps removed.", s.swept);
  out.counter("wane_map_scanned_blocks_total", "Blocks of 32 slots that sweeps looked into.", s.blocks_scanned);
  out.counter("wane_map_skipped_blocks_total", "Blocks of 32 slots that sweeps passed over.", s.blocks_skipped);
  *this = std::move(page);
  return *this;
}

exposition& exposition::add(const sweeper_stats& figures, const labels& all) {
  const sweeper_stats& s = figures;
  const auto& w = s.window;
  exposition page = *this;
  writer out(page, all);
  const auto missed_by = [&](shortfall why) -> std::pair<std::string_view, seconds> {
    return {to_string(why), w.why == why ? w.missed_by : std::chrono::nanoseconds::zero()};
  };
  out.counter("wane_sweeper_passes_total", "Passes over a map that were ended.", s.passes);
  out.counter("wane_sweeper_removed_total", "Expired entries removed.", s.removed);
  out.counter("wane_sweeper_scanned_blocks_total", "Blocks of 32 slots looked into.", s.blocks_scanned);
  out.counter("wane_sweeper_skipped_blocks_total", "Blocks of 32 slots passed over.", s.blocks_skipped);
  out.counter("wane_sweeper_garbage_limited_total", "Turns cut short by the limit of garbage.", s.garbage_limited);
  out.counter("wane_sweeper_busy_total", "Turns lost to another sweep of the map.", s.busy);
  out.counter("wane_sweeper_backed_bytes_total", "Bytes of maps that grew, backed by memory before they were touched.",
              s.backed_bytes);
  out.counter("wane_sweeper_failed_total", "Turns ended by want of memory.", s.failed);
  out.counter("wane_sweeper_cpu_seconds_total", "CPU time of the sweeper's thread.", seconds(s.cpu_time));
  out.gauge("wane_sweeper_last_pass_seconds", "Duration of the last pass over a map.", seconds(s.pass_last));
  out.gauge("wane_sweeper_longest_pass_seconds", "Duration of the longest pass over a map.", seconds(s.pass_max));
  out.gauge("wane_sweeper_garbage_bytes", "Size of the slots that are retired and not yet freed.", s.garbage_bytes);
  out.durations("wane_sweeper_lateness_seconds", "How long after its deadline an entry was removed.", s.lateness);
  out.gauge("wane_sweeper_target_seconds", "The lateness that 99 in 100 entries are to stay below.", seconds(s.target));
  out.gauge("wane_sweeper_window_seconds", "Length of the recent window.", seconds(w.length));
  out.each<seconds>("gauge", "wane_sweeper_window_lateness_seconds", "Lateness in the recent window, by rank.", "rank",
                    {{"p50", w.lateness.quantile(0.5)}, {"p99", w.lateness.quantile(0.99)}, {"max", w.lateness.max()}});
  out.gauge("wane_sweeper_overdue_seconds", "At most how late the earliest entry is that is there still.",
            seconds(w.overdue));
  out.gauge("wane_sweeper_window_cpu_ratio", "Share of a core used in the recent window.", w.cpu_share);
  out.each<seconds>("gauge", "wane_sweeper_window_held_up_seconds",
                    "For how long the sweeper was kept from its work in the recent window, by why.", "why",
                    {{to_string(shortfall::cpu_share), w.held_up.cpu_share},
                     {to_string(shortfall::garbage), w.held_up.garbage},
                     {to_string(shortfall::another_sweep), w.held_up.another_sweep},
                     {to_string(shortfall::memory), w.held_up.memory}});
  out.gauge("wane_sweeper_target_met", "Whether the target was met in the recent window.", std::uint64_t{w.met()});
  out.each<seconds>("gauge", "wane_sweeper_target_missed_seconds", "How far the target was missed, by why.", "why",
                    {missed_by(shortfall::cpu_share), missed_by(shortfall::garbage),
                     missed_by(shortfall::another_sweep), missed_by(shortfall::memory), missed_by(shortfall::machine)});
  *this = std::move(page);
  return *this;
}

std::string exposition::text() const {
  std::string page;
  for (const family& f : families_) {
    page.append("# HELP ").append(f.name).append(" ").append(f.help).append("\n");
    page.append("# TYPE ").append(f.name).append(" ").append(f.type).append("\n");
    page.append(f.samples);
  }
  return page;
}

std::string stats::to_prometheus(const labels& all) const { return exposition().add(*this, all).text(); }

std::string sweeper_stats::to_prometheus(const labels& all) const { return exposition().add(*this, all).text(); }

}  // namespace wane
