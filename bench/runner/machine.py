# SPDX-License-Identifier: BSL-1.0
"""What the numbers depend on: the machine, its settings, the compiler, the commit, the versions of the peers."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import subprocess
from pathlib import Path

from .build import compile_command
from .catalogue import BENCH, BOOST, ROOT, WORKLOAD

_THP = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True).stdout.strip()


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0))


def available_memory() -> int:
    """Bytes that programs can have before the machine swaps."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return 1024 * int(line.split()[1])
    raise OSError("/proc/meminfo does not name MemAvailable")


def huge_pages() -> str:
    """The chosen setting of transparent huge pages: always, madvise or never."""
    if not _THP.exists():
        return "not supported by this kernel"
    return _THP.read_text().split("[")[1].split("]")[0]


def membarrier() -> bool:
    """Whether sys_membarrier offers the private expedited command, which asymmetric read-side entry needs."""
    query, private_expedited = 0, 1 << 3
    numbers = {"x86_64": 324, "aarch64": 283, "riscv64": 283}
    if platform.machine() not in numbers:
        return False
    commands = ctypes.CDLL(None).syscall(numbers[platform.machine()], query, 0, 0)
    return commands >= 0 and bool(commands & private_expedited)


def double_width_cas() -> bool:
    """Whether the processor exchanges two words at once (cmpxchg16b), which assignments in place need."""
    flags = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags")), "")
    return platform.machine() == "x86_64" and "cx16" in flags.split()


def packages() -> dict[str, str]:
    names = [line for line in (BENCH / "packages.txt").read_text().splitlines() if not line.startswith("#")]
    lines = _output("dpkg-query", "-W", "-f=${Package} ${Version}\n", *names).splitlines()
    unpacked = {BOOST.package: BOOST.version} if BOOST.headers.is_dir() else {}
    return dict(line.split(" ", 1) for line in lines) | unpacked


def commit() -> dict:
    """The commit, and a digest of what differs from it: two dirty trees are the same study only if they are equal. Without
    git, as in an unpacked archive, nothing is known of it."""
    try:
        difference = _output("git", "diff", "HEAD") + _output("git", "ls-files", "--others", "--exclude-standard")
    except (OSError, subprocess.CalledProcessError):
        return {"commit": "unknown", "dirty": False, "difference": None}
    return {
        "commit": _output("git", "rev-parse", "HEAD"),
        "dirty": bool(difference),
        "difference": hashlib.sha256(difference.encode()).hexdigest()[:16] if difference else None,
    }


def describe() -> dict:
    return {
        "cpu": _cpu_model(),
        "cores": cores(),
        "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "page_size": os.sysconf("SC_PAGE_SIZE"),
        "kernel": platform.release(),
        "huge_pages": huge_pages(),
        "membarrier": membarrier(),
        "double_width_cas": double_width_cas(),
        "compiler": _output("c++", "--version").splitlines()[0],
        "compile_command": compile_command(),
        "malloc_conf": os.environ.get("MALLOC_CONF", ""),
        "packages": packages(),
        **commit(),
    }


def remarks(machine: dict, records: list[dict]) -> list[str]:
    """What a reader of the numbers must know about this machine."""
    said = []
    if machine["huge_pages"] not in ("madvise", "always"):
        said.append(f"transparent huge pages: {machine['huge_pages']}; wane asks for them and did not get them")
    elif machine["huge_pages"] == "madvise" and "thp:always" not in machine["malloc_conf"]:
        said.append("transparent huge pages: on request; wane and liburcu's or others' own mappings may ask, jemalloc "
                    "does not unless MALLOC_CONF=thp:always is set")
    if not machine["membarrier"]:
        said.append("sys_membarrier is missing: epoch, rcu_memb and lfht_memb fall back to fences on this machine")
    if not machine.get("double_width_cas", True):  # older results do not say
        said.append("no double-width compare-and-swap: wane assigns small values by new entries, not in place")
    if machine.get("commit") == "unknown":
        said.append("this is no git checkout: which commit it is, is not known")
    if machine["dirty"]:
        said.append("the tree differs from the commit")
    # A single thread never waits, unless for a parked one that holds a lock, or for a store.
    alone = [record for record in records
             if record["threads"] == 1 and "cpu_share" in record and record["workload"] != "parked"
             and not WORKLOAD[record["workload"]].store]
    disturbed = sum(record["cpu_share"] < 0.95 for record in alone)
    if disturbed:
        said.append(f"the machine was not idle: {disturbed} of {len(alone)} measurements with one thread had less than "
                    "95% of a core")
    parts = {(record["trial"], WORKLOAD[record["workload"]].group): record["round_parts"] for record in records
             if record.get("round_parts", 1) > 1}
    for (trial, group), rounds in parts.items():
        said.append(f"memory did not hold all maps at once: in trial {trial + 1} {group} they took turns in {rounds} "
                    "rounds, and there is no ratio of maps of different rounds")
    said.append("Debian's libbenchmark calls itself a DEBUG build; none of its code runs inside a measured interval")
    return said
