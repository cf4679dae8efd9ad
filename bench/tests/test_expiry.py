# SPDX-License-Identifier: BSL-1.0
"""The picture of expiry: what is run, and what is shown of its records."""

import io
import tempfile
import unittest
from pathlib import Path

from rich.console import Console

from runner import catalogue, expiry, machine, options, plan, plots, reclaimers, summary

MAPS = catalogue.read_maps()
ALL = tuple(MAPS.values())
MACHINE = {"cpu": "x", "cores": 2, "commit": "0" * 40, "dirty": False}
SCENES = ("picture", "storm", "parked")


def parse(*arguments: str) -> options.Options:
    return options.parse(list(arguments), MAPS, 2)


def record(map_: str, scene: str, trial: int = 0, **figures) -> dict:
    """One in which everything is well."""
    quantiles = {f"{name}_{quantile}_seconds": value
                 for name, values in {"response": (1e-6, 2e-6, 3e-6, 4e-6), "service": (1e-6, 2e-6, 3e-6, 4e-6),
                                      "empty": (1e-8, 2e-8, 3e-8, 4e-8), "lateness": (0.3, 0.7, 0.8, 0.9)}.items()
                 for quantile, value in zip(expiry.QUANTILES, values)}
    storm = {"storm_entries": 50_000.0, "storm_seconds": 0.25} if scene == "storm" else {}
    return {"map": map_, "workload": scene, "entries": 600_000, "threads": 1, "trial": trial, "ops_per_second": 3e3,
            "cpu_share": 1.0, **quantiles, "response_count": 6000.0, "clock_seconds": 22e-9,
            "sessions_per_second": 400.0, "cleaner_cpu_share": 0.0042,
            "bytes_per_entry": 49.25, "overdue_entries_at_end": 12.0,
            "overdue_bytes_peak": 2.5e6, "awaiting_bytes_peak": 5e5,
            "garbage_limit_bytes": 1e6 if MAPS[map_].is_wane else None,
            "sample_ms": [0, 7, 14], "sample_overdue_bytes": [0, 2_500_000, 100],
            "sample_awaiting_bytes": [0, 500_000, 0], **storm, **figures}


def shown(records: list[dict]) -> str:
    console = Console(file=io.StringIO(), width=120)
    for table in expiry.tables(records, ALL):
        console.print(table)
    return " ".join(console.file.getvalue().split())


class Plan(unittest.TestCase):
    def test_scenes_are_for_some_of_our_maps_and_for_the_rivals_which_do_nothing_else(self):
        for scene in SCENES:
            measured = {job.map.name for job in plan.jobs(parse()) if job.group == scene}
            self.assertEqual(measured, {"wane_epoch", "wane_hazard", "wane_ibr", "ticker", "heap", "wheel"})
        of_rivals = {job.group for job in plan.jobs(parse("--full")) if job.map.name in ("ticker", "heap", "wheel")}
        self.assertEqual(of_rivals, set(SCENES))

    def test_one_thread_checks_whatever_the_others_do(self):
        for arguments in ((), ("--full",)):
            self.assertEqual(parse(*arguments).threads_of(catalogue.WORKLOAD["picture"]), (1,))

    def test_the_real_size_takes_a_minute(self):
        chosen, picture = parse("--full"), catalogue.WORKLOAD["picture"]
        self.assertEqual((chosen.entries_of(picture), chosen.seconds_of(picture)), ((12_000_000,), 60.0))
        chosen = parse("--workloads", "picture", "--entries", "12M", "--seconds", "40")
        self.assertEqual((chosen.entries_of(picture), chosen.seconds_of(picture)), ((12_000_000,), 40.0))

    def test_a_scene_is_measured_once_unless_more_is_asked_for(self):
        for arguments, trials in (((), 1), (("--trials", "3"), 3)):
            jobs = plan.jobs(parse("--maps", "heap", "--workloads", "storm", *arguments))
            self.assertEqual([job.trial for job in jobs], list(range(trials)))


