# SPDX-License-Identifier: BSL-1.0
"""From results to the PDF."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ..catalogue import ROOT
from ..store import make_directory
from . import figures, values, verification
from .results import Results

SOURCES = ROOT / "papers" / "throughput"
TEXTS = ("paper.tex", "references.bib")


class PaperError(Exception):
    """The paper cannot be built, and why."""


def prepare(results: Results, directory: Path) -> list[str]:
    """Writes everything LaTeX reads into the directory. Returns what the paper says is not measured."""
    make_directory(directory)
    for name in TEXTS:
        shutil.copy(SOURCES / name, directory / name)
    subjects, mutants = verification.read()
    known = values.values(results, subjects, mutants)
    missing = values.write(known, values.in_use(SOURCES / "paper.tex"), directory / "values.tex")
    return [*missing, *values.write_tables(results, directory), *figures.draw(results, subjects, directory)]


def typeset(directory: Path, measured_at: int) -> Path:
    """Runs LaTeX as often as it takes. The PDF is dated when its results were measured, so that the same make the same file."""
    run = subprocess.run(["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"], cwd=directory,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                         env=os.environ | {"SOURCE_DATE_EPOCH": str(measured_at), "FORCE_SOURCE_DATE": "1"}, check=False)
    log = (directory / "paper.log").read_text(errors="replace") if (directory / "paper.log").exists() else run.stdout
    if run.returncode != 0:
        wrong = [line for line in log.splitlines() if line.startswith("!")] or run.stdout.splitlines()[-5:]
        raise PaperError(f"LaTeX failed ({directory / 'paper.log'}): {' '.join(wrong[:3])}")
    overfull = [line for line in log.splitlines() if line.startswith("Overfull")]
    if overfull:
        raise PaperError(f"{len(overfull)} boxes are overfull, the first: {overfull[0]} ({directory / 'paper.log'})")
    return directory / "paper.pdf"


def build(paths: list[Path], directory: Path, partial: bool = False) -> tuple[Path, list[str]]:
    """The PDF, and what it says is not measured: nothing, or it is an error, unless the paper may be partial."""
    results = Results(paths)
    missing = prepare(results, directory)
    if missing and not partial:
        raise PaperError(f"the studies lack what the paper shows: {', '.join(missing)} "
                         "(papers/throughput/build --partial makes a paper that says so in each place)")
    return typeset(directory, results.measured_at), missing
