# SPDX-License-Identifier: BSL-1.0
"""Tables and plot of what single insertions take, on made-up records."""

import io
import tempfile
import unittest
from pathlib import Path

from rich.console import Console

from runner import catalogue, growth, summary

ALL = tuple(catalogue.read_maps().values())
MACHINE = {"cpu": "a processor", "cores": 2, "commit": "0" * 40, "dirty": False}


def record(map_: str, worst_ms: int, trial: int = 0, workload: str = "growth", threads: int = 1) -> dict:
    made = {"map": map_, "workload": workload, "entries": 1000, "threads": threads, "trial": trial, "ops_per_second": 1e6,
            "clock_seconds": 25e-9}
    for operation in ("insert", "find") if workload == "growth_read" else ("insert",):
        made |= {f"{operation}_p50_seconds": 120e-9, f"{operation}_p99_seconds": 1e-6, f"{operation}_p999_seconds": 2e-6,
                 f"{operation}_p99999_seconds": 42e-6, f"{operation}_max_seconds": worst_ms / 1e3,
                 f"{operation}_tail_nanoseconds": [100, 120, 500, 1000, worst_ms * 1_000_000]}
    return made


def shown(records: list[dict]) -> str:
    console = Console(file=io.StringIO(), width=100)
    for table in growth.tables(records, ALL):
        console.print(table)
    return " ".join(console.file.getvalue().split())


class Tables(unittest.TestCase):
    def test_medians_of_trials(self):
        text = shown([record("wane_epoch", worst, trial) for trial, worst in enumerate((1, 3, 2))] + [record("tbb", 50)])
        self.assertIn("growth: 1 thread inserting into an empty map, 1,000 entries", text)
        self.assertIn("│ wane_epoch │ 120 │ 2.00 │ 42.0 │ 2.00 │", text)
        self.assertIn("1.00–3.00", text)
        self.assertIn("│ tbb │ 120 │ 2.00 │ 42.0 │ 50.0 │", text)
        self.assertIn("the 25 ns of a reading of the clock included", text)

    def test_what_the_machine_does_stands_beside_what_the_map_does(self):
        quiet = {f"quiet_{q}_seconds": s for q, s in (("p50", 1e-6), ("p999", 5e-6), ("p99999", 37e-6), ("max", 7e-3))}
        text = shown([record("wane_epoch", 1) | quiet])
        self.assertIn("quiet worst", text)
        self.assertIn("│ wane_epoch │ 1000 │ 5.00 │ 37.0 │ 7.00 │", text)
        self.assertNotIn("quiet", shown([record("wane_epoch", 1, threads=2)]))

    def test_lookups_stand_beside_insertions(self):
        text = shown([record("wane_epoch", 1, workload="growth_read", threads=2)])
        self.assertIn("2 threads inserting into an empty map, and one that looks up", text)
        self.assertIn("insert worst", text)
        self.assertIn("find worst", text)
        self.assertNotIn("…", text)

    def test_a_reader_that_came_too_late_has_no_figures(self):
        late = record("wane_epoch", 1, workload="growth_read", threads=2)
        late |= {key: None for key in late if key.startswith("find_p") or key == "find_max_seconds"}
        late["find_tail_nanoseconds"] = []
        self.assertIn("│ wane_epoch │ 120 │", shown([late]))
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(len(growth.draw([late], ALL, MACHINE, Path(directory))), 2)

    def test_they_are_no_throughput(self):
        self.assertEqual(summary.of_maps([record("tbb", 1)]), [])
        self.assertEqual(growth.tables([], ALL), [])


class Plot(unittest.TestCase):
    def test_a_tail_is_of_all_trials_and_ends_with_the_worst(self):
        shorter = record("tbb", 9)
        shorter["insert_tail_nanoseconds"] = [100, 140, 9_000_000]
        tail = growth.tail_of(growth.frame_of([record("tbb", 1, 1), shorter]), "insert")
        self.assertEqual([round(value * 1e9) for value in tail["median"]], [100, 130, 5_000_000])
        self.assertEqual(list(tail["max"])[-1], 9e-3)
        self.assertAlmostEqual(tail["beyond"].iloc[1], 0.562, 3)

    def test_it_is_drawn(self):
        records = [record("wane_epoch", 1), record("tbb", 50), record("tbb", 50, workload="growth_read", threads=2)]
        with tempfile.TemporaryDirectory() as directory:
            paths = growth.draw(records, ALL, MACHINE, Path(directory))
            self.assertEqual([path.name for path in paths], ["growth.png", "growth.svg"])
            self.assertTrue(all(path.stat().st_size > 1000 for path in paths))
            self.assertEqual(growth.draw([], ALL, MACHINE, Path(directory)), [])


if __name__ == "__main__":
    unittest.main()
