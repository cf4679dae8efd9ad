// SPDX-License-Identifier: BSL-1.0
// Planted bugs: each runs in a process of its own, which must fail and say why in the words expected. A process that crashes
// by itself, or fails for another reason, proves nothing.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/harness.hpp"

namespace proptest {

struct planted_bug {
  std::string name;
  std::vector<std::string> reports;  // one of which must be made
  std::function<void()> run;         // fails by EXPECT
};

/// The main function of a program of planted bugs: `program` runs itself once for each, `program --plant NAME` is that run.
/// `clean` does without any what they do, and must not fail.
inline int catch_all(int argc, char** argv, const std::vector<planted_bug>& bugs, const std::function<void()>& clean) {
  if (argc == 3 && std::string_view(argv[1]) == "--plant") {
    alarm(50);  // maps that a bug has harmed may run in circles
    for (const planted_bug& bug : bugs)
      if (bug.name == argv[2]) bug.run();
    return failures::any() ? 1 : 0;
  }
  suite tests(argc, argv);
  tests.test("nothing_is_caught_where_nothing_is_planted", clean);
  for (const planted_bug& bug : bugs)
    tests.test(bug.name + "_is_caught", [&] {
      const std::string command =
          "WANE_SEED=" + std::to_string(seed()) + " exec '" + argv[0] + "' --plant " + bug.name + " 2>&1";
      std::string said;
      int status = 0;
      // A run that the alarm ended, in circles, says neither that the bug was noticed nor that it was not.
      for (int attempt = 0; attempt < 3; ++attempt) {
        said.clear();
        std::FILE* const out = popen(command.c_str(), "r");
        if (out == nullptr) throw std::runtime_error("the program cannot run itself");
        std::array<char, 4096> part;
        while (const std::size_t n = std::fread(part.data(), 1, part.size(), out)) said.append(part.data(), n);
        status = pclose(out);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGALRM) break;
      }
      bool expected = false;
      for (const std::string& report : bug.reports) expected = expected || said.find(report) != std::string::npos;
      std::cerr << said.substr(0, 2000);
      EXPECT(status != 0, "the planted bug went unnoticed");
      EXPECT(expected, "it failed (status " << status << "), but without \"" << bug.reports.front() << "\"");
    });
  return tests.result();
}

}  // namespace proptest
