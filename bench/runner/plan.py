# SPDX-License-Identifier: BSL-1.0
"""The order of the study: which processes run, which of them take turns, and which cells each of them measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from .catalogue import STORES, TAKE_TURNS, WORDS, WORKLOAD, Map, applies
from .options import Options

MOST_TURNS = 10
LEAST_MILLISECONDS = 20  # of a turn

T = TypeVar("T")


@dataclass(frozen=True)
class Cell:
    map: str
    workload: str
    entries: int
    threads: int
    trial: int

    @classmethod
    def of_record(cls, record: dict) -> Cell:
        return cls(record["map"], record["workload"], record["entries"], record["threads"], record["trial"])


@dataclass(frozen=True)
class Job:
    """One process: the cells of one map, word or store, trial and group."""

    map: Map
    trial: int
    group: str
    entries: int
    seconds: float
    cells: tuple[Cell, ...]

    def weight(self, cell: Cell) -> float:
        """About how many seconds the cell takes, its share of the preparation included. It only moves the bar."""
        if self.group in ("fill", "growth"):
            return cell.entries * 0.5e-6
        if self.group == "replay":
            return cell.entries * 4e-6
        if self.group == "expire":
            return self.seconds + 0.5 + cell.entries * 0.5e-6
        if self.group == "near_cache":  # with a warm-up, and each entry put into the store by itself
            return self.seconds + 0.5 + cell.entries * 50e-6 / len(self.cells)
        return self.seconds * 1.1 + cell.entries * 1e-6 / len(self.cells)

    @property
    def turns(self) -> int:
        """The slices of a cell; 0 if the process runs alone."""
        if self.group not in TAKE_TURNS:
            return 0
        return min(max(round(1000 * self.seconds) // LEAST_MILLISECONDS, 1), MOST_TURNS)

    @property
    def longest_run(self) -> float:
        """About how many seconds it runs at most until it waits for a turn, or ends."""
        if self.turns:
            return self.entries * 1e-6 + self.seconds * 1.1 / self.turns
        return sum(self.weight(cell) for cell in self.cells)

    @property
    def memory(self) -> int:
        """About how many bytes the process takes: the entries, a stream of keys for each workload, and the program."""
        if self.group == "strings":
            return self.entries * 400 + 256 * 2**20
        streams = len({cell.workload for cell in self.cells})
        # Presized maps take 87 bytes an entry at most; what grows has an old table beside the new one for a while.
        each = 110 if self.turns else 250
        return self.entries * (each + 16 * streams) + 64 * 2**20


@dataclass(frozen=True)
class Round:
    """Processes of one trial and group that are there at the same time and take turns; or one that runs alone."""

    jobs: tuple[Job, ...]
    parts: int = 1  # more if memory does not hold all of them, and this is one of so many rounds


def in_alternating_order(them: Sequence[T], number: int, numbers: int) -> list[T]:
    """Each trial, or turn, starts with another map, and every second one goes backwards, so that neither a drift of the
    machine nor the map that ran before favours the same map each time."""
    start = number * len(them) // numbers
    order = them[::-1] if number % 2 else them
    return [*order[start:], *order[:start]]


def jobs(options: Options, done: Iterable[Cell] = ()) -> list[Job]:
    """All processes of the study, without the cells that are done already."""
    finished = set(done)
    sizes = list(dict.fromkeys((workload.group, entries) for workload in options.workloads
                               for entries in options.entries_of(workload)))
    plan = []
    most_trials = max((options.trials_of(workload) for workload in options.workloads), default=0)
    for trial in range(most_trials):
        for group, entries in sizes:
            workloads = [workload for workload in options.workloads if workload.group == group
                         and entries in options.entries_of(workload) and trial < options.trials_of(workload)]
            able = tuple(map_ for map_ in (*options.maps, *WORDS.values(), *STORES.values())
                         if any(applies(workload, map_) for workload in workloads))
            for map_ in in_alternating_order(able, trial, most_trials):
                cells = [
                    Cell(map_.name, workload.name, entries, threads, trial)
                    for workload in workloads
                    if applies(workload, map_)
                    for threads in options.threads_of(workload)
                ]
                cells = [cell for cell in cells if cell not in finished]
                if cells:
                    first = WORKLOAD[cells[0].workload]
                    plan.append(Job(map_, trial, group, entries, options.seconds_of(first), tuple(cells)))
    return plan


def rounds(plan: Iterable[Job], memory: int) -> list[Round]:
    """Puts the processes together that take turns, as many as have room in so many bytes."""
    made = []
    for (_, group, _), together in groupby(plan, lambda job: (job.trial, job.group, job.entries)):
        if group not in TAKE_TURNS:
            made += [Round((job,)) for job in together]
            continue
        parts: list[list[Job]] = []
        for job in together:
            if not parts or sum(other.memory for other in parts[-1]) + job.memory > memory:
                parts.append([])
            parts[-1].append(job)
        made += [Round(tuple(part), len(parts)) for part in parts]
    return made
