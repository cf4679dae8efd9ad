# SPDX-License-Identifier: BSL-1.0
"""What there is to measure: the maps, read from maps.txt, and the workloads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent


@dataclass(frozen=True)
class Map:
    name: str
    package: str | None  # the Debian package it comes from; None: this tree
    about: str

    @property
    def is_wane(self) -> bool:
        return self.name.startswith("wane")

    @property
    def program(self) -> str:
        return f"cells_{self.name}"


@dataclass(frozen=True)
class Workload:
    name: str
    group: str  # cells of one group share a process, and those of "steady" and "grown" one prefilled map
    about: str
    entries: int  # by default
    full_entries: int  # with --full
    least_seconds: float = 0.0  # shorter cells would not say anything
    most_seconds: float = 3600.0
    native_expiry_only: bool = False
    one_thread: bool = False  # by default; --threads and --full have more
    full_only: bool = False


MILLION = 1_000_000

WORKLOADS = (
    Workload("find_hit", "steady", "find a key that is there, uniformly drawn", MILLION, 10 * MILLION),
    Workload("find_zipf", "steady", "find a key that is there, zipf 0.99", MILLION, 10 * MILLION),
    Workload("find_miss", "steady", "find a key that is not there", MILLION, 10 * MILLION),
    Workload("mix95", "steady", "95% find, 5% insert or erase, over twice as many keys", MILLION, 10 * MILLION),
    Workload("mix50", "steady", "50% find, 50% insert or erase, over twice as many keys", MILLION, 10 * MILLION),
    Workload("find_grown", "grown", "find_hit on a map that grew from empty", MILLION, 10 * MILLION, full_only=True),
    Workload("fill", "fill", "insert into an empty map that must grow", MILLION, 10 * MILLION),
    Workload("fill_presized", "fill", "insert into an empty map made large enough", MILLION, 10 * MILLION,
             full_only=True),
    Workload("expire", "expire", "entries with a TTL of 300 s in steady state, sweeper on, lookups beside it",
             2 * MILLION, 2 * MILLION, least_seconds=3.0, most_seconds=5.0, native_expiry_only=True, one_thread=True),
    Workload("expire_fast", "expire", "the same with a TTL of 20 s", 2 * MILLION, 2 * MILLION, least_seconds=3.0,
             most_seconds=5.0, native_expiry_only=True, full_only=True),
    Workload("replay", "replay", "replay a request trace (--trace, or generated after Twitter's clusters)",
             MILLION // 10, MILLION),
)  # in the order in which the programs run them

WORKLOAD = {workload.name: workload for workload in WORKLOADS}


def read_maps(path: Path = BENCH / "maps.txt") -> dict[str, Map]:
    maps = {}
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            name, _header, _needs, package, about = (column.strip() for column in line.split("|"))
            maps[name] = Map(name, None if package == "-" else package, about)
    return maps


def applies(workload: Workload, map_: Map) -> bool:
    """Whether the map can run the workload at all."""
    return map_.is_wane or not workload.native_expiry_only
