# SPDX-License-Identifier: BSL-1.0
"""deep.py --seconds N --logs DIRECTORY BUILD...

Runs the tests that can use any amount of time, of each of meson's build directories, for N seconds on all cores: again and
again, each run with a seed of its own. The suite that has had least time goes on; the tests of a suite take turns, and each
is given twice the work of its last turn, to a limit. A test that fails is not run again, and the others go on; what runs
when the time is over is cut off, which is no failure. Of the models only the configurations run that take too long for every
day, once each: nothing in them is drawn.

Tests are told by WANE_DEEP=1 that they may look further than they would in passing. WANE_SEED and WANE_STRESS are what the
log says: DIRECTORY/runs.txt has a line a run, and DIRECTORY holds what each test said last.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

import counted
import summary

# `seeded` are those of other suites that draw what they do.
SUITES = ('explorer', 'scenarios', 'torture', 'properties', 'stress', 'lifecycles', 'linearizability', 'seeded', 'fuzz',
          'models')
# Their programs consist of named tests (support/harness.hpp), which are run one by one.
OF_NAMED_TESTS = frozenset(SUITES) - {'fuzz', 'models'}
MOST_WORK = 16
# A timeout is there for what hangs, and tests that look further take longer than in passing.
MORE_PATIENCE = 4
BIG_MODEL_SECONDS = 1800


class Unit:
    """What is run at once."""

    def __init__(self, directory, suite, test, named):
        build = directory.name.removeprefix('check-')
        self.name = f'{build} {test["name"]}' + (f": {named}" if named else '')
        self.suite = suite
        self.command = test['cmd'] + ([named] if named else [])
        self.environment = test['env']
        # Where meson runs tests; commands may be relative to it.
        self.directory = test.get('workdir') or directory
        self.patience = (test['timeout'] or 600) * MORE_PATIENCE
        self.work = 1
        self.is_drawn = suite != 'models'
        # ThreadSanitizer of this age cannot start where addresses are random (proptest/check).
        self.launcher = 'setarch -R ' if build.split('-')[0] == 'thread' else ''

    def log_name(self):
        return re.sub(r'[^\w.-]+', '-', self.name).strip('-')[:180] + '.txt'


def named_tests(test, directory):
    listed = subprocess.run(test['cmd'] + ['--list'], env=os.environ | test['env'], cwd=directory, timeout=60,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return listed.stdout.splitlines() if listed.returncode == 0 else []


def big_models(directory, tests):
    """Of a test that has verify.py check one configuration, the same for each that is no test."""
    test = next((t for t in tests if any(word.endswith('verify.py') for word in t['cmd'])), None)
    if test is None:
        return
    verify = next(word for word in test['cmd'] if word.endswith('verify.py'))
    names = subprocess.run([sys.executable, '-B', directory / verify.replace('verify.py', 'configurations.py'), '--deep'],
                           check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    name_at = test['cmd'].index('--') - 1
    for name in names:
        cmd = [*test['cmd'][:name_at], name, *test['cmd'][name_at + 1:]]
        yield Unit(directory, 'models', {**test, 'name': name, 'cmd': cmd, 'timeout': BIG_MODEL_SECONDS}, None)


def units(directories):
    """By suite."""
    found = collections.defaultdict(collections.deque)
    for directory in directories:
        tests = json.loads((directory / 'meson-info/intro-tests.json').read_text())
        found['models'].extend(big_models(directory, tests))
        for test in tests:
            suite = next((s for s in SUITES if any(name.split(':')[-1] == s for name in test['suite'])), None)
            # Tests that must run alone measure time, and do not belong here.
            if suite in (None, 'models') or not test.get('is_parallel', True):
                continue
            named = named_tests(test, directory) if suite in OF_NAMED_TESTS else []
            found[suite].extend(Unit(directory, suite, test, n) for n in named or [None])
    return found


class Runs:
    """All the runs, by several threads."""

    def __init__(self, waiting, seconds, logs, stress):
        self.waiting = {suite: collections.deque(queue) for suite, queue in waiting.items()}
        self.end = time.monotonic() + seconds
        self.logs = logs
        self.stress = stress
        self.spent = dict.fromkeys(waiting, 0.0)
        self.runs = collections.Counter()
        self.cut_off = collections.Counter()
        self.counts = {suite: {} for suite in waiting}
        self.total = collections.Counter()
        self.failed = []
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            ready = [suite for suite, queue in self.waiting.items() if queue]
            if not ready:
                return None
            suite = min(ready, key=self.spent.get)
            # Charged as it begins, so that two threads do not both choose it; put right when it ends.
            self.spent[suite] += 1
            return self.waiting[suite].popleft()

    def work(self):
        while (left := self.end - time.monotonic()) > 0 and (unit := self.take()) is not None:
            self.run(unit, left)

    def run(self, unit, left):
        settings = {'WANE_SEED': str(random.randrange(2**32)), 'WANE_STRESS': f'{self.stress * unit.work:g}',
                    'WANE_DEEP': '1'}
        patience = unit.patience * max(1, self.stress * unit.work)
        began = time.monotonic()
        process = subprocess.Popen(unit.command, env=os.environ | unit.environment | settings, cwd=unit.directory,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace',
                                   start_new_session=True)
        timed_out = False
        try:
            said = process.communicate(timeout=min(left, patience))[0]
        except subprocess.TimeoutExpired:
            timed_out = True
            os.killpg(process.pid, signal.SIGKILL)
            said = process.communicate()[0]
        took = time.monotonic() - began
        result = 'OK' if process.returncode == 0 else 'SKIP' if process.returncode == 77 else 'FAIL'
        if timed_out:
            result = 'CUT OFF' if left <= patience else 'TIMEOUT'
        replay = (f'cd {unit.directory} && ' + ' '.join(f'{k}={v}' for k, v in settings.items()) +
                  f' {unit.launcher}{shlex.join(unit.command)}')
        with self.lock:
            self.note(unit, result, took, said, replay)

    def note(self, unit, result, took, said, replay):
        (self.logs / unit.log_name()).write_text(f'{replay}\n{said}')
        with open(self.logs / 'runs.txt', 'a') as log:
            log.write(f'{result:<8}{took:9.1f} s  {replay}\n')
        self.spent[unit.suite] += took - 1
        self.runs[unit.suite] += 1
        counted.add(self.counts[unit.suite], said)
        failed_so_far = any(verdict == 'FAILED' for verdict, _ in summary.NAMED.findall(said))
        if result == 'CUT OFF' and not failed_so_far:
            self.cut_off[unit.suite] += 1
            return
        counts = summary.count({'result': result, 'stdout': said})
        self.total += counts
        if counts['failed']:
            self.failed.append(unit.name)
            tail = said.splitlines()[-summary.TAIL:]
            print(f'\n== {unit.name}: {result}', *tail, f'replay with: {replay}', sep='\n   ', flush=True)
            return
        if unit.is_drawn:
            unit.work = min(unit.work * 2, MOST_WORK)
            self.waiting[unit.suite].append(unit)

    def show(self):
        print(f'\n{"suite":<14}{"runs":>8}{"cut off":>9}{"seconds":>10}')
        for suite in self.waiting:
            print(f'{suite:<14}{self.runs[suite]:>8}{self.cut_off[suite]:>9}{self.spent[suite]:>10.1f}')
            for subject, counts in self.counts[suite].items():
                print(f'    {subject}: ' + ', '.join(f'{key} {counted.number(n)}' for key, n in counts.items()))
        for name in self.failed:
            print(f'FAILED  {name}')
        print(f'\n{self.total["passed"]} passed, {self.total["failed"]} failed')
        return 1 if self.total['failed'] or not self.total['passed'] else 0


def run(waiting, seconds, logs, stress):
    runs = Runs(waiting, seconds, logs, stress)
    workers = [threading.Thread(target=runs.work) for _ in range(os.cpu_count() or 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return runs.show()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seconds', type=float, required=True)
    parser.add_argument('--logs', type=pathlib.Path, required=True)
    parser.add_argument('builds', type=pathlib.Path, nargs='+')
    args = parser.parse_args()
    args.logs.mkdir(parents=True, exist_ok=True)
    for old in args.logs.glob('*.txt'):
        old.unlink()
    waiting = units(args.builds)
    print(f'== {sum(map(len, waiting.values()))} tests for {args.seconds:g} seconds; logs in {args.logs}', flush=True)
    return run(waiting, args.seconds, args.logs, float(os.environ.get('WANE_STRESS', 1)))


if __name__ == '__main__':
    sys.exit(main())
