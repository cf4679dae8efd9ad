# SPDX-License-Identifier: BSL-1.0
"""What proptest/check asks about meson's build directories.

summary.py DIRECTORY...            shows what failed there and a table, and ends with "N passed, M failed"
summary.py --run PROGRAM DIRECTORY runs PROGRAM, too, which counts for itself: the last line that it prints is such a one
summary.py --names RE DIRECTORY    the names of the tests that RE matches, one a line

A test program that prints "passed  NAME  (0.1 s)" or "FAILED  NAME  (0.1 s)" for each test in it (support/harness.hpp)
counts as that many; any other counts as one, and so does one that fails outside its named tests: by a crash, a
sanitizer's report, a timeout.
A directory without a log, where building failed, counts as one failure.
"""
import json
import pathlib
import re
import subprocess
import sys
import time
from collections import Counter

TAIL = 60
# Not anchored at the start of a line: what a failing test printed before may not have ended its own.
NAMED = re.compile(r'(passed|FAILED)  (\S.*)  \(\S+ s\)$', re.MULTILINE)


VERDICT = re.compile(r'(\d+) passed, (\d+) failed')


def output(record):
    return (record.get('stdout') or '') + (record.get('stderr') or '')


def count(record):
    if record['result'] == 'SKIP':
        return Counter(skipped=1)
    named = Counter(verdict for verdict, _ in NAMED.findall(output(record)))
    passed, failed = named['passed'], named['FAILED']
    if record['result'] == 'OK':
        passed = passed or 1
    else:
        failed = failed or 1
    return Counter(passed=passed, failed=failed)


def run(program):
    """Runs a program that counts for itself, showing what it prints. Returns a row of the table."""
    name, began, last = program.name, time.monotonic(), ''
    print(f'== {name}: running', flush=True)
    try:
        with subprocess.Popen([program], stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                print(line, end='', flush=True)
                last = line
    except OSError as error:
        print(f'== {name}: {error}')
        return name, 0, 1, 0, 0.0
    verdict = VERDICT.fullmatch(last.strip())
    passed, failed = map(int, verdict.groups()) if verdict else (0, 1)
    if process.returncode != 0 and failed == 0:
        failed = 1
    if not verdict or failed:
        print(f'== {name}: status {process.returncode}' + ('' if verdict else ', and nothing counted'))
    return name, passed, failed, 0, time.monotonic() - began


def summarize(directories, program=None):
    total, table = Counter(), []
    for directory in directories:
        build = directory.name.removeprefix('check-')
        log = directory / 'meson-logs/testlog.json'
        if not log.exists():
            print(f'\n== {build}: did not build')
            table.append((build, 0, 1, 0, 0.0))
            total['failed'] += 1
            continue
        sums, seconds = Counter(), 0.0
        for line in log.read_text().splitlines():
            record = json.loads(line)
            counts = count(record)
            sums += counts
            seconds += record['duration']
            if counts['failed']:
                tail = output(record).splitlines()[-TAIL:]
                names = [f'FAILED  {name}' for verdict, name in NAMED.findall(output(record)) if verdict == 'FAILED']
                print(f'\n== {build}: {record["name"].split(" / ")[-1]}: {record["result"]}', *names, '', *tail,
                      sep='\n   ')
        table.append((build, sums['passed'], sums['failed'], sums['skipped'], seconds))
        total += sums

    if program is not None:
        table.append(run(program))
        total.update(passed=table[-1][1], failed=table[-1][2])

    print(f'\n{"build":<24}{"passed":>8}{"failed":>8}{"skipped":>8}{"seconds":>9}')
    for build, passed, failed, skipped, seconds in table:
        print(f'{build:<24}{passed:>8}{failed:>8}{skipped:>8}{seconds:>9.1f}')
    if not total['passed'] and not total['failed']:
        print('\nno test was run')
    print(f'\n{total["passed"]} passed, {total["failed"]} failed')
    return 1 if total['failed'] or not total['passed'] else 0


def names(pattern, directory):
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        print(f'summary.py: {pattern!r} is not a regular expression: {error}', file=sys.stderr)
        return 2
    tests = json.loads((directory / 'meson-info/intro-tests.json').read_text())
    print(*(test['name'] for test in tests if wanted.search(test['name'])), sep='\n')
    return 0


if __name__ == '__main__':
    if sys.argv[1] == '--names':
        sys.exit(names(sys.argv[2], pathlib.Path(sys.argv[3])))
    if sys.argv[1] == '--run':
        sys.exit(summarize([pathlib.Path(argument) for argument in sys.argv[3:]], pathlib.Path(sys.argv[2])))
    sys.exit(summarize([pathlib.Path(argument) for argument in sys.argv[1:]]))
