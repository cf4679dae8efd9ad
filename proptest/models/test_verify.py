# SPDX-License-Identifier: BSL-1.0
"""verify.py believes no search that was cut short, and no planted mistake that broke something else."""
import unittest

from configurations import Configuration
from verify import complaint

HOLDS = Configuration('holds', 'list')
BREAKS = Configuration('breaks', 'list', breaks='I1')

COMPLETE = 'State-vector 52 byte, depth reached 108, errors: 0\n    61936 states, stored\n'
VIOLATED = ('pan:1: assertion violated (I1|| !((next[1]&8))) (at depth 93)\n'
            'Warning: Search not completed\n'
            'State-vector 52 byte, depth reached 93, errors: 1\n')
DEADLOCK = VIOLATED.replace('assertion violated (I1|| !((next[1]&8)))', 'invalid end state')


class Verdict(unittest.TestCase):
    def test_what_is_expected_passes(self):
        self.assertIsNone(complaint(HOLDS, 0, COMPLETE))
        self.assertIsNone(complaint(BREAKS, 0, VIOLATED))
        self.assertIsNone(complaint(BREAKS, 0, VIOLATED.replace('(I1|| !((next[1]&8)))', '((I1||(a==0))||(b<=c))')))

    def test_a_violation_fails(self):
        self.assertIn('assertion violated (I1', complaint(HOLDS, 0, VIOLATED))
        self.assertIn('invalid end state', complaint(HOLDS, 0, DEADLOCK))

    def test_a_search_that_was_cut_short_fails(self):
        for configuration, output in (HOLDS, COMPLETE), (BREAKS, VIOLATED):
            self.assertIn('cut short', complaint(configuration, 0, 'error: max search depth too small\n' + output))
            self.assertIn('cut short', complaint(configuration, 0, 'pan: reached -DMEMLIM bound\n' + output))
            self.assertIn('cut short', complaint(configuration, 0, 'pan: out of memory\n' + output))
        self.assertIn('not completed', complaint(HOLDS, 0, 'Warning: Search not completed\n' + COMPLETE))

    def test_a_verifier_that_crashed_fails(self):
        self.assertIn('status -11', complaint(HOLDS, -11, ''))
        self.assertIn('status -11', complaint(BREAKS, -11, ''))
        self.assertIsNotNone(complaint(HOLDS, 1, COMPLETE))

    def test_a_planted_mistake_that_goes_unnoticed_fails(self):
        self.assertIn('unnoticed', complaint(BREAKS, 0, COMPLETE))

    def test_a_planted_mistake_that_breaks_something_else_fails(self):
        self.assertIn('expected a violation of I1', complaint(BREAKS, 0, VIOLATED.replace('I1', 'I11')))
        self.assertIn('expected a violation of I1', complaint(BREAKS, 0, VIOLATED.replace('(I1|| !(', '(R2|| !(I1')))
        self.assertIn('expected a violation of I1', complaint(BREAKS, 0, DEADLOCK))


if __name__ == '__main__':
    unittest.main()
