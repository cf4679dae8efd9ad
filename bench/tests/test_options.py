# SPDX-License-Identifier: BSL-1.0
"""The command line: what is chosen, and how mistakes are answered."""

import unittest
from dataclasses import replace

from runner import catalogue, options

MAPS = {name: replace(map_, missing=None) for name, map_ in catalogue.read_maps().items()}


def parse(*arguments: str, cores: int = 2) -> options.Options:
    return options.parse(list(arguments), MAPS, cores)


class Defaults(unittest.TestCase):
    def test_all_maps_but_null_and_three_trials(self):
        chosen = parse()
        self.assertEqual([map_.name for map_ in chosen.maps], [name for name in MAPS if name not in catalogue.CONTROLS])
        self.assertEqual(chosen.trials_of(catalogue.WORKLOAD["find_hit"]), 3)
        self.assertEqual(chosen.threads_of(catalogue.WORKLOAD["find_hit"]), (1, 2, 4))
        self.assertEqual(chosen.threads_of(catalogue.WORKLOAD["expire"]), (1,))

    def test_full_takes_every_number_of_threads_and_all_workloads(self):
        chosen = parse("--full", cores=4)
        self.assertEqual(chosen.threads_of(catalogue.WORKLOAD["expire"]), (1, 2, 3, 4, 8))
        self.assertEqual({chosen.trials_of(workload) for workload in catalogue.WORKLOADS}, {5})
        self.assertEqual(len(chosen.workloads), len(catalogue.WORKLOADS))
        self.assertEqual(chosen.entries_of(catalogue.WORKLOAD["find_hit"]), (10_000_000,))

    def test_a_map_that_cannot_be_built_is_left_out_and_named(self):
        maps = MAPS | {"tbb": replace(MAPS["tbb"], missing="no headers")}
        chosen = options.parse([], maps, 2)
        self.assertNotIn("tbb", [map_.name for map_ in chosen.maps])
        self.assertEqual([map_.name for map_ in chosen.left_out], ["tbb"])
        self.assertEqual(options.parse(["--maps", "libcuckoo"], maps, 2).left_out, ())
        with self.assertRaisesRegex(options.UsageError, "tbb cannot be built here: no headers"):
            options.parse(["--maps", "tbb,libcuckoo"], maps, 2)

    def test_boost_cannot_be_built_without_its_headers(self):
        boost = catalogue.Boost("libboost", "0")
        self.assertIn("libboost 0", catalogue.read_maps(boost=boost)["boost_flat"].missing)
        self.assertEqual([name for name, map_ in catalogue.read_maps(boost=boost).items() if map_.missing], ["boost_flat"])

    def test_an_odd_number_of_cores_is_measured_too(self):
        self.assertEqual(options.default_threads(6, full=False), (1, 2, 4, 6, 12))


class Choices(unittest.TestCase):
    def test_a_name_and_the_beginning_of_names(self):
        self.assertEqual([map_.name for map_ in parse("--maps", "lfht,tbb").maps], ["lfht_memb", "lfht_qsbr", "tbb"])

    def test_a_workload_is_not_short_for_others(self):
        self.assertEqual([w.name for w in parse("--workloads", "fill").workloads], ["fill"])

    def test_threads_given_hold_for_every_workload(self):
        chosen = parse("--threads", "8,2")
        self.assertEqual({chosen.threads_of(workload) for workload in catalogue.WORKLOADS}, {(2, 8)})

    def test_entries_with_units(self):
        self.assertEqual(parse("--entries", "10M").entries, (10_000_000,))
        self.assertEqual(parse("--entries", "10M,1k,500k").entries, (1_000, 500_000, 10_000_000))

    def test_short_cells_do_not_shorten_what_needs_time(self):
        chosen = parse("--seconds", "0.1")
        self.assertEqual(chosen.seconds_of(catalogue.WORKLOAD["find_hit"]), 0.1)
        self.assertEqual(chosen.seconds_of(catalogue.WORKLOAD["expire"]), 2.0)


class Mistakes(unittest.TestCase):
    def assert_refused(self, expected: str, *arguments: str):
        with self.assertRaisesRegex(options.UsageError, expected) as caught:
            parse(*arguments)
        self.assertNotIn("\n", str(caught.exception))

    def test_unknown_names_are_answered_with_the_known_ones(self):
        self.assert_refused("unknown map 'btree'; there are: .*lfht_qsbr.*tbb", "--maps", "tbb,btree")
        self.assert_refused("unknown workload 'sort'; there are: find_hit, ", "--workloads", "sort")
        self.assert_refused("unknown map ''", "--maps", "")

    def test_bad_values(self):
        self.assert_refused("--entries.*'0'", "--entries", "0")
        self.assert_refused("--entries.*'10m'", "--entries", "10m")
        self.assert_refused("--threads.*'1,x'", "--threads", "1,x")
        self.assert_refused("--threads.*'0'", "--threads", "0")
        self.assert_refused("--trials", "--trials", "-1")
        self.assert_refused("--seconds.*'soon'", "--seconds", "soon")
        self.assert_refused("--seconds.*'nan'", "--seconds", "nan")
        self.assert_refused("unrecognized arguments: --fast", "--fast")

    def test_a_trace_that_is_not_there_or_not_replayed(self):
        self.assert_refused("there is no file '/nowhere'", "--trace", "/nowhere")
        self.assert_refused("'replay' is not among", "--trace", __file__, "--workloads", "fill")


if __name__ == "__main__":
    unittest.main()
