"""What all benchmarks share: rounds in turn, medians, and the table that is printed.

A figure means little on a shared machine, a ratio means much: each workload is measured beside a
peer or a limit in the same run, in turn (A B A B ...), and the medians are compared. Nothing here
fails because something was slow; a missed target is printed, and the exit status stays 0.
"""

import argparse
import os
import platform
import sqlite3
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_HEAD = ("workload", "ours", "peer or limit", "ratio", "target", "met")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table. ``met`` is None where the line has no target of its own."""

    workload: str
    ours: str
    other: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


def compare(
    workload: str, ours: float, other: float, *, unit: str, least: float | None = None, peer: str
) -> Line:
    """Give the line of two rates; ``least`` is the smallest ratio that meets the target."""
    line = _beside(workload, ours, other, unit, peer)
    return line if least is None else _judged(line, f"≥ {least:g} ×", met=ours / other >= least)


def compare_cost(
    workload: str, ours: float, other: float, *, unit: str, most: float | None = None, peer: str
) -> Line:
    """Give the line of two costs; ``most`` is the largest ratio that meets the target."""
    line = _beside(workload, ours, other, unit, peer)
    return line if most is None else _judged(line, f"≤ {most:g} ×", met=ours / other <= most)


def _beside(workload: str, ours: float, other: float, unit: str, peer: str) -> Line:
    return Line(
        workload=workload,
        ours=f"{number(ours)} {unit}",
        other=f"{peer} {number(other)} {unit}",
        ratio=ours / other,
    )


def _judged(line: Line, target: str, *, met: bool) -> Line:
    return replace(line, target=target, met=met)


def at_least(workload: str, ours: float, limit: float, unit: str) -> Line:
    """Give the line of a rate that has a floor of its own."""
    return Line(
        workload=workload,
        ours=f"{number(ours)} {unit}",
        ratio=ours / limit,
        target=f"≥ {number(limit)} {unit}",
        met=ours >= limit,
    )


def at_most(workload: str, ours: float, limit: float, unit: str) -> Line:
    """Give the line of a cost that has a ceiling of its own."""
    return Line(
        workload=workload,
        ours=f"{number(ours)} {unit}",
        ratio=ours / limit,
        target=f"≤ {number(limit)} {unit}",
        met=ours <= limit,
    )


def in_turn(rounds: int, runs: Mapping[str, Callable[[int], T]]) -> dict[str, list[T]]:
    """Run each workload once a round, ``rounds`` times after one round that warms up.

    Each is called with the number of its round, 0 for the warm-up.
    """
    results: dict[str, list[T]] = {name: [] for name in runs}
    for number_of_round in range(rounds + 1):
        for name, run in runs.items():
            result = run(number_of_round)
            if number_of_round:
                results[name].append(result)
    return results


def median(values: Sequence[float]) -> float:
    """Give the median."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which ``share`` (0 to 1) of the values lie; the nearest one measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def number(value: float) -> str:
    """Give a number with about three digits that matter."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def arguments(summary: str, *, size: int, unit: str) -> argparse.ArgumentParser:
    """Give the parser of a benchmark: ``--rounds`` and ``--size``."""
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds; default: 5")
    parser.add_argument("--size", type=int, default=size, help=f"{unit}; default: {size:,}")
    return parser


def print_table(title: str, lines: Sequence[Line]) -> None:
    """Print the machine and the table."""
    cells = [_HEAD, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
    print(f"\n{title}\n{machine()}\n")
    for row in cells:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    print(flush=True)


def machine() -> str:
    """Give what the figures were measured on."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {load}; "
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


def _cells(line: Line) -> tuple[str, ...]:
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    met = {True: "yes", False: "NO", None: ""}[line.met]
    return (line.workload, line.ours, line.other, ratio, line.target, met)
