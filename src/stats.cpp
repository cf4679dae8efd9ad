// SPDX-License-Identifier: BSL-1.0
// Statistics as text.
#include <wane/stats.hpp>
#include <wane/sweeper_stats.hpp>

#include <chrono>
#include <ostream>
#include <sstream>
#include <string_view>

namespace wane {

std::string stats::to_string() const {
  std::ostringstream out;
  out << "size " << size << "\ninserted " << inserted << "\nerased " << erased << "\nexpired " << expired
      << "\nreplaced " << replaced << "\ncleared " << cleared << "\nmet_expired " << met_expired << "\nlistener_errors "
      << listener_errors << "\nbuckets " << buckets << "\ngrowths " << growths << "\nshrinks " << shrinks
      << "\nnode_bytes " << node_bytes << "\nslots " << slots << "\nretired " << retired << "\nslots_free "
      << slots_free << "\nslots_mapped " << slots_mapped << "\ngarbage_bytes " << garbage_bytes << "\nmapped_bytes "
      << mapped_bytes << "\nheap_bytes " << heap_bytes << "\nhuge_pages " << (huge_pages ? 1 : 0) << "\nswept " << swept
      << "\nblocks_scanned " << blocks_scanned << "\nblocks_skipped " << blocks_skipped << '\n';
  return out.str();
}

namespace {

double in_seconds(std::chrono::duration<double> t) { return t.count(); }

void print_lateness(std::ostream& out, std::string_view name, const histogram& h) {
  out << name << "_count " << h.count() << '\n'
      << name << "_mean " << in_seconds(h.mean()) << '\n'
      << name << "_p50 " << in_seconds(h.quantile(0.5)) << '\n'
      << name << "_p99 " << in_seconds(h.quantile(0.99)) << '\n'
      << name << "_max " << in_seconds(h.max()) << '\n';
}

}  // namespace

std::string sweeper_stats::to_string() const {
  std::ostringstream out;
  out << "passes " << passes << "\nremoved " << removed << "\nblocks_scanned " << blocks_scanned << "\nblocks_skipped "
      << blocks_skipped << "\ngarbage_limited " << garbage_limited << "\nbusy " << busy << "\nfailed " << failed
      << "\nbacked_bytes " << backed_bytes << "\ncpu_time " << in_seconds(cpu_time) << "\npass_last "
      << in_seconds(pass_last) << "\npass_max " << in_seconds(pass_max) << "\ngarbage_bytes " << garbage_bytes
      << "\ntarget " << in_seconds(target) << '\n';
  print_lateness(out, "lateness", lateness);
  out << "window " << in_seconds(window.length) << '\n';
  print_lateness(out, "window_lateness", window.lateness);
  out << "window_overdue " << in_seconds(window.overdue) << "\nwindow_cpu_share " << window.cpu_share
      << "\nwindow_held_up_cpu_share " << in_seconds(window.held_up.cpu_share) << "\nwindow_held_up_garbage "
      << in_seconds(window.held_up.garbage) << "\nwindow_held_up_another_sweep "
      << in_seconds(window.held_up.another_sweep) << "\nwindow_held_up_memory " << in_seconds(window.held_up.memory)
      << "\nwindow_met " << (window.met() ? 1 : 0) << "\nwindow_missed_by " << in_seconds(window.missed_by)
      << "\nwindow_why " << wane::to_string(window.why) << '\n';
  return out.str();
}

}  // namespace wane
