# SPDX-License-Identifier: BSL-1.0
"""The workloads that look at reclaimers: what is run, and what is shown of their records."""

import io
import tempfile
import unittest
from pathlib import Path

from rich.console import Console

from runner import catalogue, options, plan, plots, reclaimers, summary

MAPS = catalogue.read_maps()
ALL = tuple(MAPS.values())
MACHINE = {"cpu": "x", "cores": 2, "commit": "0" * 40, "dirty": False}
OURS = ("stalled", "oversubscribed", "guard")


def parse(*arguments: str, cores: int = 2) -> options.Options:
    return options.parse(list(arguments), MAPS, cores)


def record(map_: str, workload: str, threads: int = 2, trial: int = 0, **figures) -> dict:
    return {"map": map_, "workload": workload, "entries": 1 if workload == "guard" else 1000, "threads": threads,
            "trial": trial, "ops_per_second": 5e6, "cpu_share": 1.0, **figures}


def garbage(map_: str, workload: str, threads: int = 2, trial: int = 0, samples=(0, 2_000_000, 4_000_000)) -> dict:
    freed = samples[-1] if MAPS[map_].frees else None
    return record(map_, workload, threads, trial, sample_ms=[50 * i for i in range(len(samples))],
                  sample_retired_bytes=list(samples), sample_operations=[1000 * i for i in range(len(samples))],
                  peak_retired_bytes=float(max(samples)), last_retired_bytes=float(samples[-1]),
                  recovery_freed_bytes=freed, recovery_seconds=None if freed is None else 0.021)


def guard(map_: str, nanoseconds: float) -> dict:
    return record(map_, "guard", 1, guard_nanoseconds=nanoseconds, announcement_nanoseconds=0.5, loop_nanoseconds=1.0)


def shown(records: list[dict]) -> str:
    console = Console(file=io.StringIO(), width=120)
    for table in reclaimers.tables(records, ALL):
        console.print(table)
    return " ".join(console.file.getvalue().split())  # a footer is broken to the width of its table


class Plan(unittest.TestCase):
    def test_reclaimers_are_measured_on_all_our_maps_and_on_no_others(self):
        ours = {name for name in MAPS if name.startswith("wane_")}
        for group in OURS:
            measured = {job.map.name for job in plan.jobs(parse()) if job.group == group}
            self.assertEqual(measured, ours)

    def test_threads_follow_the_cores(self):
        chosen = parse("--full", cores=3)
        self.assertEqual([chosen.threads_of(catalogue.WORKLOAD[name]) for name in OURS[:2]], [(3,), (12,)])
        self.assertEqual(parse().threads_of(catalogue.WORKLOAD["guard"]), (1,))

    def test_fewer_trials_unless_more_are_asked_for(self):
        for arguments, trials in (((), 2), (("--full",), 5), (("--trials", "4"), 4), (("--trials", "1"), 1)):
            jobs = plan.jobs(parse("--maps", "wane_epoch", "--workloads", "find_hit,stalled", *arguments))
            self.assertEqual([job.trial for job in jobs if job.group == "stalled"], list(range(trials)))

    def test_more_time_with_full(self):
        stalled = catalogue.WORKLOAD["stalled"]
        self.assertEqual((parse().seconds_of(stalled), parse("--full").seconds_of(stalled)), (1.0, 5.0))

    def test_what_is_never_freed_has_no_part_where_entries_come_and_go_for_long(self):
        jobs = plan.jobs(parse("--maps", "wane_leak", "--full"))
        self.assertEqual({job.group for job in jobs if job.map.name == "wane_leak"},
                         {"steady", "grown", "fill", "growth", *OURS})

    def test_what_has_no_garbage_runs_everything(self):
        jobs = plan.jobs(parse("--maps", "wane_versioned", "--full"))
        self.assertEqual({job.group for job in jobs if job.map.name == "wane_versioned"},
                         {workload.group for workload in catalogue.WORKLOADS
                          if not (workload.words or workload.store or workload.scene or workload.strings)})


class Shown(unittest.TestCase):
    def test_garbage_is_shown_beside_the_undisturbed_mix(self):
        text = shown([garbage("wane_epoch", "stalled"), record("wane_epoch", "mix50", ops_per_second=7.25e6),
                      record("wane_epoch", "mix50", threads=4, ops_per_second=9.75e6)])
        self.assertIn("stalled: 2 threads and a reader parked inside a guard, 1,000 entries", text)
        self.assertIn("│ wane_epoch │ 5.00 │ 7.25 │ 4.00 │ 4.00 │ 4.00 │ 21.0 │", text)
        self.assertNotIn("9.75", text)

    def test_what_was_not_measured_has_no_number(self):
        text = shown([garbage("wane_leak", "stalled"), garbage("wane_leak", "oversubscribed", 8)])
        self.assertIn("wane_leak frees nothing before the map is destroyed", text)
        self.assertIn("│ wane_leak │ 5.00 │ 4.00 │ 4.00 │ – │ – │", text)

    def test_guards_are_told_in_nanoseconds(self):
        text = shown([guard("wane_epoch", 2.5), guard("wane_rcu_mb", 40.0)])
        self.assertIn("│ wane_epoch │ 2.50 │", text)
        self.assertIn("the 1.00 ns of an empty loop are subtracted", text)

    def test_other_records_are_not_taken_for_ours_nor_ours_for_others(self):
        self.assertEqual(reclaimers.tables([record("wane_epoch", "mix50"), record("tbb", "find_hit")], ALL), [])
        self.assertEqual(summary.tables([garbage("wane_epoch", "stalled"), guard("wane_epoch", 2.5)], ALL), [])
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(plots.draw([guard("wane_epoch", 2.5)], ALL, MACHINE, Path(directory)), [])

    def test_a_sample_that_some_trials_lack_is_not_drawn(self):
        trials = summary.with_units([garbage("wane_epoch", "stalled"),
                                     garbage("wane_epoch", "stalled", trial=1, samples=(0, 4_000_000))])
        line = reclaimers.over_time(trials)
        self.assertEqual(line[["median", "min", "max"]].values.tolist(), [[0, 0, 0], [3e6, 2e6, 4e6]])

    def test_the_plot_is_drawn_from_what_there_is(self):
        stalled = [garbage("wane_epoch", "stalled"), garbage("wane_leak", "stalled"),
                   garbage("wane_versioned", "stalled", samples=(0, 0, 0))]
        crowded = [garbage("wane_epoch", "oversubscribed", 8)]
        others = [record("wane_epoch", "mix50"), guard("wane_epoch", 2.5)]
        for records in (stalled, crowded, stalled + crowded + others):
            with tempfile.TemporaryDirectory() as directory:
                drawn = reclaimers.draw(records, ALL, MACHINE, Path(directory))
                self.assertEqual([path.name for path in drawn], ["reclaimers.png", "reclaimers.svg"])
                self.assertTrue(all(path.stat().st_size > 0 for path in drawn))
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(reclaimers.draw([guard("wane_epoch", 2.5)], ALL, MACHINE, Path(directory)), [])


if __name__ == "__main__":
    unittest.main()
