# SPDX-License-Identifier: BSL-1.0
"""Medians and spreads of the records, and the tables on the terminal."""

from __future__ import annotations

import pandas
from rich.console import Console
from rich.table import Table

from .catalogue import WORKLOADS, Map


LEAST_WIDTH = 100


def formatted(low: float, median: float, high: float) -> str:
    digits = 0 if median >= 100 else 1 if median >= 10 else 2
    return f"{median:.{digits}f}\n[dim]{low:.{digits}f}–{high:.{digits}f}[/dim]"


def spread(records: pandas.DataFrame, value: str) -> pandas.DataFrame:
    """n, median, min and max over the trials, for each map, workload, number of entries and threads."""
    by_cell = records.dropna(subset=[value]).groupby(["map", "workload", "entries", "threads"], sort=False)
    return by_cell[value].agg(n="count", median="median", min="min", max="max").reset_index()


def with_units(records: list[dict]) -> pandas.DataFrame:
    frame = pandas.DataFrame(records)
    frame["mops"] = frame["ops_per_second"] / 1e6
    frame["ns_per_insert"] = 1e9 / frame["ops_per_second"]  # wall time over entries, whatever the number of threads
    return frame


def table_of_maps(title: str, maps: tuple[Map, ...], columns: dict[str, pandas.DataFrame], footer: str) -> Table:
    table = Table(title=title, caption=footer, title_justify="left", caption_justify="left")
    table.add_column("map", no_wrap=True)
    for heading in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    for map_ in maps:
        row = []
        for column in columns.values():
            cell = column[column["map"] == map_.name]
            row.append("–" if cell.empty else formatted(*cell.iloc[0][["min", "median", "max"]]))
        if any(text != "–" for text in row):
            table.add_row(map_.name, *row)
    return table


def plural(threads: int) -> str:
    return f"{threads} thread{'s' if threads > 1 else ''}"


def _throughput(frame: pandas.DataFrame, maps: tuple[Map, ...], footer: str) -> list[Table]:
    tables = []
    for (entries, threads), here in frame.groupby(["entries", "threads"]):
        steady, grown, memory = {}, {}, {}
        for workload in WORKLOADS:
            rows = here[here["workload"] == workload.name]
            if rows.empty:
                continue
            if workload.group == "fill":
                grown[f"{workload.name}\nns/insert"] = spread(rows, "ns_per_insert")
            else:
                columns = steady if workload.group == "steady" else grown
                columns[f"{workload.name}\nMops/s"] = spread(rows, "mops")
            if workload.group == "steady" and not memory:
                # All cells of a trial share one prefilled map and so one figure.
                memory["prefilled\nbytes/entry"] = spread(rows, "bytes_per_entry")
        for columns in (steady, {**grown, **memory}):
            if columns:
                tables.append(table_of_maps(f"{plural(threads)}, {entries:,} entries", maps, columns, footer))
    return tables


def _expiry(frame: pandas.DataFrame, maps: tuple[Map, ...], footer: str) -> list[Table]:
    tables = []
    for (workload, threads, entries), rows in frame.groupby(["workload", "threads", "entries"]):
        rows = rows.assign(cpu=100 * rows["background_cpu_share"], late=100 * rows["expired_resident_ratio_mean"],
                           latest=100 * rows["expired_resident_ratio_max"])
        columns = {
            "Mops/s": spread(rows, "mops"),
            "background\n% of a core": spread(rows, "cpu"),
            "overdue, mean\n% of live": spread(rows, "late"),
            "overdue, worst\n% of live": spread(rows, "latest"),
        }
        ttl = rows["ttl_seconds"].iloc[0]
        title = f"{workload}: {entries:,} entries with a TTL of {ttl:.0f} s, lookups by {plural(threads)}"
        tables.append(table_of_maps(title, maps, columns, footer + "\nbackground: threads of sweeper and reclaimer; "
                                    "overdue: past the deadline and not yet unlinked"))
    return tables


def _replay(frame: pandas.DataFrame, maps: tuple[Map, ...], footer: str) -> list[Table]:
    tables = []
    for (threads, trace), rows in frame.groupby(["threads", "trace"]):
        rows = rows.assign(hits=100 * rows["hit_ratio"])
        columns = {
            "Mops/s": spread(rows, "mops"),
            "hit ratio\n%": spread(rows, "hits"),
            "entries resident\nat the end": spread(rows, "resident_entries"),
            "of them\nexpired": spread(rows, "expired_resident_entries"),
        }
        table = table_of_maps(f"replay of {trace}, {plural(threads)}", maps, columns, footer)
        compression = (rows["trace_seconds"] * rows["ops_per_second"] / rows["requests"]).median()
        kinds = rows.drop_duplicates("map").groupby("expiry")["map"].agg(", ".join)
        table.caption = "\n".join([footer, f"trace time compressed {compression:,.0f} times (median)",
                                   *(f"expiry {kind}: {names}" for kind, names in kinds.items())])
        tables.append(table)
    return tables


def footer_of(frame: pandas.DataFrame) -> str:
    trials = frame.groupby(["map", "workload", "entries", "threads"])["trial"].nunique()
    counts = f"{trials.min()}" if trials.min() == trials.max() else f"{trials.min()} to {trials.max()}"
    return f"medians of {counts} trial{'s' if trials.max() > 1 else ''}; below: least and greatest"


def of_maps(records: list[dict]) -> list[dict]:
    """Without those that tags.py, reclaimers.py, expiry.py, growth.py and near_cache.py show."""
    workloads = {workload.name for workload in WORKLOADS
                 if not (workload.words or workload.store or workload.of_reclaimers or workload.scene or workload.of_growth)}
    return [record for record in records if record["workload"] in workloads]


def tables(records: list[dict], maps: tuple[Map, ...]) -> list[Table]:
    records = of_maps(records)
    if not records:
        return []
    frame = with_units(records)
    footer = footer_of(frame)
    groups = {workload.name: workload.group for workload in WORKLOADS}
    group = frame["workload"].map(groups)

    made = []
    plain = frame[group.isin(["steady", "grown", "strings", "fill"])]
    if not plain.empty:
        made += _throughput(plain, maps, footer)
    if (group == "expire").any():
        made += _expiry(frame[group == "expire"], maps, footer)
    if (group == "replay").any():
        made += _replay(frame[group == "replay"], maps, footer)
    return made


def show(made: list[Table]) -> None:
    console = Console()
    if console.width < LEAST_WIDTH:  # a figure cut short would be a wrong one; let the terminal break the line instead
        console = Console(width=LEAST_WIDTH)
    for table in made:
        console.print(table)
