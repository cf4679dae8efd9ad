# SPDX-License-Identifier: BSL-1.0
"""Stands for a program of cells that takes turns, and writes what happens into the file FAKE_LOG: when it starts, when it
is ready for its first turn, when a slice begins and ends, and a tick every few milliseconds from a thread that goes on as
long as the process is not stopped.

FAKE_FAULTS is a JSON object: by map, "dies" or "hangs", each at the second turn of the second cell, or "mute" from the
start."""

import argparse
import json
import os
import sys
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("map")
parser.add_argument("--cell", action="append")
parser.add_argument("--turns", type=int, default=0)
parser.add_argument("--entries", type=int)
parser.add_argument("--seconds", type=float)
parser.add_argument("--trial", type=int)
given = parser.parse_args()
fault = json.loads(os.environ["FAKE_FAULTS"]).get(given.map)
log = os.open(os.environ["FAKE_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def note(*what) -> None:
    os.write(log, (" ".join(map(str, [given.map, *what])) + "\n").encode())


def tick() -> None:
    while True:
        note("tick")
        time.sleep(0.002)


note("starts", os.getpid(), *given.cell)
threading.Thread(target=tick, daemon=True).start()
if fault == "mute":
    time.sleep(3600)
note("ready")
for number, cell in enumerate(given.cell):
    workload, threads = cell.split(":")
    for turn in range(given.turns):
        print(json.dumps({"waits": {"workload": workload, "threads": int(threads)}}), flush=True)
        if not sys.stdin.readline():
            sys.exit(1)
        note("begins", cell, turn)
        if (number, turn) == (1, 1) and fault == "dies":
            sys.exit("the fault that was asked for")
        if (number, turn) == (1, 1) and fault == "hangs":
            time.sleep(3600)
        time.sleep(0.01)
        note("ends", cell, turn)
    print(json.dumps({"map": given.map, "workload": workload, "entries": given.entries, "threads": int(threads),
                      "trial": given.trial, "ops_per_second": 1e6,
                      "turn_ops_per_second": [1e6] * given.turns}), flush=True)
