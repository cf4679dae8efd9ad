// SPDX-License-Identifier: BSL-1.0
// Figures as text: each is there, under its name. Pages for Prometheus can be read back by the format's rules, too.
#include <wane/exposition.hpp>
#include <wane/map.hpp>

#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/exposition_reader.hpp"
#include "support/harness.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

/// Every figure another, so that none can stand in for its neighbour.
wane::stats map_figures() {
  wane::stats s;
  std::uint64_t n = 100;
  for (auto* figure : {&s.size, &s.buckets, &s.node_bytes, &s.slots, &s.retired, &s.slots_free, &s.slots_mapped,
                       &s.garbage_bytes, &s.mapped_bytes, &s.heap_bytes})
    *figure = ++n;
  for (auto* figure : {&s.inserted, &s.erased, &s.expired, &s.replaced, &s.cleared, &s.met_expired, &s.listener_errors,
                       &s.growths, &s.shrinks, &s.swept, &s.blocks_scanned, &s.blocks_skipped})
    *figure = ++n;
  s.huge_pages = true;
  return s;
}

wane::sweeper_stats sweeper_figures() {
  wane::sweeper_stats s;
  std::uint64_t n = 200;
  for (auto* figure : {&s.passes, &s.removed, &s.blocks_scanned, &s.blocks_skipped, &s.garbage_limited, &s.busy,
                       &s.failed, &s.backed_bytes})
    *figure = ++n;
  s.cpu_time = 1234567891ns;
  s.pass_last = 3ms;
  s.pass_max = 7ms;
  s.garbage_bytes = 4096;
  s.target = 100ms;
  for (const auto late : {0ns, 1ns, 500'000ns, 500'001ns}) s.lateness.add(late);
  for (const auto late : {1ms, 2ms, 3ms, 1000ms}) s.lateness.add(late);
  s.lateness.add(24h * 100);
  s.window.length = 7s;
  s.window.lateness.add(300ms);
  s.window.overdue = 250ms;
  s.window.cpu_share = 0.0625;
  s.window.held_up = {.cpu_share = 1s, .garbage = 4s, .another_sweep = 500ms, .memory = 125ms};
  s.window.missed_by = 200ms;
  s.window.why = wane::shortfall::garbage;
  return s;
}

void expect_value(const exposition_reader& page, const std::string& name, double value, const label_set& under = {}) {
  const auto found = page.find(name, under);
  EXPECT(found == value, name << " is " << found.value_or(-1) << ", not " << value);
}

void a_page_says_what_the_map_says() {
  const auto s = map_figures();
  const exposition_reader page(s.to_prometheus());
  const auto expect = [&](const std::string& name, std::uint64_t value, const label_set& under = {}) {
    expect_value(page, "wane_map_" + name, static_cast<double>(value), under);
  };
  expect("entries", s.size);
  expect("inserted_total", s.inserted);
  expect("removed_total", s.erased, {{"cause", "erased"}});
  expect("removed_total", s.expired, {{"cause", "expired"}});
  expect("removed_total", s.replaced, {{"cause", "replaced"}});
  expect("removed_total", s.cleared, {{"cause", "cleared"}});
  expect("met_expired_total", s.met_expired);
  expect("listener_errors_total", s.listener_errors);
  expect("buckets", s.buckets);
  expect("growths_total", s.growths);
  expect("shrinks_total", s.shrinks);
  expect("slot_bytes", s.node_bytes);
  expect("slots", s.size, {{"state", "live"}});
  expect("slots", s.retired, {{"state", "retired"}});
  expect("slots", s.slots_free, {{"state", "free"}});
  expect("mapped_slots", s.slots_mapped);
  expect("garbage_bytes", s.garbage_bytes);
  expect("mapped_bytes", s.mapped_bytes);
  expect("heap_bytes", s.heap_bytes);
  expect("huge_pages", 1);
  expect("swept_total", s.swept);
  expect("scanned_blocks_total", s.blocks_scanned);
  expect("skipped_blocks_total", s.blocks_skipped);
}

void a_page_says_what_the_sweeper_says() {
  const auto s = sweeper_figures();
  const exposition_reader page(s.to_prometheus());
  const auto expect = [&](const std::string& name, double value, const label_set& under = {}) {
    expect_value(page, "wane_sweeper_" + name, value, under);
  };
  expect("passes_total", 201);
  expect("removed_total", 202);
  expect("scanned_blocks_total", 203);
  expect("skipped_blocks_total", 204);
  expect("garbage_limited_total", 205);
  expect("busy_total", 206);
  expect("failed_total", 207);
  expect("backed_bytes_total", 208);
  expect("cpu_seconds_total", 1.234567891);
  expect("last_pass_seconds", 0.003);
  expect("longest_pass_seconds", 0.007);
  expect("garbage_bytes", 4096);
  expect("target_seconds", 0.1);
  expect("window_seconds", 7);
  expect("window_lateness_seconds", 0.3, {{"rank", "p50"}});
  expect("window_lateness_seconds", 0.3, {{"rank", "p99"}});
  expect("window_lateness_seconds", 0.3, {{"rank", "max"}});
  expect("overdue_seconds", 0.25);
  expect("window_cpu_ratio", 0.0625);
  expect("target_met", 0);
  expect("target_missed_seconds", 0.2, {{"why", "garbage"}});
  for (const char* why : {"cpu_share", "another_sweep", "memory", "machine"})
    expect("target_missed_seconds", 0, {{"why", why}});
  expect("window_held_up_seconds", 1, {{"why", "cpu_share"}});
  expect("window_held_up_seconds", 4, {{"why", "garbage"}});
  expect("window_held_up_seconds", 0.5, {{"why", "another_sweep"}});
  expect("window_held_up_seconds", 0.125, {{"why", "memory"}});
}

