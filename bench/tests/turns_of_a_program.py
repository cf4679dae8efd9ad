# SPDX-License-Identifier: BSL-1.0
"""Plays the runner for the given program: a line for every turn, or none, or gone while the program is stopped."""

import json
import os
import signal
import subprocess
import sys
import time

TURNS = 3
CELLS = [("find_hit", 1), ("mix50", 3)]

program = sys.argv[1]
command = [program, "--entries", "2000", "--seconds", "0.06", "--turns", str(TURNS),
           *(argument for name, threads in CELLS for argument in ("--cell", f"{name}:{threads}"))]


def every_slice_is_waited_for_and_has_its_rate() -> None:
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for workload, threads in CELLS:
            for _ in range(TURNS):
                assert json.loads(process.stdout.readline()) == {"waits": {"workload": workload, "threads": threads}}
                time.sleep(0.2)  # ten times a slice: if the clock went on, the cell would seem slower than its slices
                process.stdin.write("\n")
                process.stdin.flush()
            record = json.loads(process.stdout.readline())
            rates, rate = record["turn_ops_per_second"], record["ops_per_second"]
            assert len(rates) == TURNS and 0 < min(rates) <= 2 * rate and rate <= 2 * max(rates), record
            assert record["measured_seconds"] >= 0.06, record
    assert process.returncode == 0, process.returncode


def without_a_runner_it_ends_and_says_so() -> None:
    done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1 and "standard input ended before the turn of find_hit" in done.stderr, done


def a_stopped_program_does_not_outlive_its_runner() -> None:
    # The runner in the middle stops the program and dies; the program's end is the end of the pipe `errors`.
    errors, of_program = os.pipe()
    runner = ("import os, signal, subprocess, sys\n"
              "process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
              "process.stdout.readline()\n"
              "process.send_signal(signal.SIGSTOP)\n"
              "os.waitid(os.P_PID, process.pid, os.WSTOPPED)\n"
              "print(process.pid, flush=True)\n"
              "os._exit(0)\n")
    started = subprocess.Popen([sys.executable, "-c", runner, *command], stdout=subprocess.PIPE, stderr=of_program,
                               text=True)
    os.close(of_program)
    pid = int(started.stdout.readline())
    started.wait()
    signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
    signal.alarm(30)
    with open(errors) as said:
        text = said.read()
    signal.alarm(0)
    assert "standard input ended" in text, "it was still stopped after half a minute"


every_slice_is_waited_for_and_has_its_rate()
without_a_runner_it_ends_and_says_so()
a_stopped_program_does_not_outlive_its_runner()
