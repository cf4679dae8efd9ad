# SPDX-License-Identifier: BSL-1.0
"""Every order in a header that has weaker ones is found, with its tag, its lines, and all the orders below it."""
import pathlib
import tempfile
import textwrap
import unittest

import weaker
from table import TableError

HEADER = '''\
#pragma once
struct list {
  // [L1] acquire: pairs with [L2].
  int read() { return word_.load(std::memory_order_acquire); }
  void change(int a) {
    // [L2] acq_rel: pairs with [L1] and itself.
    while (!words_[index(a)]
                .word_.compare_exchange_strong(
                    a, 1, std::memory_order_acq_rel,
                    std::memory_order_acquire)) {
    }
  }
  // [L3] relaxed: a figure.
  void count() { count_->fetch_add(1, std::memory_order_relaxed); }
  // [L4] release: pairs with [L1].
  void reset() {
    (*word_).store(0, std::memory_order_release);
    // [L5] light: pairs with [L6].
    Env::light_fence();
  }
};
'''


def found(text):
    with tempfile.TemporaryDirectory() as directory:
        (pathlib.Path(directory) / 'list.hpp').write_text(textwrap.dedent(text))
        return weaker.extract(pathlib.Path(directory))


class WeakerOrders(unittest.TestCase):
    def test_each_order_below_is_a_mutant(self):
        self.assertEqual([(w.name, w.is_failure, w.was, w.to) for w in found(HEADER)], [
            ('l1-relaxed', False, 'acquire', 'relaxed'),
            ('l2-acquire', False, 'acq_rel', 'acquire'),
            ('l2-release', False, 'acq_rel', 'release'),
            ('l2-relaxed', False, 'acq_rel', 'relaxed'),
            ('l2-failure-relaxed', True, 'acquire', 'relaxed'),
            ('l4-relaxed', False, 'release', 'relaxed')])

    def test_an_access_has_all_lines_from_its_object_to_its_last_parenthesis(self):
        self.assertEqual({w.access.tag: (w.access.file, w.access.first, w.access.last) for w in found(HEADER)},
                         {'L1': ('wane/list.hpp', 4, 4), 'L2': ('wane/list.hpp', 7, 10), 'L4': ('wane/list.hpp', 17, 17)})

    def test_an_access_without_a_tag_is_refused(self):
        with self.assertRaisesRegex(TableError, 'wane/list.hpp:4: an access without a tag'):
            found(HEADER.replace('[L1] acquire: pairs with [L2]', 'a comment'))

    def test_two_accesses_under_one_tag_are_refused(self):
        twice = HEADER.replace('void change', 'int again() { return word_.load(std::memory_order_acquire); }\n  void change')
        with self.assertRaisesRegex(TableError, r'\[L1\] argues for two'):
            found(twice)

    def test_two_accesses_on_one_line_are_refused(self):
        with self.assertRaisesRegex(TableError, 'two accesses share a line'):
            found(HEADER.replace('return word_.load', 'return a.load(std::memory_order_relaxed) + word_.load'))

    def test_an_order_that_is_implied_is_refused(self):
        with self.assertRaisesRegex(TableError, 'does not name its orders'):
            found(HEADER.replace('a, 1, std::memory_order_acq_rel', 'a, 1'))

    def test_a_reason_for_an_order_that_is_gone_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, 'unobservable.toml')
            path.write_text('l1-relaxed = "so"\n')
            self.assertEqual(weaker.read_unobservable(path, found(HEADER)), {'l1-relaxed': 'so'})
            path.write_text('l9-relaxed = "so"\n')
            with self.assertRaisesRegex(TableError, 'l9-relaxed'):
                weaker.read_unobservable(path, found(HEADER))

    def test_each_order_that_shows_has_the_verdicts_expected_of_it(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, 'weaker.toml')
            path.write_text('usual = ["race"]\nl2-relaxed = ["crash", "race"]\n')
            expected = weaker.read_verdicts(path, found(HEADER), {'l4-relaxed': 'so'})
            self.assertEqual(expected['l1-relaxed'], ['race'])
            self.assertEqual(expected['l2-relaxed'], ['crash', 'race'])
            self.assertNotIn('l4-relaxed', expected)
            for wrong, reason in (('l9-relaxed = ["race"]', 'l9-relaxed'), ('l4-relaxed = ["race"]', 'l4-relaxed'),
                                  ('l1-relaxed = ["bang"]', 'bang')):
                path.write_text(f'usual = ["race"]\n{wrong}\n')
                with self.assertRaisesRegex(TableError, reason):
                    weaker.read_verdicts(path, found(HEADER), {'l4-relaxed': 'so'})

    def test_a_summary_counts_the_ends_of_orders_alone(self):
        log = ("killed  l1-relaxed  race  one  '1>1'  (4 schedules)  \nkilled  a-bug  stuck  one  ''  (1 schedules)  G1\n"
               "argued  l2-acquire      ''  (7 schedules)  a reason\nkilled  l4-relaxed  crash  two  ''  (1 schedules)  \n")
        self.assertEqual(weaker.summary(log, {'l1-relaxed', 'l2-acquire', 'l4-relaxed'}).splitlines()[2:], [
            '| killed: crash | 1 |', '| killed: race | 1 |', '| none, which `unobservable.toml` argues for | 1 |', '| **all** | 3 |'])
        with self.assertRaisesRegex(TableError, 'l5-relaxed'):
            weaker.summary(log, {'l5-relaxed'})


if __name__ == '__main__':
    unittest.main()
