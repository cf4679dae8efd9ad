# SPDX-License-Identifier: BSL-1.0
"""The figures of the paper, as PDF in the width of its columns, so that they are printed at the size they are drawn. Lines are
told apart by marker and dash as well as by colour, and bands run from the least to the greatest trial."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed
import matplotlib.pyplot as plt  # noqa: E402
import pandas  # noqa: E402
from matplotlib import ticker  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from .. import expiry, growth, reclaimers, tags  # noqa: E402
from ..catalogue import CONTROLS, OURS, RIVALS, WORKLOADS  # noqa: E402
from ..plots import error_bars, styles_of  # noqa: E402
from ..summary import spread  # noqa: E402
from .results import Results  # noqa: E402
from .verification import Subject  # noqa: E402

COLUMN, TEXT = 252 / 72.27, 516 / 72.27  # inches; IEEEtran's columns and text, in its points
FONT = 8  # points
STYLE = {"font.family": "STIXGeneral", "font.size": FONT, "lines.markersize": 3, "lines.linewidth": 0.9, "axes.linewidth": 0.6,
         "pdf.fonttype": 42}


def _finish(figure, results: Results, axis=None) -> None:
    """Lays the figure out in its width, all text in one size (what is shared with plots for screens brings others). Below it the
    legend of an axis, if that is given, with the versions of the peers; what is not a map keeps its name."""
    for text in figure.findobj(Text):
        text.set_fontsize(FONT)
    below = 0.0
    if axis is not None:
        labelled = dict(zip(*reversed(axis.get_legend_handles_labels())))
        for columns in range(min(5, len(labelled)), 0, -1):  # as many as have room
            legend = figure.legend(labelled.values(), [results.label(name) for name in labelled], loc="lower center",
                                   bbox_to_anchor=(0.5, 0.0), ncol=columns, frameon=False, fontsize=FONT, borderaxespad=0.1,
                                   columnspacing=1.2, handletextpad=0.5)
            box = legend.get_window_extent(figure.canvas.get_renderer())
            if box.width <= figure.bbox.width:
                break
            legend.remove()
        below = box.height / figure.dpi
    figure.set_figheight(figure.get_figheight() + below)
    figure.tight_layout(pad=0.4, h_pad=0.9, rect=(0, below / figure.get_figheight(), 1, 1))


def _in_unit(axis, unit: str) -> None:
    """Ticks of a logarithmic axis as 10 µs or 1 MB."""
    axis.set_major_formatter(ticker.EngFormatter(unit=unit))
    axis.set_minor_formatter(ticker.NullFormatter())


def _percentile(beyond: float, _) -> str:
    return f"{100 * (1 - beyond):.10g}"


def _tails(axis, tails: dict[str, pandas.DataFrame], styles: dict[str, dict]) -> None:
    """By map, what growth.tail_of makes, over the percentiles."""
    for name, tail in tails.items():
        axis.plot(tail["beyond"], tail["median"], label=name, markevery=4, **styles[name])
        axis.fill_between(tail["beyond"], tail["min"], tail["max"], color=styles[name]["color"], alpha=0.15, linewidth=0)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.invert_xaxis()
    axis.xaxis.set_major_locator(ticker.LogLocator(numticks=12))
    axis.xaxis.set_major_formatter(_percentile)
    axis.xaxis.set_minor_formatter(ticker.NullFormatter())
    _in_unit(axis.yaxis, "s")
    axis.set_xlabel("percentile")
    axis.grid(alpha=0.3)


def _styles(results: Results, rows: pandas.DataFrame) -> dict[str, dict]:
    """Of the maps in these rows, the same in every figure; the rivals, which are in none together with the peers, are told apart
    among themselves."""
    styles = styles_of(tuple(map_ for map_ in results.maps if map_.name not in RIVALS))
    styles |= styles_of(tuple(map_ for map_ in results.maps if map_.name in RIVALS))
    return {name: style for name, style in styles.items() if (rows["map"] == name).any()}


def _beside_others(rows: pandas.DataFrame, others: str = "") -> pandas.DataFrame:
    """Without wane's other reclaimers, which have a figure of their own, and the controls, unless they are named."""
    if rows.empty:
        return rows
    apart = rows["map"].str.startswith("wane_") | rows["map"].isin(CONTROLS)
    return rows[rows["map"].isin([OURS, others]) | ~apart]


