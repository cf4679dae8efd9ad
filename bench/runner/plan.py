# SPDX-License-Identifier: BSL-1.0
"""The order of the study: which processes run, and which cells each of them measures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .catalogue import WORDS, WORKLOAD, Map, applies
from .options import Options


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
    """One process: the cells of one map or word, trial and group."""

    map: Map
    trial: int
    group: str
    entries: int
    seconds: float
    cells: tuple[Cell, ...]

    def weight(self, cell: Cell) -> float:
        """About how many seconds the cell takes, its share of the preparation included. It only moves the bar."""
        if self.group == "fill":
            return cell.entries * 0.5e-6
        if self.group == "replay":
            return cell.entries * 4e-6
        if self.group == "expire":
            return self.seconds + 0.5 + cell.entries * 0.5e-6
        return self.seconds * 1.1 + cell.entries * 1e-6 / len(self.cells)


def in_alternating_order(maps: tuple[Map, ...], trial: int, trials: int) -> list[Map]:
    """Each trial starts with another map, and every second one goes backwards, so that neither a drift of the machine
    nor the map that ran before favours the same map each time."""
    start = trial * len(maps) // trials
    order = maps[::-1] if trial % 2 else maps
    return [*order[start:], *order[:start]]


def jobs(options: Options, done: Iterable[Cell] = ()) -> list[Job]:
    """All processes of the study, without the cells that are done already."""
    finished = set(done)
    groups = list(dict.fromkeys(workload.group for workload in options.workloads))
    plan = []
    most_trials = max((options.trials_of(workload) for workload in options.workloads), default=0)
    for trial in range(most_trials):
        for group in groups:
            workloads = [workload for workload in options.workloads
                         if workload.group == group and trial < options.trials_of(workload)]
            able = tuple(map_ for map_ in (*options.maps, *WORDS.values())
                         if any(applies(workload, map_) for workload in workloads))
            for map_ in in_alternating_order(able, trial, most_trials):
                cells = [
                    Cell(map_.name, workload.name, options.entries_of(workload), threads, trial)
                    for workload in workloads
                    if applies(workload, map_)
                    for threads in options.threads_of(workload)
                ]
                cells = [cell for cell in cells if cell not in finished]
                if cells:
                    first = WORKLOAD[cells[0].workload]
                    plan.append(Job(map_, trial, group, cells[0].entries, options.seconds_of(first), tuple(cells)))
    return plan
