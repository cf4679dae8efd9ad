# SPDX-License-Identifier: BSL-1.0
"""The report of a study: one HTML file that opens without a network, with plots to hover and zoom and tables to filter."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

import matplotlib
import pandas

from .build import BUILD
from .catalogue import WORKLOADS, Map
from .plots import styles_of

TEMPLATE = Path(__file__).with_name("report.html")
# Plotly with scatter and bar plots alone, as npm has it.
PLOTLY = "plotly.js-basic-dist-min-3.7.0"
PLOTLY_URL = f"https://registry.npmjs.org/plotly.js-basic-dist-min/-/{PLOTLY}.tgz"
PLOTLY_SHA512 = "84KPQhLTrO5IHu6DCte2KwA4bzSoVIdIs3uDPWid3sgeTX8L5RjpDARjCG3spgOwQ8MYE8PL+MeQ0DQRWA1Emw=="

# The figures of a record that are worth a column, with their headings; those that no record has are left out.
FIGURES = {
    "ops_per_second": ("million operations/s", 1e-6),
    "bytes_per_entry": ("bytes/entry", 1),
    "cpu_share": ("share of the cores", 1),
    "hit_ratio": ("hit ratio", 1),
    "round_trips_per_operation": ("round trips/operation", 1),
    "resident_entries": ("entries resident", 1),
    "expired_resident_entries": ("of them expired", 1),
    "background_cpu_share": ("background, share of a core", 1),
    "expired_resident_ratio_mean": ("overdue over live", 1),
    "insert_p999_seconds": ("insertion p99.9, µs", 1e6),
    "insert_p99999_seconds": ("insertion p99.999, µs", 1e6),
    "insert_max_seconds": ("worst insertion, ms", 1e3),
    "response_p999_seconds": ("check p99.9, µs", 1e6),
    "lateness_p99_seconds": ("lateness p99, s", 1),
    "cleaner_cpu_share": ("cleaner, share of a core", 1),
    "peak_retired_bytes": ("garbage, peak MB", 1e-6),
    "recovery_seconds": ("recovery, s", 1),
    "guard_nanoseconds": ("guard, ns", 1),
}
_CELL = ["map", "workload", "entries", "threads"]


class ReportError(Exception):
    """The report cannot be written, and why."""


def plotly() -> str:
    """The library's text, fetched once and then kept with the build."""
    kept = BUILD / f"{PLOTLY}.js"
    if kept.exists():
        return kept.read_text()
    try:
        with urllib.request.urlopen(PLOTLY_URL, timeout=60) as response:
            archive = response.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise ReportError(f"no report: {PLOTLY_URL} cannot be fetched ({error})") from error
    if hashlib.sha512(archive).digest() != base64.b64decode(PLOTLY_SHA512):
        raise ReportError(f"no report: {PLOTLY_URL} is not what it was; its SHA-512 differs")
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        text = package.extractfile("package/plotly-basic.min.js").read().decode()
    kept.write_text(text)
    return text


def _cells(records: list[dict]) -> list[dict]:
    """A cell with its figures: median, least and greatest over the trials."""
    frame = pandas.DataFrame(records)
    order = {workload.name: place for place, workload in enumerate(WORKLOADS)}
    cells = []
    for (map_, workload, entries, threads), rows in frame.groupby(_CELL, sort=False):
        figures = {}
        for name, (heading, unit) in FIGURES.items():
            numbers = pandas.to_numeric(rows[name]).dropna() * unit if name in rows else pandas.Series(dtype=float)
            if not numbers.empty:
                figures[heading] = [float(numbers.median()), float(numbers.min()), float(numbers.max())]
        cells.append({"map": map_, "workload": workload, "entries": int(entries), "threads": int(threads),
                      "trials": int(rows["trial"].nunique()), "figures": figures})
    return sorted(cells, key=lambda cell: order[cell["workload"]])


def _about(machine: dict) -> dict[str, str]:
    known = {"processor": f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_bytes'] / 2**30:.0f} GiB",
             "kernel": machine["kernel"], "transparent huge pages": machine["huge_pages"], "compiler": machine["compiler"],
             "flags": machine["compile_command"], "commit": machine["commit"] + (" with changes" if machine["dirty"] else ""),
             "packages": ", ".join(f"{name} {version}" for name, version in machine["packages"].items())}
    return known


def page(results: dict, maps: tuple[Map, ...], library: str) -> str:
    """The HTML of results.json."""
    cells = _cells(results["records"])
    styles = styles_of(maps)
    there = {cell["map"] for cell in cells}
    others = [name for name in dict.fromkeys(cell["map"] for cell in cells) if name not in styles]
    headings = [heading for heading, _ in FIGURES.values() if any(heading in cell["figures"] for cell in cells)]
    study = {
        "machine": _about(results["machine"]),
        "remarks": results.get("remarks", []),
        "failures": [f"{failure['name']}, trial {failure['trial'] + 1}: {failure['error']}" for failure in results["failures"]],
        "maps": [{"name": name, "colour": matplotlib.colors.to_hex(style["color"]), "wane": name.startswith("wane")}
                 for name, style in styles.items() if name in there]
        + [{"name": name, "colour": "#555555", "wane": False} for name in others],
        "cells": cells,
        "figures": headings,
        "ratios": results.get("ratios", []),
    }
    # "</" would end the script, wherever it stood.
    text = json.dumps(study, allow_nan=False).replace("</", "<\\/")
    return TEMPLATE.read_text().replace("/*PLOTLY*/", library.replace("</script", "<\\/script"), 1).replace("/*STUDY*/", text, 1)


def write(results: Path, maps: tuple[Map, ...]) -> Path:
    """Writes report.html beside results.json."""
    path = results.with_name("report.html")
    path.write_text(page(json.loads(results.read_text()), maps, plotly()))
    return path
