# SPDX-License-Identifier: BSL-1.0
"""A study beside an earlier one: of each cell that both have, the new rate over the old one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pandas
from rich.table import Table

from .catalogue import STORES, WORKLOAD, WORKLOADS, Map
from .options import UsageError
from .ratios import RESAMPLES
from .summary import of_maps, plural, table_of_maps

_CELL = ("map", "workload", "entries", "threads")
# Where one of these differs, what has changed may not be the code.
_SURROUNDINGS = ("cpu", "cores", "kernel", "huge_pages", "membarrier", "compiler", "compile_command", "malloc_conf",
                 "packages")


def read(path: Path) -> dict:
    """The results.json of an earlier study."""
    try:
        earlier = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"--compare: {path}: {error}") from error
    if not isinstance(earlier, dict) or not {"machine", "records"} <= earlier.keys():
        raise UsageError(f"--compare: {path} is no results.json of a study")
    return earlier


def _rates(records: list[dict]) -> dict[tuple, list[numpy.ndarray]]:
    """By cell, an array a trial: the rates of its turns, or its one rate."""
    rates: dict[tuple, list[numpy.ndarray]] = {}
    for record in [*of_maps(records), *(record for record in records if WORKLOAD[record["workload"]].store)]:
        turns = record.get("turn_ops_per_second") or [record["ops_per_second"]]
        rates.setdefault(tuple(record[key] for key in _CELL), []).append(numpy.array(turns, dtype=float))
    return rates


def _medians(trials: list[numpy.ndarray], random: numpy.random.Generator) -> numpy.ndarray:
    """Bootstrapped medians: trials are drawn anew, and in each of them its turns."""
    return numpy.array([
        numpy.median(numpy.concatenate([random.choice(trials[trial], len(trials[trial]))
                                        for trial in random.integers(len(trials), size=len(trials))]))
        for _ in range(RESAMPLES)])


def compared(old: list[dict], new: list[dict]) -> list[dict]:
    """Ratios of medians with 95% bootstrap intervals. What the two studies do not share is left out."""
    before, after = _rates(old), _rates(new)
    made = []
    for cell in (cell for cell in after if cell in before):
        random = numpy.random.default_rng(0)
        resampled = _medians(after[cell], random) / _medians(before[cell], random)
        low, high = (float(bound) for bound in numpy.percentile(resampled, [2.5, 97.5]))
        ratio = float(numpy.median(numpy.concatenate(after[cell])) / numpy.median(numpy.concatenate(before[cell])))
        made.append({**dict(zip(_CELL, cell)), "ratio": ratio, "low": low, "high": high,
                     "trials": [len(before[cell]), len(after[cell])]})
    return made


def tables(made: list[dict], maps: tuple[Map, ...]) -> list[Table]:
    frame = pandas.DataFrame(made).rename(columns={"ratio": "median", "low": "min", "high": "max"})
    shown = []
    for (entries, threads), here in (frame.groupby(["entries", "threads"]) if made else []):
        # A heading of two lines, or six of them would be wider than a terminal.
        columns = {workload.name.replace("near_cache_", "near_cache_\n"): here[here["workload"] == workload.name] for workload in WORKLOADS
                   if (here["workload"] == workload.name).any()}
        shown.append(table_of_maps(
            f"new over old, {plural(threads)}, {entries:,} entries", (*maps, *STORES.values()), columns,
            "ratios of medians, above 1: faster; below: 95% bootstrap interval, which does not know what the machine did\n"
            "between the two studies. What a peer shows whose code is the same is the machine's."))
    return shown


def remarks(earlier: dict, machine: dict, made: list[dict]) -> list[str]:
    """What got slower, and what else differs."""
    said = [f"--compare: {key} differs: {earlier['machine'].get(key)} then, {machine.get(key)} now"
            for key in _SURROUNDINGS if earlier["machine"].get(key) != machine.get(key)]
    if not made:
        said.append("--compare: the two studies share no cell")
    for one in made:
        if one["high"] < 1:
            said.append(f"SLOWER: {one['map']}, {one['workload']}, {one['entries']:,} entries, {plural(one['threads'])}: "
                        f"{one['ratio']:.2f} [{one['low']:.2f}–{one['high']:.2f}]")
    return said
