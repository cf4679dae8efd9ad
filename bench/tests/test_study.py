# SPDX-License-Identifier: BSL-1.0
"""Plan, store, medians: what a study does between its command line and its programs."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from runner import catalogue, options, plan, plots, summary
from runner.store import Store

MAPS = catalogue.read_maps()


def record(cell: plan.Cell, ops: float) -> dict:
    return {**vars(cell), "ops_per_second": ops}


class Plan(unittest.TestCase):
    def setUp(self):
        self.chosen = options.parse(["--maps", "tbb,sharded,libcuckoo", "--workloads", "find_hit,mix50,fill,expire"],
                                    MAPS, 2)

    def test_cells_of_a_group_share_a_process(self):
        jobs = plan.jobs(self.chosen)
        self.assertEqual(len(jobs), 3 * (3 + 2))  # maps, trials of the two groups; expire is for native expiry
        self.assertEqual({(cell.workload, cell.threads) for cell in jobs[0].cells},
                         {(name, threads) for name in ("find_hit", "mix50") for threads in (1, 2, 4)})

    def test_maps_alternate(self):
        orders = [[job.map.name for job in plan.jobs(self.chosen) if job.trial == trial and job.group == "steady"]
                  for trial in range(3)]
        self.assertEqual(len({order[0] for order in orders}), 3)

    def test_what_is_done_is_left_out(self):
        everything = [cell for job in plan.jobs(self.chosen) for cell in job.cells]
        left = [cell for job in plan.jobs(self.chosen, everything[:-2]) for cell in job.cells]
        self.assertEqual(left, everything[-2:])


class Storage(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.cell = plan.Cell("tbb", "find_hit", 1000, 2, 0)

    def test_records_survive(self):
        Store(self.directory, {"a": 1}, fresh=False).add(record(self.cell, 5.0))
        self.assertEqual(Store(self.directory, {"a": 1}, fresh=False).done, [self.cell])

    def test_a_line_cut_short_is_measured_again(self):
        Store(self.directory, {"a": 1}, fresh=False).add(record(self.cell, 5.0))
        with (self.directory / "records.jsonl").open("a") as file:
            file.write('{"map": "tb')
        store = Store(self.directory, {"a": 1}, fresh=False)
        store.add(record(plan.Cell("tbb", "mix50", 1000, 2, 0), 6.0))
        self.assertEqual(len(Store(self.directory, {"a": 1}, fresh=False).done), 2)

    def test_another_study_is_refused_unless_fresh(self):
        Store(self.directory, {"a": 1, "b": 2}, fresh=False).add(record(self.cell, 5.0))
        with self.assertRaisesRegex(options.UsageError, "differs in a; "):
            Store(self.directory, {"a": 2, "b": 2}, fresh=False)
        self.assertEqual(Store(self.directory, {"a": 2, "b": 2}, fresh=True).done, [])

    def test_a_directory_that_it_makes_ignores_itself_in_git(self):
        subprocess.run(["git", "init", "-q", self.directory], check=True)
        Store(self.directory / "made", {}, fresh=False).add(record(self.cell, 5.0))
        (self.directory / "there").mkdir()
        Store(self.directory / "there", {}, fresh=False)
        status = subprocess.run(["git", "status", "--porcelain"], cwd=self.directory, check=True, capture_output=True, text=True)
        self.assertEqual(status.stdout, "?? there/\n")

    def test_a_failed_cell_is_tried_again_and_reported_until_it_succeeds(self):
        store = Store(self.directory, {}, fresh=False)
        store.add({**vars(self.cell), "name": "tbb/find_hit", "error": "a lookup missed"})
        self.assertEqual((store.done, len(store.failures)), ([], 1))
        store.add(record(self.cell, 5.0))
        self.assertEqual((store.done, store.failures), ([self.cell], []))
        results = json.loads(store.write_results({"cpu": "x"}, {}, [], []).read_text())
        self.assertEqual((len(results["records"]), results["failures"]), (1, []))

    def test_a_series_takes_one_line_of_the_results(self):
        store = Store(self.directory, {}, fresh=False)
        series = {"sample_ms": [0, 50, 100], "remark": "[1,  2]"}
        store.add({**record(self.cell, 5.0), **series})
        text = store.write_results({}, {}, [], []).read_text()
        self.assertIn('"sample_ms": [0, 50, 100]', text)
        self.assertEqual(json.loads(text)["records"][0] | series, json.loads(text)["records"][0])


class Plots(unittest.TestCase):
    def test_workloads_without_a_figure_of_memory_are_drawn(self):
        about = {"cpu": "x", "cores": 2, "commit": "0" * 40, "dirty": False}
        with tempfile.TemporaryDirectory() as directory:
            drawn = plots.draw([record(plan.Cell("tbb", "replay", 1000, 2, 0), 5.0)], tuple(MAPS.values()), about,
                               Path(directory))
        self.assertEqual([path.name for path in drawn], ["throughput.png", "throughput.svg"])


class Medians(unittest.TestCase):
    def test_the_median_stands_between_least_and_greatest(self):
        records = [record(plan.Cell("tbb", "find_hit", 1000, 2, trial), ops * 1e6)
                   for trial, ops in enumerate((5.0, 9.0, 6.0))]
        row = summary.spread(summary.with_units(records), "mops").iloc[0]
        self.assertEqual((row["n"], row["median"], row["min"], row["max"]), (3, 6.0, 5.0, 9.0))


if __name__ == "__main__":
    unittest.main()
