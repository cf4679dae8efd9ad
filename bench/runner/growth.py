# SPDX-License-Identifier: BSL-1.0
"""What single insertions take while a map grows from empty, and lookups beside them. Tables, and the plot."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed
import matplotlib.pyplot as plt  # noqa: E402
import pandas  # noqa: E402
from rich.table import Table  # noqa: E402

from .catalogue import WORKLOAD, WORKLOADS, Map  # noqa: E402
from .plots import caption_of, save, styles_of  # noqa: E402
from .summary import footer_of, plural, spread, table_of_maps  # noqa: E402

# Heading, figure, and what a second is in the unit of the heading.
COLUMNS = (("p50\nns", "p50", 1e9), ("p99.9\nus", "p999", 1e6), ("p99.999\nus", "p99999", 1e6), ("worst\nms", "max", 1e3))


def frame_of(records: list[dict]) -> pandas.DataFrame:
    return pandas.DataFrame([record for record in records if WORKLOAD[record["workload"]].of_growth])


def _columns(rows: pandas.DataFrame, operation: str) -> dict[str, pandas.DataFrame]:
    # Null where insertions were over before the reader had begun.
    return {f"{operation} {heading}": spread(
        rows.assign(value=unit * pandas.to_numeric(rows[f"{operation}_{quantile}_seconds"])), "value")
            for heading, quantile, unit in COLUMNS}


def _operations(workload: str, rows: pandas.DataFrame) -> tuple[str, ...]:
    if workload == "growth_read":
        return ("insert", "find")
    # Several inserting threads have no quiet, nor have older results.
    return ("insert", "quiet") if "quiet_p50_seconds" in rows and rows["quiet_p50_seconds"].notna().any() else ("insert",)


def tables(records: list[dict], maps: tuple[Map, ...]) -> list[Table]:
    frame = frame_of(records)
    if frame.empty:
        return []
    made = []
    for (workload, entries, threads), rows in frame.groupby(["workload", "entries", "threads"], sort=False):
        clock = 1e9 * rows["clock_seconds"].median()
        footer = (f"{footer_of(rows)}\nevery one is timed, the {clock:.0f} ns of a reading of the clock included; "
                  "null, which does nothing,\nshows what the machine adds (--maps null,...)")
        if "quiet" in _operations(workload, rows):
            footer += ("\nquiet: afterwards, lookups where nothing changes, in stretches no shorter than an insertion on average: "
                       "what the\nmachine does to any thread")
        beside = ", and one that looks up" if workload == "growth_read" else ""
        title = f"{workload}: {plural(threads)} inserting into an empty map{beside}, {entries:,} entries"
        for operation in _operations(workload, rows):
            made.append(table_of_maps(title, maps, _columns(rows, operation), footer))
    return made


def tail_of(rows: pandas.DataFrame, operation: str) -> pandas.DataFrame:
    """By quantile, median, least and greatest over the trials of one map; `beyond` is the share of samples above it."""
    tails = [row[f"{operation}_tail_nanoseconds"] for _, row in rows.iterrows()]
    shortest = min(len(tail) for tail in tails) - 1  # the last is the greatest, wherever it stands
    values = pandas.DataFrame([[*tail[:shortest], tail[-1]] for tail in tails]) / 1e9
    beyond = [10 ** (-quarter / 4) for quarter in range(shortest + 1)]
    return pandas.DataFrame({"beyond": beyond, "median": values.median(), "min": values.min(), "max": values.max()})


def draw(records: list[dict], maps: tuple[Map, ...], machine: dict, directory: Path) -> list[Path]:
    """The tails: a row for what is timed, a column for each workload."""
    frame = frame_of(records)
    if frame.empty:
        return []
    styles = styles_of(tuple(map_ for map_ in maps if (frame["map"] == map_.name).any()))
    shown = [(workload.name, operation) for workload in WORKLOADS if (frame["workload"] == workload.name).any()
             for operation in (("insert", "find") if workload.name == "growth_read" else ("insert",))]
    figure, axes = plt.subplots(1, len(shown), figsize=(5 * len(shown), 4), squeeze=False, sharey=True)
    for axis, (workload, operation) in zip(axes[0], shown):
        rows = frame[(frame["workload"] == workload)]
        rows = rows[rows["threads"] == rows["threads"].max()]
        for name, style in styles.items():
            of_map = rows[rows["map"] == name]
            if of_map.empty or not all(of_map[f"{operation}_tail_nanoseconds"]):
                continue
            tail = tail_of(of_map, operation)
            axis.plot(tail["beyond"], tail["median"], label=name, markevery=4, **style)
            axis.fill_between(tail["beyond"], tail["min"], tail["max"], color=style["color"], alpha=0.15)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.invert_xaxis()
        axis.set_xlabel(f"share of {operation}s that take longer")
        axis.set_ylabel(f"seconds of one {operation}")
        axis.tick_params(labelleft=True)
        axis.set_title(f"{workload}, {plural(int(rows['threads'].iloc[0]))}, {rows['entries'].iloc[0]:,} entries", fontsize=10)
        axis.grid(alpha=0.3)
    figure.tight_layout()
    handles = dict(zip(*reversed(axes[0][0].get_legend_handles_labels())))
    figure.legend(handles.values(), handles.keys(), loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.text(0, -0.03, f"{caption_of(machine)}; the last point is the worst", fontsize=8)
    return save(figure, directory, "growth")
