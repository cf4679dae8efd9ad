# SPDX-License-Identifier: BSL-1.0
"""Runs the tests of the runner, or those whose names contain one of the arguments, and prints a line for each as the test
programs of wane do, so that proptest/check counts them."""

import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Named(unittest.TextTestResult):
    """In place of the dots a line a test. One that is skipped has none, one with failed parts has one."""

    def startTest(self, test):
        super().startTest(test)
        self._began, self._bad_before = time.monotonic(), len(self.failures) + len(self.errors)

    def stopTest(self, test):
        super().stopTest(test)
        failed = len(self.failures) + len(self.errors) > self._bad_before
        if failed or not (self.skipped and self.skipped[-1][0] is test):
            print(f"{'FAILED' if failed else 'passed'}  {test.id()}  ({time.monotonic() - self._began:.1f} s)", flush=True)


def main(patterns: list[str]) -> int:
    sys.path.insert(0, str(HERE.parent))
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{pattern}*" for pattern in patterns] or None
    tests = loader.discover(str(HERE))
    if not tests.countTestCases():
        print(f"no test's name contains {' or '.join(patterns)}", file=sys.stderr)
        return 2
    done = unittest.TextTestRunner(resultclass=Named, verbosity=0).run(tests)
    return 0 if done.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