void a_text_says_what_the_map_says() {
  EXPECT(map_figures().to_string() ==
             "size 101\ninserted 111\nerased 112\nexpired 113\nreplaced 114\ncleared 115\nmet_expired 116\n"
             "listener_errors 117\nbuckets 102\ngrowths 118\nshrinks 119\nnode_bytes 103\nslots 104\nretired 105\n"
             "slots_free 106\nslots_mapped 107\ngarbage_bytes 108\nmapped_bytes 109\nheap_bytes 110\nhuge_pages 1\n"
             "swept 120\nblocks_scanned 121\nblocks_skipped 122\n",
         map_figures().to_string());
}

void a_text_says_what_the_sweeper_says() {
  EXPECT(sweeper_figures().to_string() ==
             "passes 201\nremoved 202\nblocks_scanned 203\nblocks_skipped 204\ngarbage_limited 205\nbusy 206\n"
             "failed 207\nbacked_bytes 208\ncpu_time 1.23457\npass_last 0.003\npass_max 0.007\ngarbage_bytes "
             "4096\ntarget 0.1\n"
             "lateness_count 9\nlateness_mean 960000\nlateness_p50 0.001\nlateness_p99 8.64e+06\n"
             "lateness_max 8.64e+06\nwindow 7\nwindow_lateness_count 1\nwindow_lateness_mean 0.3\n"
             "window_lateness_p50 0.3\nwindow_lateness_p99 0.3\nwindow_lateness_max 0.3\nwindow_overdue 0.25\n"
             "window_cpu_share 0.0625\nwindow_held_up_cpu_share 1\nwindow_held_up_garbage 4\n"
             "window_held_up_another_sweep 0.5\nwindow_held_up_memory 0.125\nwindow_met 0\nwindow_missed_by 0.2\n"
             "window_why garbage\n",
         sweeper_figures().to_string());
}

void a_histogram_counts_up_to_its_bounds() {
  const exposition_reader page(sweeper_figures().to_prometheus({{"of", "test"}}));
  const auto bucket = [&](const std::string& bound, double count) {
    expect_value(page, "wane_sweeper_lateness_seconds_bucket", count, {{"of", "test"}, {"le", bound}});
  };
  bucket("0.0005", 3);
  bucket("0.001", 5);
  bucket("0.002", 6);
  bucket("0.004", 7);
  bucket("0.512", 7);
  bucket("1.024", 8);
  bucket("2147483.648", 8);
  bucket("+Inf", 9);
  expect_value(page, "wane_sweeper_lateness_seconds_count", 9, {{"of", "test"}});
  expect_value(page, "wane_sweeper_lateness_seconds_sum", sweeper_figures().lateness.sum().count(), {{"of", "test"}});
}

void labels_come_back_as_they_were() {
  for (const std::string& value :
       {std::string(), std::string("plain"), std::string("\\"), std::string("\""), std::string("\n"),
        std::string("a\\nb\n\"c\\\"{},= \xC3\xA4\t"), std::string("\\\\n")}) {
    const wane::labels all = {{"map", value}, {"_host2", "h"}};
    const exposition_reader page(wane::exposition().add(map_figures(), all).add(sweeper_figures(), all).text());
    expect_value(page, "wane_map_entries", 101, {{"map", value}, {"_host2", "h"}});
    expect_value(page, "wane_map_slots", 101, {{"map", value}, {"_host2", "h"}, {"state", "live"}});
    expect_value(page, "wane_sweeper_passes_total", 201, {{"map", value}, {"_host2", "h"}});
  }
}

void figures_of_many_share_a_page() {
  wane::exposition page;
  for (const char* name : {"a", "b", "c"})
    page.add(map_figures(), {{"map", name}}).add(sweeper_figures(), {{"sweeper", name}});
  const exposition_reader read(page.text());
  for (const char* name : {"a", "b", "c"}) {
    expect_value(read, "wane_map_entries", 101, {{"map", name}});
    expect_value(read, "wane_sweeper_lateness_seconds_count", 9, {{"sweeper", name}});
  }
  const std::size_t metrics = exposition_reader(map_figures().to_prometheus()).metrics().size() +
                              exposition_reader(sweeper_figures().to_prometheus()).metrics().size();
  EXPECT(read.metrics().size() == metrics, read.metrics().size() << " metrics, not " << metrics);
}

