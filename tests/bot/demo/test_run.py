"""The demo from the outside: what it prints, how it stops, and what it leaves behind."""

import re
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from bot.demo import run_demo
from bot.demo.play import find_port, local_zone
from tests.bot.demo.running import interrupt, read_until, running_demo

SOON = 4.0
"""Seconds; it takes less than 2 on a machine that is not busy with other tests."""


def test_it_reports_what_the_progress_lines_counted(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--exit", "--calls", "300") as demo:
        out, errors = demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert errors == ""
    last = re.findall(r"customers (\d+), calls (\d+), asked (\d+), answered (\d+), alerts", out)[-1]
    customers, calls, asked, answered = map(int, last)
    assert (customers, calls, asked) == (100, 300, 30)
    assert 0 < answered <= asked
    done = re.search(r"(\d+) of (\d+) delivered answered", out)
    begun = re.search(r"(\d+) began and did not finish", out)
    assert done
    assert int(done[2]) == asked
    assert int(done[1]) + (int(begun[1]) if begun else 0) == answered
    assert re.search(rf"NPS [+−]?\d+ \(.*\), n {answered}\b", out)
    assert "asks /results nps by team" in out
    assert "held back" not in out  # nobody in it is taken for a machine
    assert "\x1b" not in out  # no terminal, no codes
    assert list(tmp_path.iterdir()) == []


def test_it_stays_for_the_visitor_until_interrupted(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--calls", "10") as demo:
        said = read_until(demo, "Ctrl-C stops the demo")
        page = re.findall(r"http://127\.0\.0\.1:\d+/demo", said)[0]
        with urllib.request.urlopen(page, timeout=5) as answer:
            assert "Afterword" in answer.read().decode()
        out, errors, took = interrupt(demo)
    assert demo.returncode == 0
    assert out.strip() == "Stopped. Nothing is left behind."
    assert errors == ""
    assert took < SOON
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_in_the_midst_of_it_stops_it_cleanly(
    tmp_path: Path, number: signal.Signals
) -> None:
    with running_demo(tmp_path, "--calls", "2000") as demo:
        read_until(demo, "calls 500")
        assert len(list(tmp_path.iterdir())) == 1
        out, errors, took = interrupt(demo, number)
    assert demo.returncode == 0
    assert out.endswith("Stopped. Nothing is left behind.\n")
    assert "NPS" not in out
    assert errors == ""
    assert took < SOON
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--exit", "--calls", "100") as demo:
        assert demo.stdout
        assert demo.stderr
        demo.stdout.readline()
        demo.stdout.close()
        errors = demo.stderr.read()
        assert demo.wait(timeout=20) == 141
    assert errors == ""
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_passed_over_and_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running_demo(tmp_path, "--exit", "--calls", "1", "--port", str(port)) as demo:
            out, _ = demo.communicate(timeout=30)
        assert demo.returncode == 0
        assert out.startswith(f"Port {port} is taken, so the demo uses ")
        assert find_port(port) > port


@pytest.mark.parametrize(
    ("port", "calls", "says"),
    [
        (99_999, 1, "--port 99999: a port is a number"),
        (0, 0, "--calls 0: simulate from 1"),
    ],
)
def test_a_wrong_number_is_named(
    capsys: pytest.CaptureFixture[str], port: int, calls: int, says: str
) -> None:
    assert run_demo(port=port, calls=calls, leave=True) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"afterword: {says}")
    assert said.err.count("\n") == 1


def test_times_are_in_the_zone_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Riga")
    assert local_zone() == "Europe/Riga"
    monkeypatch.setenv("TZ", "Nowhere/At_all")
    assert local_zone() != "Nowhere/At_all"
