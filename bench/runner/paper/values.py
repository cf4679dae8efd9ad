# SPDX-License-Identifier: BSL-1.0
"""Every number of the paper's text, and its tables, from the records of a study: LaTeX that is read by paper.tex."""

from __future__ import annotations

import re
from pathlib import Path

import pandas

from .. import tags
from ..catalogue import CONTROLS, OURS, WORKLOADS
from ..summary import spread
from .results import Results
from .verification import Subject

NOT_MEASURED = r"\emph{(not measured)}"
IN_USE = re.compile(r"\\val\{([^}]+)\}")


def escaped(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c, "\\" + c if c in "&%$#_{}" else c) for c in text)


def number(value: float) -> str:
    """Three figures, no more."""
    if value >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
    mantissa, _, exponent = text.partition("e")
    return rf"${mantissa}\cdot10^{{{int(exponent)}}}$" if exponent else text


def duration(seconds: float) -> str:
    return tags.duration(seconds).replace(" ", r"\,")


def _of_machine(results: Results) -> dict[str, str]:
    machine = results.machine
    versions = {f"version.{name}": escaped(version) for name, version in results.versions.items()}
    return versions | {
        "machine.cpu": escaped(machine["cpu"]),
        "machine.cores": str(machine["cores"]),
        "machine.memory": number(machine["memory_bytes"] / 2**30),
        "machine.kernel": escaped(machine["kernel"]),
        "machine.compiler": escaped(machine["compiler"].split()[-1]),
        "machine.huge_pages": escaped(machine["huge_pages"]),
    }


def _of_maps(results: Results) -> dict[str, str]:
    """Rates, bytes and ratios of the workloads on prefilled maps, at the number of entries the paper is about."""
    frame = results.of_group("steady")
    if frame.empty:
        return {}
    values = {"study.entries": f"{results.entries:,}"}
    trials = frame.groupby(["map", "workload", "threads"])["trial"].nunique()
    values["study.trials"] = str(trials.min()) if trials.min() == trials.max() else f"{trials.min()} to {trials.max()}"
    turns = frame["turn_ops_per_second"].dropna().map(len)
    if not turns.empty:
        values["study.turns"] = str(int(turns.median()))
        values["study.slice"] = number(1e3 * (frame["measured_seconds"] / turns).median())
    for _, row in spread(frame, "mops").iterrows():
        values[f"rate.{row['workload']}.{row['map']}.{row['threads']}"] = number(row["median"])
    alone = frame[(frame["workload"] == "find_hit") & (frame["threads"] == 1)]
    for name, rows in alone.groupby("map"):
        values[f"bytes.{name}"] = number(rows["bytes_per_entry"].median())
    for name, rows in frame[(frame["map"] == "null") & (frame["threads"] == 1)].groupby("workload"):
        values[f"null.{name}"] = number(1e3 / rows["mops"].median())
    for one in results.ratios:
        values[f"ratio.{one['workload']}.{one['map']}.{one['threads']}"] = number(one["ratio"])
    versioned = values_of_ratio(results, "find_hit", "wane_versioned", 1)
    if versioned:
        values["versioned.find_hit"] = number(1 / versioned["ratio"])
    return values


def values_of_ratio(results: Results, workload: str, map_: str, threads: int) -> dict | None:
    return next((one for one in results.ratios
                 if (one["workload"], one["map"], one["threads"]) == (workload, map_, threads)), None)


def _medians(frame: pandas.DataFrame, prefix: str, figures: dict[str, tuple[str, float]]) -> dict[str, str]:
    """prefix.map.what for each map of the frame, of figures {what: (figure of the record, its unit)}."""
    values = {}
    for name, rows in frame.groupby("map") if not frame.empty else ():
        for what, (figure, unit) in figures.items():
            if figure in rows and not (numbers := pandas.to_numeric(rows[figure]).dropna()).empty:
                values[f"{prefix}.{name}.{what}"] = number(unit * numbers.median())
    return values


def _of_growth(results: Results) -> dict[str, str]:
    frame = results.of_workload("growth", threads=1)
    if frame.empty:
        return {}
    return {"growth.entries": f"{frame['entries'].max():,}"} | _medians(
        frame, "growth", {"max": ("insert_max_seconds", 1e3), "p99999": ("insert_p99999_seconds", 1e6)})


def _of_expiry(results: Results) -> dict[str, str]:
    picture, storm, expire = (results.of_workload(name) for name in ("picture", "storm", "expire"))
    values = _medians(picture, "picture", {"p99": ("lateness_p99_seconds", 1), "cpu": ("cleaner_cpu_share", 100)})
    values |= _medians(storm, "storm", {"p999": ("response_p999_seconds", 1e3), "none": ("empty_p999_seconds", 1e3)})
    if not picture.empty:
        values["picture.entries"] = f"{picture['entries'].max():,}"
        # What is inserted stands for what expires: the population is in its steady state.
        values["picture.expiring"] = number((picture["lateness_count"] / picture["measured_seconds"]).median())
    ours = expire[expire["map"] == "wane_epoch"] if not expire.empty else expire
    if not ours.empty:
        values["expire.late"] = number(100 * ours["expired_resident_ratio_mean"].median())
        values["expire.cpu"] = number(100 * ours["background_cpu_share"].median())
    return values


def _of_reclaimers(results: Results) -> dict[str, str]:
    stalled = results.of_workload("stalled")
    values = _medians(stalled, "stalled", {"peak": ("peak_retired_bytes", 1e-6)})
    if not stalled.empty:
        values["stalled.seconds"] = number(stalled["measured_seconds"].median())
    return values


