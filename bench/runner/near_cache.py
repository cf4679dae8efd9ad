# SPDX-License-Identifier: BSL-1.0
"""A near_cache beside the bare store: what each does a second, how often the cache has the answer, and what still goes to the
store."""

from __future__ import annotations

import pandas
from rich.table import Table

from .catalogue import NEAR_CACHE, STORES, WORKLOAD
from .summary import footer_of, formatted, spread

_PAIR = ["map", "entries", "threads", "trial"]


def paired(records: list[dict]) -> pandas.DataFrame:
    """A row for each trial in which both were measured: the figures of the near_cache, those of the bare store with the suffix
    _bare, and the ratio of their rates."""
    frame = pandas.DataFrame([record for record in records if WORKLOAD[record["workload"]].store])
    if frame.empty:
        return frame
    is_bare = frame["workload"].str.endswith("_bare")
    bare = frame[is_bare].assign(workload=frame["workload"].str.removesuffix("_bare"))
    rows = frame[~is_bare].merge(bare, on=["workload", *_PAIR], suffixes=("", "_bare"))
    return rows.assign(
        ratio=rows["ops_per_second"] / rows["ops_per_second_bare"],
        thousands=rows["ops_per_second"] / 1e3,
        thousands_bare=rows["ops_per_second_bare"] / 1e3,
        hits=100 * rows["hit_ratio"],
    )


_COLUMNS = {
    "bare\nkops/s": "thousands_bare",
    "near\nkops/s": "thousands",
    "near\nover bare": "ratio",
    "hits\n%": "hits",
    "trips/op\nbare": "round_trips_per_operation_bare",
    "trips/op\nnear": "round_trips_per_operation",
}


_NOTES = ("bare: the store by itself; near: a near_cache in front of it", "hits: lookups that neither fetched nor waited for a fetch",
          "trips/op: calls to the store an operation")


def _table(title: str, rows: pandas.DataFrame) -> Table:
    table = Table(title=title, caption="\n".join([footer_of(rows), *_NOTES]), title_justify="left", caption_justify="left")
    table.add_column("store", no_wrap=True)
    for heading in ("threads", *_COLUMNS):
        table.add_column(heading, justify="right", no_wrap=True)
    columns = [spread(rows, value).set_index(["map", "threads"]) for value in _COLUMNS.values()]
    for store in STORES:
        for threads in sorted(rows[rows["map"] == store]["threads"].unique()):
            table.add_row(store, str(threads), *(formatted(*column.loc[(store, threads), ["min", "median", "max"]])
                                                 for column in columns))
        table.add_section()
    return table


def tables(records: list[dict]) -> list[Table]:
    rows = paired(records)
    if rows.empty:
        return []
    return [_table(f"{workload}: {NEAR_CACHE[workload.removeprefix('near_cache_')]}, zipf 0.99 over {entries:,} entries", here)
            for (workload, entries), here in rows.groupby(["workload", "entries"], sort=False)]
