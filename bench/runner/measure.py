# SPDX-License-Identifier: BSL-1.0
"""Running the rounds of the plan and storing their records."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from . import build, turns
from .plan import Cell, Job, Round
from .store import Store


class TraceError(Exception):
    """The trace cannot be read; the message is FILE:LINE: reason."""


def check_trace(trace: Path, job: Job) -> str:
    """Reads the trace to its end before anything is measured. Returns one line about it."""
    done = subprocess.run([build.program(job.map), "--check-trace", trace], text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise TraceError(done.stderr.strip())
    return done.stdout.strip()


def measure(plan: list[Round], trace: Path | None, store: Store, console: Console) -> None:
    progress = Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
                        TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn(), console=console,
                        speed_estimate_period=600, disable=not console.is_terminal)
    jobs = [job for round_ in plan for job in round_.jobs]
    weights = {cell: job.weight(cell) for job in jobs for cell in job.cells}
    with progress:
        bar = progress.add_task("measuring", total=sum(weights.values()))
        for number, round_ in enumerate(plan, 1):
            first = round_.jobs[0]
            maps = ", ".join(job.map.name for job in round_.jobs)
            title = f"trial {first.trial + 1} {first.group}"
            progress.update(bar, description=title)
            if not console.is_terminal:
                console.print(f"[{number}/{len(plan)}] {title} {maps}", markup=False, highlight=False, soft_wrap=True)
            if round_.parts > 1:
                console.print(f"{title}: memory does not hold all maps at once; only {maps} take turns with each other",
                              markup=False, highlight=False, soft_wrap=True)
            # Records of one round are pairs; a round that is stopped and gone on with is two.
            of_round = {"round_began": time.time(), "round_parts": round_.parts} if first.turns else {}

            def on_record(record: dict, of_round: dict = of_round) -> None:
                store.add({**record, **of_round})
                progress.advance(bar, weights[Cell.of_record(record)])

            turns.run(round_, trace, on_record)
