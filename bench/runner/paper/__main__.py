# SPDX-License-Identifier: BSL-1.0
"""papers/throughput/build: the paper from the results of studies."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .build import SOURCES, PaperError, build
from .results import ResultsError


def main() -> int:
    parser = argparse.ArgumentParser(prog="papers/throughput/build", description="Builds the paper: its numbers, tables, "
                                     "figures and the PDF, from the results of one or more studies of one machine and commit.")
    parser.add_argument("results", nargs="*", type=Path, help="results.json of bench/study, also as .xz (default: those of "
                        "the reference run, papers/throughput/data)")
    parser.add_argument("--out", type=Path, default=Path("build/paper"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("--partial", action="store_true", help="build it also when something was not measured, and say so in its "
                        "place")
    given = parser.parse_args()
    paths = given.results or sorted((SOURCES / "data").glob("*.json.xz"))
    if not paths:
        parser.error("there are no results in papers/throughput/data; name some")
    try:
        pdf, missing = build(paths, given.out, given.partial)
    except (PaperError, ResultsError) as error:
        print(f"papers/throughput/build: {error}", file=sys.stderr)
        return 1
    if missing:
        print(f"note: not measured in these studies: {', '.join(missing)}", file=sys.stderr)
    print(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
