// SPDX-License-Identifier: BSL-1.0
// Statistics as text.
#include <wane/stats.hpp>

#include <sstream>

namespace wane {

std::string stats::to_string() const {
  std::ostringstream out;
  out << "size " << size << "\ninserted " << inserted << "\nerased " << erased << "\nexpired " << expired
      << "\nreplaced " << replaced << "\ncleared " << cleared << "\nlistener_errors " << listener_errors << "\nbuckets "
      << buckets << "\ngrowths " << growths << "\nshrinks " << shrinks << "\nnode_bytes " << node_bytes << "\nslots "
      << slots << "\nretired " << retired << "\nmapped_bytes " << mapped_bytes << "\nheap_bytes " << heap_bytes
      << "\nhuge_pages " << (huge_pages ? 1 : 0) << "\nswept " << swept << "\nblocks_scanned " << blocks_scanned
      << "\nblocks_skipped " << blocks_skipped << '\n';
  return out.str();
}

}  // namespace wane
