# SPDX-License-Identifier: BSL-1.0
"""count.py PROGRAM [--into FILE | --check FILE]

Counts what the hot operations of a map take, in instructions (PROGRAM is operations.cpp, run by callgrind), and prints them
as a Markdown table, or puts it between these two lines of FILE, or holds it against what stands there:

    <!-- instructions: begin -->
    <!-- instructions: end -->

A count is not a time: it is the same on every machine, whatever else that does, and says at once where a change made a path
longer. It depends on the compiler, which the table names; with another one --check does nothing, and exits with 77 (skipped).
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

BEGIN, END = '<!-- instructions: begin -->', '<!-- instructions: end -->'
TOLERANCE = 0.05
SKIPPED = 77


def counted(program):
    """The compiler's version, and {operation: {reclaimer: instructions a call}}, those of the loop around it taken off."""
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory) / 'out'
        run = subprocess.run(['valgrind', '--tool=callgrind', '--collect-atstart=no', f'--callgrind-out-file={out}', program],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(f'count.py: {program} failed under callgrind:\n{run.stderr}')
        dumps = [out.with_suffix(f'.{number}').read_text() for number in range(1, len(list(out.parent.iterdir())))]
    counts = {}
    for dump in dumps:
        name = re.search(r'^desc: Trigger: Client Request: (\S+) (.+) (\d+)$', dump, re.MULTILINE)
        if name:
            total = int(re.search(r'^(?:totals|summary): (\d+)$', dump, re.MULTILINE)[1])
            counts.setdefault(name[2], {})[name[1]] = total / int(name[3])
    around = counts.pop('nothing')
    for of_operation in counts.values():
        for reclaimer in of_operation:
            of_operation[reclaimer] -= around[reclaimer]
    return run.stdout.strip(), counts


def table(compiler, counts):
    reclaimers = list(dict.fromkeys(reclaimer for of_operation in counts.values() for reclaimer in of_operation))
    rows = [[f'g++ {compiler}', *reclaimers], ['---', *['---:'] * len(reclaimers)]]
    rows += [[operation, *(f'{counts[operation][reclaimer]:.0f}' if reclaimer in counts[operation] else ''
                           for reclaimer in reclaimers)] for operation in sorted(counts)]
    return ''.join(f'| {" | ".join(row)} |\n' for row in rows)


def read(text):
    """What `table` wrote."""
    header, _, *rows = [[cell.strip() for cell in line[1:-1].split('|')] for line in text.strip().splitlines()]
    return header[0].removeprefix('g++ '), {
        row[0]: {reclaimer: float(cell) for reclaimer, cell in zip(header[1:], row[1:]) if cell} for row in rows}


def differences(was, now):
    """A line for each count that is further off than it may be, in either direction: a gain is to be written down, too."""
    found = []
    for operation in sorted(was.keys() | now.keys()):
        before, after = was.get(operation, {}), now.get(operation, {})
        for reclaimer in sorted(before.keys() | after.keys()):
            if reclaimer not in before or reclaimer not in after:
                found.append(f'{operation}, {reclaimer}: only in {"the table" if reclaimer in before else "the program"}')
            elif abs(after[reclaimer] - before[reclaimer]) > max(TOLERANCE * before[reclaimer], 1):
                found.append(f'{operation}, {reclaimer}: {after[reclaimer]:.0f} instructions, {before[reclaimer]:.0f} in the table')
    return found


def parts(file):
    text = file.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f'{file}: the lines {BEGIN} and {END} must stand there once each, in this order')
    before, rest = text.split(BEGIN)
    between, after = rest.split(END)
    return before, between, after


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    where = parser.add_mutually_exclusive_group()
    where.add_argument('--into', type=pathlib.Path)
    where.add_argument('--check', type=pathlib.Path)
    args = parser.parse_args()
    compiler, now = counted(args.program)
    try:
        if args.into:
            before, _, after = parts(args.into)
            args.into.write_text(f'{before}{BEGIN}\n{table(compiler, now)}{END}{after}')
        elif args.check:
            compiled_by, was = read(parts(args.check)[1])
            if compiler != compiled_by:
                print(f'the table is of g++ {compiled_by}, this is {compiler}')
                sys.exit(SKIPPED)
            found = differences(was, now)
            print('\n'.join(found) or f'{len(was)} operations are within {TOLERANCE:.0%}')
            if found:
                sys.exit(f'count.py: if that is meant, say so with --into {args.check}')
        else:
            print(table(compiler, now), end='')
    except (OSError, ValueError) as error:
        sys.exit(f'count.py: {error}')


if __name__ == '__main__':
    main()
