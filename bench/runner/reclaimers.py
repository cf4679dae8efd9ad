# SPDX-License-Identifier: BSL-1.0
"""What the reclaimers do while a reader is parked, or has lost its core, and what their guards cost. Tables, and the
plot."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed
import matplotlib.pyplot as plt  # noqa: E402
import pandas  # noqa: E402
from rich.table import Table  # noqa: E402

from .catalogue import WORKLOAD, Map  # noqa: E402
from .plots import caption_of, error_bars, save, styles_of  # noqa: E402
from .summary import footer_of, plural, spread, table_of_maps, with_units  # noqa: E402

MEGABYTE = 1e6


def frame_of(records: list[dict]) -> pandas.DataFrame:
    """The records of our workloads, and the undisturbed mix to compare them with; empty if there is none of ours."""
    if not any(WORKLOAD[record["workload"]].of_reclaimers for record in records):
        return pandas.DataFrame()
    frame = with_units([record for record in records
                        if WORKLOAD[record["workload"]].of_reclaimers or record["workload"] == "mix50"])
    for workload, figure in (("peak", "peak_retired_bytes"), ("last", "last_retired_bytes"),
                             ("freed", "recovery_freed_bytes")):
        frame[f"{workload}_megabytes"] = _numbers(frame, figure) / MEGABYTE
    frame["recovery_ms"] = 1e3 * _numbers(frame, "recovery_seconds")
    return frame


def _numbers(frame: pandas.DataFrame, figure: str) -> pandas.Series:
    """A figure that some records lack, and that is null where there is nothing to measure."""
    values = frame[figure] if figure in frame else pandas.Series(index=frame.index, dtype=float)
    return pandas.to_numeric(values)


def _undisturbed(frame: pandas.DataFrame, entries: int, threads: int) -> pandas.DataFrame:
    mix = frame[(frame["workload"] == "mix50") & (frame["entries"] == entries)]
    return mix[mix["threads"] == threads]


def _garbage(frame: pandas.DataFrame, maps: tuple[Map, ...], footer: str) -> list[Table]:
    made = []
    ours = frame[frame["workload"].isin(["stalled", "oversubscribed"])]
    for (workload, entries, threads), rows in ours.groupby(["workload", "entries", "threads"], sort=False):
        columns = {"Mops/s": spread(rows, "mops")}
        beside = _undisturbed(frame, entries, threads)
        if not beside.empty:
            columns["mix50\nMops/s"] = spread(beside, "mops")
        columns |= {
            "garbage, peak\nMB": spread(rows, "peak_megabytes"),
            "at the end\nMB": spread(rows, "last_megabytes"),
            "freed\nMB": spread(rows, "freed_megabytes"),
            "within\nms": spread(rows, "recovery_ms"),
        }
        what = f"{plural(threads)} and a reader parked inside a guard" if workload == "stalled" else plural(threads)
        notes = ["garbage: nodes removed and not yet free for reuse", "freed: by collecting afterwards"]
        frozen = [map_.name for map_ in maps if not map_.frees and (rows["map"] == map_.name).any()]
        if frozen:
            notes.append(f"{', '.join(frozen)} frees nothing before the map is destroyed")
        made.append(table_of_maps(f"{workload}: {what}, {entries:,} entries", maps, columns,
                                  "\n".join([footer, *notes])))
    return made


def _guards(frame: pandas.DataFrame, maps: tuple[Map, ...], footer: str) -> list[Table]:
    made = []
    for threads, rows in frame[frame["workload"] == "guard"].groupby("threads"):
        columns = {
            "enter and leave\nns": spread(rows, "guard_nanoseconds"),
            "announce\nquiescence, ns": spread(rows, "announcement_nanoseconds"),
        }
        loop = rows["loop_nanoseconds"].median()
        made.append(table_of_maps(f"guard: one that protects nothing, {plural(threads)}", maps, columns,
                                  f"{footer}\nthe {loop:.2f} ns of an empty loop are subtracted"))
    return made


def tables(records: list[dict], maps: tuple[Map, ...]) -> list[Table]:
    frame = frame_of(records)
    if frame.empty:
        return []
    footer = footer_of(frame[frame["workload"] != "mix50"])
    return [*_garbage(frame, maps, footer), *_guards(frame, maps, footer)]


def over_time(rows: pandas.DataFrame, series: str = "sample_retired_bytes") -> pandas.DataFrame:
    """Bytes at each sample of a map: median, least and greatest over its trials, as long as all of them were
    sampled."""
    trials = [pandas.DataFrame({"seconds": pandas.Series(row["sample_ms"]) / 1e3,
                                "bytes": row[series]}) for _, row in rows.iterrows()]
    samples = pandas.concat(trials)
    in_all = samples.groupby(level=0).filter(lambda sample: len(sample) == len(trials))
    by_sample = in_all.groupby(level=0)
    return pandas.DataFrame({"seconds": by_sample["seconds"].median(), "median": by_sample["bytes"].median(),
                             "min": by_sample["bytes"].min(), "max": by_sample["bytes"].max()})


def draw_garbage(axis, sampled: pandas.DataFrame, styles: dict[str, dict], what: str) -> None:
    """Garbage over time; `what` says how the mix was run by so many threads."""
    if sampled.empty:
        axis.set_visible(False)
        return
    threads = sampled["threads"].max()
    sampled = sampled[sampled["threads"] == threads]
    for place, (name, style) in enumerate(styles.items()):
        rows = sampled[sampled["map"] == name]
        if rows.empty:
            continue
        line = over_time(rows)
        # Lines that lie on each other have their markers at different places.
        every = max(len(line) // 4, 1)
        axis.plot(line["seconds"], line["median"], label=name, markevery=(place * every // len(styles), every),
                  clip_on=False, zorder=3, **style)
        axis.fill_between(line["seconds"], line["min"], line["max"], color=style["color"], alpha=0.15, linewidth=0)
    axis.set_yscale("symlog", linthresh=1e5, linscale=0.5)
    axis.set_ylim(bottom=0)
    axis.set_title(what.format(plural(threads)), fontsize=10)
    axis.set_xlabel("seconds")
    axis.set_ylabel("bytes of garbage")


def draw_throughput(axis, frame: pandas.DataFrame, styles: dict[str, dict], cores: int) -> None:
    """A group of bars for each way to run the mix, a bar for each map."""
    stalled, oversubscribed = (frame[frame["workload"] == name] for name in ("stalled", "oversubscribed"))
    ways = {}
    if not stalled.empty:
        threads = stalled["threads"].max()
        ways[f"undisturbed\n{plural(threads)}"] = _undisturbed(frame, stalled["entries"].iloc[0], threads)
        ways[f"a reader parked\n{plural(threads)}"] = stalled[stalled["threads"] == threads]
    if not oversubscribed.empty:
        threads = oversubscribed["threads"].max()
        ways[f"oversubscribed\n{plural(threads)}, {cores} cores"] = oversubscribed[oversubscribed["threads"] == threads]
    ways = {name: spread(rows, "mops") for name, rows in ways.items() if not rows.empty}
    if not ways:
        axis.set_visible(False)
        return
    names = [name for name in styles if any((rows["map"] == name).any() for rows in ways.values())]
    width = 0.8 / len(names)
    for i, name in enumerate(names):
        for group, rows in enumerate(ways.values()):
            row = rows[rows["map"] == name]
            place = [group + i * width] * len(row)
            axis.bar(place, row["median"], width, label=name if group == 0 else None, color=styles[name]["color"],
                     edgecolor="black", linewidth=0.5)
            # The marker of the map's line, so that a bar is known without its colour.
            axis.errorbar(place, row["median"], yerr=error_bars(row), capsize=2, color="black", markersize=5,
                          marker=styles[name]["marker"], markerfacecolor=styles[name]["color"])
    axis.set_xticks([group + width * (len(names) - 1) / 2 for group in range(len(ways))], ways)
    axis.set_title("throughput of the mix", fontsize=10)
    axis.set_ylabel("million operations a second")


def draw(records: list[dict], maps: tuple[Map, ...], machine: dict, directory: Path) -> list[Path]:
    """Garbage behind a parked reader, and of more threads than cores, beside what the map gets done."""
    frame = frame_of(records)
    if frame.empty or not frame["workload"].isin(["stalled", "oversubscribed"]).any():
        return []
    ours = frame[frame["map"].isin([map_.name for map_ in maps if map_.is_wane])]
    styles = {name: style for name, style in styles_of(maps).items() if (ours["map"] == name).any()}
    figure, (parked, crowded, throughput) = plt.subplots(1, 3, figsize=(19, 4))
    draw_garbage(parked, ours[ours["workload"] == "stalled"], styles, "a reader is parked, {} at work")
    draw_garbage(crowded, ours[ours["workload"] == "oversubscribed"], styles,
                  f"nobody is parked, {{}} on {machine['cores']} cores")
    draw_throughput(throughput, ours, styles, machine["cores"])
    for axis, across in ((parked, "both"), (crowded, "both"), (throughput, "y")):
        axis.grid(axis=across, alpha=0.3)
        axis.set_axisbelow(True)
    figure.tight_layout()
    shown = next(axis for axis in (parked, crowded, throughput) if axis.get_visible())
    figure.legend(*shown.get_legend_handles_labels(), loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.text(0, -0.03, caption_of(machine), fontsize=8)
    return save(figure, directory, "reclaimers")
