# SPDX-License-Identifier: BSL-1.0
"""bench/study: build, measure, draw."""

from __future__ import annotations

import hashlib
import sys

from rich.console import Console

from . import build, catalogue, compare, expiry, growth, machine, near_cache, options, plan, plots, ratios, reclaimers, report, summary, tags, targets
from .measure import TraceError, check_trace, measure
from .paper.build import PaperError
from .paper.build import build as build_paper
from .paper.results import ResultsError
from .store import Store

MEMORY_SHARE = 0.8  # of what is available; estimates are rough, and garbage is not in them


def _configuration(chosen: options.Options, about: dict) -> dict:
    """What must be equal for two runs to be one study. The names of maps and workloads stand for the plan."""
    trace = hashlib.sha256(chosen.trace.read_bytes()).hexdigest() if chosen.trace else None
    return {
        "maps": [map_.name for map_ in chosen.maps],
        "workloads": [workload.name for workload in chosen.workloads],
        "entries": {workload.name: list(chosen.entries_of(workload)) for workload in chosen.workloads},
        "seconds": {workload.name: chosen.seconds_of(workload) for workload in chosen.workloads},
        "threads": {workload.name: list(chosen.threads_of(workload)) for workload in chosen.workloads},
        "trials": {workload.name: chosen.trials_of(workload) for workload in chosen.workloads},
        "trace": str(chosen.trace) if chosen.trace else None,
        "trace_sha256": trace,
        **{key: about[key] for key in ("cpu", "cores", "kernel", "huge_pages", "compile_command", "malloc_conf",
                                       "packages", "commit", "difference")},
    }


def _study(chosen: options.Options, console: Console) -> int:
    earlier = compare.read(chosen.compare) if chosen.compare else None
    console.print("building", highlight=False)
    whole_plan = plan.jobs(chosen)
    build.build(list(dict.fromkeys(job.map for job in whole_plan)))
    about = machine.describe()
    replays = [job for job in whole_plan if job.group == "replay"]
    if chosen.trace and replays:
        console.print(check_trace(chosen.trace, replays[0]), markup=False, highlight=False)
    configuration = _configuration(chosen, about)
    store = Store(chosen.out, configuration, chosen.fresh)
    if store.done:
        console.print(f"going on: {len(store.done)} cells are measured already", highlight=False)
    room = int(MEMORY_SHARE * machine.available_memory())
    measure(plan.rounds(plan.jobs(chosen, store.done), room), chosen.trace, store, console)

    remarks = [*machine.remarks(about, store.measured),
               *(f"{map_.name} is left out: {map_.missing}" for map_ in chosen.left_out)]
    paired = ratios.ratios(store.measured, chosen.maps)
    results = store.write_results(about, configuration, remarks, paired)
    if store.measured:
        summary.show([*summary.tables(store.measured, chosen.maps), *ratios.tables(paired, chosen.maps),
                      *reclaimers.tables(store.measured, chosen.maps), *expiry.tables(store.measured, chosen.maps),
                      *growth.tables(store.measured, chosen.maps), *tags.tables(store.measured),
                      *near_cache.tables(store.measured),
                      *targets.tables(store.measured, paired)])
        drawn = [*plots.draw(store.measured, chosen.maps, about, chosen.out),
                 *reclaimers.draw(store.measured, chosen.maps, about, chosen.out),
                 *expiry.draw(store.measured, chosen.maps, about, chosen.out),
                 *growth.draw(store.measured, chosen.maps, about, chosen.out),
                 *tags.draw(store.measured, about, chosen.out)]
        try:
            drawn.append(report.write(results, chosen.maps))
        except report.ReportError as error:
            remarks = [*remarks, str(error)]
        console.print(f"written: {results}, {', '.join(path.name for path in drawn)}", markup=False, highlight=False,
                      soft_wrap=True)
    if earlier:
        compared = compare.compared(earlier["records"], store.measured)
        summary.show(compare.tables(compared, chosen.maps))
        remarks += compare.remarks(earlier, about, compared)
    for remark in remarks:
        console.print(f"note: {remark}", markup=False, highlight=False, soft_wrap=True)
    for failure in store.failures:
        console.print(f"FAILED {failure['name']}, trial {failure['trial'] + 1}: {failure['error']}", markup=False,
                      highlight=False, soft_wrap=True)
    return 1 if store.failures else 0


def _paper(chosen: options.Options, console: Console) -> int:
    """Two studies, and the paper from both."""
    of_sizes = options.of_sizes(chosen)
    status = _study(chosen, console) | _study(of_sizes, console)
    pdf, missing = build_paper([chosen.out / "results.json", of_sizes.out / "results.json"], chosen.out / "paper",
                               partial=not chosen.whole)
    if missing:
        console.print(f"note: the paper lacks what was not measured: {', '.join(missing)}", markup=False, highlight=False,
                      soft_wrap=True)
    console.print(f"written: {pdf}", markup=False, highlight=False, soft_wrap=True)
    return status


def main(arguments: list[str]) -> int:
    console = Console(stderr=True)
    maps = catalogue.read_maps()
    try:
        chosen = options.parse(arguments, maps, machine.cores())
        if chosen.list:
            options.print_list(maps)
            return 0
        if not plan.jobs(chosen):
            raise options.UsageError("none of the chosen maps can run the chosen workloads")
        return _paper(chosen, console) if chosen.paper else _study(chosen, console)
    except (options.UsageError, TraceError) as error:
        print(f"bench/study: {error}", file=sys.stderr)
        return 2
    except (build.BuildError, PaperError, ResultsError) as error:
        print(f"bench/study: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench/study: stopped; the same command goes on from here", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
