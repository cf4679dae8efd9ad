# SPDX-License-Identifier: BSL-1.0
"""The numbers of the paper are those of the records; what was not measured is an error that names it; every figure can be read in
print. LaTeX runs only where it is installed."""

import json
import lzma
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from matplotlib.text import Text

from runner import options, plan
from runner.catalogue import CONTROLS, WORKLOADS, read_maps
from runner.paper import build, figures, values, verification
from runner.paper.results import Results, ResultsError

MACHINE = {"cpu": "A CPU & more", "cores": 2, "memory_bytes": 8 * 2**30, "kernel": "6.1_x", "huge_pages": "madvise",
           "compiler": "c++ (Debian) 12.2.0", "packages": {"liburcu-dev": "1:0.13.2-1+b2"}, "commit": "c" * 40, "dirty": False,
           "difference": None}


def record(map_: str, workload: str, mops: float, entries: int = 1_000_000, threads: int = 1, trial: int = 0, **more) -> dict:
    return {"map": map_, "workload": workload, "entries": entries, "threads": threads, "trial": trial,
            "ops_per_second": mops * 1e6, "measured_seconds": 0.1, "turn_ops_per_second": [mops * 1e6] * 10,
            "bytes_per_entry": 45.0, **more}


def ratio(map_: str, workload: str, value: float, entries: int = 1_000_000) -> dict:
    return {"map": map_, "base": "wane_epoch", "workload": workload, "entries": entries, "threads": 1, "ratio": value,
            "low": value / 2, "high": 2 * value, "pairs": 10}


