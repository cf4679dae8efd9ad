# SPDX-License-Identifier: BSL-1.0
"""The interface of wane.h as libabigail sees it, against that of the last release.

    abi.py HEADER BASELINE              tests: nothing that programs rely on has changed, and the comparison would notice
    abi.py --write HEADER BASELINE      notes the interface of HEADER, when a version is released

What a function is called with and what structs look like is the header's to say, so that is what is compiled: a library in which
each function is empty."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from declarations import without_comments


def library(header, directory):
    """A shared library with the interface of the header's text."""
    text = without_comments(header)
    # Bodies for what is declared; typedefs of functions, and members, have a ( of their own before their name or stand in braces.
    # Of an enumeration, which no function names, a variable.
    text += ''.join(f'enum {name} variable_{name};\n' for name in re.findall(r'\benum (\w+) {', text))
    bodies = re.sub(r'(?m)^(?!typedef)([^\n;{}]*\bwane_\w+\([^;{}]*\));', r'\1 { __builtin_trap(); }', text)
    source = directory / 'interface.c'
    source.write_text('#include <stddef.h>\n#include <stdint.h>\n' + bodies)
    made = directory / 'interface.so'
    subprocess.run(['cc', '-g', '-shared', '-fPIC', '-w', '-o', made, source], check=True)
    return made


def described(header, directory):
    return subprocess.run(['abidw', '--no-corpus-path', '--no-comp-dir-path', '--no-show-locs', library(header, directory)],
                          check=True, stdout=subprocess.PIPE, text=True).stdout


# What abidiff prints around the news that a struct has a member more at its end, which struct_size allows for. Its own means to allow
# that (has_data_member_inserted_at = end) allow members in between, too.
GROWTH = re.compile(r"""\s*(
    (Functions|Variables)\ changes\ summary:\ 0\ Removed,.*
  | \d+\ functions?\ with\ some\ indirect\ sub-type\ change:
  | \[C\]\ 'function\ .*'\ at\ .*\ has\ some\ indirect\ sub-type\ changes:
  | parameter\ \d+\ of\ type\ '.*'\ has\ sub-type\ changes:
  | in\ (pointed\ to|unqualified\ underlying)\ type\ '.*'(\ at\ .*)?:
  | underlying\ type\ 'struct\ wane_(options|stats|sweeper_options|sweeper_stats)'\ changed:
  | type\ size\ changed\ from\ .*
  | \d+\ data\ member\ insertions?:
  | '.*',\ at\ offset\ .*
)?\Z""", re.VERBOSE)


def complaints(header):
    """What abidiff says of a header against the baseline, but for members at the end: '' if all that programs rely on is there."""
    with tempfile.TemporaryDirectory() as name:
        done = subprocess.run(['abidiff', '--no-added-syms', BASELINE, library(header, pathlib.Path(name))],
                              stdout=subprocess.PIPE, text=True)
    if done.returncode & 3:
        raise RuntimeError(f'abidiff failed: {done.stdout}')
    return '' if all(GROWTH.match(line) for line in done.stdout.split('\n')) else done.stdout


class Interface(unittest.TestCase):
    def changed(self, before, after):
        self.assertIn(before, TEXT)
        return complaints(TEXT.replace(before, after, 1))

    def test_nothing_has_changed_since_the_last_release(self):
        self.assertEqual(complaints(TEXT), '')

    def test_new_functions_and_new_members_at_the_end_are_no_change(self):
        self.assertEqual(self.changed('void* clock_context;', 'void* clock_context; int another;'), '')
        self.assertEqual(self.changed('uint64_t wane_u64_size(', 'int wane_u64_new(void);\nuint64_t wane_u64_size('), '')

    def test_a_function_that_is_gone_is_noticed(self):
        self.assertIn('wane_u64_clear', self.changed('int wane_u64_clear(wane_u64_map* map);', ''))

    def test_a_parameter_of_another_type_is_noticed(self):
        self.assertIn('wane_u64_reserve', self.changed('wane_u64_reserve(wane_u64_map* map, size_t entries)',
                                                       'wane_u64_reserve(wane_u64_map* map, int entries)'))

    def test_a_member_in_between_is_noticed(self):
        self.assertIn('max_load_factor', self.changed('double max_load_factor;', 'int another; double max_load_factor;'))

    def test_another_value_of_an_enumerator_is_noticed(self):
        self.assertIn('WANE_CLEARED', self.changed('WANE_CLEARED = 3', 'WANE_CLEARED = 5'))


if __name__ == '__main__':
    if sys.argv[1] == '--write':
        with tempfile.TemporaryDirectory() as name:
            pathlib.Path(sys.argv[3]).write_text(described(pathlib.Path(sys.argv[2]).read_text(), pathlib.Path(name)))
    else:
        TEXT, BASELINE = pathlib.Path(sys.argv[1]).read_text(), sys.argv[2]
        unittest.main(argv=sys.argv[:1], verbosity=2)
