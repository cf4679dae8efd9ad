# SPDX-License-Identifier: BSL-1.0
"""What is told of the targets, on made-up rates."""

import io
import unittest

from rich.console import Console

from runner import catalogue, ratios, targets

ALL = tuple(catalogue.read_maps().values())


def record(map_: str, rate: float, workload: str = "find_hit", threads: int = 1, entries: int = 10_000_000, **figures) -> dict:
    made = {"map": map_, "workload": workload, "entries": entries, "threads": threads, "trial": 0, "ops_per_second": rate}
    if catalogue.WORKLOAD[workload].group == "steady":
        made |= {"turn_ops_per_second": [rate, rate], "round_began": 1.0}
    return made | figures


def told(records: list[dict]) -> dict[str, tuple[str, bool]]:
    made = targets.verdicts(records, ratios.ratios(records, ALL))
    return {row.what: (row.measured, row.met) for rows in made.values() for row in rows}


class Verdicts(unittest.TestCase):
    def test_ratios_by_turns(self):
        rows = told([record("wane_epoch", 6), record("lfht_qsbr", 4), record("xenium_vyukov", 8), record("wane_hazard", 1)])
        self.assertEqual(rows, {"find_hit over lfht_qsbr": ("1.50 [1.50–1.50]", False),
                                "find_hit over xenium_vyukov": ("0.75 [0.75–0.75]", False)})
        self.assertTrue(told([record("wane_epoch", 6), record("lfht_qsbr", 3)])["find_hit over lfht_qsbr"][1])

    def test_what_has_taken_no_turns_is_compared_by_medians(self):
        rows = told([record("wane_epoch", 6, "fill"), record("tbb", 4, "fill")])
        self.assertEqual(rows, {"fill over tbb": ("1.50", True)})

    def test_against_ourselves(self):
        rows = told([record("wane_epoch", 6), record("wane_epoch", 12, "find_many"), record("wane_epoch", 3, "assign")])
        self.assertEqual(rows, {"find_many over our own find_hit": ("2.00", True),
                                "assign over our own find_hit": ("0.50", False)})

    def test_against_the_fastest_peer(self):
        rows = told([record("wane_epoch", 6, "zipf95", 2), record("tbb", 4, "zipf95", 2), record("sharded", 8, "zipf95", 2),
                     record("null", 99, "zipf95", 2)])
        self.assertEqual(rows, {"zipf95, 2 threads, over sharded, the fastest peer": ("0.75 [0.75–0.75]", False)})

    def test_of_other_reclaimers(self):
        rows = told([record("wane_epoch", 10), record("wane_versioned", 8), record("wane_rcu_memb", 6), record("lfht_memb", 4)])
        self.assertEqual(rows["find_hit: wane_versioned over wane_epoch"], ("0.80 [0.80–0.80]", False))
        self.assertEqual(rows["find_hit: wane_rcu_memb over lfht_memb"], ("1.50", True))

    def test_strings_against_those_that_have_a_target(self):
        rows = told([record("wane_epoch", 6, "find_string"), record("tbb", 4, "find_string"), record("boost_flat", 9, "find_string")])
        self.assertEqual(rows, {"find_string over tbb": ("1.50", True)})

    def test_over_threads(self):
        rows = told([record("wane_epoch", rate, "mix50", threads) for threads, rate in ((1, 10), (2, 19), (4, 17))])
        self.assertEqual(rows, {"mix50: 2 threads over one": ("1.90", True), "mix50: 4 threads over 2": ("0.89", False)})

    def test_tails_and_bytes(self):
        rows = told([record("wane_epoch", 1, bytes_per_entry=45.5),
                     record("wane_epoch", 1, "growth", insert_max_seconds=0.5e-3, insert_p99999_seconds=60e-6)])
        self.assertEqual(rows, {"bytes an entry, deadline included": ("45.5 bytes", False),
                                "growth, 1 thread: worst insertion": ("0.5 ms", True),
                                "growth, 1 thread: p99.999": ("60 us", False)})

    def test_small_maps_have_targets_of_their_own(self):
        rows = told([record(map_, rate, workload, entries=1000) for workload in ("find_hit", "mix50")
                     for map_, rate in (("wane_epoch", 10), ("lfht_qsbr", 10))])
        self.assertEqual({what: met for what, (_, met) in rows.items()},
                         {"find_hit over lfht_qsbr": True, "mix50 over lfht_qsbr": True})
        targets_of = targets.verdicts([record("wane_epoch", 10, entries=1000), record("lfht_qsbr", 10, entries=1000)], [])
        self.assertEqual([(row.target, row.met) for row in targets_of[1000]], [("at least 1.2", False), ("at least 0.9", True)])
        self.assertEqual(told([record("wane_epoch", 10, entries=300_000), record("lfht_qsbr", 1, entries=300_000)]), {})

    def test_nothing_is_told_of_what_was_not_measured(self):
        self.assertEqual(told([record("tbb", 1), record("wane_versioned", 1)]), {})
        self.assertEqual(targets.tables([], []), [])


class Shown(unittest.TestCase):
    def test_a_row_for_each(self):
        records = [record("wane_epoch", 6), record("lfht_qsbr", 4)]
        console = Console(file=io.StringIO(), width=140)
        for table in targets.tables(records, ratios.ratios(records, ALL)):
            console.print(table)
        text = " ".join(console.file.getvalue().split())
        self.assertIn("wane_epoch against its targets, 10,000,000 entries", text)
        self.assertIn("│ find_hit over lfht_qsbr │ at least 2 │ 1.50 [1.50–1.50] │ MISSED │", text)


if __name__ == "__main__":
    unittest.main()
