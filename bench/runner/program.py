# SPDX-License-Identifier: BSL-1.0
"""One process of the plan: what it says, whether it is its turn, and what is recorded when it dies or hangs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from . import build
from .plan import Cell, Job

PATIENCE = 120.0  # seconds that anything may take, on a machine however slow


def _command(job: Job, trace: Path | None) -> list[str]:
    command = [str(build.program(job.map)), "--entries", str(job.entries), "--seconds", str(job.seconds),
               "--trial", str(job.trial)]
    if job.turns:
        command += ["--turns", str(job.turns)]
    for cell in job.cells:
        command += ["--cell", f"{cell.workload}:{cell.threads}"]
    if trace is not None and job.group == "replay":
        command += ["--trace", str(trace)]
    return command


def _failure(cell: Cell, reason: str) -> dict:
    return {"name": f"{cell.map}/{cell.workload}/size:{cell.entries}/threads:{cell.threads}", **vars(cell),
            "error": reason}


class Program:
    """It runs inside `run` only; while it waits for its turn it is stopped, with all its threads. Every cell of the job
    gets exactly one record, also when the process dies or hangs, unless it is closed before."""

    def __init__(self, job: Job, trace: Path | None, on_record: Callable[[dict], None]):
        self.waiting: tuple[str, int] | None = None  # workload and threads of the cell whose turn it waits for
        self._on_record = on_record
        self._left = {(cell.workload, cell.threads): cell for cell in job.cells}
        self._limit = PATIENCE + 20 * job.longest_run
        self._expired = threading.Event()
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(_command(job, trace), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=self._errors)

    def run(self) -> None:
        """Lets it go on until it waits for its next turn, or has ended."""
        watchdog = threading.Timer(self._limit, self._expire)
        watchdog.start()
        try:
            if self.waiting is not None:
                self._go_on()
            for line in self._process.stdout:
                said = json.loads(line)
                if "waits" in said:
                    self._stop()
                    self.waiting = (said["waits"]["workload"], said["waits"]["threads"])
                    return
                del self._left[said["workload"], said["threads"]]
                self._on_record(said)
            self._process.wait()
        finally:
            watchdog.cancel()
        self._fail_what_is_left()

    def close(self) -> None:
        self._process.kill()  # also one that is stopped
        self._process.wait()
        self._process.stdout.close()
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._errors.close()

    def _expire(self) -> None:
        self._expired.set()
        self._process.kill()

    def _stop(self) -> None:
        self._process.send_signal(signal.SIGSTOP)
        # The next one must not run before the last thread of this one stands still.
        try:
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        except ChildProcessError:
            pass  # it was killed and is gone, which its output will tell at its next turn

    def _go_on(self) -> None:
        self.waiting = None
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it was killed meanwhile, which its output will tell

    def _fail_what_is_left(self) -> None:
        self._errors.seek(0)
        said = self._errors.read().strip().splitlines()
        why = (f"took more than {self._limit:.0f} s" if self._expired.is_set() else
               f"ended with status {self._process.returncode}")
        for cell in self._left.values():
            self._on_record(_failure(cell, ": ".join([why, *said[-1:]])))
