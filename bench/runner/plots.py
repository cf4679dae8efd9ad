# SPDX-License-Identifier: BSL-1.0
"""The plots of a study, each as PNG and SVG: throughput over threads and over sizes, memory, fill."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed
import matplotlib.pyplot as plt  # noqa: E402
import pandas  # noqa: E402

from .catalogue import WORKLOADS, Map  # noqa: E402
from .summary import of_maps, plural, spread, with_units  # noqa: E402


def styles_of(maps: tuple[Map, ...]) -> dict[str, dict]:
    """wane in warm colours and solid lines, the others in cold colours and dashed ones; both run from dark to light, so
    that they can be told apart without seeing hues."""
    ours = [map_.name for map_ in maps if map_.is_wane]
    others = [map_.name for map_ in maps if not map_.is_wane]
    warm, cold = matplotlib.colormaps["hot"], matplotlib.colormaps["viridis"]
    markers = "osD^vP*X"
    styles = {}
    for names, colours, darkest, lightest, line in ((ours, warm, 0.15, 0.68, "-"), (others, cold, 0.0, 0.75, "--")):
        for i, name in enumerate(names):
            lightness = darkest + (lightest - darkest) * i / max(len(names) - 1, 1)
            styles[name] = {"color": colours(lightness), "linestyle": line, "marker": markers[i % len(markers)]}
    return styles


def error_bars(rows: pandas.DataFrame) -> list[pandas.Series]:
    return [rows["median"] - rows["min"], rows["max"] - rows["median"]]


def save(figure, directory: Path, name: str) -> list[Path]:
    paths = [directory / f"{name}.{extension}" for extension in ("png", "svg")]
    for path in paths:
        figure.savefig(path, dpi=150, bbox_inches="tight")
    plt.close(figure)
    return paths


def _line(axis, line: pandas.DataFrame, over: str, name: str, style: dict) -> None:
    line = line[line["map"] == name].sort_values(over)
    if not line.empty:
        axis.errorbar(line[over], line["median"], yerr=error_bars(line), label=name, capsize=2, **style)


def _throughput(frame: pandas.DataFrame, maps: tuple[Map, ...], caption: str, directory: Path) -> list[Path]:
    present = [(workload.name, entries) for workload in WORKLOADS
               for entries in sorted(frame[frame["workload"] == workload.name]["entries"].unique())]
    columns = min(4, len(present))
    rows = -(-len(present) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(4 * columns + 1, 3.2 * rows), squeeze=False)
    styles = styles_of(maps)
    for axis in axes.flat[len(present):]:
        axis.set_visible(False)
    for axis, (workload, entries) in zip(axes.flat, present):
        of_workload = spread(frame[(frame["workload"] == workload) & (frame["entries"] == entries)], "mops")
        for name, style in styles.items():
            _line(axis, of_workload, "threads", name, style)
        axis.set_title(f"{workload}, {entries:,} entries", fontsize=10)
        axis.set_xticks(sorted(of_workload["threads"].unique()))
        axis.set_xlabel("threads")
        axis.set_ylabel("million operations a second")
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    figure.tight_layout()
    labelled = {label: handle for axis in axes.flat for handle, label in zip(*axis.get_legend_handles_labels())}
    figure.legend(labelled.values(), labelled.keys(), loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.text(0, -0.03, caption, fontsize=8)
    return save(figure, directory, "throughput")


def _draw_sizes(axis, frame: pandas.DataFrame, workload: str, styles: dict[str, dict]) -> None:
    """Throughput of one thread over the size of the map."""
    of_workload = spread(frame[(frame["workload"] == workload) & (frame["threads"] == 1)], "mops")
    for name, style in styles.items():
        _line(axis, of_workload, "entries", name, style)
    axis.set_xscale("log")
    axis.set_ylim(bottom=0)
    axis.set_xlabel("entries")
    axis.set_ylabel("million operations a second")
    axis.grid(alpha=0.3)


def _sizes(frame: pandas.DataFrame, maps: tuple[Map, ...], caption: str, directory: Path) -> list[Path]:
    alone = frame[frame["threads"] == 1]
    present = [workload.name for workload in WORKLOADS
               if alone[alone["workload"] == workload.name]["entries"].nunique() > 1]
    if not present:
        return []
    styles = styles_of(maps)
    figure, axes = plt.subplots(1, len(present), figsize=(4.5 * len(present) + 1, 3.6), squeeze=False)
    for axis, workload in zip(axes[0], present):
        _draw_sizes(axis, frame, workload, styles)
        axis.set_title(f"{workload}, one thread", fontsize=10)
    figure.tight_layout()
    labelled = {label: handle for handle, label in zip(*axes[0][0].get_legend_handles_labels())}
    figure.legend(labelled.values(), labelled.keys(), loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.text(0, -0.03, caption, fontsize=8)
    return save(figure, directory, "sizes")


def _bars(of_cell: pandas.DataFrame, maps: tuple[Map, ...], label: str, caption: str, directory: Path,
          name: str) -> list[Path]:
    """Horizontal bars, a group for each map with one bar for each series."""
    names = [map_.name for map_ in maps if (of_cell["map"] == map_.name).any()]
    series = list(dict.fromkeys(of_cell["series"]))
    height = 0.8 / len(series)
    figure, axis = plt.subplots(figsize=(8, 0.5 + 0.25 * len(names) * max(len(series), 2)))
    colours = matplotlib.colormaps["viridis"]
    for i, one in enumerate(series):
        rows = of_cell[of_cell["series"] == one].set_index("map").reindex(names)
        places = [place + i * height for place in range(len(names))]
        axis.barh(places, rows["median"], height, xerr=error_bars(rows), label=one, capsize=2,
                  color=colours(0.2 + 0.7 * i / max(len(series) - 1, 1)))
    axis.set_yticks([place + height * (len(series) - 1) / 2 for place in range(len(names))], names)
    axis.invert_yaxis()
    axis.set_xlabel(label)
    axis.grid(axis="x", alpha=0.3)
    axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.text(0, -0.05, caption, fontsize=8)
    return save(figure, directory, name)


def caption_of(machine: dict) -> str:
    return (f"{machine['cpu']}, {machine['cores']} cores; medians, bars from least to greatest; "
            f"commit {machine['commit'][:12]}{' with changes' if machine['dirty'] else ''}")


def draw(records: list[dict], maps: tuple[Map, ...], machine: dict, directory: Path) -> list[Path]:
    records = of_maps(records)
    if not records:
        return []
    frame = with_units(records)
    group = frame["workload"].map({workload.name: workload.group for workload in WORKLOADS})
    caption = caption_of(machine)
    paths = _throughput(frame, maps, caption, directory) + _sizes(frame, maps, caption, directory)

    memory = frame[group.isin(["steady", "fill"])]
    memory = memory[memory["entries"] == memory["entries"].max()]
    memory = memory[(memory["threads"] == memory["threads"].min())]
    memory = memory.dropna(subset=["bytes_per_entry"]) if not memory.empty else memory
    if not memory.empty:
        prefilled = memory["workload"].map(lambda name: "prefilled, presized" if not name.startswith("fill") else
                                           f"after {name}")
        rows = memory.assign(workload=prefilled).drop_duplicates(["map", "workload", "trial"])
        of_cell = spread(rows, "bytes_per_entry").rename(columns={"workload": "series"})
        paths += _bars(of_cell, maps, "resident bytes an entry of 8 + 8 bytes", caption, directory, "memory")

    fill = frame[group == "fill"]
    fill = fill[fill["entries"] == fill["entries"].max()]
    if not fill.empty:
        of_cell = spread(fill, "ns_per_insert")
        of_cell["series"] = of_cell["workload"] + ", " + of_cell["threads"].map(plural)
        paths += _bars(of_cell, maps, "nanoseconds an insertion, wall time", caption, directory, "fill")
    return paths
