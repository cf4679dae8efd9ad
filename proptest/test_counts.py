# SPDX-License-Identifier: BSL-1.0
"""Counts are read from what tests print, summed by subject, and put where a file says."""
import json
import pathlib
import tempfile
import unittest

import counted
import counts

SAID = '''program: seed 5
counted pairs on one key: programs=2 explorations=4 complete=4 schedules=1000 steps=90000 seconds=0.5 per_second=2000
passed  a  (1 s)
counted not by this line
counted random walks: programs=7 schedules=5 steps=50 seconds=0.25 per_second=20
'''


class Counts(unittest.TestCase):
    def sums(self, *outputs):
        with tempfile.TemporaryDirectory() as root:
            log = pathlib.Path(root, 'meson-logs/testlog.json')
            log.parent.mkdir()
            log.write_text(''.join(json.dumps({'stderr': text}) + '\n' for text in outputs))
            return counted.of_builds([pathlib.Path(root)])

    def test_a_subject_that_several_tests_count_is_summed(self):
        sums = self.sums(SAID, SAID)
        self.assertEqual(list(sums), ['pairs on one key', 'random walks'])
        self.assertEqual(sums['pairs on one key'], {'programs': 4, 'explorations': 8, 'complete': 8, 'schedules': 2000,
                                                    'steps': 180000, 'seconds': 1})

    def test_the_table_has_a_row_a_subject_and_its_own_rate(self):
        rows = counts.table(self.sums(SAID, SAID)).splitlines()
        self.assertEqual(rows[2], '| pairs on one key | 4 | 2,000 | 180,000 | 1 | 2,000 | to the end |')
        self.assertEqual(rows[3], '| random walks | 14 | 10 | 100 | 0.50 | 20 | sampled |')

    def test_each_way_of_counting_has_its_table(self):
        models = 'counted Spin, list: models=1 states=100 transitions=300 seconds=0.5\n'
        tables = counts.table(self.sums(SAID, models + models)).split('\n\n')
        self.assertEqual(len(tables), 2)
        self.assertEqual(tables[1], '| subject | models | states | transitions | seconds |\n'
                                    '| --- | ---: | ---: | ---: | ---: |\n| Spin, list | 2 | 200 | 600 | 1 |\n')
        self.assertEqual(counts.table({}), '')

    def test_an_exploration_cut_off_is_told(self):
        rows = counts.table(self.sums(SAID, SAID.replace('complete=4', 'complete=1'))).splitlines()
        self.assertIn('5 of 8 to the end, others cut off', rows[2])


if __name__ == '__main__':
    unittest.main()
