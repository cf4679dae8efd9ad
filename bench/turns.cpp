// SPDX-License-Identifier: BSL-1.0
#include "turns.hpp"

#include <sys/prctl.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

namespace bench {

void outlive_no_runner() {
  if (prctl(PR_SET_PDEATHSIG, SIGCONT) != 0) throw std::system_error(errno, std::generic_category(), "prctl");
}

void await_turn(std::string_view workload, std::size_t threads) {
  const nlohmann::ordered_json waits = {{"waits", {{"workload", workload}, {"threads", threads}}}};
  std::cout << waits.dump() << std::endl;
  if (std::string line; std::getline(std::cin, line)) return;
  std::cerr << "standard input ended before the turn of " << workload << ", threads: " << threads << std::endl;
  std::_Exit(EXIT_FAILURE);  // the other threads of the cell wait for this one
}

}  // namespace bench
