# SPDX-License-Identifier: BSL-1.0
"""Ratios of maps that have taken turns, on made-up rates."""

import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy
from rich.console import Console

from runner import catalogue, ratios
from runner.store import Store

MAPS = catalogue.read_maps()
ALL = tuple(MAPS.values())


def record(map_: str, rates, trial: int = 0, workload: str = "find_hit", threads: int = 1, began: float = 1.0) -> dict:
    return {"map": map_, "workload": workload, "entries": 1000, "threads": threads, "trial": trial,
            "ops_per_second": float(numpy.mean(rates)), "round_began": began + trial,
            "turn_ops_per_second": [float(rate) for rate in rates]}


def of(records: list[dict]) -> dict:
    return {(one["map"], one["workload"], one["threads"]): one for one in ratios.ratios(records, ALL)}


class Pairs(unittest.TestCase):
    def test_a_turn_is_compared_with_the_same_turn(self):
        one = of([record("wane_epoch", [10, 20, 60]), record("tbb", [10, 10, 20]),
                  record("wane_epoch", [8, 10, 50], trial=1), record("tbb", [2, 2, 5], trial=1)])["tbb", "find_hit", 1]
        self.assertEqual((one["base"], one["ratio"], one["pairs"]), ("wane_epoch", 3.5, 6))  # of 1 2 3 4 5 10
        self.assertTrue(1 <= one["low"] < 3.5 < one["high"] <= 10)

    def test_what_slows_all_maps_down_does_not_change_the_ratio(self):
        speed = numpy.array([[1.0, 0.5, 0.7, 0.9], [0.6, 1.0, 0.8, 0.5]])
        records = [record(map_, rate * speed[trial], trial) for trial in (0, 1)
                   for map_, rate in (("wane_epoch", 6e6), ("tbb", 4e6))]
        one = of(records)["tbb", "find_hit", 1]
        for value in ("ratio", "low", "high"):
            self.assertAlmostEqual(one[value], 1.5)

    def test_turns_of_different_rounds_are_no_pairs(self):
        records = [record("wane_epoch", [10, 20]), record("tbb", [10, 10], began=99.0)]
        self.assertEqual(of(records), {})
        records += [record("wane_epoch", [10, 20], trial=1), record("tbb", [5, 10], trial=1)]
        self.assertEqual(of(records)["tbb", "find_hit", 1]["pairs"], 2)

    def test_every_cell_has_its_own(self):
        made = of([record("wane_epoch", [6]), record("tbb", [3]), record("wane_versioned", [2]),
                   record("wane_epoch", [6], threads=2), record("tbb", [1], threads=2),
                   record("wane_epoch", [8], workload="mix50"), record("tbb", [2], workload="mix50"),
                   record("wane_epoch", [8], workload="find_many")])
        self.assertEqual({key: one["ratio"] for key, one in made.items()}, {
            ("tbb", "find_hit", 1): 2.0, ("wane_versioned", "find_hit", 1): 3.0, ("tbb", "find_hit", 2): 6.0,
            ("tbb", "mix50", 1): 4.0})

    def test_the_base_is_wane_epoch_or_else_the_first_wane(self):
        others = [record("tbb", [1]), record("wane_hazard", [1]), record("wane_rcu_memb", [1])]
        self.assertEqual({one["base"] for one in of(others).values()}, {"wane_rcu_memb"})
        self.assertEqual({one["base"] for one in of([*others, record("wane_epoch", [1])]).values()}, {"wane_epoch"})
        self.assertEqual(of(others[:1]), {})

    def test_what_has_taken_no_turns_has_no_ratio(self):
        records = [record("wane_epoch", [1]), record("tbb", [1])]
        for one in records:
            del one["turn_ops_per_second"], one["round_began"]
        self.assertEqual(of(records), {})
        self.assertEqual(of([]), {})


class Interval(unittest.TestCase):
    def covered(self, between_trials: float, between_turns: float) -> float:
        """How many of 200 intervals hold the median that the ratios were drawn around."""
        random = numpy.random.default_rng(1)
        hits = 0
        with mock.patch.object(ratios, "RESAMPLES", 400):
            for _ in range(200):
                trials = random.normal(0, between_trials, (10, 1))
                low, high = ratios.interval(numpy.exp(trials + random.normal(0, between_turns, (10, 10))))
                hits += low <= 1 <= high
        return hits / 200

    def test_it_holds_the_median_95_times_in_100(self):
        self.assertTrue(0.91 <= self.covered(0.0, 0.3) <= 0.99)

    def test_it_also_does_if_trials_differ(self):
        # Were the turns of all trials thrown together, it would hold the median every other time.
        self.assertTrue(0.91 <= self.covered(0.3, 0.1) <= 0.99)

    def test_it_is_the_same_every_time(self):
        rates = numpy.random.default_rng(2).normal(2, 0.1, (3, 10))
        self.assertEqual(ratios.interval(rates), ratios.interval(rates))

    def test_it_narrows_with_the_number_of_turns(self):
        random = numpy.random.default_rng(3)
        few, many = (numpy.ptp(ratios.interval(random.normal(2, 0.1, (3, turns)))) for turns in (4, 400))
        self.assertLess(5 * many, few)


class Shown(unittest.TestCase):
    def setUp(self):
        self.made = ratios.ratios([record("wane_epoch", [6, 6]), record("tbb", [3, 3]), record("sharded", [4, 4]),
                                   record("wane_epoch", [6], threads=2), record("tbb", [1], threads=2)], ALL)

    def test_a_table_for_each_number_of_threads(self):
        tables = ratios.tables(self.made, ALL)
        console = Console(file=io.StringIO(), width=120)
        for table in tables:
            console.print(table)
        text = " ".join(console.file.getvalue().split())
        self.assertEqual(len(tables), 2)
        self.assertIn("wane_epoch over each map, 1 thread, 1,000 entries", text)
        self.assertIn("│ tbb │ 2.00 │ │ │ 2.00–2.00 │ │ sharded │ 1.50 │", text)
        self.assertIn("medians of 2 ratios", text)
        self.assertIn("│ tbb │ 6.00 │", text)
        self.assertEqual(ratios.tables([], ALL), [])

    def test_they_stand_in_the_results(self):
        with tempfile.TemporaryDirectory() as directory:
            results = json.loads(Store(Path(directory), {}, False).write_results({}, {}, ["x"], self.made).read_text())
        self.assertEqual(results["remarks"], ["x"])
        self.assertEqual(results["ratios"][0], {
            "map": "tbb", "base": "wane_epoch", "workload": "find_hit", "entries": 1000, "threads": 1, "ratio": 2.0,
            "low": 2.0, "high": 2.0, "pairs": 2})
        self.assertEqual(len(results["ratios"]), 3)


if __name__ == "__main__":
    unittest.main()
