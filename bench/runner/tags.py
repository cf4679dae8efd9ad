# SPDX-License-Identifier: BSL-1.0
"""The tag study: what a tagged word costs, how long its tag lasts, what a stall does. Tables, and the plot."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed
import matplotlib.pyplot as plt  # noqa: E402
import pandas  # noqa: E402
from rich.table import Table  # noqa: E402

from .catalogue import WORDS, WORKLOAD  # noqa: E402
from .plots import caption_of, error_bars, save  # noqa: E402
from .summary import footer_of, formatted, spread, with_units  # noqa: E402

STALLS = ("0.1ms", "1ms", "10ms", "100ms")
DAY = 86_400.0
YEAR = 365.25 * DAY
TIME_SLICE = 0.004  # what Linux lets a thread run for, or stall for, when others want the core

_STYLES = {
    "packed16": {"color": "#440154", "linestyle": "--", "marker": "s"},
    "handle29": {"color": "#d62728", "linestyle": "-", "marker": "o"},
    "counted64": {"color": "#21918c", "linestyle": "--", "marker": "D"},
}


def frame_of(records: list[dict]) -> tuple[pandas.DataFrame, list[str]]:
    """What may be shown of the study's records, and what must be said beside it."""
    ours = [record for record in records if WORKLOAD[record["workload"]].words]
    lacking = {record["map"]: record["unavailable"] for record in ours if "unavailable" in record}
    remarks = [f"{word} is not measured: {reason}" for word, reason in lacking.items()]
    measured = [record for record in ours if "unavailable" not in record]
    whole = [record for record in measured if not record["broken"]]
    for word in dict.fromkeys(record["map"] for record in measured):
        of_word = [record for record in measured if record["map"] == word]
        broken = sum(bool(record["broken"]) for record in of_word)
        if broken:
            remarks.append(f"ABA broke the stack of {word} in {broken} of {len(of_word)} cells, which are left out")
    return (with_units(whole) if whole else pandas.DataFrame()), remarks


def _in_order(frame: pandas.DataFrame) -> list[tuple[str, int]]:
    """The words and numbers of threads there are, in the order of words.txt."""
    there = frame[["map", "threads"]].drop_duplicates().sort_values("threads")
    return [(word, threads) for word in WORDS for threads in there[there["map"] == word]["threads"]]


def duration(seconds: float) -> str:
    for unit, length in (("years", YEAR), ("days", DAY), ("h", 3600.0), ("s", 1.0), ("ms", 1e-3)):
        if seconds >= length:
            break
    value = seconds / length
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def wraps(frame: pandas.DataFrame) -> pandas.DataFrame:
    """How long until the word holds a value again, for each word and number of threads: measured where it came back
    while it was watched, otherwise computed from the rate at which the word changed."""
    undisturbed = frame[frame["workload"] != "tags_stall"]  # by the reads and CASes of those who wake
    frame = frame if undisturbed.empty else undisturbed
    rows = []
    for (word, threads), here in frame.groupby(["map", "threads"], sort=False):
        back = here[here["returns"] > 0] if "returns" in here else here.iloc[:0]
        if back.empty:
            low = median = high = here["wrap_seconds_computed"]
        else:
            low, median, high = (back[f"return_seconds_{which}"] for which in ("min", "median", "max"))
        rows.append({"map": word, "threads": threads, "median": median.median(), "min": low.min(), "max": high.max(),
                     "wrap": "computed" if back.empty else "measured"})
    return pandas.DataFrame(rows)


def _table(title: str, footer: list[str], headings: list[str], rows: list[list[str]]) -> Table:
    table = Table(title=title, caption="\n".join(footer), title_justify="left", caption_justify="left")
    for heading in ("word", "threads", *headings):
        table.add_column(heading, justify="left" if heading == "word" else "right", no_wrap=True)
    before = None
    for row in rows:
        if before not in (None, row[0]):
            table.add_section()
        before = row[0]
        table.add_row(*row)
    return table


def _cost(frame: pandas.DataFrame, footer: list[str]) -> Table:
    frame = frame.assign(mchanges=frame["changes_per_second"] / 1e6, refused=100 * frame["refused_ratio"])
    columns = [spread(frame, value).set_index(["map", "threads"]) for value in ("mops", "mchanges", "refused")]
    rows = [[word, str(threads), *(formatted(*column.loc[(word, threads), ["min", "median", "max"]])
                                   for column in columns)]
            for word, threads in _in_order(frame)]
    return _table("tags_cost: pop and push under one hot word",
                  [*footer, "an operation is a pop and a push, two changes of the word"],
                  ["Mops/s", "M changes/s", "CAS refused\n%"], rows)


