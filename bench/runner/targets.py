# SPDX-License-Identifier: BSL-1.0
"""What wane aims at, beside what this study measured: a table with a row for each target that can be told from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas
from rich.table import Table

from .catalogue import CONTROLS, OURS, WORKLOAD, WORKLOADS
from .summary import plural

LARGE, SMALL = 1_000_000, 100_000  # entries from which on, and up to which, targets hold


@dataclass(frozen=True)
class Verdict:
    what: str
    target: str
    measured: str
    met: bool


class Study:
    """Figures of one number of entries."""

    def __init__(self, records: list[dict], paired: list[dict], entries: int):
        self.entries = entries
        self._frame = pandas.DataFrame([record for record in records if record["entries"] == entries])
        self._paired = {(one["map"], one["workload"], one["threads"]): one for one in paired
                        if one["entries"] == entries and one["base"] == OURS}

    def median(self, map_: str, workload: str, threads: int, figure: str = "ops_per_second") -> float | None:
        if figure not in self._frame:
            return None
        rows = self._frame[(self._frame["map"] == map_) & (self._frame["workload"] == workload)
                           & (self._frame["threads"] == threads)][figure].dropna()
        return None if rows.empty else float(rows.median())

    def over(self, peer: str, workload: str, threads: int, of: str | None = None) -> tuple[float, str] | None:
        """Our rate in the workload over the peer's in `of`, or in the same: by turns, if they have taken turns."""
        if of is None and (one := self._paired.get((peer, workload, threads))):
            return one["ratio"], f"{one['ratio']:.2f} [{one['low']:.2f}–{one['high']:.2f}]"
        ours, theirs = self.median(OURS, workload, threads), self.median(peer, of or workload, threads)
        return (ours / theirs, f"{ours / theirs:.2f}") if ours and theirs else None

    def ours_over(self, ours: str, peer: str, workload: str, threads: int) -> tuple[float, str] | None:
        """The same for another of ours; by turns if the peer is the base of the ratios."""
        if peer == OURS and (one := self._paired.get((ours, workload, threads))):
            return 1 / one["ratio"], f"{1 / one['ratio']:.2f} [{1 / one['high']:.2f}–{1 / one['low']:.2f}]"
        rates = self.median(ours, workload, threads), self.median(peer, workload, threads)
        return (rates[0] / rates[1], f"{rates[0] / rates[1]:.2f}") if all(rates) else None

    def peers(self, workload: str, threads: int) -> list[str]:
        rows = self._frame[(self._frame["workload"] == workload) & (self._frame["threads"] == threads)]
        return sorted(name for name in rows["map"].unique() if not name.startswith("wane") and name not in CONTROLS)

    def threads(self, workload: str) -> list[int]:
        rows = self._frame[(self._frame["workload"] == workload) & (self._frame["map"] == OURS)]
        return sorted(int(threads) for threads in rows["threads"].unique())


def _at_least(what: str, ratio: tuple[float, str] | None, least: float) -> Iterator[Verdict]:
    if ratio:
        yield Verdict(what, f"at least {least:g}", ratio[1], ratio[0] >= least)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _at_most(what: str, figure: float | None, unit: str, scale: float, most: float) -> Iterator[Verdict]:
    if figure is not None:
        yield Verdict(what, f"at most {most:g} {unit}", f"{_number(scale * figure)} {unit}", scale * figure <= most)


def _over_every_peer(what: str, study: Study, workload: str, threads: int, of: str | None = None) -> Iterator[Verdict]:
    ratios = {peer: ratio for peer in study.peers(of or workload, threads) if (ratio := study.over(peer, workload, threads, of))}
    if ratios:
        fastest = min(ratios, key=lambda peer: ratios[peer][0])
        yield from _at_least(f"{what} over {fastest}, the fastest peer", ratios[fastest], 1)