void labels_that_would_spoil_a_page_are_refused() {
  wane::exposition page;
  page.add(map_figures());
  const auto before = page.text();
  for (const wane::labels& bad : {wane::labels{{"", "v"}},
                                  {{"9lives", "v"}},
                                  {{"__name__", "v"}},
                                  {{"with space", "v"}},
                                  {{"a:b", "v"}},
                                  {{"k\n", "v"}},
                                  {{"le", "v"}},
                                  {{"cause", "v"}},
                                  {{"map", "a"}, {"map", "b"}}}) {
    bool refused = false;
    try {
      page.add(map_figures(), bad);
    } catch (const std::invalid_argument&) {
      refused = true;
    }
    EXPECT(refused && page.text() == before, "a label named '" << bad[0].first << "' was taken");
  }
}

void a_map_at_work_can_be_read() {
  wane::map<std::uint64_t, std::uint64_t> map;
  for (std::uint64_t k = 0; k < 1000; ++k) map.insert(k, k, 1h);
  for (std::uint64_t k = 0; k < 100; ++k) map.erase(k);
  const auto s = map.stats();
  const exposition_reader page(s.to_prometheus({{"map", "at work"}}));
  expect_value(page, "wane_map_entries", 900, {{"map", "at work"}});
  expect_value(page, "wane_map_removed_total", 100, {{"map", "at work"}, {"cause", "erased"}});
  EXPECT(s.size + s.retired + s.slots_free + 1 == s.slots && s.slots <= s.slots_mapped, s.to_string());
}

/// The reader is worth something: it refuses what the format forbids.
void the_reader_refuses_what_is_not_the_format() {
  const std::string head = "# HELP a_total b\n# TYPE a_total counter\n";
  const std::string shape = "# HELP h b\n# TYPE h histogram\n";
  for (const std::string& good : {head + "a_total 1\n", head + "a_total{x=\"\\\\\\\"\\n\"} 1e+06\n",
                                  shape + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3.5\nh_count 2\n"})
    EXPECT(!exposition_reader(good).metrics().empty(), good);
  for (const std::string& bad :
       {head + "a_total 1",
        head + "\na_total 1\n",
        std::string("a_total 1\n"),
        std::string("# TYPE a_total counter\na_total 1\n"),
        head,
        head + "a_total one\n",
        head + "a_total\n",
        head + "a_total 1 2 3\n",
        head + "a_total -1\n",
        head + "a_total{x=1} 1\n",
        head + "a_total{x=\"1} 1\n",
        head + "a_total{x=\"\\t\"} 1\n",
        head + "a_total{1x=\"\"} 1\n",
        head + "a_total{} 1\n",
        head + "b_total 1\n",
        head + "a_total{__x=\"\"} 1\n",
        head + "a_total{x=\"\",x=\"\"} 1\n",
        head + "a_total 1\na_total 1\n",
        head + "a_total 1\n# TYPE a_total counter\n",
        head + "a_total 1\n" + head + "a_total{x=\"\"} 1\n",
        std::string("# HELP a b\n# TYPE a counter\na 1\n"),
        std::string("# HELP a_total b\n# TYPE a_total gauge\na_total 1\n"),
        std::string("# HELP a b\n# TYPE a number\na 1\n"),
        std::string("# HELP aB b\n# TYPE aB gauge\naB 1\n"),
        std::string("# HELP a \\t\n# TYPE a gauge\na 1\n"),
        shape + "h 1\n",
        shape + "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
        shape + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        shape + "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        shape + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n",
        shape + "h_bucket{le=\"+Inf\"} 1\nh_count 1\n",
        shape + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\n",
        shape + "h_bucket{le=\"x\"} 1\nh_sum 1\nh_count 1\n"}) {
    bool refused = false;
    try {
      const exposition_reader read(bad);
    } catch (const std::runtime_error&) {
      refused = true;
    }
    EXPECT(refused, "taken for a page:\n" << bad);
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("a_page_says_what_the_map_says", a_page_says_what_the_map_says);
  tests.test("a_page_says_what_the_sweeper_says", a_page_says_what_the_sweeper_says);
  tests.test("a_text_says_what_the_map_says", a_text_says_what_the_map_says);
  tests.test("a_text_says_what_the_sweeper_says", a_text_says_what_the_sweeper_says);
  tests.test("a_histogram_counts_up_to_its_bounds", a_histogram_counts_up_to_its_bounds);
  tests.test("labels_come_back_as_they_were", labels_come_back_as_they_were);
  tests.test("figures_of_many_share_a_page", figures_of_many_share_a_page);
  tests.test("labels_that_would_spoil_a_page_are_refused", labels_that_would_spoil_a_page_are_refused);
  tests.test("a_map_at_work_can_be_read", a_map_at_work_can_be_read);
  tests.test("the_reader_refuses_what_is_not_the_format", the_reader_refuses_what_is_not_the_format);
  return tests.result();
}
