# SPDX-License-Identifier: BSL-1.0
"""seed.py --headers DIR --tree DIR --table FILE --depfile FILE --scenarios TOML MUTANTS.toml...

Writes a copy of the headers in which every mutated fragment is a choice at run time (mutant schemata, R. H. Untch,
A. J. Offutt, M. J. Harrold, ISSTA 1993), so that one program holds all mutants, and `selected_mutant` says which is active:

    expression   (mutant(7) ? (its text) : mutant(8) ? (its text) : (what ships))
    statements   { if (mutant(7)) { its text } else { what ships } }      declarations inside are not visible behind
    text         its text as it is, for all that the others cannot do; MUTANT in it stands for mutant(7)

Mutants may share a fragment (not by "text"); fragments that overlap otherwise are refused. No line moves: the copy names
the header that ships, and its lines, in diagnostics and in std::source_location. Every header with a mutant in it includes
the table, a generated file, so that a build knows what to compile again.
"""
import argparse
import pathlib
import sys
from itertools import groupby

import table
from table import TableError, cpp_string

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'lint'))
from source import Source  # noqa: E402: the lint's parser

CALL = '::proptest::mutant({})'


class SeedError(TableError):
    pass


def one_line(mutant):
    if '//' in mutant.replace:
        raise SeedError(f'{mutant.name} ({mutant.file}): a // comment in the replacement would swallow what follows')
    return ' '.join(mutant.replace.split('\n'))


def place(mutant, text, code):
    count = text.count(mutant.find)
    if count != 1 or not mutant.find:
        raise SeedError(f'{mutant.name} ({mutant.file}): the fragment stands {count} times in the file, not once')
    start = text.index(mutant.find)
    end = start + len(mutant.find)
    if mutant.find != mutant.find.strip() or code[start] != text[start] or code[end - 1] != text[end - 1]:
        raise SeedError(f'{mutant.name} ({mutant.file}): the fragment begins or ends with a comment, a literal or space')
    return start, end


def choice(fragment, mutants):
    """The text of a fragment with its mutants, on as many lines."""
    kind = mutants[0].kind
    if any(m.kind != kind for m in mutants) or (kind == 'text' and len(mutants) > 1):
        raise SeedError(f'{", ".join(m.name for m in mutants)} ({mutants[0].file}): '
                        'only expressions, or only statements, can share a fragment')
    if kind == 'text':
        [m] = mutants
        if m.replace.count('\n') != fragment.count('\n') or 'MUTANT' not in m.replace:
            raise SeedError(f'{m.name} ({m.file}): text must keep the number of lines and say MUTANT')
        return m.replace.replace('MUTANT', CALL.format(m.number))
    if kind == 'expression':
        return '(' + ''.join(f'{CALL.format(m.number)} ? ({one_line(m)}) : ' for m in mutants) + f'({fragment}))'
    return '{ ' + ''.join(f'if ({CALL.format(m.number)}) {{ {one_line(m)} }} else ' for m in mutants) + f'{{ {fragment} }} }}'


def seeded(text, mutants):
    """`text` with the mutants in it."""
    code = Source('', text).code
    places = sorted(((place(m, text, code), m) for m in mutants), key=lambda p: (p[0], p[1].number))
    result, at, last = [], 0, None
    for (start, end), group in groupby(places, key=lambda p: p[0]):
        group = [m for _, m in group]
        if start < at:
            raise SeedError(f'{group[0].name} ({group[0].file}): its fragment overlaps that of {last.name}')
        result += text[at:start], choice(text[start:end], group)
        at, last = end, group[-1]
    return ''.join(result) + text[at:]


def row(mutant, line):
    strings = [mutant.name, mutant.says, f'wane/{mutant.file}']
    more = [mutant.breaks, ' '.join(mutant.verdicts), mutant.scenario]
    return ', '.join([str(mutant.number), *map(cpp_string, strings), str(line), *map(cpp_string, more)])


def write_table(path, mutants, texts):
    lines = [texts[m.file].count('\n', 0, texts[m.file].index(m.find)) + 1 for m in mutants]
    path.write_text(
        '// Written by proptest/mutants/seed.py.\n#pragma once\n\n'
        '#include <mutants/mutant.hpp>\n#include <mutants/selected.hpp>\n\nnamespace proptest {\n\n'
        'inline constexpr seeded_mutant seeded_mutants[] = {\n'
        + ''.join(f'    {{{row(m, line)}}},\n' for m, line in zip(mutants, lines))
        + '};\n\n}  // namespace proptest\n')


def seed(headers, tree, table_path, mutants):
    """Returns the headers read."""
    texts = {str(p.relative_to(headers)): p.read_text() for p in sorted(headers.rglob('*.hpp'))}
    for m in mutants:
        if m.file not in texts:
            raise SeedError(f'{m.name} ({m.file}): there is no such header')
    for name, text in texts.items():
        here = [m for m in mutants if m.file == name]
        include = f'#include <{table_path.name}>\n' if here else ''
        out = tree / headers.name / name
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(f'{include}#line 1 "{headers / name}"\n{seeded(text, here)}')
    write_table(table_path, mutants, texts)
    return [headers / name for name in texts]


def main():
    parser = argparse.ArgumentParser()
    for name in 'headers', 'tree', 'table', 'depfile', 'scenarios':
        parser.add_argument(f'--{name}', type=pathlib.Path, required=True)
    parser.add_argument('mutants', type=pathlib.Path, nargs='+')
    args = parser.parse_args()
    try:
        mutants = table.read_mutants(args.mutants, table.read_scenarios(args.scenarios))
        read = seed(args.headers, args.tree, args.table, mutants)
    except TableError as error:
        sys.exit(f'seed.py: {error}')
    args.depfile.write_text(f'{args.table}: {" ".join(map(str, read))}\n')


if __name__ == '__main__':
    main()
