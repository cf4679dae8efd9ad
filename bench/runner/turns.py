# SPDX-License-Identifier: BSL-1.0
"""Turns: the processes of a round are there at the same time, and one of them runs at a time.

    cell        find_hit, 1 thread                                 mix50, 1 thread
    turn        0               1               ...                0
    runs        A   B   C       C   B   A                          A   B   C

The speed of a shared machine changes within seconds. What the maps did in one turn, they did within about a second, so
that their ratio is hardly touched by that. A process that lacks a cell has no part in its turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from .catalogue import WORKLOADS
from .plan import Round, in_alternating_order
from .program import Program

_PLACE = {workload.name: place for place, workload in enumerate(WORKLOADS)}


def run(round_: Round, trace: Path | None, on_record: Callable[[dict], None]) -> None:
    """Runs the processes of the round, one of them at a time, until all have ended."""
    with ExitStack() as stack:  # whatever happens, none is left behind
        programs = []
        for job in round_.jobs:
            programs.append(stack.enter_context(closing(Program(job, trace, on_record))))
            programs[-1].run()  # to its first turn; one that takes none, to its end
        taken: Counter = Counter()
        while waiting := [program for program in programs if program.waiting is not None]:
            cell = min((program.waiting for program in waiting), key=lambda cell: (_PLACE[cell[0]], cell[1]))
            here = [program for program in waiting if program.waiting == cell]
            for program in in_alternating_order(here, taken[cell], round_.jobs[0].turns):
                program.run()
            taken[cell] += 1
