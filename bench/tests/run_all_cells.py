# SPDX-License-Identifier: BSL-1.0
"""Runs every workload of the catalogue that applies once, tiny, on the given program, and reads the records."""

import json
import subprocess
import sys
from pathlib import Path

from runner.catalogue import WORDS, WORKLOADS, applies, read_maps

program = sys.argv[1]
measured = (read_maps() | WORDS)[Path(program).name.removeprefix("cells_")]
for group in dict.fromkeys(workload.group for workload in WORKLOADS):
    names = [w.name for w in WORKLOADS if w.group == group and applies(w, measured)]
    if not names:
        continue
    cells = [argument for name in names for threads in (1, 3) for argument in ("--cell", f"{name}:{threads}")]
    done = subprocess.run([program, "--entries", "2000", "--seconds", "0.02", *cells], text=True, check=True,
                          stdout=subprocess.PIPE)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(r["workload"], r["threads"]) for r in records] == [(name, t) for name in names for t in (1, 3)], records
    assert all(r["entries"] == 2000 and ("unavailable" in r or r["ops_per_second"] > 0) for r in records), records
