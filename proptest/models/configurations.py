# SPDX-License-Identifier: BSL-1.0
"""What verify.py checks: each row is a model, its size, and what it must find.

A row without `breaks` must hold in every reachable state. A row with `breaks` plants the mistake its definitions switch
on, and the search must find that the assertion named is violated. A row with `endless` is searched for an infinite run
instead, which Spin calls a non-progress cycle. Rows with `deep` take too long for every day. Run as a program it prints
the names of the other rows, for meson, or with --deep of these.
"""
import sys
from dataclasses import dataclass, field
from typing import Optional


@dataclass(frozen=True)
class Configuration:
    name: str
    model: str
    definitions: dict = field(default_factory=dict)
    breaks: Optional[str] = None
    deep: bool = False
    endless: bool = False


def free_list(name, breaks=None, deep=False, endless=False, **definitions):
    return Configuration(f'free_list, {name}', 'free_list', definitions, breaks, deep, endless)


# Node 1 under key 1 until the clock says 1, and so on; a sorted list.
ONE = 'has(1, 1, NEVER)'
TWO = 'has(1, 1, NEVER); has(2, 2, NEVER)'
ONE_DUE = 'has(1, 1, 1)'
TWO_DUE = 'has(1, 1, 1); has(2, 2, 1)'


def entries(name, threads, start=TWO, ticks=0, breaks=None, deep=False, endless=False, **definitions):
    bodies = {f'THREAD_{i}': body for i, body in enumerate(threads, 1)}
    given = {'LIST': start, 'TICKS': ticks, **bodies, **definitions}
    return Configuration(f'list, {name}', 'list', given, breaks, deep, endless)


def earliest(name, breaks=None, deep=False, **definitions):
    return Configuration(f'earliest, {name}', 'earliest', definitions, breaks, deep)


def buckets(name, threads, start='has(1, 1); has(2, 2)', breaks=None, deep=False, endless=False, **definitions):
    bodies = {f'THREAD_{i}': body for i, body in enumerate(threads, 1)}
    given = {'LIST': start, **bodies, **definitions}
    return Configuration(f'buckets, {name}', 'buckets', given, breaks, deep, endless)


def epoch(name, breaks=None, deep=False, **definitions):
    return Configuration(f'epoch, {name}', 'epoch', definitions, breaks, deep)


# Both keys in one run of equal hashes.
SAME_HASH = {'HASH(k)': '1'}

