# SPDX-License-Identifier: BSL-1.0
"""covered.py [--into FILE] BUILD: which lines and branches of include/ and src/ the tests have met that were run in a build
with -Db_coverage=true; a table, and the lines that were not met. With --into the sums of each folder go into FILE, too,
between these two lines:

    <!-- coverage: begin -->
    <!-- coverage: end -->

Branches that an exception takes and those that the compiler adds are left out. So are programs compiled from headers that
hold mutants: their lines are those of the library, and what they do is not.
"""
import argparse
import itertools
import json
import pathlib
import subprocess
import sys

import marked

HOLD_MUTANTS = r'.*(mutat|mutant|drawn_fails|planted).*'
ROOT = pathlib.Path(__file__).parents[1]


def collected(build):
    """gcovr's report of each file."""
    run = subprocess.run(
        ['gcovr', '--root', ROOT, '--object-directory', build, build, '--filter', f'{ROOT}/include/', '--filter',
         f'{ROOT}/src/', '--exclude-directories', HOLD_MUTANTS, '--exclude-throw-branches',
         '--exclude-unreachable-branches', '--gcov-ignore-parse-errors', '--json', '-'],
        stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f'covered.py: gcovr: status {run.returncode}')
    return json.loads(run.stdout)['files']


def ranges(numbers):
    """Numbers in ascending order, as people write them: 3, 7-9."""
    parts = []
    for n in numbers:
        if parts and parts[-1][1] == n - 1:
            parts[-1][1] = n
        else:
            parts.append([n, n])
    return ', '.join(str(a) if a == b else f'{a}-{b}' for a, b in parts)


class File:
    def __init__(self, report):
        self.name = report['file']
        # A line of a template may be there once an instance.
        counts, branches = {}, {}
        for line in report['lines']:
            number = line['line_number']
            if line.get('gcovr/noncode'):
                continue
            counts[number] = counts.get(number, 0) + line['count']
            for i, branch in enumerate(line['branches']):
                branches[number, i] = branches.get((number, i), 0) + branch['count']
        self.lines, self.lines_met = len(counts), sum(n > 0 for n in counts.values())
        self.branches, self.branches_met = len(branches), sum(n > 0 for n in branches.values())
        self.missed = sorted(number for number, n in counts.items() if n == 0)


def percent(part, whole):
    return f'{100 * part / whole:.1f}%' if whole else '-'


def summed(files):
    return [sum(getattr(f, of) for f in files) for of in ('lines', 'lines_met', 'branches', 'branches_met')]


def by_folder(files):
    """In Markdown."""
    rows = [(folder, *summed(list(within)))
            for folder, within in itertools.groupby(sorted(files, key=folder_of), key=folder_of)]
    return '| folder | lines | met | branches | met |\n| --- | ---: | ---: | ---: | ---: |\n' + ''.join(
        f'| {name} | {lines:,} | {percent(met, lines)} | {branches:,} | {percent(branches_met, branches)} |\n'
        for name, lines, met, branches, branches_met in [*rows, ('all', *summed(files))])


def folder_of(file):
    return str(pathlib.PurePath(file.name).parent)


def shown(files):
    width = max(len(f.name) for f in files)
    rows = [f'{"file":<{width}}{"lines":>8}{"met":>8}{"branches":>10}{"met":>8}']
    sums = summed(files)
    for name, lines, met, branches, branches_met in [
            *((f.name, f.lines, f.lines_met, f.branches, f.branches_met) for f in files), ('all', *sums)]:
        rows.append(f'{name:<{width}}{lines:>8}{percent(met, lines):>8}{branches:>10}{percent(branches_met, branches):>8}')
    rows.append('\nlines not met:')
    rows += [f'  {f.name}: {ranges(f.missed)}' for f in files if f.missed] or ['  none']
    return '\n'.join(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--into', type=pathlib.Path)
    parser.add_argument('build', type=pathlib.Path)
    args = parser.parse_args()
    files = sorted((File(report) for report in collected(args.build.resolve())), key=lambda f: f.name)
    files = [f for f in files if f.lines]
    if not files:
        sys.exit('covered.py: nothing was compiled for coverage there')
    print(shown(files))
    if args.into is None:
        return
    try:
        args.into.write_text(marked.replaced(args.into.read_text(), 'coverage', by_folder(files)))
    except (OSError, ValueError) as error:
        sys.exit(f'covered.py: {error}')


if __name__ == '__main__':
    main()
