# SPDX-License-Identifier: BSL-1.0
import pathlib
import tempfile
import unittest

import count

COUNTS = {'find, hit': {'epoch': 167.2, 'rcu': 170.0, 'ibr': 190.0}, 'insert': {'epoch': 300.4, 'ibr': 320.0}}


class Tables(unittest.TestCase):
    def test_what_is_written_is_read(self):
        compiler, counts = count.read(count.table('12.2.0', COUNTS))
        self.assertEqual(compiler, '12.2.0')
        self.assertEqual(counts, {operation: {reclaimer: round(n) for reclaimer, n in of_operation.items()}
                                  for operation, of_operation in COUNTS.items()})

    def test_the_lines_must_be_there(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / 'page.md'
            file.write_text(f'before\n{count.BEGIN}\ntable\n{count.END}\nafter\n')
            self.assertEqual(count.parts(file), ('before\n', '\ntable\n', '\nafter\n'))
            for wrong in 'nothing', count.BEGIN, f'{count.END}{count.BEGIN}', 2 * f'{count.BEGIN}{count.END}':
                file.write_text(wrong)
                with self.assertRaisesRegex(ValueError, 'must stand there once each'):
                    count.parts(file)


class Differences(unittest.TestCase):
    def found(self, operation, reclaimer, instructions):
        now = {name: dict(of_operation) for name, of_operation in COUNTS.items()}
        now.setdefault(operation, {})[reclaimer] = instructions
        return count.differences(COUNTS, now)

    def test_within_five_in_a_hundred_is_the_same(self):
        self.assertEqual(count.differences(COUNTS, COUNTS), [])
        self.assertEqual(self.found('find, hit', 'epoch', 175), [])
        self.assertEqual(self.found('find, hit', 'epoch', 159), [])

    def test_more_is_told_and_less_is_too(self):
        self.assertEqual(self.found('find, hit', 'epoch', 176), ['find, hit, epoch: 176 instructions, 167 in the table'])
        self.assertEqual(self.found('insert', 'ibr', 300), ['insert, ibr: 300 instructions, 320 in the table'])

    def test_what_only_one_of_them_has_is_told(self):
        self.assertEqual(self.found('erase', 'epoch', 1), ['erase, epoch: only in the program'])
        self.assertEqual(count.differences(COUNTS, {'insert': COUNTS['insert']}),
                         ['find, hit, epoch: only in the table', 'find, hit, ibr: only in the table',
                          'find, hit, rcu: only in the table'])


if __name__ == '__main__':
    unittest.main()
