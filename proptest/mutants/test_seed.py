# SPDX-License-Identifier: BSL-1.0
"""test_seed.py HEADERS: the seeder writes what it says, refuses what it cannot seed; every fence is left out by a mutant."""
import pathlib
import sys
import tempfile
import textwrap
import unittest

import seed
import table
import weaker
from source import Source

HEADERS = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else None
HERE = pathlib.Path(__file__).parent

HEADER = '''\
#pragma once
// f(1) in a comment
inline int f(int a) {
  if (a == 2) {
    a += 1;
    a += 2;
  }
  return a * 7;
}
'''


def mutant(find, replace, kind='expression', name='a-mutant', number=1, file='f.hpp'):
    return table.Mutant(name, 'says', file, kind, find, replace, 'L1', ['invariant'], 'a-scenario', 'how', number)


class Seeder(unittest.TestCase):
    def seeded(self, *mutants):
        return seed.seeded(HEADER, mutants)

    def refused(self, reason, *mutants):
        with self.assertRaises(seed.SeedError) as refusal:
            self.seeded(*mutants)
        self.assertIn(reason, str(refusal.exception))
        self.assertIn(f'{mutants[-1].name}', str(refusal.exception))
        self.assertIn('f.hpp', str(refusal.exception))

    def test_an_expression_becomes_a_choice(self):
        self.assertIn('return (::proptest::mutant(3) ? (a * 8) : (a * 7));', self.seeded(mutant('a * 7', 'a * 8', number=3)))

    def test_mutants_of_one_fragment_share_the_choice(self):
        self.assertIn('return (::proptest::mutant(1) ? (1) : ::proptest::mutant(2) ? (2) : (a * 7));',
                      self.seeded(mutant('a * 7', '2', name='b', number=2), mutant('a * 7', '1', name='a', number=1)))

    def test_statements_over_several_lines_keep_their_lines(self):
        found = self.seeded(mutant('a += 1;\n    a += 2;', 'a += 2;\na += 3;', kind='statements'))
        self.assertIn('{ if (::proptest::mutant(1)) { a += 2; a += 3; } else { a += 1;\n    a += 2; } }\n', found)
        self.assertEqual(found.count('\n'), HEADER.count('\n'))

    def test_text_is_taken_as_it_is(self):
        self.assertIn('inline int f(int a) { if (::proptest::mutant(1)) return 0;\n',
                      self.seeded(mutant('inline int f(int a) {', 'inline int f(int a) { if (MUTANT) return 0;', kind='text')))

    def test_text_that_adds_a_line_is_refused(self):
        self.refused('number of lines', mutant('a += 1;', 'a += 1;\nif (MUTANT) a = 0;', kind='text'))

    def test_text_that_is_always_there_is_refused(self):
        self.refused('say MUTANT', mutant('a += 1;', 'a += 3;', kind='text'))

    def test_a_fragment_that_is_not_there_is_refused(self):
        self.refused('stands 0 times', mutant('a * 9', '1'))

    def test_a_fragment_that_is_there_twice_is_refused(self):
        self.refused('stands 2 times', mutant('a += ', 'a -= '))

    def test_a_fragment_in_a_comment_is_refused(self):
        self.refused('a comment', mutant('f(1)', 'f(2)'))

    def test_a_comment_in_the_replacement_is_refused(self):
        self.refused('swallow', mutant('a * 7', '1 // one'))

    def test_fragments_that_overlap_are_refused(self):
        self.refused('overlaps that of a-mutant', mutant('return a * 7;', 'return 1;', kind='statements'),
                     mutant('a * 7', '1', name='the-other', number=2))

    def test_kinds_that_cannot_share_a_fragment_are_refused(self):
        self.refused('share a fragment', mutant('a += 1;', ';', kind='statements'),
                     mutant('a += 1;', 'a += 2', name='the-other', number=2))

    def test_the_copy_names_the_header_that_ships(self):
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            (root / 'wane/impl').mkdir(parents=True)
            (root / 'wane/impl/f.hpp').write_text(HEADER)
            (root / 'wane/g.hpp').write_text('int g();\n')
            read = seed.seed(root / 'wane', root / 'out', root / 'table.hpp', [mutant('a * 7', '1', file='impl/f.hpp')])
            lines = (root / 'out/wane/impl/f.hpp').read_text().splitlines()
            self.assertEqual(lines[:2], ['#include <table.hpp>', f'#line 1 "{root}/wane/impl/f.hpp"'])
            self.assertEqual(lines[2:4], HEADER.splitlines()[:2])
            self.assertEqual((root / 'out/wane/g.hpp').read_text(), f'#line 1 "{root}/wane/g.hpp"\nint g();\n')
            self.assertIn('{1, "a-mutant", "says", "wane/impl/f.hpp", 8, "L1", "invariant", "a-scenario"}',
                          (root / 'table.hpp').read_text())
            self.assertEqual(read, [root / 'wane/g.hpp', root / 'wane/impl/f.hpp'])

    def test_a_header_that_is_not_there_is_refused(self):
        with tempfile.TemporaryDirectory() as directory, self.assertRaisesRegex(seed.SeedError, 'a-mutant.*no such header'):
            seed.seed(pathlib.Path(directory), pathlib.Path(directory), pathlib.Path(directory, 't'), [mutant('a', 'b')])


