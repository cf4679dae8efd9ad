# SPDX-License-Identifier: BSL-1.0
"""A study beside an earlier one, on made-up rates."""

import io
import json
import tempfile
import unittest
from pathlib import Path

import numpy
from rich.console import Console

from runner import catalogue, compare, options, summary

ALL = tuple(catalogue.read_maps().values())


def record(map_: str, rates, trial: int = 0, workload: str = "find_hit", threads: int = 1) -> dict:
    return {"map": map_, "workload": workload, "entries": 1000, "threads": threads, "trial": trial,
            "ops_per_second": float(numpy.mean(rates)), "turn_ops_per_second": [float(rate) for rate in rates]}


def noisy(map_: str, around: float, seed: int) -> list[dict]:
    random = numpy.random.default_rng(seed)
    return [record(map_, around * random.normal(1, 0.05, 10), trial) for trial in range(3)]


class Ratios(unittest.TestCase):
    def test_of_medians(self):
        one, = compare.compared([record("tbb", [1, 2, 3])], [record("tbb", [2, 4, 9]), record("tbb", [4], trial=1)])
        self.assertEqual((one["map"], one["ratio"], one["trials"]), ("tbb", 2.0, [1, 2]))
        self.assertTrue(one["low"] <= 2 <= one["high"])

    def test_of_cells_that_both_have(self):
        old = [record("tbb", [1]), record("tbb", [1], threads=2), record("sharded", [1])]
        new = [record("tbb", [2]), record("tbb", [2], workload="mix50"), record("wane_epoch", [2])]
        self.assertEqual([(one["map"], one["threads"]) for one in compare.compared(old, new)], [("tbb", 1)])

    def test_of_cells_without_turns(self):
        old, new = record("tbb", [4], workload="fill"), record("tbb", [6], workload="fill")
        del old["turn_ops_per_second"], new["turn_ops_per_second"]
        one, = compare.compared([old], [new])
        self.assertEqual((one["ratio"], one["low"], one["high"]), (1.5, 1.5, 1.5))

    def test_what_is_no_rate_of_a_map_is_left_out(self):
        scene = record("wane_epoch", [1], workload="picture")
        self.assertEqual(compare.compared([scene], [scene]), [])


class Flags(unittest.TestCase):
    def remarks(self, old: list[dict], new: list[dict], then=None, now=None) -> list[str]:
        return compare.remarks({"machine": then or {}}, now or {}, compare.compared(old, new))

    def test_what_got_slower_is_flagged(self):
        said, = self.remarks(noisy("wane_epoch", 10, 1), noisy("wane_epoch", 8, 2))
        self.assertRegex(said, r"^SLOWER: wane_epoch, find_hit, 1,000 entries, 1 thread: 0\.\d\d \[0\.\d\d–0\.\d\d\]$")

    def test_what_got_faster_or_differs_by_chance_is_not(self):
        self.assertEqual(self.remarks(noisy("wane_epoch", 10, 1), noisy("wane_epoch", 12, 2)), [])
        self.assertEqual(self.remarks(noisy("wane_epoch", 10, 1), noisy("wane_epoch", 10, 5)), [])

    def test_another_machine_is_told(self):
        same = noisy("tbb", 1, 1)
        said = self.remarks(same, same, {"kernel": "6.1", "cores": 2, "commit": "a"}, {"kernel": "6.18", "cores": 2, "commit": "b"})
        self.assertEqual(said, ["--compare: kernel differs: 6.1 then, 6.18 now"])

    def test_nothing_to_compare_is_told(self):
        self.assertEqual(self.remarks(noisy("tbb", 1, 1), []), ["--compare: the two studies share no cell"])


class Shown(unittest.TestCase):
    def test_a_table_for_each_number_of_threads(self):
        old = [record("tbb", [2]), record("tbb", [2], threads=2)]
        new = [record("tbb", [3]), record("tbb", [1], threads=2)]
        console = Console(file=io.StringIO(), width=120)
        for table in compare.tables(compare.compared(old, new), ALL):
            console.print(table)
        text = " ".join(console.file.getvalue().split())
        self.assertIn("new over old, 1 thread, 1,000 entries", text)
        self.assertIn("│ tbb │ 1.50 │ │ │ 1.50–1.50 │", text)
        self.assertIn("│ tbb │ 0.50 │", text)
        self.assertEqual(compare.tables([], ALL), [])

    def test_stores_stand_with_the_maps_and_are_flagged(self):
        old = [record(store, [4], workload=workload.name) for store in catalogue.STORES
               for workload in catalogue.WORKLOADS if workload.store]
        new = [{**one, "turn_ops_per_second": [2.0]} for one in old]
        made = compare.compared(old, new)
        self.assertEqual(sum(said.startswith("SLOWER: ") for said in compare.remarks({"machine": {}}, {}, made)), len(old))
        table, = compare.tables(made, ALL)
        console = Console(file=io.StringIO(), width=summary.LEAST_WIDTH)
        console.print(table)
        for store in catalogue.STORES:
            self.assertIn(f"│ {store}", console.file.getvalue())
        self.assertNotIn("…", console.file.getvalue())


class Reading(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = Path(self.directory.name) / "results.json"

    def assert_refused(self, expected: str):
        with self.assertRaisesRegex(options.UsageError, expected) as caught:
            compare.read(self.path)
        self.assertNotIn("\n", str(caught.exception))

    def test_results(self):
        results = {"machine": {"cores": 2}, "records": [record("tbb", [1])]}
        self.path.write_text(json.dumps(results))
        self.assertEqual(compare.read(self.path), results)

    def test_what_is_none_is_refused(self):
        self.assert_refused("No such file")
        self.path.write_text("{")
        self.assert_refused("results.json: Expecting")
        self.path.write_text("[1, 2]")
        self.assert_refused("is no results.json of a study")
        self.path.write_text('{"machine": {}}')
        self.assert_refused("is no results.json of a study")


if __name__ == "__main__":
    unittest.main()
