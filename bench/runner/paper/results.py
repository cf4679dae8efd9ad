# SPDX-License-Identifier: BSL-1.0
"""The results of one or more studies of one machine and one commit, as one."""

from __future__ import annotations

import json
import lzma
import re
from pathlib import Path

import pandas

from ..catalogue import WORKLOAD, Map, read_maps
from ..summary import with_units

# What studies that make one paper must have in common.
SAME = ("cpu", "cores", "memory_bytes", "kernel", "huge_pages", "compiler", "packages", "commit", "difference")


class ResultsError(Exception):
    """Results that cannot be read, or do not belong together."""


def _read(path: Path) -> dict:
    try:
        text = lzma.decompress(path.read_bytes()).decode() if path.suffix == ".xz" else path.read_text()
        read = json.loads(text)
        return {key: read[key] for key in ("machine", "records", "ratios")}
    except (OSError, lzma.LZMAError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise ResultsError(f"{path} holds no results of a study: {error}") from error


class Results:
    def __init__(self, paths: list[Path]):
        read = [_read(path) for path in paths]
        self.machine = read[0]["machine"]
        for path, one in zip(paths, read):
            differing = [key for key in SAME if one["machine"].get(key) != self.machine.get(key)]
            if differing:
                raise ResultsError(f"{path} and {paths[0]} are not of one machine and commit: they differ in "
                                   f"{', '.join(differing)}")
        self.records = [record for one in read for record in one["records"]]
        if not self.records:
            raise ResultsError(f"{paths[0]}: nothing was measured")
        # Seconds since 1970; of studies that had no rounds, 0.
        self.measured_at = int(max(record.get("round_began", 0) for record in self.records))
        there = {record["map"] for record in self.records}
        self.maps: tuple[Map, ...] = tuple(map_ for map_ in read_maps().values() if map_.name in there)
        self.frame = with_units(self.records)
        # The size that the paper is about is the one with most workloads, and of those the largest.
        steady = self.frame[self.frame["workload"].map(lambda name: WORKLOAD[name].group == "steady")]
        by_size = steady.groupby("entries")["workload"].nunique()
        self.entries = int(by_size[by_size == by_size.max()].index.max()) if not by_size.empty else 0
        self.ratios = [one for of in read for one in of["ratios"] if one["entries"] == self.entries]
        # Debian's versions without epoch and revision.
        self.versions = {name: re.sub(r"^\d+:|[-+].*$", "", version)
                         for name, version in self.machine["packages"].items()}

    def of_group(self, group: str) -> pandas.DataFrame:
        of = self.frame["workload"].map(lambda name: WORKLOAD[name].group == group)
        return self.frame[of & (self.frame["entries"] == self.entries)]

    def of_workload(self, workload: str, threads: int | None = None) -> pandas.DataFrame:
        of = self.frame["workload"] == workload
        return self.frame[of if threads is None else of & (self.frame["threads"] == threads)]

    def label(self, name: str) -> str:
        """The map with its version, as a legend has it."""
        map_ = next((map_ for map_ in self.maps if map_.name == name), None)
        if map_ is None or map_.package is None or map_.package not in self.versions:
            return name
        return f"{name} ({self.versions[map_.package]})"
