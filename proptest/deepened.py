# SPDX-License-Identifier: BSL-1.0
"""deepened.py LOG --into FILE: what `proptest/check --deep` said in the end, as a table between these two lines of FILE:

    <!-- deep: begin -->
    <!-- deep: end -->

A run that failed, or was broken off, is no figure of anything and is refused.
"""
import argparse
import pathlib
import re
import sys

import marked

BEGAN = re.compile(r'^== (\d+) tests for (\d+) seconds;', re.MULTILINE)
SUITE = re.compile(r'^(\w+) +(\d+) +(\d+) +([\d.]+)$', re.MULTILINE)
ENDED = re.compile(r'^(\d+) passed, (\d+) failed$', re.MULTILINE)


class LogError(Exception):
    """The log is not that of a run that went well."""


def table(log):
    began, ended = BEGAN.search(log), ENDED.search(log)
    if began is None or ended is None:
        raise LogError('it is no log of a deep run that came to its end')
    if ended[2] != '0':
        raise LogError(f'{ended[2]} failed')
    suites = SUITE.findall(log[began.end():ended.start()])
    rows = [f'| {suite} | {int(runs):,} | {float(seconds):,.0f} |' for suite, runs, _, seconds in suites]
    total = f'| **all**, in {int(began[2]):,} seconds on all cores | {sum(int(runs) for _, runs, _, _ in suites):,} | '
    total += f'{sum(float(seconds) for *_, seconds in suites):,.0f} |'
    return '\n'.join(['| suite | runs | seconds |', '| --- | ---: | ---: |', *rows, total, '',
                      f'{int(ended[1]):,} tests passed, none failed.', ''])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('log', type=pathlib.Path)
    parser.add_argument('--into', type=pathlib.Path, required=True)
    args = parser.parse_args()
    try:
        args.into.write_text(marked.replaced(args.into.read_text(), 'deep', table(args.log.read_text())))
    except (LogError, ValueError) as error:
        sys.exit(f'deepened.py: {error}')


if __name__ == '__main__':
    main()
