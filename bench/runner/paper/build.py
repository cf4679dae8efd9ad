# SPDX-License-Identifier: BSL-1.0
"""From results to the PDF."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ..catalogue import ROOT
from . import figures, values, verification
from .results import Results

SOURCES = ROOT / "papers" / "throughput"
TEXTS = ("paper.tex", "references.bib")


class PaperError(Exception):
    """The paper cannot be built, and why."""


def prepare(results: Results, directory: Path) -> list[str]:
    """Writes everything LaTeX reads into the directory. Returns what the paper says is not measured."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in TEXTS:
        shutil.copy(SOURCES / name, directory / name)
    subjects, mutants = verification.read()
    known = values.values(results, subjects, mutants)
    missing = values.write(known, values.in_use(SOURCES / "paper.tex"), directory / "values.tex")
    (directory / "ratios.tex").write_text(values.ratios_table(results))
    (directory / "replay.tex").write_text(values.replay_table(results))
    return [*missing, *(f"figure {name}" for name in figures.draw(results, subjects, directory))]


def typeset(directory: Path) -> Path:
    """Runs LaTeX as often as it takes."""
    run = subprocess.run(["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"], cwd=directory,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                         env=None, check=False)
    log = (directory / "paper.log").read_text(errors="replace") if (directory / "paper.log").exists() else run.stdout
    if run.returncode != 0:
        wrong = [line for line in log.splitlines() if line.startswith("!")] or run.stdout.splitlines()[-5:]
        raise PaperError(f"LaTeX failed ({directory / 'paper.log'}): {' '.join(wrong[:3])}")
    overfull = [line for line in log.splitlines() if line.startswith("Overfull")]
    if overfull:
        raise PaperError(f"{len(overfull)} boxes are overfull, the first: {overfull[0]} ({directory / 'paper.log'})")
    return directory / "paper.pdf"


def build(paths: list[Path], directory: Path) -> tuple[Path, list[str]]:
    missing = prepare(Results(paths), directory)
    return typeset(directory), missing
