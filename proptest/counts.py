# SPDX-License-Identifier: BSL-1.0
"""counts.py [--into FILE] BUILD...

Collects what the tests of the last run in meson's build directories counted (see counted.py) into a Markdown table, and
prints it, or puts it between these two lines of FILE:

    <!-- counts: begin -->
    <!-- counts: end -->
"""
import argparse
import pathlib
import sys

import counted
import marked


def schedules(counts):
    seconds = counts.get('seconds', 0)
    rate = counted.number(round(counts['schedules'] / seconds)) if seconds > 0 else ''
    return [rate, extent(counts)]


# A table for each way of counting: what it goes by, its columns, and those that are computed.
TABLES = (
    ('schedules', ('programs', 'schedules', 'steps', 'seconds'), ('schedules a second', 'explored'), schedules),
    ('states', ('models', 'states', 'transitions', 'seconds'), (), lambda counts: []),
    ('histories', ('histories', 'calls', 'keys', 'overlapping', 'seconds'), (), lambda counts: []),
    ('visits', ('configurations', 'visits', 'looks', 'updates', 'threads', 'seconds'), (), lambda counts: []),
)


def table(sums):
    made = []
    for key, columns, computed, compute in TABLES:
        of_kind = {subject: counts for subject, counts in sums.items() if key in counts}
        if not of_kind:
            continue
        rows = [['subject', *columns, *computed],
                ['---', *['---:'] * (len(columns) + max(len(computed) - 1, 0)), *['---'] * min(len(computed), 1)]]
        rows += [[subject, *(counted.number(counts[column]) if column in counts else '' for column in columns), *compute(counts)]
                 for subject, counts in of_kind.items()]
        made.append(''.join(f'| {" | ".join(row)} |\n' for row in rows))
    return '\n'.join(made)


def extent(counts):
    """How far the explorations went: an exploration ends when nothing is left or when it is cut off."""
    if 'complete' not in counts:
        return 'sampled'
    if counts['complete'] == counts['explorations']:
        return 'to the end'
    return f'{counted.number(counts["complete"])} of {counted.number(counts["explorations"])} to the end, others cut off'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--into', type=pathlib.Path)
    parser.add_argument('builds', type=pathlib.Path, nargs='+')
    args = parser.parse_args()
    try:
        made = table(counted.of_builds(args.builds))
        if args.into is None:
            print(made, end='')
        else:
            args.into.write_text(marked.replaced(args.into.read_text(), 'counts', made))
    except (OSError, ValueError) as error:
        sys.exit(f'counts.py: {error}')


if __name__ == '__main__':
    main()
