# SPDX-License-Identifier: BSL-1.0
"""What there is to measure: the maps, read from maps.txt, wane's rivals in the picture of expiry, the words of the tag
study, the stores behind a near_cache, and the workloads."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent


@dataclass(frozen=True)
class Map:
    """A map, a word of the tag study, or a store: in the plan and in the records they stand where a map stands."""

    name: str
    package: str | None  # the Debian package it comes from; None: this tree, or headers beside the build
    about: str
    missing: str | None = None  # what it cannot be built without

    @property
    def is_wane(self) -> bool:
        return self.name.startswith("wane")

    @property
    def frees(self) -> bool:
        """Whether it ever frees what was removed from it. The control does not."""
        return self.name != "wane_leak"

    @property
    def program(self) -> str:
        return f"cells_{self.name}"


@dataclass(frozen=True)
class Workload:
    name: str
    group: str  # cells of one group share a process, and most of them one prefilled map
    about: str
    entries: int  # by default
    full_entries: int  # with --full
    least_seconds: float = 0.0  # shorter cells would not say anything
    full_least_seconds: float = 0.0  # with --full
    most_seconds: float = 3600.0
    trials: int | None = None  # by default, where those of the study would take too long
    fixed_entries: bool = False  # --entries does not matter
    needs_freeing: bool = False  # entries come and go for so long that a map that frees nothing would only fill memory
    native_expiry_only: bool = False
    batched: bool = False  # for maps that look up many keys at once
    of_reclaimers: bool = False  # measured on maps whose reclaimer can be seen, and shown by reclaimers.py
    strings: bool = False  # on maps whose adapters take string keys
    of_growth: bool = False  # every operation is timed, which a rate would be no figure of; shown by growth.py
    one_thread: bool = False  # by default; --threads and --full have more
    threads_per_core: int | None = None  # as many, also with --full; only --threads has others
    full_only: bool = False
    words: tuple[str, ...] = ()  # measured on these words, not on maps; entries are then nodes of a stack
    store: bool = False  # measured on stores, not on maps; shown by near_cache.py
    scene: bool = False  # of the picture of expiry: on some maps and their rivals, by one thread; shown by expiry.py


MILLION = 1_000_000
OURS = "wane_epoch"  # the map that stands for wane beside its peers


# What is asked of a store, and of a near_cache in front of it.
NEAR_CACHE = {
    "find": "lookups one by one",
    "many": "lookups in batches of 16",
    "mix": "95% lookups, 5% puts with a TTL",
}


def read_mixes(path: Path = BENCH / "mixes.toml") -> list[Workload]:
    """The mixes of lookups and updates, in the order in which the programs run them. The programs say what is wrong with the
    rest of one."""
    try:
        mixes = tomllib.loads(path.read_text())
        return [Workload(name, "steady", mix["about"], MILLION, 10 * MILLION, full_only=mix.get("full_only", False))
                for name, mix in sorted(mixes.items(), key=lambda one: (one[1]["update"] != "assign", one[0]))]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise SystemExit(f"bench/study: {path} is not what its head says: {error}") from error


WORKLOADS = (
    Workload("find_hit", "steady", "find a key that is there, uniformly drawn", MILLION, 10 * MILLION),
    Workload("find_many", "steady", "find_hit in batches of 32, where the map offers that", MILLION, 10 * MILLION,
             batched=True),
    Workload("find_zipf", "steady", "find a key that is there, zipf 0.99", MILLION, 10 * MILLION),
    Workload("find_miss", "steady", "find a key that is not there", MILLION, 10 * MILLION),
    *read_mixes(),
    Workload("find_grown", "grown", "find_hit on a map that grew from empty", MILLION, 10 * MILLION, full_only=True),
    Workload("find_string", "strings", "find a string of 16 to 64 bytes that is there", MILLION, 4 * MILLION,
             strings=True, full_only=True),
    Workload("assign_string", "strings", "assign a value to one", MILLION, 4 * MILLION, strings=True, full_only=True),
    Workload("fill", "fill", "insert into an empty map that must grow", MILLION, 10 * MILLION, trials=2),
    Workload("fill_presized", "fill", "insert into an empty map made large enough", MILLION, 10 * MILLION,
             full_only=True),
    Workload("growth", "growth", "every insertion timed, into a map that grows from empty", MILLION, 10 * MILLION, trials=2,
             one_thread=True, of_growth=True, full_only=True),
    Workload("growth_read", "growth", "the same, a thread a core, while one more looks up", MILLION, 10 * MILLION,
             trials=2, threads_per_core=1, of_growth=True, full_only=True),
    Workload("expire", "expire", "entries with a TTL of 300 s in steady state, sweeper on, lookups beside it",
             2 * MILLION, 2 * MILLION, least_seconds=2.0, full_least_seconds=3.0, most_seconds=5.0, trials=1,
             needs_freeing=True, native_expiry_only=True, one_thread=True),
    Workload("expire_fast", "expire", "the same with a TTL of 20 s", 2 * MILLION, 2 * MILLION, least_seconds=3.0,
             most_seconds=5.0, needs_freeing=True, native_expiry_only=True, full_only=True),
    Workload("replay", "replay", "replay a request trace (--trace, or generated after Twitter's clusters)",
             MILLION // 10, MILLION, trials=2, needs_freeing=True),
    # From here on each is a group of its own, for they take different times.
    Workload("stalled", "stalled", "mix50 and its garbage, while one more thread is parked inside a guard", MILLION,
             10 * MILLION, least_seconds=1.0, full_least_seconds=5.0, trials=2, of_reclaimers=True,
             threads_per_core=1),
    Workload("oversubscribed", "oversubscribed", "mix50 and its garbage, with four threads a core", MILLION,
             10 * MILLION, least_seconds=0.3, full_least_seconds=2.0, trials=2, of_reclaimers=True,
             threads_per_core=4),
    Workload("guard", "guard", "enter and leave a guard that protects nothing", 1, 1, most_seconds=0.05, trials=2,
             fixed_entries=True, of_reclaimers=True, one_thread=True),
    Workload("picture", "picture", "a token service: sessions come, are checked and expire at the rates of real time",
             600_000, 12 * MILLION, least_seconds=1.5, full_least_seconds=60.0, trials=1, scene=True),
    Workload("storm", "storm", "the same, and a twelfth of the entries is due at one instant", 600_000, 12 * MILLION,
             least_seconds=1.5, full_least_seconds=60.0, trials=1, scene=True),
    Workload("parked", "parked", "the same, while a reader is parked inside its lookup", 600_000, 12 * MILLION,
             least_seconds=1.5, full_least_seconds=60.0, trials=1, scene=True),
    Workload("tags_cost", "tags_cost", "pop and push under one word", 1024, 1024, fixed_entries=True,
             words=("packed16", "handle29", "counted64")),
    Workload("tags_wrap", "tags_wrap", "until the word holds again what a stalled thread has read", 1024, 1024,
             fixed_entries=True, words=("packed16", "handle29")),
    Workload("tags_wrap_once", "tags_wrap_once", "the same, once, for at most 90 s", 1024, 1024, least_seconds=90.0,
             most_seconds=90.0, fixed_entries=True, full_only=True, words=("handle29",)),
    Workload("tags_stall", "tags_stall", "stalls of 0.1 to 100 ms: has the word come back, would the CAS succeed",
             1024, 1024, least_seconds=0.5, fixed_entries=True, words=("packed16",)),
    *(Workload(f"near_cache_{name}{suffix}", "near_cache", f"{about}, zipf 0.99, {asked}", 100_000, MILLION, least_seconds=1.0,
               full_only=True, store=True)
      for name, about in NEAR_CACHE.items() for suffix, asked in (("_bare", "of a store"), ("", "of a near_cache in front of it"))),
)  # in the order in which the programs run them

# Groups whose programs are there at the same time and take turns.
TAKE_TURNS = ("steady", "grown", "strings")

WORKLOAD = {workload.name: workload for workload in WORKLOADS}


def _lines(path: Path) -> list[list[str]]:
    """The columns of each line that is no comment."""
    return [[column.strip() for column in line.split("|")] for line in path.read_text().splitlines()
            if not line.startswith("#")]


def _package(name: str) -> str | None:
    return None if name == "-" else name


def read_rivals(path: Path = BENCH / "expiry" / "rivals.txt") -> dict[str, Map]:
    return {name: Map(name, _package(package), about) for name, _needs, package, about in _lines(path)}


@dataclass(frozen=True)
class Boost:
    """The headers that bench/study unpacks."""

    package: str
    version: str

    @property
    def headers(self) -> Path:
        return ROOT / "build" / f"{self.package}_{self.version}" / "usr" / "include"


def read_boost(path: Path = BENCH / "boost.txt") -> Boost:
    line = next(line for line in path.read_text().splitlines() if not line.startswith("#"))
    return Boost(*line.split()[:2])


BOOST = read_boost()


def read_maps(path: Path = BENCH / "maps.txt", boost: Boost = BOOST) -> dict[str, Map]:
    """With the rivals, which are maps that can do nothing but the scenes of expiry."""
    lacking = {} if boost.headers.is_dir() else {"boost": f"the headers of {boost.package} {boost.version} could not be fetched"}
    maps = {name: Map(name, _package(package), about, lacking.get(needs))
            for name, _header, needs, package, about in _lines(path)}
    return maps | read_rivals()


def read_words(path: Path = BENCH / "tags" / "words.txt") -> dict[str, Map]:
    return {name: Map(name, None, about) for name, about in _lines(path)}


def read_stores(path: Path = BENCH / "near_cache" / "stores.txt") -> dict[str, Map]:
    return {name: Map(name, _package(package), about) for name, _needs, package, about in _lines(path)}


WORDS = read_words()
STORES = read_stores()
RIVALS = read_rivals()
# One whose garbage behind a parked reader has no bound but the sweeper's limit, and the two whose garbage has one.
IN_SCENES = ("wane_epoch", "wane_hazard", "wane_ibr", *RIVALS)
# Left out unless they are asked for: no peers, but what a measurement is read by.
CONTROLS = ("null", "two_lines", "one_line")
# Those of the others whose adapters take string keys; of wane all but one that hands out copies, and the control.
WITH_STRINGS = ("lfht_memb", "lfht_qsbr", "tbb", "libcuckoo", "boost_flat")
NOT_WITH_STRINGS = ("wane_versioned", "wane_leak")


def applies(workload: Workload, map_: Map) -> bool:
    """Whether the map can run the workload at all."""
    if workload.words or map_.name in WORDS:
        return map_.name in workload.words
    if workload.store or map_.name in STORES:
        return workload.store and map_.name in STORES
    if workload.scene or map_.name in RIVALS:
        return workload.scene and map_.name in IN_SCENES
    if map_.name in ("two_lines", "one_line"):  # which have one size
        return workload.group == "steady" and not workload.batched
    if workload.strings:
        return map_.name in WITH_STRINGS or map_.is_wane and map_.name not in NOT_WITH_STRINGS
    if workload.needs_freeing and not map_.frees:
        return False
    return map_.is_wane or not (workload.native_expiry_only or workload.batched or workload.of_reclaimers)
