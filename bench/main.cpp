// SPDX-License-Identifier: BSL-1.0
// The program around the cells of one map.
#include <exception>
#include <iostream>

#include "cells.hpp"
#include "settings.hpp"
#include "traces/trace.hpp"

int main(int argc, char** argv) {
  const bench::settings settings = bench::parse(argc, argv);
  try {
    bench::cells all = bench::make_cells(settings);
    return bench::run(all, bench::map_name, settings.trial) == 0 ? 0 : 1;
  } catch (const bench::trace_error& error) {
    std::cerr << error.what() << std::endl;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << bench::map_name << ": " << error.what() << std::endl;
    return 1;
  }
}
