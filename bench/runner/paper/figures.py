# SPDX-License-Identifier: BSL-1.0
"""The figures of the paper, as PDF in the width of its columns. Lines are told apart by marker and dash as well as by colour,
and bands run from the least to the greatest trial."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed
import matplotlib.pyplot as plt  # noqa: E402
import pandas  # noqa: E402

from .. import expiry, growth, reclaimers, tags  # noqa: E402
from ..catalogue import WORKLOADS  # noqa: E402
from ..plots import draw_sizes, error_bars, styles_of  # noqa: E402
from ..summary import spread  # noqa: E402
from ..targets import OURS  # noqa: E402
from .results import Results  # noqa: E402
from .verification import Subject  # noqa: E402

COLUMN, TEXT = 3.45, 7.1  # inches
STYLE = {
    "font.family": "serif", "font.size": 7, "axes.titlesize": 7, "axes.labelsize": 7, "xtick.labelsize": 6,
    "ytick.labelsize": 6, "legend.fontsize": 6, "lines.markersize": 3, "lines.linewidth": 0.9, "axes.linewidth": 0.6,
    "pdf.fonttype": 42,
}


def _legend(figure, axis, results: Results, columns: int) -> None:
    """Below the figure, with the versions of the peers. What is not a map keeps its name."""
    handles, names = axis.get_legend_handles_labels()
    labelled = dict(zip(names, handles))
    figure.legend(labelled.values(), [results.label(name) for name in labelled], loc="upper center",
                  bbox_to_anchor=(0.5, 0.0), ncol=columns, frameon=False)


def _styles(results: Results, rows: pandas.DataFrame) -> dict[str, dict]:
    """Of the maps in these rows; the same in every figure."""
    return {name: style for name, style in styles_of(results.maps).items() if (rows["map"] == name).any()}


def _beside_others(rows: pandas.DataFrame) -> pandas.DataFrame:
    """Without wane's other reclaimers, which have a figure of their own, and the map that does nothing."""
    return rows[(rows["map"] == OURS) | ~rows["map"].str.match("wane_|null$")] if not rows.empty else rows