class Targets(unittest.TestCase):
    def rows(self, *records: dict) -> dict:
        return {(row[0], row[1]): row[2:]
                for row in expiry.verdicts(expiry.frame_of(list(records)), ALL)}

    def test_what_is_within_its_limit_is_met(self):
        rows = self.rows(*(record("wane_epoch", scene) for scene in SCENES))
        self.assertEqual([row[-1] for row in rows.values()], ["met"] * len(expiry.TARGETS))
        self.assertEqual(rows["cleaner, % of a core", "wane_epoch"][:2], ["1", "0.42"])

    def test_what_is_not_says_by_how_much(self):
        rows = self.rows(record("wane_ibr", "picture", cleaner_cpu_share=0.015, lateness_p99_seconds=1.2),
                         record("wane_ibr", "parked", awaiting_bytes_peak=1.75e6))
        self.assertEqual([row[-1] for row in rows.values()], ["missed by 0.5", "missed by 0.2", "missed by 0.75"])

    def test_what_the_machine_does_alone_stands_beside_a_missed_latency(self):
        rows = self.rows(record("wane_epoch", "storm", response_p999_seconds=4e-3, empty_p999_seconds=3.5e-3))
        self.assertEqual([row[-1] for row in rows.values()], ["missed by 3 (no call: 3.5)", "met"])

    def test_rivals_have_figures_and_no_targets(self):
        rows = self.rows(record("ticker", "parked"), record("heap", "picture", cleaner_cpu_share=0.3))
        self.assertEqual({row[-1] for row in rows.values()}, {"–"})
        self.assertEqual(rows["parked, awaiting, MB", "ticker"][:2], ["–", "0.5"])

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        rows = self.rows(record("wane_epoch", "storm", response_p999_seconds=None, service_p999_seconds=None))
        self.assertEqual([row[-1] for row in rows.values()], ["not measured"] * 2)

    def test_the_median_of_trials_decides(self):
        rows = self.rows(*(record("wane_epoch", "picture", trial, cleaner_cpu_share=share)
                           for trial, share in enumerate((0.009, 0.2, 0.008))))
        self.assertEqual(rows["cleaner, % of a core", "wane_epoch"], ["1", "0.9", "met"])


class Shown(unittest.TestCase):
    def test_checks_and_cleaning_of_each_scene_and_the_targets(self):
        text = shown([record(map_, scene) for scene in SCENES for map_ in ("wane_epoch", "wheel")])
        self.assertIn("picture: a token service in its steady state, 600,000 entries: checks", text)
        self.assertIn("│ wheel │ 1.00 │ 2.00 │ 3.00 │ 3.00 │ 0.03 │", text)
        self.assertIn("│ wane_epoch │ 0.42 │ 0.30 │ 0.70 │ 0.90 │ 2.50 │ 0.50 │ 49.2 │", text)
        self.assertIn("a reading of the clock (22 ns) included", text)
        self.assertIn("expiry: the targets", text)
        self.assertIn("at 400 new sessions a second", text)

    def test_a_storm_that_was_not_over_has_no_length(self):
        text = shown([record("wane_epoch", "storm", storm_seconds=None)])
        self.assertIn("│ wane_epoch │ 0.42 │ 0.30 │ 0.70 │ 0.90 │ 2.50 │ 0.50 │ – │", text)

    def test_tables_fit_a_terminal_of_the_least_width(self):
        held_up = {f"{what}_{quantile}_seconds": 9.87
                   for what in ("response", "service", "lateness") for quantile in ("p99", "p999")}
        for table in expiry.tables([record(map_, scene, **held_up) for scene in SCENES for map_ in catalogue.IN_SCENES],
                                   ALL):
            console = Console(file=io.StringIO(), width=summary.LEAST_WIDTH)
            console.print(table)
            self.assertNotIn("…", console.file.getvalue())

    def test_other_records_are_not_taken_for_ours_nor_ours_for_others(self):
        other = {"map": "tbb", "workload": "find_hit", "entries": 1000, "threads": 1, "trial": 0, "ops_per_second": 5e6}
        self.assertEqual(expiry.tables([other], ALL), [])
        self.assertEqual(summary.tables([record("heap", "storm")], ALL), [])
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(plots.draw([record("heap", "storm")], ALL, MACHINE, Path(directory)), [])
            self.assertEqual(expiry.draw([other], ALL, MACHINE, Path(directory)), [])

    def test_who_waits_for_a_parked_readers_lock_does_not_make_the_machine_busy(self):
        about = {"huge_pages": "always", "malloc_conf": "", "membarrier": True, "dirty": False}
        waiting = [record("ticker", "parked", cpu_share=0.6)]
        self.assertEqual(len(machine.remarks(about, waiting)), len(machine.remarks(about, [])))

    def test_of_many_samples_the_greatest_are_drawn(self):
        samples = list(range(600))
        row = record("heap", "storm", sample_ms=samples, sample_awaiting_bytes=samples[::-1])
        line = expiry.envelope(reclaimers.over_time(expiry.frame_of([row]), "sample_awaiting_bytes"))
        self.assertEqual(len(line), 60)
        self.assertEqual(line.iloc[1].tolist(), [0.01, 589.0])

    def test_the_plots_are_drawn_from_what_there_is(self):
        everything = [record(map_, scene) for scene in SCENES for map_ in catalogue.IN_SCENES]
        nothing_measured = record("wheel", "storm", **{key: None for key in record("wheel", "storm")
                                                       if key.startswith(("response_p", "response_m"))})
        for records in (everything, [record("ticker", "parked"), nothing_measured]):
            with tempfile.TemporaryDirectory() as directory, self.assertNoLogs("matplotlib", "WARNING"):
                drawn = expiry.draw(records, ALL, MACHINE, Path(directory))
                self.assertEqual([path.name for path in drawn],
                                 ["expiry.png", "expiry.svg", "expiry_bytes.png", "expiry_bytes.svg"])
                self.assertTrue(all(path.stat().st_size > 0 for path in drawn))


if __name__ == "__main__":
    unittest.main()
