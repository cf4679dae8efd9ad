# SPDX-License-Identifier: BSL-1.0
"""The last line of proptest/check counts what happened, and nothing that goes wrong counts as success."""
import contextlib
import io
import json
import pathlib
import tempfile
import unittest

from summary import summarize


def record(result, stdout='', stderr=''):
    return {'name': 'wane:unit / unit/link', 'result': result, 'duration': 0.5, 'stdout': stdout, 'stderr': stderr}


class Summary(unittest.TestCase):
    def expect(self, status, last_line, *builds, program=None):
        with tempfile.TemporaryDirectory() as root:
            directories = []
            for number, records in enumerate(builds):
                directories.append(pathlib.Path(root, f'check-{number}'))
                if records is not None:
                    log = directories[-1] / 'meson-logs/testlog.json'
                    log.parent.mkdir(parents=True)
                    log.write_text(''.join(json.dumps(r) + '\n' for r in records))
            run = None
            if program is not None:
                run = pathlib.Path(root, 'hunt')
                run.write_text(f'#!/bin/sh\n{program}\n')
                run.chmod(0o755)
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                self.assertEqual(summarize(directories, run), status)
        self.assertEqual(printed.getvalue().splitlines()[-1], last_line)
        return printed.getvalue()

    def test_programs_count_over_all_builds(self):
        self.expect(0, '3 passed, 0 failed', [record('OK'), record('OK')], [record('OK')])

    def test_named_tests_count_one_by_one(self):
        self.expect(0, '3 passed, 0 failed', [record('OK', stderr='passed  a  (1 s)\npassed  b  (1 s)\n'), record('OK')])

    def test_a_failed_named_test_counts_once_beside_those_that_passed(self):
        printed = self.expect(1, '1 passed, 1 failed', [record('FAIL', stderr='passed  a  (1 s)\nwhyFAILED  b [c]  (1e-3 s)\n')])
        self.assertIn('== 0: unit/link: FAIL', printed)

    def test_a_crash_or_a_timeout_is_a_failure_beside_what_passed_before(self):
        for result in 'FAIL', 'TIMEOUT', 'ERROR', 'INTERRUPT', 'UNEXPECTEDPASS':
            self.expect(1, '1 passed, 1 failed', [record(result, stderr='passed  a  (1 s)\n')])

    def test_a_build_that_failed_is_a_failure(self):
        self.expect(1, '1 passed, 1 failed', [record('OK')], None)

    def test_a_skipped_test_has_not_passed(self):
        self.expect(1, '0 passed, 0 failed', [record('SKIP', stderr='passed  a  (1 s)\n')])

    def test_no_test_at_all_is_no_success(self):
        self.expect(1, '0 passed, 0 failed', [])

    def test_a_program_that_counts_for_itself_is_counted(self):
        self.expect(0, '4 passed, 0 failed', [record('OK')], program='echo one; echo "3 passed, 0 failed"')
        self.expect(1, '3 passed, 2 failed', [record('OK')], program='echo "2 passed, 2 failed"; exit 1')

    def test_a_program_that_was_to_count_for_itself_and_did_not_is_a_failure(self):
        for program in 'echo "3 passed, 0 failed"; echo more', 'exit 0', 'exec /nowhere', 'kill -9 $$':
            self.expect(1, '1 passed, 1 failed', [record('OK')], program=program)
        self.expect(1, '4 passed, 1 failed', [record('OK')], program='echo "3 passed, 0 failed"; exit 1')


if __name__ == '__main__':
    unittest.main()
