# SPDX-License-Identifier: BSL-1.0
"""The end of a deep run becomes a table; one that failed or was broken off does not."""
import unittest

import deepened

LOG = '''== plain: building in build/check-plain
== 12 tests for 3600 seconds; logs in build/deep

suite             runs  cut off   seconds
scenarios         1234        1    3590.5
    pairs: programs 12, schedules 400
models               2        0      10.1

5678 passed, 0 failed
'''


class Deepened(unittest.TestCase):
    def test_suites_are_rows(self):
        self.assertEqual(deepened.table(LOG).splitlines(), [
            '| suite | runs | seconds |', '| --- | ---: | ---: |', '| scenarios | 1,234 | 3,590 |', '| models | 2 | 10 |',
            '| **all**, in 3,600 seconds on all cores | 1,236 | 3,601 |', '', '5,678 tests passed, none failed.'])

    def test_a_failure_is_refused(self):
        with self.assertRaisesRegex(deepened.LogError, '1 failed'):
            deepened.table(LOG.replace('0 failed', '1 failed'))

    def test_a_run_without_an_end_is_refused(self):
        for log in ('', LOG.partition('5678')[0], LOG.replace('== 12 tests', '== tests')):
            with self.assertRaises(deepened.LogError):
                deepened.table(log)


if __name__ == '__main__':
    unittest.main()