def throughput(results: Results):
    frame = _beside_others(results.of_group("steady"))
    present = [workload.name for workload in WORKLOADS if (frame["workload"] == workload.name).any()]
    if not present:
        return None
    columns = min(4, len(present))
    lines = -(-len(present) // columns)
    figure, axes = plt.subplots(lines, columns, figsize=(TEXT, 1.6 * lines), squeeze=False)
    styles = _styles(results, frame)
    for axis in axes.flat[len(present):]:
        axis.set_visible(False)
    for axis, workload in zip(axes.flat, present):
        of_workload = spread(frame[frame["workload"] == workload], "mops")
        for name, style in styles.items():
            line = of_workload[of_workload["map"] == name].sort_values("threads")
            if line.empty:
                continue
            axis.plot(line["threads"], line["median"], label=name, **style)
            axis.fill_between(line["threads"], line["min"], line["max"], color=style["color"], alpha=0.15, linewidth=0)
        axis.set_title(workload)
        axis.set_xticks(sorted(of_workload["threads"].unique()))
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    for row in axes:
        row[0].set_ylabel("Mops/s")
    for place in range(columns):  # below the last of each column
        axes[(len(present) - 1 - place) // columns][place].set_xlabel("threads")
    figure.tight_layout(pad=0.4)
    _legend(figure, axes[0][0], results, 5)
    return figure


def sizes(results: Results):
    frame = _beside_others(results.of_workload("find_hit", threads=1))
    if frame.empty or frame["entries"].nunique() < 2:
        return None
    figure, axis = plt.subplots(figsize=(COLUMN, 2.0))
    draw_sizes(axis, frame, "find_hit", _styles(results, frame))
    figure.tight_layout(pad=0.4)
    _legend(figure, axis, results, 3)
    return figure


def _by_map(results: Results, rows: pandas.DataFrame, figure_of: str, unit: float, label: str):
    """A horizontal bar for each map."""
    rows = rows.assign(shown=unit * pandas.to_numeric(rows[figure_of])).dropna(subset=["shown"])
    of_map = rows.groupby("map")["shown"].agg(median="median", min="min", max="max")
    names = [map_.name for map_ in results.maps if map_.name in of_map.index and map_.name != "null"]
    if not names:
        return None
    of_map = of_map.loc[names]
    styles = _styles(results, rows)
    figure, axis = plt.subplots(figsize=(COLUMN, 0.4 + 0.14 * len(names)))
    axis.barh([results.label(name) for name in names], of_map["median"], xerr=error_bars(of_map), capsize=1.5,
              color=[styles[name]["color"] for name in names], error_kw={"linewidth": 0.6})
    axis.invert_yaxis()
    axis.set_xlabel(label)
    axis.grid(axis="x", alpha=0.3)
    axis.set_axisbelow(True)
    figure.tight_layout(pad=0.4)
    return figure


def memory(results: Results):
    frame = results.of_group("steady")
    rows = frame[frame["threads"] == frame["threads"].min()] if not frame.empty else frame
    return None if rows.empty else _by_map(results, rows, "bytes_per_entry", 1, "bytes an entry")


def grown(results: Results):
    frame = results.of_workload("growth", threads=1)
    if frame.empty:
        return None
    styles = _styles(results, frame)
    figure, axis = plt.subplots(figsize=(COLUMN, 2.1))
    for name, style in styles.items():
        tail = growth.tail_of(frame[frame["map"] == name], "insert")
        axis.plot(tail["beyond"], tail["median"], label=name, markevery=4, **style)
        axis.fill_between(tail["beyond"], tail["min"], tail["max"], color=style["color"], alpha=0.15, linewidth=0)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.invert_xaxis()
    axis.set_xlabel("share of insertions that take longer")
    axis.set_ylabel("seconds of an insertion")
    axis.grid(alpha=0.3)
    figure.tight_layout(pad=0.4)
    _legend(figure, axis, results, 3)
    return figure


def expiring(results: Results):
    """Lateness and the cleaner's share in the steady picture, and checks in the storm."""
    frame = expiry.frame_of(results.records)
    if frame.empty:
        return None
    styles = _styles(results, frame)
    figure, axes = plt.subplots(3, 1, figsize=(COLUMN, 4.6))
    for axis, scene, draw, figure_of in ((axes[0], "picture", expiry.draw_lateness, "lateness_p99_seconds"),
                                         (axes[1], "picture", expiry.draw_cpu, "cleaner_cpu_share"),
                                         (axes[2], "storm", expiry.draw_checks, "response_p999_seconds")):
        rows = frame[frame["workload"] == scene]
        if rows.empty:
            axis.set_visible(False)
            continue
        draw(axis, rows, styles)
        expiry.mark_limit(axis, scene, figure_of, rows)
        axis.set_title(scene)
        axis.grid(alpha=0.3)
        axis.set_axisbelow(True)
    figure.tight_layout(pad=0.4)
    _legend(figure, axes[2], results, 3)
    return figure


def of_reclaimers(results: Results):
    frame = reclaimers.frame_of(results.records)
    if frame.empty:
        return None
    # mix50 may have been measured at other sizes, too; it is shown at that of the others.
    hindered = frame["workload"].isin(["stalled", "oversubscribed"])
    if not hindered.any():
        return None
    frame = frame[(frame["entries"] == frame[hindered]["entries"].max()) & frame["map"].str.startswith("wane")]
    styles = _styles(results, frame)
    figure, (throughput_axis, garbage) = plt.subplots(2, 1, figsize=(COLUMN, 4.2))
    reclaimers.draw_throughput(throughput_axis, frame, styles, results.machine["cores"])
    reclaimers.draw_garbage(garbage, frame[frame["workload"] == "stalled"], styles, "a reader is parked, {} at work")
    for axis in (throughput_axis, garbage):
        axis.grid(axis="y", alpha=0.3)
        axis.set_axisbelow(True)
    figure.tight_layout(pad=0.4)
    _legend(figure, garbage, results, 3)
    return figure


def of_tags(results: Results):
    frame, _ = tags.frame_of(results.records)
    if frame.empty or not frame["workload"].str.startswith("tags_wrap").any():
        return None
    figure, axis = plt.subplots(figsize=(COLUMN, 1.9))
    tags.draw_lasting(axis, frame)
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncol=2, frameon=False)
    figure.tight_layout(pad=0.4)
    return figure


def verification(subjects: list[Subject]):
    """Seconds by subject, and how much of what was explored or checked in them."""
    what = ("schedules", "states", "calls", "visits")
    rows = [(one.name, one.number("seconds"), next(name for name in what if name in one.columns)) for one in subjects]
    rows = [(name, seconds, kind, next(one.columns[kind] for one in subjects if one.name == name))
            for name, seconds, kind in rows]
    figure, axis = plt.subplots(figsize=(COLUMN, 0.4 + 0.115 * len(rows)))
    hatches = dict(zip(what, ("", "////", "....", "xxxx")))
    colours = dict(zip(what, ("#4477aa", "#ccbb44", "#66ccee", "#ee6677")))
    for place, (_, seconds, kind, count) in enumerate(rows):
        axis.barh(place, seconds, color=colours[kind], hatch=hatches[kind], edgecolor="white", linewidth=0,
                  label=kind if kind not in {row[2] for row in rows[:place]} else None)
        axis.annotate(count, (seconds, place), xytext=(2, 0), textcoords="offset points", va="center", fontsize=4.5)
    axis.set_yticks(range(len(rows)), [row[0] for row in rows], fontsize=4.5)
    axis.invert_yaxis()
    axis.set_xlim(right=1.2 * max(row[1] for row in rows))
    axis.set_xlabel("seconds; beside the bars how many")
    axis.legend(loc="lower right")
    figure.tight_layout(pad=0.4)
    return figure


FIGURES: dict[str, Callable[[Results], object]] = {
    "throughput": throughput, "sizes": sizes, "memory": memory, "growth": grown, "expiry": expiring,
    "reclaimers": of_reclaimers, "tags": of_tags,
}


def _nothing(name: str):
    figure, axis = plt.subplots(figsize=(COLUMN, 0.6))
    axis.set_axis_off()
    axis.annotate(f"{name}: not measured in this study", (0.5, 0.5), ha="center", va="center")
    return figure


def draw(results: Results, subjects: list[Subject], directory: Path) -> list[str]:
    """Writes all figures. Returns the names of those for which the study has nothing, which say so in their place."""
    missing = []
    with plt.rc_context(STYLE):
        made = {name: draws(results) for name, draws in FIGURES.items()}
        made["verification"] = verification(subjects)
        for name, figure in made.items():
            if figure is None:
                missing.append(name)
                figure = _nothing(name)
            # No date, so that the same results make the same file.
            figure.savefig(directory / f"{name}.pdf", bbox_inches="tight", pad_inches=0.01, metadata={"CreationDate": None})
            plt.close(figure)
    return missing
