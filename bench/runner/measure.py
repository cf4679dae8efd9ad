# SPDX-License-Identifier: BSL-1.0
"""Running the processes of the plan and collecting their records."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from . import build
from .plan import Cell, Job
from .store import Store


class TraceError(Exception):
    """The trace cannot be read; the message is FILE:LINE: reason."""


def check_trace(trace: Path, job: Job) -> str:
    """Reads the trace to its end before anything is measured. Returns one line about it."""
    done = subprocess.run([build.program(job.map), "--check-trace", trace], text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise TraceError(done.stderr.strip())
    return done.stdout.strip()


def _command(job: Job, trace: Path | None) -> list[str]:
    command = [str(build.program(job.map)), "--entries", str(job.entries), "--seconds", str(job.seconds),
               "--trial", str(job.trial)]
    for cell in job.cells:
        command += ["--cell", f"{cell.workload}:{cell.threads}"]
    if trace is not None and job.group == "replay":
        command += ["--trace", str(trace)]
    return command


def _failure(cell: Cell, reason: str) -> dict:
    return {"name": f"{cell.map}/{cell.workload}/size:{cell.entries}/threads:{cell.threads}", **vars(cell),
            "error": reason}


def _run(job: Job, trace: Path | None, on_record) -> None:
    """Runs one process; every cell of the job gets exactly one record, also when the process dies or hangs."""
    left = {(cell.workload, cell.threads): cell for cell in job.cells}
    limit = 120 + 20 * sum(job.weight(cell) for cell in job.cells)
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(_command(job, trace), text=True, stdout=subprocess.PIPE, stderr=errors)
        expired = threading.Event()
        watchdog = threading.Timer(limit, lambda: (expired.set(), process.kill()))
        watchdog.start()
        try:
            for line in process.stdout:
                record = json.loads(line)
                del left[record["workload"], record["threads"]]
                on_record(record)
            process.wait()
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()
        errors.seek(0)
        said = errors.read().strip().splitlines()
    if left:
        why = f"took more than {limit:.0f} s" if expired.is_set() else f"ended with status {process.returncode}"
        for cell in left.values():
            on_record(_failure(cell, ": ".join([why, *said[-1:]])))


def measure(plan: list[Job], trace: Path | None, store: Store, console: Console) -> None:
    progress = Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
                        TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn(), console=console,
                        speed_estimate_period=600, disable=not console.is_terminal)
    with progress:
        bar = progress.add_task("measuring", total=sum(job.weight(cell) for job in plan for cell in job.cells))
        for number, job in enumerate(plan, 1):
            title = f"trial {job.trial + 1} {job.group} {job.map.name}"
            progress.update(bar, description=title)
            if not console.is_terminal:
                console.print(f"[{number}/{len(plan)}] {title}", markup=False, highlight=False)

            def on_record(record: dict, job: Job = job) -> None:
                store.add(record)
                progress.advance(bar, job.weight(Cell.of_record(record)))

            _run(job, trace, on_record)
