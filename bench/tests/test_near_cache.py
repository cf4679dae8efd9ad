# SPDX-License-Identifier: BSL-1.0
"""The near_cache beside the bare store: what is run, and what is shown of its records."""

import io
import unittest

from rich.console import Console

from runner import catalogue, machine, near_cache, options, plan, summary

MAPS = catalogue.read_maps()


def parse(*arguments: str) -> options.Options:
    return options.parse(list(arguments), MAPS, 2)


def record(store: str, workload: str, rate: float, threads: int = 1, trial: int = 0, **figures) -> dict:
    bare = workload.endswith("_bare")
    return {"map": store, "workload": f"near_cache_{workload}", "entries": 100_000, "threads": threads, "trial": trial,
            "ops_per_second": rate, "cpu_share": 0.3, "hit_ratio": 0.0 if bare else 0.875,
            "round_trips_per_operation": 1.0 if bare else 0.125, **figures}


def shown(records: list[dict]) -> str:
    console = Console(file=io.StringIO(), width=summary.LEAST_WIDTH)
    for table in near_cache.tables(records):
        console.print(table)
    return " ".join(console.file.getvalue().split())


class Plan(unittest.TestCase):
    def test_the_name_stands_for_all_and_none_is_in_the_default(self):
        names = [workload.name for workload in parse("--workloads", "near_cache").workloads]
        self.assertEqual(names, [f"near_cache_{name}{suffix}" for name in ("find", "many", "mix") for suffix in ("_bare", "")])
        self.assertFalse([workload for workload in parse().workloads if workload.store])
        self.assertEqual([workload.name for workload in parse("--workloads", "near_cache_mix").workloads], ["near_cache_mix"])

    def test_stores_are_measured_whatever_the_maps_and_nothing_else_is(self):
        jobs = plan.jobs(parse("--workloads", "find_hit,tags_cost,near_cache", "--maps", "tbb"))
        for job in jobs:
            self.assertEqual(job.map.name in catalogue.STORES, job.group == "near_cache")
        self.assertEqual({job.map.name for job in jobs if job.group == "near_cache"}, {"lmdb", "redis"})

    def test_a_store_and_its_cache_share_a_process_and_take_no_turns(self):
        jobs = plan.jobs(parse("--workloads", "near_cache", "--trials", "1", "--threads", "1,2"))
        self.assertEqual([(job.turns, len(job.cells)) for job in jobs], [(0, 12), (0, 12)])

    def test_a_cell_is_longer_than_what_the_cache_has_of_a_store(self):
        chosen = parse("--workloads", "near_cache")
        self.assertEqual({chosen.seconds_of(workload) for workload in chosen.workloads}, {1.0})

    def test_it_takes_three_minutes(self):
        jobs = plan.jobs(parse("--workloads", "near_cache", "--threads", "1,2"))
        self.assertLess(sum(job.weight(cell) for job in jobs for cell in job.cells), 180)


class Shown(unittest.TestCase):
    def test_the_ratio_is_that_of_rates_of_one_trial(self):
        text = shown([record("redis", name, rate, trial=trial)
                      for trial, (bare, near) in enumerate(((100e3, 200e3), (50e3, 200e3), (200e3, 600e3)))
                      for name, rate in (("find_bare", bare), ("find", near))])
        self.assertIn("│ redis │ 1 │ 100 │ 200 │ 3.00 │ 87.5 │ 1.00 │ 0.12 │", text)
        self.assertIn("│ │ │ 50–200 │ 200–600 │ 2.00–4.00 │ 87.5–87.5 │", text)
        self.assertIn("medians of 3 trials", text)

    def test_a_table_for_each_kind_of_request_with_its_stores_and_threads(self):
        text = shown([record(store, f"{name}{suffix}", 1e5, threads) for name in catalogue.NEAR_CACHE
                      for suffix in ("_bare", "") for store in ("redis", "lmdb") for threads in (2, 1)])
        self.assertEqual(text.count("over 100,000 entries"), 3)
        places = [text.index(row) for row in ("│ lmdb │ 1 │", "│ lmdb │ 2 │", "│ redis │ 1 │", "│ redis │ 2 │")]
        self.assertEqual(places, sorted(places))

    def test_one_without_the_other_has_no_row(self):
        rows = near_cache.paired([record("lmdb", "find_bare", 1e6), record("lmdb", "find", 2e6, threads=2),
                                  record("redis", "find", 2e6, trial=1), record("redis", "find_bare", 1e6)])
        self.assertTrue(rows.empty)
        self.assertEqual(near_cache.tables([record("lmdb", "find", 1e6)]), [])

    def test_tables_fit_a_terminal_of_the_least_width(self):
        for table in near_cache.tables([record("redis", name, 12_345e3, 1024, trial, hit_ratio=0.98765)
                                        for name in ("mix_bare", "mix") for trial in (0, 1)]):
            console = Console(file=io.StringIO(), width=summary.LEAST_WIDTH)
            console.print(table)
            self.assertNotIn("…", console.file.getvalue())

    def test_other_records_are_not_taken_for_ours_nor_ours_for_others(self):
        other = {"map": "tbb", "workload": "find_hit", "entries": 1000, "threads": 1, "trial": 0, "ops_per_second": 5e6}
        self.assertEqual(near_cache.tables([other]), [])
        self.assertEqual(summary.of_maps([record("redis", "find", 1e5)]), [])

    def test_who_waits_for_a_store_does_not_make_the_machine_busy(self):
        about = {"huge_pages": "always", "malloc_conf": "", "membarrier": True, "dirty": False}
        self.assertEqual(len(machine.remarks(about, [record("redis", "find", 1e5)])), len(machine.remarks(about, [])))


if __name__ == "__main__":
    unittest.main()
