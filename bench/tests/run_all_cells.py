# SPDX-License-Identifier: BSL-1.0
"""Runs every workload of the catalogue that applies once, tiny, on the given program, and reads the records."""

import json
import subprocess
import sys
from pathlib import Path

from runner.catalogue import STORES, WORDS, WORKLOAD, WORKLOADS, Map, applies, read_maps


def check_garbage(record: dict, map_: Map) -> None:
    samples = record["sample_retired_bytes"]
    assert len(record["sample_ms"]) == len(record["sample_operations"]) == len(samples) >= 2, record
    assert record["sample_operations"] == sorted(record["sample_operations"]), record
    assert record["peak_retired_bytes"] == max(samples), record
    assert record["last_retired_bytes"] == samples[-1], record
    if map_.name == "wane_versioned":
        # Nothing but what a thread has unlinked at that moment and is about to free.
        assert record["peak_retired_bytes"] <= record["threads"] * record["node_bytes"], record
    elif record["workload"] == "stalled":
        # A parked reader keeps whatever was removed since; some of the warm-up's garbage may go meanwhile.
        assert samples[-1] > 0, record
    if map_.frees:
        assert record["recovery_freed_bytes"] >= 0.99 * samples[-1], record
    else:
        assert record["recovery_seconds"] is None and record["recovery_freed_bytes"] is None, record


def check_memory(record: dict, map_: Map) -> None:
    bytes_per_entry = record["bytes_per_entry"]
    if map_.name == "null":
        assert not bytes_per_entry or record["workload"] != "replay", record  # which counts entries that are there
    else:
        assert bytes_per_entry > 0, record


def check_scene(record: dict, map_: Map) -> None:
    assert record["cleaner_cpu_share"] >= 0 and record["bytes_per_entry"] > 0, record
    assert len(record["sample_ms"]) == len(record["sample_overdue_bytes"]) == len(record["sample_awaiting_bytes"]) > 2
    assert record["overdue_bytes_peak"] == max(record["sample_overdue_bytes"]), record
    assert record["awaiting_bytes_peak"] == max(record["sample_awaiting_bytes"]), record
    assert (record["garbage_limit_bytes"] is not None) == map_.is_wane, record
    assert (record["parked_seconds"] > 0) == (record["workload"] == "parked"), record
    assert 0.8 < record["hit_ratio"] <= 1, record
    for what in ("response", "service", "empty"):
        quantiles = [record[f"{what}_{quantile}_seconds"] for quantile in ("p50", "p99", "p999", "max")]
        assert quantiles == sorted(quantiles), record
    if record["workload"] == "storm":
        assert record["storm_entries"] == 166 and record["response_count"] > 0, record
    else:
        assert record["response_count"] == record["service_count"] == 60, record


def check_growth(record: dict) -> None:
    for what in ("insert", "find") if record["workload"] == "growth_read" else ("insert",):
        quantiles = [record[f"{what}_{quantile}_seconds"] for quantile in ("p50", "p99", "p999", "p99999", "max")]
        tail = record[f"{what}_tail_nanoseconds"]
        if what == "find" and record["find_count"] == 0:  # so few insertions can be over before the reader has begun
            assert quantiles == [None] * len(quantiles) and tail == [], record
            continue
        assert quantiles == sorted(quantiles) and tail == sorted(tail), record
        assert tail[-1] == round(quantiles[-1] * 1e9) and record[f"{what}_count"] > 0, record
    assert record["insert_count"] == 2000, record
    if record["workload"] == "growth" and record["threads"] == 1:
        assert record["quiet_count"] == 2000 and record["quiet_p50_seconds"] > 0, record


def check_front(record: dict) -> None:
    bare, batched = (what in record["workload"] for what in ("_bare", "_many"))
    assert (record["put_ratio"] > 0) == ("_mix" in record["workload"]), record
    if bare:
        assert record["hit_ratio"] == 0 and record["round_trips_per_operation"] == (1 / 16 if batched else 1), record
    else:
        # Lookups that miss send at most a call each, and all of a batch one. Among puts to a slow disk nothing need be hit.
        assert 0 < record["hit_ratio"] < 1 or record["put_ratio"] > 0, record
        assert 0 < record["round_trips_per_operation"] <= (1 / 16 if batched else 1), record
        assert record["hit_ratio"] + record["wait_ratio"] <= 1, record


program = sys.argv[1]
measured = (read_maps() | WORDS | STORES)[Path(program).name.removeprefix("cells_")]
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
    for r in records:
        if group in ("steady", "grown", "strings", "fill", "growth", "expire", "replay"):
            check_memory(r, measured)
        if r["workload"] in ("stalled", "oversubscribed"):
            check_garbage(r, measured)
        if WORKLOAD[r["workload"]].of_growth:
            check_growth(r)
        if WORKLOAD[r["workload"]].store:
            check_front(r)
        if WORKLOAD[r["workload"]].scene:
            check_scene(r, measured)
