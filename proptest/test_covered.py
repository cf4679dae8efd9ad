# SPDX-License-Identifier: BSL-1.0
"""What gcovr reports is summed over instances, and what was not met is told by line."""
import unittest

import covered


def line(number, count, *branches, noncode=False):
    return {'line_number': number, 'count': count, 'branches': [{'count': n} for n in branches], 'gcovr/noncode': noncode}


class Covered(unittest.TestCase):
    def test_lines_in_a_row_are_a_range(self):
        self.assertEqual(covered.ranges([3, 7, 8, 9, 11]), '3, 7-9, 11')
        self.assertEqual(covered.ranges([]), '')

    def test_a_line_is_met_if_one_instance_of_it_is(self):
        file = covered.File({'file': 'f.hpp', 'lines': [line(1, 0, 0, 0), line(1, 2, 2, 0), line(2, 0), line(3, 0, noncode=True)]})
        self.assertEqual((file.lines, file.lines_met, file.branches, file.branches_met), (2, 1, 2, 1))
        self.assertEqual(file.missed, [2])

    def test_the_table_has_a_row_a_file_and_their_sum(self):
        files = [covered.File({'file': f'{n}.hpp', 'lines': [line(1, 1, 1, 0), line(2, n)]}) for n in range(2)]
        rows = covered.shown(files).splitlines()
        self.assertEqual(rows[1].split(), ['0.hpp', '2', '50.0%', '2', '50.0%'])
        self.assertEqual(rows[3].split(), ['all', '4', '75.0%', '4', '50.0%'])
        self.assertIn('  0.hpp: 2', rows)
        self.assertFalse(any(row.startswith('  1.hpp') for row in rows))

    def test_the_sums_of_folders_are_a_table_for_a_page(self):
        files = [covered.File({'file': name, 'lines': [line(1, 1, 1, 0), line(2, met)]})
                 for name, met in (('src/a.cpp', 0), ('include/x.hpp', 1), ('src/b.cpp', 1))]
        self.assertEqual(covered.by_folder(files).splitlines()[2:], [
            '| include | 2 | 100.0% | 2 | 50.0% |', '| src | 4 | 75.0% | 4 | 50.0% |', '| all | 6 | 83.3% | 6 | 50.0% |'])


if __name__ == '__main__':
    unittest.main()
