# SPDX-License-Identifier: BSL-1.0
"""The picture of expiry: how long checks take, how late entries go, what cleaning costs, and whether wane's targets are
met. Tables, and the plots."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed
import matplotlib.pyplot as plt  # noqa: E402
import pandas  # noqa: E402
from rich.table import Table  # noqa: E402

from .catalogue import WORKLOAD, Map  # noqa: E402
from .plots import caption_of, error_bars, save, styles_of  # noqa: E402
from .reclaimers import over_time  # noqa: E402
from .summary import footer_of, spread, table_of_maps, with_units  # noqa: E402

SCENES = {
    "picture": "a token service in its steady state",
    "storm": "a twelfth of the entries is due at one instant",
    "parked": "a reader is parked inside its lookup",
}
QUANTILES = {"p50": "p50", "p99": "p99", "p999": "p99.9", "max": "max"}


@dataclass(frozen=True)
class Target:
    """What wane is to keep in a scene: a figure that is not to exceed a limit."""

    scene: str
    what: str
    figure: str
    limit: float | str  # a number, or the figure that holds it
    factor: float  # from the unit of the record to that of the table
    floor: str | None = None  # the figure of what the machine does alone


TARGETS = (
    Target("picture", "cleaner, % of a core", "cleaner_cpu_share", 0.01, 100),
    Target("picture", "lateness p99, s", "lateness_p99_seconds", 1.0, 1),
    Target("storm", "storm, checks p99.9, ms", "response_p999_seconds", 1e-3, 1e3, "empty_p999_seconds"),
    Target("storm", "storm, calls p99.9, ms", "service_p999_seconds", 1e-3, 1e3),
    Target("parked", "parked, awaiting, MB", "awaiting_bytes_peak", "garbage_limit_bytes", 1e-6),
)


def frame_of(records: list[dict]) -> pandas.DataFrame:
    ours = [record for record in records if WORKLOAD[record["workload"]].scene]
    return with_units(ours) if ours else pandas.DataFrame()


def _column(rows: pandas.DataFrame, figure: str, factor: float) -> pandas.DataFrame:
    return spread(rows.assign(shown=factor * pandas.to_numeric(rows[figure])), "shown")


def _checks(rows: pandas.DataFrame, maps: tuple[Map, ...], title: str, footer: str) -> Table:
    columns = {f"{QUANTILES[name]}\nµs": _column(rows, f"response_{name}_seconds", 1e6)
               for name in ("p50", "p99", "p999")}
    columns |= {
        "p99.9 of\nthe call": _column(rows, "service_p999_seconds", 1e6),
        "p99.9 of\nno call": _column(rows, "empty_p999_seconds", 1e6),
    }
    clock, count = 1e9 * rows["clock_seconds"].median(), rows["response_count"]
    notes = [f"from the moment a check was due to its answer, a reading of the clock ({clock:.0f} ns) included",
             "of the call: from its begin; of no call: checks that look nothing up, so what the machine does alone",
             f"each of {count.min():,.0f} to {count.max():,.0f} checks was measured"]
    return table_of_maps(f"{title}: checks", maps, columns, "\n".join([footer, *notes]))


def _cleaning(rows: pandas.DataFrame, maps: tuple[Map, ...], title: str, footer: str) -> Table:
    columns = {
        "cleaner\n% core": _column(rows, "cleaner_cpu_share", 100),
        "late, p50\ns": _column(rows, "lateness_p50_seconds", 1),
        "p99\ns": _column(rows, "lateness_p99_seconds", 1),
        "max\ns": _column(rows, "lateness_max_seconds", 1),
        "overdue\npeak, MB": _column(rows, "overdue_bytes_peak", 1e-6),
        "awaiting\npeak, MB": _column(rows, "awaiting_bytes_peak", 1e-6),
    }
    notes = ["late: from the deadline to the removal; overdue: past the deadline and not yet unlinked",
             "awaiting: removed and not yet free for reuse"]
    if (rows["workload"] == "picture").any():
        columns["bytes\nan entry"] = _column(rows, "bytes_per_entry", 1)
    if (rows["workload"] == "storm").any():
        columns["storm\ns"] = _column(rows, "storm_seconds", 1)
        notes.append("storm: until its last entry was removed")
    return table_of_maps(f"{title}: cleaning", maps, columns, "\n".join([footer, *notes]))


def _median(rows: pandas.DataFrame, figure: str) -> float:
    """Of those trials that have the figure."""
    return pandas.to_numeric(rows[figure]).dropna().median()


def _limit(target: Target, rows: pandas.DataFrame) -> float:
    return target.limit if isinstance(target.limit, float) else _median(rows, target.limit)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def verdicts(frame: pandas.DataFrame, maps: tuple[Map, ...]) -> list[list[str]]:
    """A row for each target and map: what, map, limit, measured, and whether wane keeps to it."""
    rows = []
    for target in TARGETS:
        for map_ in maps:
            here = frame[(frame["workload"] == target.scene) & (frame["map"] == map_.name)]
            if here.empty:
                continue
            measured, limit = (target.factor * value for value in (_median(here, target.figure), _limit(target, here)))
            verdict = "met"
            if pandas.isna(measured):
                verdict = "not measured"
            elif measured > limit:
                verdict = f"missed by {_shown(measured - limit)}"
                if target.floor:
                    verdict += f" (no call: {_shown(target.factor * _median(here, target.floor))})"
            rows.append([target.what, map_.name, "–" if pandas.isna(limit) else _shown(limit), _shown(measured),
                         verdict if map_.is_wane else "–"])
    return rows


def _targets(frame: pandas.DataFrame, maps: tuple[Map, ...]) -> list[Table]:
    rows = verdicts(frame, maps)
    if not rows:
        return []
    rate = frame["sessions_per_second"].median()
    table = Table(title="expiry: the targets", title_justify="left", caption_justify="left",
                  caption=f"medians; at {rate:,.0f} new sessions a second, where the picture of 12 million entries has "
                  "8,000;\nthe others are there to compare")
    for heading in ("target", "map", "at most", "measured", "wane"):
        table.add_column(heading, justify="right" if heading in ("at most", "measured") else "left", no_wrap=True)
    before = None
    for what, *others in rows:
        if before not in (None, what):
            table.add_section()
        table.add_row("" if what == before else what, *others)
        before = what
    return [table]


def tables(records: list[dict], maps: tuple[Map, ...]) -> list[Table]:
    frame = frame_of(records)
    if frame.empty:
        return []
    footer = footer_of(frame)
    made = []
    for (scene, entries), rows in frame.groupby(["workload", "entries"], sort=False):
        title = f"{scene}: {SCENES[scene]}, {entries:,} entries"
        made += [makes(rows, maps, title, footer) for makes in (_checks, _cleaning)]
    return made + _targets(frame, maps)


def _draw_quantiles(axis, rows: pandas.DataFrame, styles: dict[str, dict], figure: str, names: list[str]) -> None:
    for name, style in styles.items():
        of_map = rows[rows["map"] == name]
        if of_map.empty:
            continue
        line = pandas.concat([_column(of_map, f"{figure}_{quantile}_seconds", 1) for quantile in names])
        if not line.empty:  # no check came while it stormed, or nothing was late
            axis.errorbar([QUANTILES[quantile] for quantile in names], line["median"], yerr=error_bars(line),
                          label=name, capsize=2, **style)
    axis.set_yscale("log")


def _draw_checks(axis, rows: pandas.DataFrame, styles: dict[str, dict]) -> None:
    names = list(QUANTILES)
    _draw_quantiles(axis, rows, styles, "response", names)
    alone = [rows[f"empty_{quantile}_seconds"].median() for quantile in names]
    axis.plot([QUANTILES[quantile] for quantile in names], alone, color="grey", linestyle=":", linewidth=2,
              label="no call: the machine alone")
    axis.set_ylabel("seconds until the answer")


def _draw_calls(axis, rows: pandas.DataFrame, styles: dict[str, dict]) -> None:
    _draw_quantiles(axis, rows, styles, "service", list(QUANTILES))
    axis.set_ylabel("seconds of the call")


def draw_lateness(axis, rows: pandas.DataFrame, styles: dict[str, dict]) -> None:
    _draw_quantiles(axis, rows, styles, "lateness", ["p50", "p99", "max"])
    axis.set_ylabel("seconds of lateness")


def draw_cpu(axis, rows: pandas.DataFrame, styles: dict[str, dict]) -> None:
    of_cell = _column(rows, "cleaner_cpu_share", 1)
    names = [name for name in styles if (of_cell["map"] == name).any()]
    of_cell = of_cell.set_index("map").loc[names]
    for name, row in of_cell.iterrows():
        axis.bar(name, row["median"], color=styles[name]["color"], edgecolor="black", linewidth=0.5)
    # The marker of the map's line, so that a bar is known without its colour.
    for name, row in of_cell.iterrows():
        axis.errorbar(name, row["median"], yerr=[[row["median"] - row["min"]], [row["max"] - row["median"]]], capsize=2,
                      color="black", marker=styles[name]["marker"], markerfacecolor=styles[name]["color"])
    axis.tick_params(axis="x", labelrotation=30)
    axis.set_ylim(bottom=0)
    axis.set_ylabel("cleaner, share of a core")


def envelope(line: pandas.DataFrame, parts: int = 60) -> pandas.DataFrame:
    """The greatest of each part: a cleaner that comes by at intervals makes teeth, more of them than can be seen."""
    return line.groupby(line.index // max(len(line) // parts, 1)).agg({"seconds": "first", "median": "max"})


def _draw_bytes(axis, rows: pandas.DataFrame, styles: dict[str, dict], series: str, what: str) -> None:
    for place, (name, style) in enumerate(styles.items()):
        of_map = rows[rows["map"] == name]
        if of_map.empty:
            continue
        line = envelope(over_time(of_map, series))
        every = max(len(line) // 4, 1)  # lines that lie on each other have their markers at different places
        axis.plot(line["seconds"], line["median"], label=name, markevery=(place * every // len(styles), every), **style)
    axis.set_yscale("symlog", linthresh=1e4, linscale=0.5)
    axis.set_ylim(bottom=0)
    axis.set_xlabel("seconds")
    axis.set_ylabel(what)


def _draw_overdue(axis, rows: pandas.DataFrame, styles: dict[str, dict]) -> None:
    _draw_bytes(axis, rows, styles, "sample_overdue_bytes", "bytes overdue, peaks")


def _draw_awaiting(axis, rows: pandas.DataFrame, styles: dict[str, dict]) -> None:
    _draw_bytes(axis, rows, styles, "sample_awaiting_bytes", "bytes awaiting reclamation, peaks")


def mark_limit(axis, scene: str, figure: str | None, rows: pandas.DataFrame) -> None:
    for target in (target for target in TARGETS if (target.scene, target.figure) == (scene, figure)):
        limit = _limit(target, rows)
        if pandas.isna(limit):  # none of these maps has one
            continue
        axis.axhline(limit, color="grey", linewidth=1)
        axis.set_ylim(top=max(axis.get_ylim()[1], 2 * limit))
        axis.annotate("target", (0.01, limit), xycoords=("axes fraction", "data"), xytext=(0, 2),
                      textcoords="offset points", fontsize=8, color="grey")


def _grid(frame: pandas.DataFrame, styles: dict[str, dict], draws: list, machine: dict):
    """A row of axes for each (draw, figure of the target that it shows), a column for each scene."""
    scenes = [scene for scene in SCENES if (frame["workload"] == scene).any()]
    figure, axes = plt.subplots(len(draws), len(scenes), figsize=(4.6 * len(scenes), 3.2 * len(draws)), squeeze=False)
    for row, (draw_one, of_target) in zip(axes, draws):
        for axis, scene in zip(row, scenes):
            rows = frame[frame["workload"] == scene]
            rows = rows[rows["entries"] == rows["entries"].max()]
            draw_one(axis, rows, styles)
            mark_limit(axis, scene, of_target, rows)
            axis.grid(alpha=0.3)
            axis.set_axisbelow(True)
            axis.set_title(f"{scene}, {rows['entries'].iloc[0]:,} entries", fontsize=10)
    figure.tight_layout()
    handles = dict(zip(*reversed(axes[0][0].get_legend_handles_labels())))
    figure.legend(handles.values(), handles.keys(), loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.text(0, -0.03, caption_of(machine), fontsize=8)
    return figure


def draw(records: list[dict], maps: tuple[Map, ...], machine: dict, directory: Path) -> list[Path]:
    """Latency, lateness and CPU in one figure; what is overdue and what awaits reclamation over time in another."""
    frame = frame_of(records)
    if frame.empty:
        return []
    styles = styles_of(tuple(map_ for map_ in maps if (frame["map"] == map_.name).any()))
    latency = _grid(frame, styles, [(_draw_checks, "response_p999_seconds"), (_draw_calls, "service_p999_seconds"),
                                    (draw_lateness, "lateness_p99_seconds"), (draw_cpu, "cleaner_cpu_share")],
                    machine)
    over = _grid(frame, styles, [(_draw_overdue, None), (_draw_awaiting, "awaiting_bytes_peak")], machine)
    return [*save(latency, directory, "expiry"), *save(over, directory, "expiry_bytes")]