def _large(study: Study) -> Iterator[Verdict]:
    for workload, least_of in (("find_hit", {"lfht_memb": 3, "lfht_qsbr": 2, "xenium_vyukov": 1, "libcuckoo": 1,
                                             "boost_flat": 1}),
                               ("find_miss", {"lfht_memb": 2, "lfht_qsbr": 2, "boost_flat": 0.8}),
                               ("mix50", {"lfht_memb": 4, "lfht_qsbr": 4, "boost_flat": 1}),
                               ("fill", {"tbb": 1, "boost_flat": 1}),
                               *((strings, {"lfht_memb": 1, "lfht_qsbr": 1, "tbb": 1, "libcuckoo": 1})
                                 for strings in ("find_string", "assign_string"))):
        for peer, least in least_of.items():
            yield from _at_least(f"{workload} over {peer}", study.over(peer, workload, 1), least)
    yield from _at_least("find_many over our own find_hit", study.over(OURS, "find_many", 1, "find_hit"), 1.8)
    yield from _over_every_peer("find_many over the find_hit", study, "find_many", 1, "find_hit")
    yield from _over_every_peer("zipf95, 2 threads,", study, "zipf95", 2)
    yield from _at_least("assign over our own find_hit", study.over(OURS, "assign", 1, "find_hit"), 0.8)
    for workload in ("growth", "growth_read"):
        for threads in study.threads(workload):
            what = f"{workload}, {plural(threads)}: "
            yield from _at_most(what + "worst insertion", study.median(OURS, workload, threads, "insert_max_seconds"),
                                "ms", 1e3, 1)
            yield from _at_most(what + "p99.999", study.median(OURS, workload, threads, "insert_p99999_seconds"),
                                "us", 1e6, 50)
    for ours, peer, least in (("wane_versioned", OURS, 0.9), ("wane_rcu_memb", "lfht_memb", 1.3)):
        yield from _at_least(f"find_hit: {ours} over {peer}", study.ours_over(ours, peer, "find_hit", 1), least)
    yield from _at_most("bytes an entry, deadline included", study.median(OURS, "find_hit", 1, "bytes_per_entry"),
                        "bytes", 1, 45)
    for workload in _steady(study):
        one, two, four = (study.median(OURS, workload, threads) for threads in (1, 2, 4))
        if one and two:
            yield from _at_least(f"{workload}: 2 threads over one", (two / one, f"{two / one:.2f}"), 1.9)
        if two and four:
            yield from _at_least(f"{workload}: 4 threads over 2", (four / two, f"{four / two:.2f}"), 0.9)


def _small(study: Study) -> Iterator[Verdict]:
    for peer in ("lfht_qsbr", "xenium_vyukov"):
        yield from _at_least(f"find_hit over {peer}", study.over(peer, "find_hit", 1), 1.2)
    for workload in _steady(study):
        for peer in ("lfht_memb", "lfht_qsbr"):
            yield from _at_least(f"{workload} over {peer}", study.over(peer, workload, 1), 0.9)


def _steady(study: Study) -> list[str]:
    return [workload.name for workload in WORKLOADS if workload.group == "steady" and study.threads(workload.name)]


def verdicts(records: list[dict], paired: list[dict]) -> dict[int, list[Verdict]]:
    """By number of entries. Those of scenes, traces and so on are of no map's size, and have no targets here."""
    of_maps = [record for record in records if WORKLOAD[record["workload"]].group in ("steady", "strings", "fill", "growth")]
    made = {}
    for entries in sorted({record["entries"] for record in of_maps}):
        rows: Callable[[Study], Iterator[Verdict]] | None = _large if entries >= LARGE else _small if entries <= SMALL else None
        if rows and (found := list(rows(Study(of_maps, paired, entries)))):
            made[entries] = found
    return made


def tables(records: list[dict], paired: list[dict]) -> list[Table]:
    made = []
    for entries, rows in verdicts(records, paired).items():
        table = Table(title=f"{OURS} against its targets, {entries:,} entries", title_justify="left", caption_justify="left",
                      caption="ratios of rates, by turns and with 95% bootstrap intervals where the maps have taken turns; "
                      "the targets are for 10,000,000 entries,\nor for 1,000 and 100,000, on two cores")
        for heading, justify in (("", "left"), ("target", "right"), ("measured", "right"), ("", "left")):
            table.add_column(heading, justify=justify, no_wrap=heading != "")
        for row in rows:
            table.add_row(row.what, row.target, row.measured, "met" if row.met else "MISSED")
        made.append(table)
    return made
