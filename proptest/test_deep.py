# SPDX-License-Identifier: BSL-1.0
"""deep.py runs what it is to run, for as long as it is to, goes on after a failure, and tells it."""
import contextlib
import io
import json
import pathlib
import re
import sys
import tempfile
import time
import unittest

import deep

sys.path.insert(0, str(pathlib.Path(__file__).parent / 'models'))
from configurations import CONFIGURATIONS  # noqa: E402

# A program of named tests, as support/harness.hpp makes them.
NAMED = '''#!/bin/sh
if [ "$1" = --list ]; then printf 'one\\ntwo\\n'; exit 0; fi
echo "seed $WANE_SEED, stress $WANE_STRESS, deep $WANE_DEEP"
echo "counted schedules of $1: schedules=10 seconds=0.5 per_second=20" >&2
sleep 0.05
if [ "$1" = two ] && [ -n "$FAILS" ]; then echo "FAILED  two  (0 s)"; exit 1; fi
echo "passed  $1  (0 s)"
'''


class Deep(unittest.TestCase):
    def deep(self, seconds, *tests, build='check-plain', arguments=()):
        """Tests are (suite, script, environment). Returns the status, what was printed, and the log of runs."""
        with tempfile.TemporaryDirectory() as root:
            build = pathlib.Path(root, build)
            (build / 'meson-info').mkdir(parents=True)
            logs = pathlib.Path(root, 'logs')
            logs.mkdir()
            table = []
            for number, (suite, script, environment) in enumerate(tests):
                program = build / f'program-{number}'
                program.write_text(script)
                program.chmod(0o755)
                table.append({'name': f'{suite}/{number}', 'suite': [f'wane:{suite}'], 'cmd': [f'./{program.name}', *arguments],
                              'env': environment, 'timeout': 5, 'workdir': None, 'is_parallel': True})
            (build / 'meson-info/intro-tests.json').write_text(json.dumps(table))
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                status = deep.run(deep.units([build]), seconds, logs, 1)
            self.seeds = set(re.findall(r'WANE_SEED=\d+', (logs / 'runs.txt').read_text()))
            return status, printed.getvalue(), (logs / 'runs.txt').read_text().splitlines()

    def test_named_tests_take_turns_with_seeds_of_their_own_and_more_work_each_time(self):
        status, printed, runs = self.deep(0.8, ('stress', NAMED, {}))
        self.assertEqual(status, 0)
        self.assertGreater(len(runs), 3)
        self.assertEqual(len(self.seeds), len(runs))
        for part in 'program-0 one', 'program-0 two', 'WANE_STRESS=1 ', 'WANE_STRESS=2 ', 'WANE_DEEP=1':
            self.assertTrue(any(part in line for line in runs), part)
        self.assertRegex(printed, r'schedules of one: schedules \d+')
        self.assertRegex(printed.splitlines()[-1], r'^\d+ passed, 0 failed$')

    def test_a_failure_is_told_with_what_replays_it_and_the_others_go_on(self):
        status, printed, runs = self.deep(0.8, ('stress', NAMED, {'FAILS': '1'}))
        self.assertEqual(status, 1)
        self.assertEqual(sum('program-0 two' in line for line in runs), 1)
        self.assertGreater(sum('program-0 one' in line for line in runs), 2)
        self.assertRegex(printed, r'replay with: cd \S+ && WANE_SEED=\d+ WANE_STRESS=1 WANE_DEEP=1 \S*program-0 two')
        self.assertRegex(printed.splitlines()[-1], r'^\d+ passed, 1 failed$')

    def test_what_has_not_ended_in_time_is_cut_off_and_no_failure(self):
        began = time.monotonic()
        status, printed, runs = self.deep(0.6, ('stress', NAMED, {}), ('fuzz', '#!/bin/sh\nsleep 60\n', {}))
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(status, 0)
        self.assertTrue(any(line.startswith('CUT OFF') for line in runs))

    def test_what_replays_a_run_under_thread_sanitizer_fixes_addresses(self):
        _, printed, runs = self.deep(0.3, ('stress', NAMED, {'FAILS': '1'}), build='check-thread-clang++-16')
        self.assertTrue(all(re.search(r'WANE_DEEP=1 setarch -R \./program-0 (one|two)$', line) for line in runs), runs)
        self.assertRegex(printed, r'replay with: .* WANE_DEEP=1 setarch -R \./program-0 two')

    def test_of_other_suites_those_that_draw_are_run(self):
        for suite in 'lifecycles', 'linearizability', 'seeded':
            self.assertGreater(len(self.deep(0.3, (suite, NAMED, {}))[2]), 2, suite)

    def test_big_models_are_run_once_each(self):
        verify = str(pathlib.Path(__file__).parent / 'models/verify.py')
        script = '#!/bin/sh\necho "$2 $3"\n'
        status, _, runs = self.deep(5, ('models', script, {}), arguments=(verify, 'a small one', '--', 'cc'))
        expected = [c.name for c in CONFIGURATIONS if c.deep]
        self.assertEqual(status, 0)
        self.assertEqual(sorted(re.search(r"verify.py '(.*)' -- cc", line)[1] for line in runs), sorted(expected))

    def test_suites_that_are_not_for_this_are_left_out(self):
        status, printed, runs = self.deep(0.5, ('stress', NAMED, {}), ('lint', '#!/bin/sh\nexit 1\n', {}))
        self.assertEqual(status, 0)
        self.assertFalse(any('program-1' in line for line in runs))


if __name__ == '__main__':
    unittest.main()