class Paper(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def results(self, records, ratios=(), machine=MACHINE, name="results.json") -> Path:
        path = self.directory / name
        text = json.dumps({"machine": machine, "records": records, "ratios": list(ratios)})
        path.write_bytes(lzma.compress(text.encode()) if name.endswith("xz") else text.encode())
        return path

    def values(self, *arguments) -> dict:
        return values.values(Results([self.results(*arguments)]), [], 7)

    def test_rates_are_medians_of_the_trials(self):
        known = self.values([record("wane_epoch", "find_hit", mops, trial=trial) for trial, mops in enumerate((9, 5, 6))])
        self.assertEqual(known["rate.find_hit.wane_epoch.1"], "6")
        self.assertEqual((known["study.trials"], known["study.turns"], known["study.slice"]), ("3", "10", "10"))

    def test_the_size_is_the_one_with_most_workloads(self):
        both = [record("wane_epoch", name, 5) for name in ("find_hit", "mix50")] + [record("wane_epoch", "find_hit", 9, 1000)]
        known = self.values(both, [ratio("lfht_qsbr", "find_hit", 1.5), ratio("lfht_qsbr", "find_hit", 3.0, 1000)])
        self.assertEqual((known["study.entries"], known["rate.find_hit.wane_epoch.1"]), ("1,000,000", "5"))
        self.assertEqual(known["ratio.find_hit.lfht_qsbr.1"], "1.5")

    def test_special_characters_do_not_reach_latex(self):
        known = self.values([record("wane_epoch", "find_hit", 5)])
        self.assertEqual((known["machine.cpu"], known["machine.kernel"]), (r"A CPU \& more", r"6.1\_x"))
        self.assertEqual(known["version.liburcu-dev"], "0.13.2")

    def test_what_is_not_measured_says_so_and_is_named(self):
        path = self.directory / "values.tex"
        missing = values.write({"a": "1"}, ["a", "b"], path)
        self.assertEqual(missing, ["b"])
        self.assertIn(r"\defval{a}{1}", path.read_text())
        self.assertIn(r"\defval{b}{\emph{(not measured)}}", path.read_text())

    def test_studies_of_different_machines_make_no_paper(self):
        one = self.results([record("tbb", "find_hit", 5)], name="one.json.xz")
        other = self.results([record("tbb", "find_hit", 5)], machine=MACHINE | {"cpu": "another"})
        self.assertEqual(len(Results([one, one]).records), 2)
        with self.assertRaisesRegex(ResultsError, "differ in cpu"):
            Results([one, other])

    def test_what_is_no_study_is_refused(self):
        path = self.directory / "x.json"
        for text in ("[]", "{", json.dumps({"machine": MACHINE, "ratios": [], "records": []})):
            path.write_text(text)
            with self.assertRaises(ResultsError):
                Results([path])

    def test_the_ratios_are_in_the_table(self):
        table = values.ratios_table(Results([self.results(
            [record(name, "find_hit", 5) for name in ("wane_epoch", "lfht_qsbr", "tbb")],
            [ratio("lfht_qsbr", "find_hit", 1.5)])]))
        self.assertIn(r"lfht\_qsbr (0.13.2) & 1.50 [0.75, 3.00]", table)
        self.assertNotIn("tbb", table)

    def test_everything_latex_reads_is_written_even_of_a_small_study(self):
        out = self.directory / "paper"
        missing = build.prepare(Results([self.results([record("wane_epoch", "find_hit", 5), record("tbb", "find_hit", 4)])]), out)
        self.assertTrue({"figure growth", "table overhead", "table replay", "mix50 in figure throughput"} <= set(missing), missing)
        self.assertNotIn("figure throughput", missing)
        for name in ("paper.tex", "references.bib", "values.tex", "ratios.tex", "replay.tex", "throughput.pdf", "tags.pdf",
                     "verification.pdf"):
            self.assertTrue((out / name).stat().st_size > 0, name)

    def test_a_paper_that_lacks_something_is_refused_by_name_unless_it_may_be_partial(self):
        path = self.results([record("wane_epoch", "find_hit", 5)])
        with self.assertRaisesRegex(build.PaperError, r"lack.*growth\.null\.max.*table overhead.*figure sweeping"):
            build.build([path], self.directory / "paper")

    def test_controls_are_no_peers(self):
        names = ("two_lines", "null", "wane_epoch", "tbb")
        results = Results([self.results([record(name, "find_hit", 5) for name in names],
                                        [ratio(name, "find_hit", 1.5) for name in ("two_lines", "null", "tbb")])])
        table = values.ratios_table(results)
        self.assertIn("tbb", table)
        self.assertFalse("two" in table or "null" in table, table)
        figure = figures.memory(results)
        self.addCleanup(figures.plt.close, figure)
        self.assertEqual(len(figure.axes[0].patches), 2)

    def test_the_overhead_is_that_of_the_map_that_does_nothing(self):
        table = values.overhead_table(Results([self.results(
            [record("wane_epoch", "find_hit", 5), record("wane_epoch", "mix50", 4),
             *(record("null", "find_hit", mops, trial=trial) for trial, mops in enumerate((100, 50, 200)))])]))
        self.assertIn(r"find\_hit & 10 & 5 to 20 & 200 & 5.0", table)
        self.assertNotIn("mix50", table)

    def test_small_numbers_are_latex(self):
        self.assertEqual([values.number(value) for value in (3.2e-5, 0.5, 1234.5)], [r"$3.2\cdot10^{-5}$", "0.5", "1,234"])

    def test_traces_stand_beside_each_other(self):
        replays = [record(name, "replay", 5, trace=trace, hit_ratio=hits, resident_entries=90.0, expired_resident_entries=40.0,
                          trace_seconds=7200.0)
                   for name in ("wane_epoch", "tbb") for trace, hits in (("generated:twitter-clusters", 0.5), ("twitter:x_1", 0.9))]
        results = Results([self.results(replays)])
        figure = figures.replayed(results)
        self.addCleanup(figures.plt.close, figure)
        self.assertEqual([len(axis.patches) for axis in figure.axes], [4, 4, 4])
        self.assertEqual([bar.get_width() for bar in figure.axes[1].patches], [50, 50, 90, 90])
        self.assertAlmostEqual(figure.axes[2].patches[0].get_width(), 40 * 45e-6)
        table = values.replay_table(results)
        generated, _, given = table.partition(r"\emph{twitter:x\_1}")
        self.assertIn(r"\emph{generated:twitter-clusters}", generated)
        self.assertIn("tbb & 5 & 50.0 & 90 & 40 &", generated)
        self.assertIn("tbb & 5 & 90.0 & 90 & 40 &", given)
        self.assertEqual(values.values(results, [], 0)["replay.trace"], r"generated:twitter-clusters, twitter:x\_1")

    def test_the_same_results_make_the_same_files(self):
        results = Results([self.results([record("wane_epoch", "find_hit", 5), record("tbb", "find_hit", 4)])])
        for name in ("one", "other"):
            build.prepare(results, self.directory / name)
        for path in (self.directory / "one").iterdir():
            self.assertEqual(path.read_bytes(), (self.directory / "other" / path.name).read_bytes(), path.name)

    def test_beside_others_stands_one_wane(self):
        """Fifteen bands would hide each other; reclaimers have a figure of their own."""
        names = ("null", "two_lines", "wane_epoch", "wane_rcu_memb", "tbb", "lfht_qsbr")
        records = [record(name, "find_hit", 5, entries=entries) for name in names for entries in (1000, 1_000_000)]
        for draw in (figures.throughput, figures.sizes):
            figure = draw(Results([self.results(records)]))
            self.addCleanup(figures.plt.close, figure)
            shown = {text.get_text().split(" ")[0] for text in figure.legends[0].get_texts()}
            self.assertEqual(shown, {"wane_epoch", "tbb", "lfht_qsbr"})

    def test_reclaimers_are_shown_at_the_size_they_were_measured_at(self):
        """Also when a study of a larger map has the undisturbed mix."""
        garbage = {"sample_ms": [0, 50], "sample_retired_bytes": [0, 2_000_000], "sample_operations": [0, 1000],
                   "peak_retired_bytes": 2e6, "last_retired_bytes": 2e6, "recovery_freed_bytes": 2e6, "recovery_seconds": 0.1}
        records = [record("wane_epoch", "stalled", 5, threads=2, **garbage), record("wane_epoch", "mix50", 7, threads=2),
                   record("wane_epoch", "mix50", 3, entries=10_000_000, threads=2)]
        figure = figures.of_reclaimers(Results([self.results(records)]))
        self.addCleanup(figures.plt.close, figure)
        throughput, garbage_axis = figure.axes[:2]
        self.assertEqual([bar.get_height() for bar in throughput.patches][:2], [7.0, 5.0])
        self.assertEqual(len(garbage_axis.lines), 1)


class Reference(unittest.TestCase):
    """The reference run, which is committed."""

    @classmethod
    def setUpClass(cls):
        cls.paths = sorted((build.SOURCES / "data").glob("*.json.xz"))
        cls.results = Results(cls.paths)

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def test_it_has_all_that_the_paper_shows(self):
        self.assertEqual(build.prepare(self.results, self.directory), [])

    def test_without_a_workload_that_the_paper_shows_something_is_missing(self):
        text = values.in_use(build.SOURCES / "paper.tex")
        shown = {workload for figure in figures.FIGURES.values() for workload in figure.shows}
        self.assertTrue({"storm", "replay", "growth", "tags_wrap", "oversubscribed"} <= shown)
        for workload in (*sorted(shown), "expire"):
            results = Results(self.paths)
            results.records = [record for record in results.records if record["workload"] != workload]
            results.frame = results.frame[results.frame["workload"] != workload]
            known = values.values(results, *verification.read())
            lacking = [name for name, figure in figures.FIGURES.items() if workload in figure.shows]
            self.assertTrue(lacking or [key for key in text if key not in known], workload)

    def test_every_figure_can_be_read_in_print(self):
        """No text below 7 points, in figures that are as wide as the page prints them; and no text that their edges cut."""
        subjects, _ = verification.read()
        with figures.plt.rc_context(figures.STYLE):
            made = {name: figure.draw(self.results) for name, figure in figures.FIGURES.items()}
            made["verification"] = figures.verification(self.results, subjects)
            for name, figure in made.items():
                self.addCleanup(figures.plt.close, figure)
                figure.draw_without_rendering()
                self.assertIn(figure.get_figwidth(), (figures.COLUMN, figures.TEXT), name)
                # Those of ticks have room made for them, or lie beyond the limits and are not drawn.
                of_ticks = {label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)
                            for label in axis.get_ticklabels(which="both")}
                for text in (text for text in figure.findobj(Text) if text.get_text() and text.get_visible()):
                    self.assertGreaterEqual(text.get_fontsize(), 7, (name, text))
                    box = text.get_window_extent()
                    for edge in () if text in of_ticks else (-1, figure.bbox.x1 + 1):
                        self.assertFalse(box.x0 < edge < box.x1, (name, text, box))

    @unittest.skipUnless(shutil.which("latexmk"), "latexmk is not installed")
    def test_it_makes_the_same_pdf_twice(self):
        pdfs = [build.build(self.paths, self.directory / name)[0].read_bytes() for name in ("one", "other")]
        self.assertEqual(*pdfs)