def _of_tags(results: Results) -> dict[str, str]:
    frame, _ = tags.frame_of(results.records)
    if frame.empty or not frame["workload"].str.startswith("tags_wrap").any():
        return {}
    last = tags.wraps(frame)
    most = last[last["threads"] == last["threads"].max()]
    return {f"tags.{row['map']}": f"{duration(row['median'])} ({row['wrap']})" for _, row in most.iterrows()}


def of_checks(subjects: list[Subject], mutants: int) -> dict[str, str]:
    sums = {what: sum(one.number(what) for one in subjects if what in one.columns)
            for what in ("schedules", "steps", "states", "calls")}
    return {"check.mutants": str(mutants)} | {f"check.{what}": f"{total:,.0f}" for what, total in sums.items()}


def values(results: Results, subjects: list[Subject], mutants: int) -> dict[str, str]:
    replays = results.of_workload("replay")
    trace = {} if replays.empty else {
        "replay.trace": escaped(", ".join(dict.fromkeys(replays["trace"]))),
        "replay.compression": number((replays["trace_seconds"] / replays["measured_seconds"]).median())}
    return {**_of_machine(results), **_of_maps(results), **_of_growth(results), **_of_expiry(results),
            **_of_reclaimers(results), **_of_tags(results), **trace, **of_checks(subjects, mutants)}


def in_use(paper: Path) -> list[str]:
    """The values that the text asks for, once each. Comments do not count."""
    text = "\n".join(line for line in paper.read_text().splitlines() if not line.startswith("%"))
    return list(dict.fromkeys(IN_USE.findall(text)))


def write(known: dict[str, str], asked: list[str], path: Path) -> list[str]:
    """Writes the values asked for. Those that the study has not measured are said to be so; their names are returned."""
    missing = [key for key in asked if key not in known]
    lines = [f"\\defval{{{key}}}{{{known.get(key, NOT_MEASURED)}}}" for key in asked]
    path.write_text("% Written by the analysis from the results of a study.\n" + "\n".join(lines) + "\n")
    return missing


def _tabular(columns: str, head: list[str], rows: list[list[str]]) -> str | None:
    if not rows:
        return None
    body = [" & ".join(row) + r" \\" for row in rows]
    return "\n".join([rf"\begin{{tabular}}{{{columns}}}", r"\toprule", " & ".join(head) + r" \\", r"\midrule", *body,
                      r"\bottomrule", r"\end{tabular}", ""])


def ratios_table(results: Results) -> str | None:
    """A row a map, a column a workload; only those that each have something."""
    shown = [name for name in ("find_hit", "find_miss", "mix95", "mix50")
             if any(one["workload"] == name for one in results.ratios)]
    rows = []
    for map_ in results.maps:
        ones = [values_of_ratio(results, name, map_.name, 1) for name in shown]
        if any(ones) and map_.name not in CONTROLS:
            cells = ["--" if one is None else f"{one['ratio']:.2f} [{one['low']:.2f}, {one['high']:.2f}]" for one in ones]
            rows.append([escaped(results.label(map_.name)), *cells])
    return _tabular("@{}l" + "r" * len(shown) + "@{}", ["over", *map(escaped, shown)], rows)


def overhead_table(results: Results) -> str | None:
    """What the adapter and the loop around it take of an operation: a row a workload, with the map that does nothing and ours."""
    frame = results.of_group("steady")
    frame = frame[frame["threads"] == 1] if not frame.empty else frame
    rows = []
    for workload in WORKLOADS:
        of_workload = frame[frame["workload"] == workload.name] if not frame.empty else frame
        nothing, ours = (1e3 / of_workload[of_workload["map"] == name]["mops"] if not of_workload.empty else of_workload
                         for name in ("null", OURS))
        if nothing.empty or ours.empty:
            continue
        rows.append([escaped(workload.name), number(nothing.median()), f"{number(nothing.min())} to {number(nothing.max())}",
                     number(ours.median()), f"{100 * nothing.median() / ours.median():.1f}"])
    return _tabular("@{}lrrrr@{}", ["workload", "nothing, ns", "least to greatest", r"\wane{}, ns", r"share, \%"], rows)


def replay_table(results: Results) -> str | None:
    """A row a map of each trace; where there are several, below the name of each, which takes no width from the numbers."""
    frame = results.of_workload("replay", threads=1)
    rows = []
    traces = list(dict.fromkeys(frame["trace"])) if not frame.empty else []
    for trace in traces:
        if len(traces) > 1:
            rows.append([rf"\multicolumn{{6}}{{@{{}}l@{{}}}}{{\emph{{{escaped(trace)}}}}}"])
        for map_ in results.maps:
            one = frame[(frame["map"] == map_.name) & (frame["trace"] == trace)]
            if one.empty or map_.name in CONTROLS:
                continue
            expired = one["expired_resident_entries"]
            rows.append([escaped(results.label(map_.name)), number(one["mops"].median()),
                         f"{100 * one['hit_ratio'].median():.1f}", f"{one['resident_entries'].median():,.0f}",
                         f"{expired.median():,.0f}", number(1e-6 * (expired * one["bytes_per_entry"]).median())])
    return _tabular("@{}lrrrrr@{}", ["map", "Mops/s", r"hits, \%", "resident", "of them expired", "MB"], rows)


TABLES = {"ratios": ratios_table, "overhead": overhead_table, "replay": replay_table}


def write_tables(results: Results, directory: Path) -> list[str]:
    """Writes all tables. Returns those for which the study has nothing, which say so."""
    made = {name: makes(results) for name, makes in TABLES.items()}
    for name, text in made.items():
        (directory / f"{name}.tex").write_text(text or NOT_MEASURED + "\n")
    return [f"table {name}" for name, text in made.items() if text is None]
