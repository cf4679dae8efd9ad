# SPDX-License-Identifier: BSL-1.0
"""Rounds whose programs take turns: who runs when, what a fault does to the others, what is put together."""

import io
import json
import os
import sys
import tempfile
import threading
import time
import unittest
from contextlib import closing
from pathlib import Path
from unittest import mock

from rich.console import Console

from runner import build, catalogue, machine, measure, options, plan, program
from runner.store import Store

MAPS = catalogue.read_maps()
FAKE = Path(__file__).with_name("fake_cells.py")
PLENTY = 2**60
GIB = 2**30


def parse(*arguments: str) -> options.Options:
    return options.parse(["--entries", "1000", "--threads", "1", "--trials", "1", *arguments], MAPS, 2)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Rounds(unittest.TestCase):
    """With fake programs instead of those of the build."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.log = self.directory / "log"
        (self.directory / "bench").mkdir()
        for map_ in MAPS.values():
            fake = self.directory / "bench" / map_.program
            fake.write_text(f"#!/bin/sh\nexec {sys.executable} {FAKE} {map_.name} \"$@\"\n")
            fake.chmod(0o755)
        self.store = Store(self.directory, {}, fresh=False)
        self.console = Console(file=io.StringIO(), width=200)
        for patch in (mock.patch.object(build, "BUILD", self.directory), self.faults()):
            patch.start()
            self.addCleanup(patch.stop)

    def faults(self, **faults: str):
        return mock.patch.dict(os.environ, {"FAKE_LOG": str(self.log), "FAKE_FAULTS": json.dumps(faults)})

    def measure(self, chosen: options.Options, memory: int = PLENTY) -> None:
        rounds = plan.rounds(plan.jobs(chosen, self.store.done), memory)
        measure.measure(rounds, None, self.store, self.console)

    def noted(self, *kinds: str) -> list[list[str]]:
        lines = [line.split() for line in self.log.read_text().splitlines()]
        return [line for line in lines if line[1] in kinds]

    def turns(self, cell: str) -> list[tuple[int, str]]:
        return [(int(turn), map_) for map_, _, of, turn in self.noted("begins") if of == cell]

    def test_turns_go_from_map_to_map_in_alternating_order_and_cells_in_that_of_the_plan(self):
        self.measure(parse("--maps", "tbb,sharded,libcuckoo", "--workloads", "find_hit,mix50", "--seconds", "0.06"))
        names = ["tbb", "libcuckoo", "sharded"]
        expected = [(turn, name) for turn in range(3) for name in plan.in_alternating_order(names, turn, 3)]
        self.assertEqual(self.turns("find_hit:1"), expected)
        self.assertEqual(self.turns("mix50:1"), expected)
        cells = [cell for _, _, cell, _ in self.noted("begins")]
        self.assertEqual(cells, ["find_hit:1"] * 9 + ["mix50:1"] * 9)
        self.assertEqual((len(self.store.measured), self.store.failures), (6, []))

    def test_who_is_not_at_turn_stands_still_with_all_threads(self):
        self.measure(parse("--maps", "tbb,sharded,libcuckoo", "--workloads", "find_hit,mix50", "--seconds", "0.1"))
        at_turn, ticks = None, 0
        for name, what, *_ in self.noted("starts", "ready", "begins", "ends", "tick"):
            if what == "tick" and at_turn is not None:
                self.assertEqual(name, at_turn)
                ticks += 1
            elif what != "tick":
                at_turn = name if what in ("starts", "begins") else None
        self.assertGreater(ticks, 10)

    def test_its_turn_is_over_when_its_last_thread_stands_still(self):
        (job,) = plan.jobs(parse("--maps", "tbb", "--workloads", "find_hit,mix50", "--seconds", "0.2"))
        states = []
        with closing(program.Program(job, None, self.store.add)) as one:
            one.run()
            while one.waiting is not None:
                (_, _, pid, *_), = self.noted("starts")
                tasks = Path("/proc", pid, "task").glob("*/stat")
                states += [task.read_text().rsplit(")", 1)[1].split()[0] for task in tasks]
                one.run()
        self.assertEqual(set(states), {"T"})
        self.assertGreaterEqual(len(states), 2 * 20)  # threads and turns

    def test_one_that_dies_leaves_the_turns_to_the_others(self):
        with self.faults(sharded="dies"):
            self.measure(parse("--maps", "tbb,sharded", "--workloads", "find_hit,find_miss,mix50", "--seconds", "0.06"))
        failed = {record["workload"]: record["error"] for record in self.store.failures}
        why = "ended with status 1: the fault that was asked for"
        self.assertEqual(failed, {"find_miss": why, "mix50": why})
        self.assertEqual({(record["map"], record["workload"]) for record in self.store.measured},
                         {("sharded", "find_hit"), ("tbb", "find_hit"), ("tbb", "find_miss"), ("tbb", "mix50")})
        self.assertEqual(self.turns("mix50:1"), [(0, "tbb"), (1, "tbb"), (2, "tbb")])

    def test_one_that_hangs_is_ended_and_the_others_go_on(self):
        for fault in ("hangs", "mute"):
            with self.faults(sharded=fault), mock.patch.object(program, "PATIENCE", 2.0), self.subTest(fault):
                self.measure(parse("--maps", "tbb,sharded", "--workloads", "find_hit,mix50", "--seconds", "0.06"))
            self.assertRegex(self.store.failures[-1]["error"], "^took more than 2 s$")
        done = [(cell.map, cell.workload) for cell in self.store.done]
        self.assertEqual(sorted(done), [("sharded", "find_hit"), ("tbb", "find_hit"), ("tbb", "mix50")])

    def test_one_that_is_killed_while_it_waits_has_failed(self):
        chosen = parse("--maps", "tbb,sharded", "--workloads", "find_hit", "--seconds", "0.06")

        def kill() -> None:
            while not self.log.exists() or not self.noted("ends"):
                time.sleep(0.001)
            pids = {name: int(pid) for name, _, pid, *_ in self.noted("starts")}
            at_turn = self.noted("ends")[0][0]
            (other,) = pids.keys() - {at_turn}
            os.kill(pids[other], 9)
            self.killed = other

        killer = threading.Thread(target=kill)
        killer.start()
        self.measure(chosen)
        killer.join()
        self.assertEqual([(record["map"], record["error"]) for record in self.store.failures],
                         [(self.killed, "ended with status -9")])
        self.assertEqual(len(self.store.measured), 1)

    def test_one_that_is_killed_before_it_is_stopped_has_failed(self):
        (job,) = plan.jobs(parse("--maps", "tbb", "--workloads", "find_hit"))
        failures = []

        def kill(process, number: int) -> None:
            os.kill(process.pid, 9)
            process.wait()

        with closing(program.Program(job, None, failures.append)) as one:
            with mock.patch.object(program.subprocess.Popen, "send_signal", kill):
                one.run()
            one.run()
        self.assertEqual([record["error"] for record in failures], ["ended with status -9"])

    def test_one_that_lacks_a_cell_has_no_part_in_it(self):
        self.measure(parse("--maps", "wane_epoch,tbb", "--workloads", "find_hit,find_many,mix50", "--seconds", "0.04"))
        cells = [(cell, map_) for map_, _, cell, _ in self.noted("begins")]
        self.assertEqual(cells[4:6], [("find_many:1", "wane_epoch")] * 2)
        self.assertEqual([cell for cell, _ in cells], ["find_hit:1"] * 4 + ["find_many:1"] * 2 + ["mix50:1"] * 4)
        self.assertEqual(self.turns("mix50:1"), [(0, "wane_epoch"), (0, "tbb"), (1, "wane_epoch"), (1, "tbb")])
        self.assertEqual((len(self.store.measured), self.store.failures), (5, []))

    def test_what_is_measured_is_not_asked_for_again(self):
        arguments = ("--maps", "tbb,sharded", "--workloads", "find_hit,mix50", "--seconds", "0.04")
        with self.faults(sharded="dies"):
            self.measure(parse(*arguments))
        self.log.unlink()
        self.measure(parse(*arguments))
        self.assertEqual([(name, cells) for name, _, _, *cells in self.noted("starts")], [("sharded", ["mix50:1"])])
        self.assertEqual((len(self.store.done), self.store.failures), (4, []))
        began = {(record["map"], record["workload"]): record["round_began"] for record in self.store.measured}
        self.assertEqual(began["tbb", "find_hit"], began["sharded", "find_hit"])
        self.assertNotEqual(began["tbb", "mix50"], began["sharded", "mix50"])

    def test_a_study_that_stops_leaves_nothing_behind(self):
        class Stopped(BaseException):
            pass

        with mock.patch.object(self.store, "add", side_effect=Stopped), self.assertRaises(Stopped):
            self.measure(parse("--maps", "tbb,sharded,libcuckoo", "--workloads", "find_hit,mix50", "--seconds", "0.04"))
        pids = [int(pid) for _, _, pid, *_ in self.noted("starts")]
        self.assertEqual([is_there(pid) for pid in pids], [False] * 3)

    def test_what_takes_no_turns_runs_alone(self):
        rounds = plan.rounds(plan.jobs(parse("--maps", "tbb,sharded", "--workloads", "find_hit,fill,replay")), PLENTY)
        self.assertEqual([[job.group for job in round_.jobs] for round_ in rounds],
                         [["steady", "steady"], ["fill"], ["fill"], ["replay"], ["replay"]])
        self.assertEqual({job.turns for round_ in rounds[1:] for job in round_.jobs}, {0})

    def test_memory_that_does_not_hold_all_splits_the_round_and_that_is_said(self):
        chosen = parse("--maps", "tbb,sharded,libcuckoo", "--workloads", "find_hit", "--seconds", "0.02")
        size = plan.jobs(chosen)[0].memory
        self.measure(chosen, 2 * size)
        self.assertEqual([name for name, *_ in self.noted("starts")], ["tbb", "libcuckoo", "sharded"])
        began = {record["map"]: record["round_began"] for record in self.store.measured}
        self.assertEqual(began["tbb"], began["libcuckoo"])
        self.assertNotEqual(began["tbb"], began["sharded"])
        said = self.console.file.getvalue()
        self.assertIn("memory does not hold all maps at once; only tbb, libcuckoo take turns with each other", said)
        about = {"huge_pages": "always", "malloc_conf": "", "membarrier": True, "dirty": False}
        remarks = machine.remarks(about, self.store.measured)
        self.assertEqual([remark for remark in remarks if "in trial 1 steady they took turns in 2 rounds" in remark],
                         [remarks[0]])

    def test_memory_that_holds_all_is_not_mentioned(self):
        self.measure(parse("--maps", "tbb,sharded", "--workloads", "find_hit", "--seconds", "0.02"))
        self.assertNotIn("memory", self.console.file.getvalue())
        about = {"huge_pages": "always", "malloc_conf": "", "membarrier": True, "dirty": False}
        self.assertFalse(any("memory" in remark for remark in machine.remarks(about, self.store.measured)))


class Estimates(unittest.TestCase):
    def test_a_map_larger_than_memory_has_a_round_of_its_own(self):
        rounds = plan.rounds(plan.jobs(parse("--maps", "tbb,sharded", "--workloads", "find_hit")), 1)
        self.assertEqual([(len(round_.jobs), round_.parts) for round_ in rounds], [(1, 2), (1, 2)])

    def test_ten_million_entries_are_taken_for_more_than_a_gigabyte(self):
        (job,) = plan.jobs(parse("--maps", "tbb", "--workloads", "find_hit", "--entries", "10M"))
        self.assertTrue(GIB < job.memory < 2 * GIB)

    def test_available_memory_is_less_than_there_is(self):
        self.assertLess(machine.available_memory(), os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        self.assertGreater(machine.available_memory(), 2**20)

    def test_turns_are_ten_unless_they_would_be_too_short(self):
        for seconds, turns in (("0.001", 1), ("0.03", 1), ("0.1", 5), ("0.14", 7), ("0.2", 10), ("5", 10)):
            (job,) = plan.jobs(parse("--maps", "tbb", "--workloads", "find_hit", "--seconds", seconds))
            self.assertEqual(job.turns, turns, seconds)


if __name__ == "__main__":
    unittest.main()