def _lines(axis, rows: pandas.DataFrame, over: str, styles: dict[str, dict]) -> None:
    rates = spread(rows, "mops")
    for name, style in styles.items():
        line = rates[rates["map"] == name].sort_values(over)
        if line.empty:
            continue
        axis.plot(line[over], line["median"], label=name, **style)
        axis.fill_between(line[over], line["min"], line["max"], color=style["color"], alpha=0.15, linewidth=0)
    axis.grid(alpha=0.3)


def throughput(results: Results):
    frame = _beside_others(results.of_group("steady"))
    present = [workload.name for workload in WORKLOADS if (frame["workload"] == workload.name).any()]
    if not present:
        return None
    columns = 3 if len(present) in (3, 5, 6, 9) else min(4, len(present))
    lines = -(-len(present) // columns)
    figure, axes = plt.subplots(lines, columns, figsize=(TEXT, 1.6 * lines), squeeze=False)
    styles = _styles(results, frame)
    for axis in axes.flat[len(present):]:
        axis.set_visible(False)
    for axis, workload in zip(axes.flat, present):
        rows = frame[frame["workload"] == workload]
        _lines(axis, rows, "threads", styles)
        axis.set_title(workload)
        axis.set_xticks(sorted(rows["threads"].unique()))
        axis.set_ylim(bottom=0)
    for row in axes:
        row[0].set_ylabel("million operations/s")
    for place in range(columns):  # below the last of each column
        axes[(len(present) - 1 - place) // columns][place].set_xlabel("threads")
    _finish(figure, results, axes[0][0])
    return figure


def sizes(results: Results):
    frame = _beside_others(results.of_workload("find_hit", threads=1))
    if frame.empty or frame["entries"].nunique() < 2:
        return None
    figure, axis = plt.subplots(figsize=(COLUMN, 2.0))
    _lines(axis, frame, "entries", _styles(results, frame))
    axis.set_xscale("log")
    _in_unit(axis.xaxis, "")
    axis.set_yscale("log")
    axis.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter(lambda rate, _: f"{rate:g}")
    axis.yaxis.set_minor_formatter(ticker.NullFormatter())
    axis.set_xlabel("entries")
    axis.set_ylabel("million operations/s")
    _finish(figure, results, axis)
    return figure


def _by_map(results: Results, rows: pandas.DataFrame, figure_of: str, unit: float, label: str):
    """A horizontal bar for each map."""
    rows = rows.assign(shown=unit * pandas.to_numeric(rows[figure_of])).dropna(subset=["shown"])
    of_map = rows.groupby("map")["shown"].agg(median="median", min="min", max="max")
    names = [map_.name for map_ in results.maps if map_.name in of_map.index and map_.name not in CONTROLS]
    if not names:
        return None
    of_map = of_map.loc[names]
    styles = _styles(results, rows)
    figure, axis = plt.subplots(figsize=(COLUMN, 0.4 + 0.15 * len(names)))
    axis.barh([results.label(name) for name in names], of_map["median"], xerr=error_bars(of_map), capsize=1.5,
              color=[styles[name]["color"] for name in names], error_kw={"linewidth": 0.6})
    axis.invert_yaxis()
    axis.set_xlabel(label)
    axis.grid(axis="x", alpha=0.3)
    axis.set_axisbelow(True)
    _finish(figure, results)
    return figure


def memory(results: Results):
    frame = results.of_group("steady")
    rows = frame[frame["threads"] == frame["threads"].min()] if not frame.empty else frame
    return None if rows.empty else _by_map(results, rows, "bytes_per_entry", 1, "bytes/entry")


def grown(results: Results):
    frame = _beside_others(results.of_workload("growth", threads=1), "null")
    if frame.empty:
        return None
    styles = _styles(results, frame)
    figure, axis = plt.subplots(figsize=(COLUMN, 2.1))
    _tails(axis, {name: growth.tail_of(frame[frame["map"] == name], "insert") for name in styles}, styles)
    axis.set_ylabel("an insertion takes")
    _finish(figure, results, axis)
    return figure


def sweeping(results: Results):
    """Checks while a storm is swept, and what the machine does meanwhile to checks that look nothing up."""
    frame = results.of_workload("storm")
    if frame.empty or "response_tail_nanoseconds" not in frame:
        return None
    alone = "no check, the machine alone"
    styles = _styles(results, frame) | {alone: {"color": "grey", "linestyle": ":"}}
    rows = {name: frame[frame["map"] == name] for name in styles}
    tails = {name: growth.tail_of(of_map, "response") for name, of_map in rows.items() if not of_map.empty}
    tails[alone] = growth.tail_of(frame, "empty")
    figure, axis = plt.subplots(figsize=(COLUMN, 2.1))
    _tails(axis, tails, styles)
    expiry.mark_limit(axis, "storm", "response_p999_seconds", frame)
    axis.set_ylabel("a check takes")
    _finish(figure, results, axis)
    return figure


def expiring(results: Results):
    """Lateness and the cleaner's share in the steady picture."""
    rows = results.of_workload("picture")
    if rows.empty:
        return None
    styles = _styles(results, rows)
    figure, (lateness, cpu) = plt.subplots(2, 1, figsize=(COLUMN, 3.2))
    for axis, draw_one, figure_of in ((lateness, expiry.draw_lateness, "lateness_p99_seconds"),
                                      (cpu, expiry.draw_cpu, "cleaner_cpu_share")):
        draw_one(axis, rows, styles)
        expiry.mark_limit(axis, "picture", figure_of, rows)
        axis.grid(alpha=0.3)
        axis.set_axisbelow(True)
    _in_unit(lateness.yaxis, "s")
    lateness.set_ylabel("removed so late")
    cpu.yaxis.set_major_formatter(ticker.PercentFormatter(1.0, decimals=1))
    cpu.set_ylabel("cleaner, % of a core")
    _finish(figure, results, lateness)
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
    figure, (throughput_axis, garbage) = plt.subplots(2, 1, figsize=(COLUMN, 4.0))
    reclaimers.draw_throughput(throughput_axis, frame, styles, results.machine["cores"])
    throughput_axis.set_ylabel("million operations/s")
    reclaimers.draw_garbage(garbage, frame[frame["workload"] == "stalled"], styles, "a reader is parked, {} at work")
    _in_unit(garbage.yaxis, "B")
    garbage.set_ylabel("garbage")
    for axis in (throughput_axis, garbage):
        axis.grid(axis="y", alpha=0.3)
        axis.set_axisbelow(True)
    _finish(figure, results, garbage if garbage.get_visible() else throughput_axis)
    return figure


def of_tags(results: Results):
    frame, _ = tags.frame_of(results.records)
    if frame.empty or not frame["workload"].str.startswith("tags_wrap").any():
        return None
    figure, axis = plt.subplots(figsize=(COLUMN, 1.9))
    tags.draw_lasting(axis, frame)
    axis.set_yticks([1e-3, 1, tags.DAY, tags.YEAR, 1000 * tags.YEAR], ["1 ms", "1 s", "a day", "a year", "1000 years"])
    axis.yaxis.set_minor_locator(ticker.NullLocator())
    axis.set_ylabel("until it is back")
    _finish(figure, results, axis)
    return figure


def replayed(results: Results):
    """A bar for each map and trace: what it served, what it found, and what it held past its deadline."""
    frame = _beside_others(results.of_workload("replay", threads=1))
    if frame.empty:
        return None
    styles = _styles(results, frame)
    traces = list(dict.fromkeys(frame["trace"]))
    shown = frame.assign(hits=100 * frame["hit_ratio"],
                         expired=1e-6 * frame["expired_resident_entries"] * frame["bytes_per_entry"])
    figure, axes = plt.subplots(1, 3, figsize=(TEXT, 0.4 + 0.15 * len(styles) * max(1, 0.6 * len(traces))), sharey=True)
    height = 0.8 / len(traces)
    for axis, what, label in zip(axes, ("mops", "hits", "expired"),
                                 ("million requests/s", "hits, %", "MB resident past the deadline, at the end")):
        for place, trace in enumerate(traces):
            of_trace = shown[shown["trace"] == trace].groupby("map")[what].agg(median="median", min="min", max="max")
            of_trace = of_trace.reindex(list(styles))
            axis.barh([row + place * height for row in range(len(styles))], of_trace["median"], height,
                      xerr=error_bars(of_trace), capsize=1.5, color=[style["color"] for style in styles.values()],
                      hatch=("", "////", "....", "xxxx")[place % 4], edgecolor="white", linewidth=0,
                      error_kw={"linewidth": 0.6}, label=trace)
        axis.set_xlabel(label)
        axis.grid(axis="x", alpha=0.3)
        axis.set_axisbelow(True)
    axes[0].set_yticks([row + height * (len(traces) - 1) / 2 for row in range(len(styles))], map(results.label, styles))
    axes[0].invert_yaxis()
    _finish(figure, results, axes[0] if len(traces) > 1 else None)
    return figure


def _family(name: str) -> str:
    """What stands for a subject and those like it: `pairs on neighbours, relaxed memory` is of `pairs, relaxed memory`."""
    base = name.removesuffix(", relaxed memory")
    first = base if base.startswith("Spin") else re.split(r",| on | of | with | that ", base)[0]
    return first + name[len(base):]


def verification(results: Results, subjects: list[Subject]):
    """Seconds by family of subjects, and how much of what was explored or checked in them."""
    what = ("schedules", "states", "calls", "visits")
    families: dict[str, list[Subject]] = {}
    for one in subjects:
        families.setdefault(_family(one.name), []).append(one)
    figure, axis = plt.subplots(figsize=(COLUMN, 0.5 + 0.15 * len(families)))
    hatches = dict(zip(what, ("", "////", "....", "xxxx")))
    colours = dict(zip(what, ("#4477aa", "#ccbb44", "#66ccee", "#ee6677")))
    longest, named = 0.0, set()
    for place, members in enumerate(families.values()):
        kind = next(kind for kind in what if kind in members[0].columns)
        seconds, count = (sum(one.number(heading) for one in members) for heading in ("seconds", kind))
        axis.barh(place, seconds, color=colours[kind], hatch=hatches[kind], edgecolor="white", linewidth=0,
                  label=None if kind in named else kind)
        axis.annotate(f"{count:,.0f}", (seconds, place), xytext=(2, 0), textcoords="offset points", va="center")
        longest = max(longest, seconds)
        named.add(kind)
    axis.set_yticks(range(len(families)), list(families))
    axis.invert_yaxis()
    axis.set_xlim(right=1.35 * longest)
    axis.set_xlabel("seconds; beside each bar how many")
    _finish(figure, results, axis)
    return figure


@dataclass(frozen=True)
class Figure:
    draw: Callable[[Results], object]
    shows: tuple[str, ...]  # the workloads without which it is not whole


FIGURES = {
    "throughput": Figure(throughput, ("find_hit", "find_many", "find_zipf", "find_miss", "mix95", "mix50")),
    "sizes": Figure(sizes, ("find_hit",)),
    "memory": Figure(memory, ("find_hit",)),
    "growth": Figure(grown, ("growth",)),
    "sweeping": Figure(sweeping, ("storm",)),
    "expiry": Figure(expiring, ("picture",)),
    "reclaimers": Figure(of_reclaimers, ("mix50", "stalled", "oversubscribed")),
    "tags": Figure(of_tags, ("tags_wrap",)),
    "replay": Figure(replayed, ("replay",)),
}


def _nothing(name: str):
    figure, axis = plt.subplots(figsize=(COLUMN, 0.6))
    axis.set_axis_off()
    axis.annotate(f"{name}: not measured in this study", (0.5, 0.5), ha="center", va="center")
    return figure


def draw(results: Results, subjects: list[Subject], directory: Path) -> list[str]:
    """Writes all figures. Returns what they lack: one for which the study has nothing says so in its place."""
    missing = []
    with plt.rc_context(STYLE):
        made = {}
        for name, figure in FIGURES.items():
            made[name] = figure.draw(results)
            if made[name] is None:
                missing.append(f"figure {name}")
                made[name] = _nothing(name)
            else:
                missing += [f"{workload} in figure {name}" for workload in figure.shows if results.of_workload(workload).empty]
        made["verification"] = verification(results, subjects)
        for name, figure in made.items():
            # No date, so that the same results make the same file.
            figure.savefig(directory / f"{name}.pdf", metadata={"CreationDate": None})
            plt.close(figure)
    return missing
