# SPDX-License-Identifier: BSL-1.0
"""Building the programs of the maps and words, optimised and out of the tree."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

from .catalogue import BOOST, ROOT, Map

BUILD = ROOT / "build" / "study"
OPTIONS = ["--buildtype=release", "-Db_ndebug=true", "-Dbench=enabled", "-Dproptest=disabled"]


class BuildError(Exception):
    """The build failed; the message ends with its last lines."""


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-30:])
        raise BuildError(f"{shlex.join(command)} failed:\n{tail}")


def build(maps: list[Map]) -> None:
    boost = [f"-Dboost_headers={BOOST.headers if BOOST.headers.is_dir() else ''}"]
    configured = (BUILD / "meson-private" / "coredata.dat").exists()
    _run(["meson", "setup", str(BUILD), *OPTIONS, *boost, *(["--reconfigure"] if configured else [])])
    _run(["meson", "compile", "-C", str(BUILD), "-j", str(os.cpu_count() or 1), *(map_.program for map_ in maps)])


def program(map_: Map) -> Path:
    return BUILD / "bench" / map_.program


def compile_command() -> str:
    """The compiler and flags of the cells, without the names of files."""
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        if entry["file"].endswith("bench/cells.cpp"):
            words = shlex.split(entry["command"])
            skipped = {"-MQ", "-MF", "-o", "-c"}
            return shlex.join(word for before, word in zip(["", *words], words)
                              if word not in {"-MD", *skipped} and before not in skipped
                              and not word.startswith(("-I", "-DBENCH_", "-isystem")))
    raise BuildError("compile_commands.json does not name bench/cells.cpp")
