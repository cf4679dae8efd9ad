# SPDX-License-Identifier: BSL-1.0
"""What the test suite has counted, from papers/verification.md and papers/mutants.md, whose tables its own commands write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..catalogue import ROOT


@dataclass(frozen=True)
class Subject:
    """A row of a table: what was explored, and its columns by heading."""

    name: str
    columns: dict[str, str]

    def number(self, heading: str) -> float:
        return float(self.columns[heading].replace(",", ""))


def subjects(text: str) -> list[Subject]:
    """The rows of all tables between the markers of counts."""
    counts = re.search(r"<!-- counts: begin -->\n(.*)<!-- counts: end -->", text, re.DOTALL)
    if counts is None:
        raise ValueError("papers/verification.md has no markers of counts")
    rows = []
    for table in counts[1].strip().split("\n\n"):
        headings, _, *lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        rows += [Subject(line[0], dict(zip(headings[1:], line[1:]))) for line in lines]
    return rows


def read(papers: Path = ROOT / "papers") -> tuple[list[Subject], int]:
    """The subjects, and how many seeded bugs were killed. A bug that survived is an error: the paper says there is none."""
    _, _, table = (papers / "mutants.md").read_text().partition("| mutant |")
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    for row in rows:
        if "SURVIVED" in row or "UNEXPECTED" in row:
            raise ValueError(f"papers/mutants.md has a mutant that was not killed: {row}")
    return subjects((papers / "verification.md").read_text()), len(rows)
