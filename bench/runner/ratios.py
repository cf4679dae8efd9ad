# SPDX-License-Identifier: BSL-1.0
"""Ratios of maps that have taken turns: each is that of two slices measured within about a second."""

from __future__ import annotations

import numpy
import pandas
from rich.table import Table

from .catalogue import WORKLOADS, Map
from .summary import plural, table_of_maps

RESAMPLES = 2000

_CELL = ["workload", "entries", "threads"]
_PAIR = [*_CELL, "trial", "round_began", "turn"]


def _turns(records: list[dict]) -> pandas.DataFrame:
    """A row for each turn of each map."""
    return pandas.DataFrame([
        {**{key: record[key] for key in ("map", *_CELL, "trial", "round_began")}, "turn": turn, "rate": rate}
        for record in records for turn, rate in enumerate(record.get("turn_ops_per_second", []))
    ], columns=["map", *_PAIR, "rate"])


def _base(turns: pandas.DataFrame, maps: tuple[Map, ...]) -> str | None:
    """The first wane of those that have taken turns: wane_epoch, if it is there, with which maps.txt begins."""
    return next((map_.name for map_ in maps if map_.is_wane and (turns["map"] == map_.name).any()), None)


def interval(ratios: numpy.ndarray) -> tuple[float, float]:
    """95% bootstrap interval of the median of ratios[trial, turn]. Resampled are trials, and then turns in each of them:
    the turns of a trial share their processes, and so whatever luck the maps had with their memory."""
    random = numpy.random.default_rng(0)
    trials, turns = ratios.shape
    trial = random.integers(trials, size=(RESAMPLES, trials, 1))
    turn = random.integers(turns, size=(RESAMPLES, trials, turns))
    medians = numpy.median(ratios[trial, turn], axis=(1, 2))
    low, high = numpy.percentile(medians, [2.5, 97.5])
    return float(low), float(high)


def ratios(records: list[dict], maps: tuple[Map, ...]) -> list[dict]:
    """The rate of the base over that of each other map, by cell."""
    turns = _turns(records)
    base = _base(turns, maps)
    pairs = turns[turns["map"] != base].merge(turns[turns["map"] == base], on=_PAIR, suffixes=("", "_base"))
    pairs["ratio"] = pairs["rate_base"] / pairs["rate"]
    made = []
    for (map_, workload, entries, threads), rows in pairs.groupby(["map", *_CELL], sort=False):
        by_trial = rows.pivot(index="trial", columns="turn", values="ratio").to_numpy()
        low, high = interval(by_trial)
        made.append({"map": map_, "base": base, "workload": workload, "entries": int(entries), "threads": int(threads),
                     "ratio": float(numpy.median(by_trial)), "low": low, "high": high, "pairs": by_trial.size})
    return made


def tables(made: list[dict], maps: tuple[Map, ...]) -> list[Table]:
    if not made:
        return []
    frame = pandas.DataFrame(made).rename(columns={"ratio": "median", "low": "min", "high": "max"})
    shown = []
    for (entries, threads), here in frame.groupby(["entries", "threads"]):
        columns = {workload.name: here[here["workload"] == workload.name] for workload in WORKLOADS
                   if (here["workload"] == workload.name).any()}
        fewest, most = here["pairs"].min(), here["pairs"].max()
        counts = f"{most}" if fewest == most else f"{fewest} to {most}"
        shown.append(table_of_maps(
            f"{here['base'].iloc[0]} over each map, {plural(threads)}, {entries:,} entries", maps, columns,
            f"medians of {counts} ratios, one for each turn and trial; below: 95% bootstrap interval"))
    return shown
