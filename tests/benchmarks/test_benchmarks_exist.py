"""Each benchmark runs, at a size that says nothing about speed, and prints its ratios."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.measuring import at_least, at_most, compare, compare_cost, in_turn, percentile

ROOT = Path(__file__).parents[2]
TINY = {
    "p3_intake": ["--size=40", "--no-postgres"],
    "p4_reply": ["--size=40", "--no-postgres", "--no-aiogram"],
    "p5_due": ["--size=6000", "--no-postgres"],
    "p6_report": ["--size=2000"],
    "p10_plan": ["--size=60"],
    "p11_commands": [
        "--size=900",
        "--no-postgres",
        "--limit=60000",
        "--only=^(results|comments|find|case|journeys)$",
    ],
    "p12_page": ["--size=900", "--no-postgres"],
    "p7_start": ["--size=1", "--no-telegram"],
}


@pytest.fixture(scope="module")
def started() -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    """All of them, side by side: most of the time goes into starting services."""
    made = {
        name: subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{name}", "--rounds=1", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for name, words in TINY.items()
    }
    yield made
    for process in made.values():
        process.communicate()


@pytest.mark.parametrize("name", TINY)
def test_it_runs_and_prints_its_ratios(
    name: str, started: dict[str, "subprocess.Popen[str]"]
) -> None:
    printed, faults = started[name].communicate()
    assert started[name].returncode == 0, faults
    assert faults == ""
    judged = re.findall(r"^\w.*  \d+\.\d\d  +[≤≥] .*  (?:yes|NO)$", printed, re.MULTILINE)
    assert judged, printed
    assert "cores" in printed


def test_every_benchmark_of_the_folder_is_run_here() -> None:
    assert {path.stem for path in (ROOT / "benchmarks").glob("p*_*.py")} == set(TINY)


def test_a_rate_is_met_from_its_target_up_and_a_cost_down_from_its() -> None:
    assert compare("", 90, 100, unit="", least=0.9, peer="").met is True
    assert compare("", 89, 100, unit="", least=0.9, peer="").met is False
    assert compare_cost("", 150, 100, unit="", most=1.5, peer="").met is True
    assert compare_cost("", 151, 100, unit="", most=1.5, peer="").met is False
    assert at_least("", 5, 5, "").met is True
    assert at_most("", 6, 5, "").met is False


def test_rounds_go_in_turn_and_the_first_is_not_counted() -> None:
    seen: list[str] = []

    def run(name: str, number: int) -> int:
        seen.append(f"{name}{number}")
        return number

    found = in_turn(2, {"a": lambda n: run("a", n), "b": lambda n: run("b", n)})
    assert seen == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert found == {"a": [1, 2], "b": [1, 2]}


def test_the_ninety_ninth_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], 0.99) == 100.0
    assert percentile([3.0], 0.99) == 3.0
