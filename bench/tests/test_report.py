# SPDX-License-Identifier: BSL-1.0
"""What is in the report of a study, without a browser; report_in_browser.py is with one."""

import hashlib
import io
import json
import tarfile
import tempfile
import unittest
import urllib.error
from base64 import b64encode
from pathlib import Path
from unittest import mock

from runner import report
from runner.catalogue import read_maps

MAPS = tuple(read_maps().values())
MACHINE = {"cpu": "</script>", "cores": 2, "memory_bytes": 2**34, "kernel": "6", "huge_pages": "madvise", "compiler": "c++",
           "compile_command": "c++ -O3", "commit": "c" * 40, "dirty": True, "packages": {"g++": "12"}}


def results(*rates: float) -> dict:
    return {"machine": MACHINE, "remarks": [], "ratios": [], "failures": [],
            "records": [{"map": "tbb", "workload": "find_hit", "entries": 1000, "threads": 2, "trial": trial,
                         "ops_per_second": rate, "bytes_per_entry": None} for trial, rate in enumerate(rates)]}


def study(page: str) -> dict:
    line = next(line for line in page.splitlines() if line.startswith("const study = "))
    return json.loads(line.removeprefix("const study = ").removesuffix(";"))


class Report(unittest.TestCase):
    def test_figures_are_medians_with_their_extremes(self):
        [cell] = study(report.page(results(5e6, 9e6, 6e6), MAPS, ""))["cells"]
        self.assertEqual((cell["map"], cell["threads"], cell["trials"]), ("tbb", 2, 3))
        self.assertEqual(cell["figures"], {"million operations/s": [6.0, 5.0, 9.0]})  # nothing of what is null

    def test_nothing_measured_ends_a_script(self):
        page = report.page(results(1), MAPS, "var x = '</script>';")
        self.assertEqual(page.count("</script>"), 2)
        self.assertEqual(study(page)["machine"]["processor"], "</script>, 2 cores, 16 GiB")

    def test_nothing_is_fetched_when_it_is_opened(self):
        self.assertNotIn("http", report.page(results(1), MAPS, ""))


class Library(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        for name, value in (("BUILD", self.directory), ("PLOTLY_SHA512", b64encode(hashlib.sha512(self.archive()).digest()))):
            patched = mock.patch.object(report, name, value)
            patched.start()
            self.addCleanup(patched.stop)

    @staticmethod
    def archive() -> bytes:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w") as package:
            member = tarfile.TarInfo("package/plotly-basic.min.js")
            member.size = 4
            package.addfile(member, io.BytesIO(b"text"))
        return made.getvalue()

    def fetched(self, answer):
        return mock.patch("urllib.request.urlopen", return_value=io.BytesIO(answer)) if isinstance(answer, bytes) else \
            mock.patch("urllib.request.urlopen", side_effect=answer)

    def test_it_is_fetched_once(self):
        with self.fetched(self.archive()) as fetch:
            self.assertEqual([report.plotly(), report.plotly()], ["text", "text"])
        self.assertEqual(fetch.call_count, 1)

    def test_another_file_is_refused(self):
        with self.fetched(self.archive() + b"more"), self.assertRaisesRegex(report.ReportError, "SHA-512 differs"):
            report.plotly()

    def test_no_network_is_said(self):
        with self.fetched(urllib.error.URLError("no route")), self.assertRaisesRegex(report.ReportError, "no route"):
            report.plotly()
        self.assertEqual(list(self.directory.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
