# SPDX-License-Identifier: BSL-1.0
"""The lines by which tests say how much they have done, and their sums.

    counted pairs on one key: programs=253 explorations=253 complete=253 schedules=1200 steps=90000 seconds=1.5 per_second=800
"""
import json
import re
from collections import Counter

LINE = re.compile(r'^counted (.+): ((?:\w+=[-+.\w]+ ?)+)$', re.MULTILINE)
# Rates do not add up: whoever shows one divides.
RATE = 'per_second'


def lines(text):
    """Yields (subject, {key: number}) for each such line."""
    for subject, pairs in LINE.findall(text):
        counts = {key: float(value) for key, value in (pair.split('=') for pair in pairs.split())}
        counts.pop(RATE, None)
        yield subject, counts


def add(sums, text):
    """Adds what `text` counts to `sums`, a dictionary of Counters by subject, in the order of appearance."""
    for subject, counts in lines(text):
        sums.setdefault(subject, Counter()).update(counts)


def of_builds(directories):
    """The sums over the last run of the tests of meson's build directories. Raises OSError if one has not run any."""
    sums = {}
    for directory in directories:
        for line in (directory / 'meson-logs/testlog.json').read_text().splitlines():
            record = json.loads(line)
            add(sums, (record.get('stdout') or '') + (record.get('stderr') or ''))
    return sums


def number(value):
    """As people write it."""
    return f'{value:,.0f}' if value == int(value) or value >= 1000 else f'{value:,.2f}'
