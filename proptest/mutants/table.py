# SPDX-License-Identifier: BSL-1.0
"""The seeded mutants and the scenarios that are to kill them, read from .toml files and checked.

A mutant:
    [[mutant]]
    name = "touch-stores"                     unique; what is kept elsewhere refers to it
    says = "Touch stores the new ..."         one sentence: what the bug is
    file = "impl/map_core.hpp"                below include/wane
    kind = "expression"                       or "statements" or "text", see seed.py
    find = 'f.node->life.change(...)'         stands once in the file, as it ships
    replace = '(f.node->life.prepare(...))'   what stands there instead
    breaks = "G5"                             guarantees, invariants, or what else is no longer true
    verdicts = ["invariant"]                  any of these kills it; spelt as explorer::name_of does
    scenario = "touch-and-erase"              of scenarios.toml; the suite decides what it really takes
    how = "..."                               why it fails there
"""
import re
import tomllib
from dataclasses import dataclass

KINDS = 'expression', 'statements', 'text'
VERDICTS = ('race', 'freed-in-guard', 'slot-misused', 'invariant', 'not-linearizable', 'wrong-events', 'wrong-structure',
            'wrong-result', 'stuck', 'assertion', 'exception', 'crash')
NAME = re.compile(r'[a-z0-9]+(-[a-z0-9]+)*')


class TableError(Exception):
    pass


@dataclass(frozen=True)
class Mutant:
    name: str
    says: str
    file: str
    kind: str
    find: str
    replace: str
    breaks: str
    verdicts: list
    scenario: str
    how: str
    number: int


@dataclass(frozen=True)
class Scenario:
    given: str
    threads: list
    preemptions: int
    stale_reads: int = 0


def made(cls, fields, name, **more):
    try:
        return cls(**fields, **more)
    except TypeError as error:
        raise TableError(f'{name}: {error}') from None


def read_scenarios(path):
    return {name: made(Scenario, fields, name) for name, fields in tomllib.loads(path.read_text()).items()}


def read_mutants(paths, scenarios):
    mutants, names = [], set()
    for path in paths:
        for fields in tomllib.loads(path.read_text())['mutant']:
            name = fields.get('name', f'{path.name}: a mutant without a name')
            m = made(Mutant, fields, name, number=len(mutants) + 1)
            if not NAME.fullmatch(name):
                raise TableError(f'{name}: a name is lower-case words with hyphens')
            if name in names:
                raise TableError(f'{name}: two mutants have this name')
            if m.kind not in KINDS:
                raise TableError(f'{name}: kind {m.kind!r} is none of {", ".join(KINDS)}')
            unknown = set(m.verdicts) - set(VERDICTS)
            if unknown or not m.verdicts:
                raise TableError(f'{name}: unknown verdict {unknown}' if unknown else f'{name}: no verdict')
            if m.scenario not in scenarios:
                raise TableError(f'{name}: no scenario is called {m.scenario}')
            names.add(name)
            mutants.append(m)
    idle = set(scenarios) - {m.scenario for m in mutants}
    if idle:
        raise TableError(f'scenarios that kill nothing: {", ".join(sorted(idle))}')
    return mutants


def cpp_string(text):
    return '"' + text.replace('\\', r'\\').replace('"', r'\"').replace('\n', ' ') + '"'