CONFIGURATIONS = [
    free_list('two threads with two chains'),
    free_list('three threads with two chains', THREADS=3, STEPS=3),
    free_list('three threads with three chains', THREADS=3, SLOTS=3, STEPS=3, deep=True),
    free_list('two threads with three chains, for long', SLOTS=3, STEPS=6, deep=True),
    free_list('nobody tries for ever', endless=True),
    free_list('without a tag a pop takes a way on from a slot in use', breaks='S2', TAGS=1),
    free_list('without a tag two threads own one slot', breaks='S1', TAGS=1, ONLY_S1=1),
    free_list('a tag that wraps is no better than none', breaks='S1', TAGS=4, STEPS=5, ONLY_S1=1),

    earliest('a thread that gives two deadlines, against three sweeps', THREADS=1, STORES=2, SWEEPS=3),
    earliest('two threads against two sweeps'),
    earliest('two threads that give two deadlines, against a sweep', STORES=2, SWEEPS=1, deep=True),
    earliest('finds that the summary is emptied after the scan', breaks='I8', EMPTIED_AFTER_THE_SCAN=True),
    earliest('finds that the heavy fence is left out', breaks='I8', HEAVY_FENCE_OMITTED=True),
    earliest('finds that the summary is lowered by a store', breaks='I8', LOWERED_BY_A_STORE=True),
    earliest('finds that the summary is lowered before the state', breaks='I8', LOWERED_BEFORE_THE_STATE=True),

    entries('erase against erase of one key', ['erase(1)', 'erase(1)']),
    entries('erases of neighbours', ['erase(1)', 'erase(2)']),
    entries('erase against insert of its successor', ['erase(1)', 'insert(2, 3, NEVER)'], ONE),
    entries('erase against insert of one key', ['erase(2)', 'insert(2, 3, NEVER)']),
    entries('two inserts of one key, an erase before them', ['insert(2, 3, NEVER)', 'insert(2, 4, NEVER)', 'erase(1)'],
            ONE),
    entries('inserts of neighbours and an erase between', ['insert(1, 3, NEVER)', 'insert(3, 4, NEVER)', 'erase(2)'],
            'has(2, 2, NEVER)'),
    entries('three erases of neighbours', ['erase(1)', 'erase(2)', 'erase(3)'], TWO + '; has(3, 3, NEVER)'),
    entries('replace against erase', ['replace(1, 3, NEVER)', 'erase(1)']),
    entries('replace against replace', ['replace(1, 3, NEVER)', 'replace(1, 4, NEVER)']),
    entries('replace against the erase of its successor', ['replace(1, 3, NEVER)', 'erase(2)']),
    entries('replaces of neighbours', ['replace(1, 3, NEVER)', 'replace(2, 4, NEVER)']),
    entries('replace, erase and insert around one node',
            ['replace(1, 3, NEVER)', 'erase(2)', 'insert(2, 4, NEVER)']),
    entries('find against replace and erase', ['find(1)', 'replace(1, 3, NEVER)', 'erase(1)']),
    entries('erase against touch', ['erase(1)', 'touch(1, 4)'], ONE_DUE, 1),
    entries('find against touch across the deadline', ['find(1)', 'touch(1, 3)'], ONE_DUE, 4),
    entries('two finds against touch across the deadline', ['find(1)', 'touch(1, 3)', 'find(1)'], ONE_DUE, 2,
            deep=True),
    entries('touch against touch across the deadline', ['touch(1, 2)', 'touch(1, 3)'], ONE_DUE, 3),
    entries('replace across the deadline', ['replace(1, 3, 2)', 'find(1)'], ONE_DUE, 2),
    entries('replace against touch across the deadline', ['replace(1, 3, 2)', 'touch(1, 3)'], ONE_DUE, 3),
    entries('insert over an expired entry', ['insert(1, 3, NEVER)', 'find(1)', 'touch(1, 3)'], ONE_DUE, 1),
    entries('assign against erase', ['assign(1, 3, NEVER)', 'erase(1)']),
    entries('assign against expiry', ['assign(1, 3, NEVER)', 'find(1)'], TWO_DUE, 1),
    entries('sweep against touch', ['sweep(2)', 'touch(1, 3)'], TWO_DUE, 2),
    entries('sweep against find and insert', ['sweep(3)', 'find(1)', 'insert(1, 3, 1)'], ONE_DUE, 1),
    entries('sweep against replace', ['sweep(3)', 'replace(1, 3, 1)'], ONE_DUE, 2),
    entries('equal hashes, erase against insert of both', ['erase(1)', 'insert(2, 3, NEVER)', 'insert(2, 4, NEVER)'],
            ONE, **SAME_HASH),
    entries('equal hashes, keys that come and go', ['erase(1); insert(1, 3, NEVER)', 'find(1)', 'erase(2)'],
            **SAME_HASH),

    entries('erases of neighbours against an insert behind them', ['erase(1)', 'erase(2)', 'insert(3, 3, NEVER)']),
    entries('assign against assign', ['assign(1, 3, NEVER)', 'assign(1, 4, NEVER)'], ONE),
    entries('replaces of neighbours against an erase', ['replace(1, 3, NEVER)', 'replace(2, 4, NEVER)', 'erase(1)'],
            deep=True),
    entries('two assigns and an erase', ['assign(1, 3, NEVER)', 'assign(1, 4, NEVER)', 'erase(1)'], deep=True),
    entries('sweep, replace and touch', ['sweep(3)', 'replace(1, 3, 1)', 'touch(1, 3)'], ONE_DUE, 2, deep=True),
    entries('erase and insert again, twice, and a find',
            ['erase(1); insert(1, 3, NEVER)', 'erase(2); insert(2, 4, NEVER)', 'find(2)'], deep=True),
    entries('equal hashes, both keys come and go',
            ['erase(1); insert(1, 3, NEVER)', 'erase(2); insert(2, 4, NEVER)', 'find(2)'], deep=True, **SAME_HASH),
    entries('finds against touch and erase', ['find(1); find(1)', 'touch(1, 2)', 'erase(1)'], ONE_DUE, 2, deep=True),
    entries('replace, erase and insert around one node, links that count',
            ['replace(1, 3, NEVER)', 'erase(2)', 'insert(2, 4, NEVER)'], deep=True, TAG=16),

    entries('nobody tries for ever, erases of neighbours', ['erase(1)', 'erase(2)', 'insert(2, 3, NEVER)'],
            endless=True),
    entries('nobody tries for ever, replace', ['replace(1, 3, NEVER)', 'erase(2)'], endless=True),
    entries('nobody tries for ever, replace and what comes after', ['replace(1, 3, NEVER)', 'erase(2)', 'erase(1)'],
            endless=True, deep=True),
    entries('nobody tries for ever, expiry', ['assign(1, 3, 1)', 'sweep(3)'], ONE_DUE, 2, endless=True),
    entries('nobody tries for ever, expiry, three threads', ['assign(1, 3, 1)', 'find(1)', 'sweep(2)'], ONE_DUE, 1,
            endless=True, deep=True),
    entries('finds that a writer waits for who has killed', ['erase(1)', 'insert(2, 3, NEVER)'], ONE,
            breaks='non-progress cycle', endless=True, HELP_OMITTED=True),

    entries('finds that absence is reported before expiry is committed', ['find(1)', 'touch(1, 3)'], ONE_DUE, 2,
            breaks='G3', COMMIT_OMITTED=True),
    entries('finds that the clock is read before the state', ['find(1)', 'touch(1, 3)'], ONE_DUE, 2,
            breaks='G2', CLOCK_READ_FIRST=True),
    entries('finds that erase stores instead of comparing', ['erase(1)', 'erase(1)'], ONE, breaks='I4',
            ERASE_STORES=True),
    entries('finds that an erase that stores overlooks a replacement', ['erase(1)', 'replace(1, 3, NEVER)'], ONE,
            breaks='I4', ERASE_STORES=True),
    entries('finds that touch stores instead of comparing', ['touch(1, 3)', 'erase(1)'], ONE, breaks='I4',
            TOUCH_STORES=True),
    entries('finds that freezing is left out', ['erase(1)', 'insert(2, 3, NEVER)'], ONE, breaks='N1',
            FREEZE_OMITTED=True),
    entries('finds that a node is unlinked behind a removed one when freezing is left out', ['erase(1)', 'erase(2)'],
            breaks='R2', FREEZE_OMITTED=True),
    entries('finds that help takes a frozen predecessor', ['erase(2)', 'erase(1)'],
            breaks='I1', HELP_TAKES_FROZEN=True),
    entries('finds that insert takes a frozen predecessor', ['insert(2, 3, NEVER)', 'erase(1)'], ONE, breaks='I1',
            FROZEN_PREDECESSOR_TAKEN=True),
    entries('finds that the successor of a replacement is stored', ['replace(1, 3, NEVER)', 'erase(2)', 'erase(2)'],
            breaks='R2', SUCCESSOR_STORED=True),
    entries('finds that a replacement starts with an old successor', 
            ['assign(1, 3, NEVER)', 'insert(1, 4, NEVER)', 'erase(2)'], 'has(2, 2, NEVER)', breaks='R2',
            SUCCESSOR_NOT_RESET=True),
    entries('finds that every helper retires', ['erase(1)', 'insert(1, 3, NEVER)'], breaks='R1', EVERYONE_RETIRES=True),
    entries('finds that a node is retired when it is killed', ['erase(1)'], breaks='R2', RETIRE_AT_KILL=True),
    entries('finds that the dead are left linked', ['erase(1)'], breaks='Q1', DEAD_ARE_LEFT=True),
    entries('finds that readers ignore a replacement', ['replace(1, 3, NEVER)', 'find(1)'], breaks='G1',
            FORWARD_IGNORED=True),
    entries('finds that the sweep kills what is not linked yet', ['sweep(3)', 'insert(1, 3, 1)'], 'has(2, 2, NEVER)', 1,
            breaks='G5', SWEEP_DOES_NOT_LOOK_UP=True),

    buckets('two inserts that split', ['insert(3, 3)', 'insert(2, 4)'], 'has(1, 1)', GROWN=True),
    buckets('a split against the erase of what comes before and after', ['split()', 'erase(1)', 'erase(2)'],
            GROWN=True),
    buckets('a split against an insert into its place', ['split()', 'insert(2, 3)', 'find(2)'], 'has(1, 1); has(2, 3)',
            GROWN=True),
    buckets('a split against inserts on both sides', ['split()', 'insert(1, 3)', 'insert(2, 4)'], 'has(2, 3)',
            GROWN=True),
    buckets('growth under way', ['grow(); insert(3, 3)', 'insert(2, 4)', 'erase(1)'], 'has(1, 1)'),
    buckets('a shrink against insert and erase', ['shrink()', 'insert(3, 3)', 'erase(2)'], SPLIT=True),
    buckets('a shrink against find and erase', ['shrink()', 'find(3); find(2)', 'erase(2)'],
            'has(1, 1); has(2, 2); has(3, 3)', SPLIT=True),
    buckets('a shrink against the erase of what comes before', ['shrink()', 'erase(1)', 'insert(2, 3)'], 'has(1, 1)',
            SPLIT=True),
    buckets('a shrink against a split', ['shrink()', 'insert(3, 3)', 'erase(2)'], GROWN=True),
    buckets('a shrink, then growth again', ['shrink(); grow()', 'insert(3, 3); erase(2)'], SPLIT=True),
    buckets('a shrink, then growth again, against two threads',
            ['shrink(); grow()', 'insert(3, 3)', 'erase(2); find(3)'], SPLIT=True, deep=True),
    buckets('a shrink and growth against a split and an erase',
            ['shrink(); grow(); split()', 'insert(3, 3)', 'erase(2)'], GROWN=True, deep=True),
    buckets('nobody tries for ever, a shrink', ['shrink()', 'insert(3, 3)', 'erase(2)'], SPLIT=True, endless=True),
    buckets('nobody tries for ever, a split', ['split()', 'insert(3, 3)', 'erase(2)'], GROWN=True, endless=True),
    buckets('finds that an operation waits for a sentinel', ['split()', 'find(2)'], breaks='non-progress cycle',
            GROWN=True, endless=True, SENTINEL_WAITED_FOR=True),
    buckets('finds that a sentinel is ready before it is linked', ['split()'], breaks='I2', GROWN=True,
            FRESH_CLEARED_FIRST=True),
    buckets('finds that an operation starts at a fresh sentinel', ['split()', 'insert(2, 3)'], 'has(1, 1); has(2, 3)',
            'I2', GROWN=True, STARTS_AT_FRESH=True),
    buckets('finds that the first grace period is left out', ['shrink()', 'split()'], breaks='I2', GROWN=True,
            FIRST_GRACE_PERIOD_OMITTED=True),
    buckets('finds that the second grace period is left out', ['shrink()', 'find(2)'], breaks='M1', SPLIT=True,
            SECOND_GRACE_PERIOD_OMITTED=True),
    buckets('finds that the sentinel is not frozen', ['shrink()'], breaks='L1', SPLIT=True, SENTINEL_NOT_FROZEN=True),
    buckets('finds that the sentinel stays linked', ['shrink()'], breaks='L1', SPLIT=True, SENTINEL_LEFT_LINKED=True),

    epoch('a reader, a writer, one who advances'),
    epoch('twice each', READS=2, UNLINKS=2),
    epoch('two readers', READERS=2, ADVANCES=3),
    epoch('two writers', WRITERS=2, ADVANCES=3),
    epoch('two advance at once', ADVANCERS=2, ADVANCES=2),
    epoch('two advance at once, for longer', ADVANCERS=2, ADVANCES=3, deep=True),
    epoch('two readers and two writers', READERS=2, WRITERS=2, ADVANCES=2, deep=True),
    epoch('finds that one epoch is too few', breaks='F1', FREE_AFTER_ONE=True),
    epoch('finds that the stamp is what the guard announced', breaks='F1', STAMP_FROM_ANNOUNCEMENT=True),
    epoch('finds that the stamp is taken before unlinking', breaks='F1', STAMP_BEFORE_UNLINKING=True),
    epoch('finds that an advance skips a thread', breaks='F1', ADVANCE_SKIPS_ONE=True),
    epoch('finds that the heavy fence is left out', breaks='F1', HEAVY_FENCE_OMITTED=True),
    epoch('finds that advance stores the epoch', breaks='F1', ADVANCE_STORES=True, ADVANCERS=2, ADVANCES=3),
]

if __name__ == '__main__':
    print(*(c.name for c in CONFIGURATIONS if c.deep == (sys.argv[1:] == ['--deep'])), sep='\n')
