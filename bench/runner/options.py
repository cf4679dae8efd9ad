# SPDX-License-Identifier: BSL-1.0
"""The command line of bench/study."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from .catalogue import CONTROLS, OURS, RIVALS, STORES, WORDS, WORKLOADS, Map, Workload


class UsageError(Exception):
    """A mistake on the command line, said in one line that names what is allowed."""


def default_threads(cores: int, full: bool) -> tuple[int, ...]:
    up_to_cores = range(1, cores + 1) if full else [1 << i for i in range(cores.bit_length()) if 1 << i <= cores]
    return tuple(sorted({*up_to_cores, cores, 2 * cores}))


@dataclass(frozen=True)
class Options:
    maps: tuple[Map, ...]
    left_out: tuple[Map, ...]  # those of the default that cannot be built here
    workloads: tuple[Workload, ...]
    threads: tuple[int, ...] | None  # None: the default of each workload
    cores: int
    trials: int | None  # None: the default of each workload
    seconds: float
    entries: tuple[int, ...] | None  # None: the default of each workload
    full: bool
    trace: Path | None
    out: Path
    fresh: bool
    compare: Path | None
    paper: bool
    whole: bool  # maps, workloads and threads are all the defaults, of which the paper has everything
    list: bool

    def entries_of(self, workload: Workload) -> tuple[int, ...]:
        if workload.fixed_entries:
            return (workload.entries,)
        return self.entries or (workload.full_entries if self.full else workload.entries,)

    def threads_of(self, workload: Workload) -> tuple[int, ...]:
        if self.threads is not None:
            return self.threads
        if workload.scene:
            return (1,)
        if workload.threads_per_core is not None:
            return (workload.threads_per_core * self.cores,)
        return (1,) if workload.one_thread and not self.full else default_threads(self.cores, self.full)

    def seconds_of(self, workload: Workload) -> float:
        least = max(workload.least_seconds, workload.full_least_seconds if self.full else 0.0)
        return min(max(self.seconds, least), workload.most_seconds)

    def trials_of(self, workload: Workload) -> int:
        if self.trials is not None:
            return self.trials
        return 5 if self.full else workload.trials or 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        raise UsageError(message)


def _count(text: str) -> int:
    """A positive number, also as 500k or 10M."""
    match = re.fullmatch(r"(\d+)([kM]?)", text)
    value = int(match[1]) * {"": 1, "k": 1_000, "M": 1_000_000}[match[2]] if match else 0
    if not 1 <= value <= 1_000_000_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 to 1000M (also 500k, 10M)")
    return value


def _counts(text: str) -> tuple[int, ...]:
    return tuple(sorted({_count(count) for count in text.split(",")}))


def _threads(text: str) -> tuple[int, ...]:
    counts = text.split(",")
    if not all(re.fullmatch(r"[1-9]\d{0,3}", count) and int(count) <= 1024 for count in counts):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of numbers from 1 to 1024, as 1,2,4")
    return tuple(sorted({int(count) for count in counts}))


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.001 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds from 0.001 to 3600")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="bench/study",
        description="Builds wane and its peers optimised, measures them beside each other, prints tables, and writes "
                    "results.json and plots. A stopped study goes on where it stopped when it is started again.",
        epilog="All maps use jemalloc, whose MALLOC_CONF is honoured and recorded: MALLOC_CONF=thp:always gives the "
               "peers huge pages too.")
    parser.add_argument("--maps", metavar="A,B", help="maps, or beginnings of their names up to a '_' (default: all "
                        f"but {' and '.join(CONTROLS)})")
    parser.add_argument("--workloads", metavar="A,B", help="workloads, or beginnings of their names up to a '_' "
                        "(default: those that --list marks with *)")
    parser.add_argument("--entries", type=_counts, metavar="N", help="entries, as 1M; of several, as 1k,100k,10M, each "
                        "in turn (default: see --list)")
    parser.add_argument("--threads", type=_threads, metavar="1,2,4", help="numbers of threads (default: powers of two "
                        "up to the cores, and twice the cores; with --full every number up to the cores)")
    parser.add_argument("--trials", type=_count, metavar="N", help="trials of every cell (default: 3, --full: 5; "
                        "of some workloads 2, --full: 5)")
    parser.add_argument("--seconds", type=_seconds, metavar="S", help="length of a cell (default: 0.1, --full: 1)")
    parser.add_argument("--full", action="store_true", help="the long matrix: 10M entries, all workloads; takes hours")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="replay this Twitter or CloudPhysics CSV")
    parser.add_argument("--out", type=Path, metavar="DIR", default=Path("study-results"), help="default: %(default)s")
    parser.add_argument("--fresh", action="store_true", help="discard what an earlier study left in DIR")
    parser.add_argument("--compare", type=Path, metavar="OLD.json", help="print the ratios to an earlier study's "
                        "results.json, with 95%% intervals, and what got slower")
    parser.add_argument("--paper", action="store_true", help="measure what the paper of papers/throughput shows, and build "
                        "it from the results: DIR/paper/paper.pdf")
    parser.add_argument("--list", action="store_true", help="name the maps and workloads, and stop")
    return parser


def _chosen(text: str, kind: str, names: list[str]) -> set[str]:
    chosen: set[str] = set()
    for name in text.split(","):
        matching = {known for known in names if known == name or known.startswith(name + "_")} if name else set()
        # The name of one is never short for others: "fill" is not "fill_presized".
        if name in matching:
            matching = {name}
        if not matching:
            raise UsageError(f"unknown {kind} '{name}'; there are: {', '.join(names)}")
        chosen |= matching
    return chosen


def _chosen_workloads(text: str, full: bool) -> set[str]:
    """A beginning of names stands for those that do not need --full, unless all of them do."""
    chosen: set[str] = set()
    for name in text.split(","):
        matching = _chosen(name, "workload", [workload.name for workload in WORKLOADS])
        short = {workload.name for workload in WORKLOADS if workload.name in matching and not workload.full_only}
        chosen |= matching if full or not short else short
    return chosen


def parse(arguments: list[str], maps: dict[str, Map], cores: int) -> Options:
    given = _parser().parse_args(arguments)
    missing = {name for name, map_ in maps.items() if map_.missing}
    if given.maps is not None:
        map_names = _chosen(given.maps, "map", list(maps))
        for name in map_names & missing:
            raise UsageError(f"--maps: {name} cannot be built here: {maps[name].missing}")
    else:
        map_names = set(maps) - (NOT_IN_PAPER if given.paper else set(CONTROLS)) - missing
    if given.workloads is not None:
        workload_names = _chosen_workloads(given.workloads, given.full)
    else:
        workload_names = {workload.name for workload in WORKLOADS if given.full or not workload.full_only}
        if given.paper and not given.full:
            workload_names = workload_names - {"fill"} | {"growth"}
    if given.trace is not None and not given.trace.is_file():
        raise UsageError(f"--trace: there is no file '{given.trace}'")
    if given.trace is not None and "replay" not in workload_names:
        raise UsageError("--trace: the workload 'replay' is not among the chosen ones")
    if given.trials is not None and given.trials > 1000:
        raise UsageError("--trials: at most 1000")
    return Options(
        maps=tuple(maps[name] for name in maps if name in map_names),
        left_out=tuple(maps[name] for name in maps if name in missing) if given.maps is None else (),
        workloads=tuple(workload for workload in WORKLOADS if workload.name in workload_names),
        threads=given.threads,
        cores=cores,
        trials=given.trials,
        seconds=given.seconds or (1.0 if given.full else 0.1),
        entries=given.entries,
        full=given.full,
        trace=given.trace.resolve() if given.trace else None,
        out=given.out,
        fresh=given.fresh,
        compare=given.compare,
        paper=given.paper,
        whole=given.maps is None and not missing and given.workloads is None and given.threads is None,
        list=given.list,
    )


# Flavours of RCU that differ little from the others, the control of the reclaimers, and those of the machine.
NOT_IN_PAPER = {"wane_rcu_mb", "wane_rcu_bp", "wane_leak", "two_lines", "one_line"}
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)


def of_sizes(chosen: Options) -> Options:
    """The second study of a paper: lookups over the size of the map, up to that of the first, in the maps that its figure
    shows."""
    find_hit = next(workload for workload in WORKLOADS if workload.name == "find_hit")
    largest = max(chosen.entries_of(find_hit))
    beside = tuple(map_ for map_ in chosen.maps if map_.name == OURS or not (map_.is_wane or map_.name in CONTROLS))
    return replace(chosen, maps=beside or chosen.maps, workloads=(find_hit,), threads=(1,),
                   entries=tuple(size for size in SIZES if size < largest), out=chosen.out / "sizes", compare=None)


def print_list(maps: dict[str, Map], file=sys.stdout) -> None:
    print("maps:", file=file)
    for map_ in maps.values():
        if map_.name not in RIVALS:
            print(f"  {map_.name:<16}{map_.about}", file=file)
    print("rivals (in the scenes picture, storm and parked alone):", file=file)
    for map_ in RIVALS.values():
        print(f"  {map_.name:<16}{map_.about}", file=file)
    print("words (of the workloads tags_*, whatever the maps):", file=file)
    for word in WORDS.values():
        print(f"  {word.name:<16}{word.about}", file=file)
    print("stores (of the workloads near_cache_*, whatever the maps):", file=file)
    for store in STORES.values():
        print(f"  {store.name:<16}{store.about}", file=file)
    print("workloads (* by default; entries by default / with --full):", file=file)
    for workload in WORKLOADS:
        mark = " " if workload.full_only else "*"
        entries = f"{workload.entries:,} / {workload.full_entries:,}"
        print(f"{mark} {workload.name:<22}{workload.about}; {entries}", file=file)
