# SPDX-License-Identifier: BSL-1.0
"""The tag study: what is run, and what is shown of its records."""

import io
import tempfile
import unittest
from pathlib import Path

from rich.console import Console

from runner import catalogue, machine, options, plan, tags

MAPS = catalogue.read_maps()
MACHINE = {"cpu": "x", "cores": 2, "commit": "0" * 40, "dirty": False}


def parse(*arguments: str) -> options.Options:
    return options.parse(list(arguments), MAPS, 2)


def record(word: str, workload: str, threads: int = 1, trial: int = 0, **figures) -> dict:
    return {"map": word, "workload": workload, "entries": 1024, "threads": threads, "trial": trial,
            "ops_per_second": 5e6, "changes_per_second": 1e7, "refused_ratio": 0.5, "broken": 0.0, "cpu_share": 1.0,
            "wrap_seconds_computed": 2.0 ** 16 / 1e7, **figures}


def stalls(returned: int, wrongly: int) -> dict:
    figures = {"watched": 4, "returned": returned, "cas": 1024, "cas_wrongly_succeeded": wrongly}
    return {f"stall_{stall}_{what}": value for stall in tags.STALLS for what, value in figures.items()}


def shown(records: list[dict]) -> str:
    console = Console(file=io.StringIO(), width=120)
    for table in tags.tables(records):
        console.print(table)
    return " ".join(console.file.getvalue().split())  # a footer is broken to the width of its table


class Plan(unittest.TestCase):
    def test_the_beginning_of_names_stands_for_those_that_are_not_long(self):
        self.assertEqual([w.name for w in parse("--workloads", "tags").workloads],
                         ["tags_cost", "tags_wrap", "tags_stall"])
        self.assertIn("tags_wrap_once", [w.name for w in parse("--workloads", "tags", "--full").workloads])
        self.assertEqual([w.name for w in parse("--workloads", "tags_wrap_once").workloads], ["tags_wrap_once"])
        self.assertEqual([w.name for w in parse("--workloads", "tags_wrap").workloads], ["tags_wrap"])

    def test_words_are_measured_whatever_the_maps_and_take_turns(self):
        jobs = [job for job in plan.jobs(parse("--maps", "tbb")) if job.group == "tags_cost"]
        self.assertEqual({job.map.name for job in jobs}, {"packed16", "handle29", "counted64"})
        self.assertEqual(len({job.map.name for job in jobs[::3]}), 3)  # the first of each trial

    def test_maps_do_not_run_what_is_for_words(self):
        jobs = plan.jobs(parse("--workloads", "find_hit,tags"))
        for job in jobs:
            self.assertEqual(job.map.name in catalogue.WORDS, job.group.startswith("tags"))

    def test_the_stack_does_not_grow_with_the_maps(self):
        chosen = parse("--entries", "10M")
        self.assertEqual(chosen.entries_of(catalogue.WORKLOAD["tags_cost"]), (1024,))

    def test_the_default_takes_15_seconds(self):
        jobs = [job for job in plan.jobs(parse()) if job.group.startswith("tags")]
        self.assertLess(sum(job.weight(cell) for job in jobs for cell in job.cells), 15)


class Shown(unittest.TestCase):
    def test_what_came_back_is_measured_and_the_rest_computed(self):
        rows = tags.wraps(tags.frame_of([
            record("packed16", "tags_cost"),
            record("packed16", "tags_wrap", returns=3, return_seconds_min=0.005, return_seconds_median=0.007,
                   return_seconds_max=0.02),
            record("packed16", "tags_wrap", trial=1, returns=3, return_seconds_min=0.004, return_seconds_median=0.009,
                   return_seconds_max=0.01),
            record("handle29", "tags_wrap", returns=0, wrap_seconds_computed=53.0),
        ])[0]).set_index("map")
        self.assertEqual(list(rows.loc["packed16", ["wrap", "min", "median", "max"]]),
                         ["measured", 0.004, 0.008, 0.02])
        self.assertEqual(list(rows.loc["handle29", ["wrap", "median"]]), ["computed", 53.0])

    def test_durations_have_a_unit_that_fits(self):
        self.assertEqual([tags.duration(seconds) for seconds in (0.0000423, 0.00131, 11.23, 5400, 1e5, 3.7e11)],
                         ["0.0423 ms", "1.31 ms", "11.2 s", "1.5 h", "1.16 days", "11,725 years"])

    def test_a_broken_stack_is_counted_and_left_out(self):
        text = shown([record("packed16", "tags_cost"), record("packed16", "tags_cost", trial=1, broken=1.0,
                                                               ops_per_second=99e6)])
        self.assertIn("ABA broke the stack of packed16 in 1 of 2 cells", text)
        self.assertNotIn("99", text)

    def test_a_word_that_the_cpu_lacks_is_named(self):
        lacking = {"map": "counted64", "workload": "tags_cost", "entries": 1024, "threads": 1, "trial": 0,
                   "unavailable": "this CPU lacks cmpxchg16b"}
        records = [record("packed16", "tags_cost"), lacking]
        self.assertIn("counted64 is not measured: this CPU lacks cmpxchg16b", shown(records))
        about = {"huge_pages": "always", "malloc_conf": "", "membarrier": True, "dirty": False}
        self.assertEqual(len(machine.remarks(about, records)), len(machine.remarks(about, records[:1])))

    def test_stalls_of_all_trials_are_added_up(self):
        text = shown([record("packed16", "tags_stall", trial=trial, **stalls(returned, wrongly))
                      for trial, (returned, wrongly) in enumerate(((4, 1), (3, 2)))])
        self.assertIn("88%", text)
        self.assertIn("3 of 2,048", text)

    def test_other_records_are_not_taken_for_ours(self):
        self.assertEqual(tags.tables([record("tbb", "find_hit")]), [])

    def test_the_plot_is_drawn_from_what_there_is(self):
        cost = [record(word, "tags_cost", threads) for word in catalogue.WORDS for threads in (1, 2)]
        stall = [record("packed16", "tags_stall", **stalls(4, 0))]
        for records in (cost, cost + stall, stall):
            with tempfile.TemporaryDirectory() as directory:
                drawn = tags.draw(records, MACHINE, Path(directory))
                self.assertEqual([path.name for path in drawn], ["tags.png", "tags.svg"])
                self.assertTrue(all(path.stat().st_size > 0 for path in drawn))


if __name__ == "__main__":
    unittest.main()