class Words(unittest.TestCase):
    def test_what_the_paper_includes_is_made_and_what_is_made_is_included(self):
        text = (build.SOURCES / "paper.tex").read_text()
        drawn = re.findall(r"\\includegraphics\[width=\\(?:column|text)width\]\{(\w+)\.pdf\}", text)
        self.assertEqual(sorted(drawn), sorted([*figures.FIGURES, "verification"]))
        self.assertEqual(text.count("includegraphics"), len(drawn))
        self.assertEqual(set(re.findall(r"\\input\{(\w+)\.tex\}", text)), {"values", *values.TABLES})

    def test_no_result_is_typed_in(self):
        """No digits in the abstract, the verification and the evaluation but those of a value, and of what is chosen, not
        measured."""
        chosen = (r"C++20", r"95\% intervals", r"95\% bootstrap intervals", "have 8 bytes", "64 shards", "batches of 32",
                  "of 8+8 bytes", "99 in 100", "p99.9 of", "of 16 bits", "48-bit addresses", "of 29 bits")
        names = re.compile(r"\\(?:cite|ref|label|input|includegraphics(?:\[[^]]*\])?)\{[^}]*\}")

        def typed(text: str) -> list[str]:
            text = names.sub("", values.IN_USE.sub("", text))
            for phrase in chosen:
                text = text.replace(phrase, "")
            return re.findall(r".*\d.*", text)

        text = (build.SOURCES / "paper.tex").read_text()
        for begin, end in ((r"\begin{abstract}", r"\end{abstract}"), (r"\section{Verification}", r"\section{Limits}")):
            between = text.partition(begin)[2].partition(end)[0]
            self.assertTrue(between, begin)
            self.assertEqual(typed(between), [])
        for one in (r"needs 45 ns", "45 bytes an entry", r"45\,kB", "in 4 hours", "45"):
            self.assertTrue(typed(one), one)

    def test_references_are_all_cited_and_there(self):
        text = (build.SOURCES / "paper.tex").read_text()
        cited = {key for keys in re.findall(r"\\cite\{([^}]+)\}", text) for key in keys.split(",")}
        there = set(re.findall(r"^@\w+\{([^,]+),", (build.SOURCES / "references.bib").read_text(), re.MULTILINE))
        self.assertEqual(cited, there)


class Verification(unittest.TestCase):
    def test_counts_are_read_from_the_page(self):
        subjects, mutants = verification.read()
        self.assertGreater(mutants, 100)
        known = values.of_checks(subjects, mutants)
        self.assertEqual(known["check.mutants"], str(mutants))
        self.assertNotIn("0", (known["check.schedules"], known["check.states"], known["check.calls"]))


class Options(unittest.TestCase):
    def test_a_paper_measures_growth_and_sizes_too(self):
        chosen = options.parse(["--paper"], read_maps(), 2)
        self.assertIn("growth", [workload.name for workload in chosen.workloads])
        self.assertEqual([map_.name for map_ in chosen.maps if map_.name in CONTROLS], ["null"])
        sizes = options.of_sizes(chosen)
        self.assertFalse([map_.name for map_ in sizes.maps if map_.name in CONTROLS])
        self.assertEqual(sizes.entries, (1_000, 10_000, 100_000))
        self.assertEqual({cell.workload for job in plan.jobs(sizes) for cell in job.cells}, {"find_hit"})
        self.assertEqual([workload for workload in WORKLOADS if workload in sizes.workloads][0].name, "find_hit")


if __name__ == "__main__":
    unittest.main()