class Table(unittest.TestCase):
    ENTRY = textwrap.dedent('''\
        [[mutant]]
        name = "a-mutant"
        says = "What."
        file = "f.hpp"
        kind = "expression"
        find = 'a'
        replace = 'b'
        breaks = "L1"
        verdicts = ["stuck"]
        scenario = "one"
        how = "So."
        ''')
    ONE = {'one': table.Scenario('nothing', ['insert'], 0)}

    def read(self, text, scenarios=None):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, 'mutants.toml')
            path.write_text(text)
            return table.read_mutants([path], scenarios or self.ONE)

    def refused(self, reason, text, scenarios=None):
        with self.assertRaisesRegex(table.TableError, reason):
            self.read(text, scenarios)

    def test_mutants_are_numbered_from_1(self):
        two = self.read(self.ENTRY + self.ENTRY.replace('a-mutant', 'another'))
        self.assertEqual([(m.name, m.number) for m in two], [('a-mutant', 1), ('another', 2)])

    def test_a_name_given_twice_is_refused(self):
        self.refused('a-mutant: two mutants', self.ENTRY * 2)

    def test_what_is_misspelt_is_refused(self):
        self.refused('lower-case', self.ENTRY.replace('a-mutant', 'A mutant'))
        self.refused('kind', self.ENTRY.replace('expression', 'expresion'))
        self.refused('unknown verdict', self.ENTRY.replace('stuck', 'struck'))
        self.refused('no verdict', self.ENTRY.replace('"stuck"', ''))
        self.refused('no scenario is called two', self.ENTRY.replace('"one"', '"two"'))
        self.refused('finds', self.ENTRY.replace('find ', 'finds '))

    def test_a_scenario_that_kills_nothing_is_refused(self):
        self.refused('kill nothing: two', self.ENTRY, self.ONE | {'two': self.ONE['one']})


@unittest.skipIf(HEADERS is None, 'no headers given')
class Mutants(unittest.TestCase):
    def test_every_fence_is_left_out_by_a_mutant(self):
        tables = [p for p in HERE.glob('*.toml') if '[[mutant]]' in p.read_text()]
        mutants = table.read_mutants(tables, table.read_scenarios(HERE / 'scenarios.toml'))
        for path in weaker.headers_of(HEADERS):
            name, text = str(path.relative_to(HEADERS)), path.read_text()
            left_out = [text[:text.index(m.find) + len(m.find)] for m in mutants
                        if m.file == name and '_fence()' in m.find and '_fence' not in m.replace]
            source = Source(name, text)
            for fence in weaker.fences(source):
                self.assertTrue(any(source.line(fence) == before.count('\n') + 1 for before in left_out),
                                f'{name}:{source.line(fence)}: no mutant leaves this fence out')


if __name__ == '__main__':
    unittest.main()
