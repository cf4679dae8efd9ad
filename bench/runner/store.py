# SPDX-License-Identifier: BSL-1.0
"""The directory of a study: its configuration, a line for each measured cell, and the results in the end."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from .options import UsageError
from .plan import Cell


def make_directory(directory: Path) -> None:
    """A new one ignores itself in git: what is written there is made from the tree and is no part of it."""
    if not directory.exists():
        directory.mkdir(parents=True)
        (directory / ".gitignore").write_text("*\n")


class Store:
    """Records are appended and flushed one by one; whatever stops a study, what it measured is kept."""

    def __init__(self, directory: Path, configuration: dict, fresh: bool):
        self.directory = directory
        self._records_file = directory / "records.jsonl"
        self._configuration_file = directory / "configuration.json"
        make_directory(directory)
        if fresh:
            self._records_file.unlink(missing_ok=True)
            self._configuration_file.unlink(missing_ok=True)
        if self._configuration_file.exists():
            self._refuse_unless_same(configuration)
        else:
            self._configuration_file.write_text(json.dumps(configuration, indent=2) + "\n")
        self.records = self._read()

    def _refuse_unless_same(self, configuration: dict) -> None:
        earlier = json.loads(self._configuration_file.read_text())
        differing = sorted(key for key in configuration.keys() | earlier.keys()
                           if configuration.get(key) != earlier.get(key))
        if differing:
            raise UsageError(f"{self.directory} holds another study, which differs in {', '.join(differing)}; "
                             "choose another --out, or discard it with --fresh")

    def _read(self) -> list[dict]:
        if not self._records_file.exists():
            return []
        lines = self._records_file.read_text().splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):  # the study was killed while it wrote this one
            del lines[-1]
            self._records_file.write_text("".join(lines))
        return [json.loads(line) for line in lines]

    @property
    def done(self) -> list[Cell]:
        """Cells with a number; one that failed is tried again."""
        return [Cell.of_record(record) for record in self.records if "error" not in record]

    @property
    def measured(self) -> list[dict]:
        return [record for record in self.records if "error" not in record]

    @property
    def failures(self) -> list[dict]:
        """Records of cells that failed, and did not succeed later."""
        done = set(self.done)
        latest = {Cell.of_record(record): record for record in self.records if "error" in record}
        return [record for cell, record in latest.items() if cell not in done]

    def add(self, record: dict) -> None:
        self.records.append(record)
        with self._records_file.open("a") as file:
            file.write(json.dumps(record) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def write_results(self, machine: dict, configuration: dict, remarks: list[str], ratios: list[dict]) -> Path:
        path = self.directory / "results.json"
        results = {"machine": machine, "config": configuration, "remarks": remarks, "ratios": ratios,
                   "records": self.measured, "failures": self.failures}
        text = json.dumps(results, indent=1)
        # A series of numbers takes one line. (Inside a string there is no newline, so none is touched.)
        text = re.sub(r"\[\n[-\d.,\s]+\]", lambda array: "[" + " ".join(array[0][1:-1].split()) + "]", text)
        path.write_text(text + "\n")
        return path
