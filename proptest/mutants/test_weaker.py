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


if __name__ == '__main__':
    unittest.main()