def _wrap(frame: pandas.DataFrame, footer: list[str]) -> Table:
    of_word = wraps(frame).set_index(["map", "threads"])
    rows = []
    for word, threads in _in_order(frame):
        one = of_word.loc[(word, threads)]
        rows.append([word, str(threads), *(duration(one[which]) for which in ("median", "min", "max")), one["wrap"]])
    return _table("tags_wrap: a thread has read the word and is stalled; until the word holds that value again",
                  [*footer, "measured: least and greatest of all rounds",
                   "computed: all tags, at the rate at which the word changed"],
                  ["median", "least", "greatest", "how"], rows)


def _stall(frame: pandas.DataFrame, footer: list[str]) -> Table:
    rows = []
    for word, threads in _in_order(frame):
        here = frame[(frame["map"] == word) & (frame["threads"] == threads)]
        texts = []
        for stall in STALLS:
            watched, returned, cas, wrong = (here[f"stall_{stall}_{what}"].sum()
                                             for what in ("watched", "returned", "cas", "cas_wrongly_succeeded"))
            texts.append(f"{100 * returned / watched:.0f}%\n[dim]{wrong:,.0f} of {cas:,.0f}[/dim]")
        rows.append([word, str(threads), *texts])
    return _table("tags_stall: a thread reads the word, stalls, and wakes to its compare-and-swap",
                  [*footer, "above: stalls in which the word came back to the value read",
                   "below: CASes at the end that succeeded although the word had changed"],
                  [stall.replace("ms", " ms") for stall in STALLS], rows)


def tables(records: list[dict]) -> list[Table]:
    frame, remarks = frame_of(records)
    if frame.empty:
        return []
    footer = footer_of(frame)
    made = []
    for makes, footers, rows in ((_cost, [footer], frame[frame["workload"] == "tags_cost"]),
                                 (_wrap, [footer], frame[frame["workload"] != "tags_stall"]),
                                 (_stall, [], frame[frame["workload"] == "tags_stall"])):
        if not rows.empty:
            made.append(makes(rows, footers if made else [*footers, *remarks]))
    return made


def draw_lasting(axis, frame: pandas.DataFrame) -> None:
    """How long tags last over the threads that change the word; computed points are hollow."""
    last = wraps(frame)
    for word, style in _STYLES.items():
        line = last[last["map"] == word].sort_values("threads")
        if line.empty:
            continue
        axis.errorbar(line["threads"], line["median"], yerr=error_bars(line), capsize=2, color=style["color"],
                      linestyle=style["linestyle"])
        for wrap, rows in line.groupby("wrap"):
            axis.plot(rows["threads"], rows["median"], label=f"{word}, {wrap}", color=style["color"], linestyle="none",
                      marker=style["marker"], markerfacecolor="white" if wrap == "computed" else style["color"])
    axis.set_ylabel("seconds")
    axis.set_yscale("log")
    for seconds, name in ((TIME_SLICE, "a time slice, 4 ms"), (DAY, "a day")):
        axis.axhline(seconds, color="grey", linewidth=1, linestyle=":")
        axis.annotate(name, (0.65, seconds), xycoords=("axes fraction", "data"), xytext=(0, 2),
                      textcoords="offset points", fontsize=8, color="grey", ha="center")
    axis.set_xticks(sorted(frame["threads"].unique()))
    axis.set_xlabel("threads that change the word")
    axis.grid(alpha=0.3)


def draw(records: list[dict], machine: dict, directory: Path) -> list[Path]:
    """What the words cost beside how long their tags last."""
    frame, remarks = frame_of(records)
    if frame.empty:
        return []
    figure, (costs, lasts) = plt.subplots(1, 2, figsize=(13, 4))
    speed = spread(frame[frame["workload"] == "tags_cost"], "mops")
    for word, style in _STYLES.items():
        line = speed[speed["map"] == word].sort_values("threads")
        if not line.empty:
            costs.errorbar(line["threads"], line["median"], yerr=error_bars(line), label=word, capsize=2, **style)
    costs.set_title("pop and push under one hot word", fontsize=10)
    costs.set_ylabel("million operations a second")
    costs.set_ylim(bottom=0)
    costs.set_xticks(sorted(frame["threads"].unique()))
    costs.set_xlabel("threads that change the word")
    costs.grid(alpha=0.3)
    lasts.set_title("until the word holds again what a stalled thread has read", fontsize=10)
    draw_lasting(lasts, frame)
    for axis in (costs, lasts):
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    figure.tight_layout()
    figure.text(0, -0.03, "; ".join([caption_of(machine), *remarks]), fontsize=8)
    return save(figure, directory, "tags")
