"""doctor: each check against the real thing, good and bad, and the command around them."""

import asyncio
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dns.asyncresolver
import pytest

from bot.config import load_config
from bot.doctor import run_doctor
from bot.doctor.examination import Check, Patient, examine, make_mask
from bot.doctor.machine import check_fonts, check_open_files, judge_open_files
from bot.doctor.paper import check_languages, check_staff, check_write_keys
from bot.doctor.store import judge_space
from bot.doctor.verdict import State, Verdict, broken, good
from channels import CHANNELS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONFIG = """
service: {{ name: Acme, {service} }}
channels: {{ {channels} }}
staff: [{staff}]
surveys: {{ calls: {{ {survey} }} }}
alerts: [{alerts}]
"""
MAIJA = '{ name: Maija, role: admin, telegram: "777" }'
TELEGRAM = 'telegram: { token: "123:abc", api_base: "http://127.0.0.1:1" }'


def patient_of(
    folder: Path,
    *,
    service: str = "write_keys: [0123456789abcdef]",
    channels: str = "web: {}, telegram: { sandbox: true }",
    staff: str = MAIJA,
    survey: str = "questions: [nps]",
    alerts: str = "",
    resolver: dns.asyncresolver.Resolver | None = None,
    clock: Callable[[], datetime] = lambda: NOW,
    seconds: float = 5.0,
) -> Patient:
    path = folder / "config.yaml"
    path.write_text(
        CONFIG.format(
            service=service, channels=channels, staff=staff, survey=survey, alerts=alerts
        ),
        encoding="utf-8",
    )
    return Patient(
        config=load_config(path, {}),
        registry=CHANNELS,
        clock=clock,
        resolver=resolver,
        seconds=seconds,
    )


def states(verdicts: Sequence[Verdict]) -> str:
    return "".join(verdict.state for verdict in verdicts)


# The examination


async def test_checks_run_at_once_and_speak_in_order(tmp_path: Path) -> None:
    meeting = asyncio.Barrier(2)

    async def check(name: str) -> Sequence[Verdict]:
        await meeting.wait()  # ends only where both run at once
        await asyncio.sleep(0.02 if name == "first" else 0)
        return [good(name, "fine")]

    checks = [Check(about=n, run=lambda _, n=n: check(n)) for n in ("first", "second")]  # type: ignore[misc]
    found = [v.about async for v in examine(patient_of(tmp_path), checks)]
    assert found == ["first", "second"]


async def test_a_check_that_hangs_is_given_up(tmp_path: Path) -> None:
    async def hang(_: Patient) -> Sequence[Verdict]:
        await asyncio.sleep(60)
        return []

    checks = [
        Check(about="a", run=hang),
        Check(about="b", run=hang, late=State.ADVICE),
    ]
    found = [v.line async for v in examine(patient_of(tmp_path, seconds=0.05), checks)]
    assert found == ["✗ a: no answer within 0.05 seconds", "! b: no answer within 0.05 seconds"]


async def test_a_check_that_breaks_hides_no_other(tmp_path: Path) -> None:
    async def fall(_: Patient) -> Sequence[Verdict]:
        raise RuntimeError("secret-in-an-error")

    async def stand(_: Patient) -> Sequence[Verdict]:
        return [good("b", "fine")]

    checks = [Check(about="a", run=fall), Check(about="b", run=stand)]
    first, second = [v.line async for v in examine(patient_of(tmp_path), checks)]
    assert "this check itself failed (RuntimeError)" in first
    assert "secret" not in first
    assert second == "✓ b: fine"


def test_a_line_stays_one_line() -> None:
    assert broken("a", "two\nlines", "do\r\nthis").line == "✗ a: two lines. do this"


def test_secrets_are_hidden(tmp_path: Path) -> None:
    config = patient_of(
        tmp_path,
        service='write_keys: [wordwordwordword], database: "postgres://u:dbpass99@h/d"',
        channels='telegram: { token: "123:TokenToken" }, '
        'email: { smtp: "smtp://u:smtppass99@h", from: hi@acme.example }',
    ).config
    mask = make_mask(config, ["from-the-environment"])
    said = mask.text("wordwordwordword dbpass99 123:TokenToken smtppass99 from-the-environment ok")
    assert "ok" in said
    for secret in ("wordword", "pass99", "TokenToken", "environment"):
        assert secret not in said


# On paper


@pytest.mark.parametrize(
    ("service", "state", "words"),
    [
        ("language: en", "!", "nobody can send events"),
        ("write_keys: [demo-write-key]", "!", "which everybody knows"),
        (
            'write_keys: [demo-write-key], public_url: "https://f.acme.example"',
            "✗",
            "which everybody knows",
        ),
        ("write_keys: [short]", "!", "may be guessed"),
        ("write_keys: [0123456789abcdef]", "✓", "1 set"),
    ],
)
async def test_write_keys(tmp_path: Path, service: str, state: str, words: str) -> None:
    (found,) = await check_write_keys(patient_of(tmp_path, service=service))
    assert found.state == state
    assert words in found.line
    assert "short]" not in found.line


@pytest.mark.parametrize(
    ("staff", "channels", "alerts", "state", "words"),
    [
        (MAIJA, TELEGRAM, "", "✓", "everybody listed"),
        (MAIJA, "telegram: { sandbox: true }", "", "!", "not for real: Maija"),
        (MAIJA, "web: {}", "", "✗", "cannot be reached: Maija"),
        (f"{MAIJA}, {{ name: Otto, role: viewer }}", TELEGRAM, "", "!", "reached: Otto"),
        ("", TELEGRAM, "", "!", "nobody is listed"),
        ("", TELEGRAM, "{ if: nps <= 6 }", "✗", "nobody is listed"),
    ],
)
async def test_colleagues(
    tmp_path: Path, staff: str, channels: str, alerts: str, state: str, words: str
) -> None:
    patient = patient_of(tmp_path, staff=staff, channels=channels, alerts=alerts)
    (found,) = await check_staff(patient)
    assert found.state == state
    assert words in found.line


async def test_languages(tmp_path: Path) -> None:
    (found,) = await check_languages(patient_of(tmp_path))
    assert found.state == "✓"
    lacking = "questions: [nps], languages: [en, fi, de], title: { en: Hi }"
    (found,) = await check_languages(patient_of(tmp_path, survey=lacking))
    assert found.state == "!"
    assert "calls: the title is not written in fi" in found.line
    assert "and 1 more" in found.line


# The machine


async def test_fonts(tmp_path: Path) -> None:
    assert states(await check_fonts(patient_of(tmp_path))) == "✓"
    (tmp_path / "DejaVuSans.ttf").write_bytes(b"<html>not found</html>")
    (found,) = await check_fonts(patient_of(tmp_path), tmp_path)
    assert found.state == "✗"
    assert "DejaVuSans.ttf, DejaVuSans-Bold.ttf" in found.line


async def test_open_files(tmp_path: Path) -> None:
    limits = (256, 1024, 65_536, -1)
    assert states([judge_open_files(limit) for limit in limits]) == "✗!✓✓"
    assert len(await check_open_files(patient_of(tmp_path))) == 1


def test_free_space(tmp_path: Path) -> None:
    sizes = (10_000_000, 1_000_000_000, 10_000_000_000)
    assert states([judge_space(size, tmp_path) for size in sizes]) == "✗!✓"


# The command


async def doctor(path: Path, **more: Any) -> tuple[int, list[str]]:
    out = io.StringIO()
    more.setdefault("environ", {})
    status = await run_doctor(path, out, **more)
    return status, out.getvalue().splitlines()


async def test_the_shipped_file_is_not_broken() -> None:
    status, lines = await doctor(Path(__file__).parents[2] / "config.yaml")
    assert status == 0
    assert lines[0] == "✓ configuration: config.yaml is right"
    assert any(line.startswith("✓ Telegram: played by the sandbox") for line in lines)
    assert "✓ Web page: part of this service" in lines
    assert lines[-1].startswith("Nothing is broken; ")
    assert all(line[:2] in {"✓ ", "! ", "✗ "} for line in lines[:-2])


async def test_secrets_of_the_environment_are_hidden_wherever_they_stand(tmp_path: Path) -> None:
    patient_of(tmp_path, service='database: "sqlite://${PLACE_TOKEN}/a.db"'.replace("$", "$$"))
    path = tmp_path / "config.yaml"
    path.write_text(path.read_text().replace("$$", "$"), encoding="utf-8")
    _, lines = await doctor(path, environ={"PLACE_TOKEN": f"{tmp_path}/hushhush"})
    database = next(line for line in lines if line.startswith("✓ database"))
    assert "hushhush" not in "".join(lines)
    assert "***/a.db" in database


async def test_a_broken_file_is_shown_and_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("service: { nme: Acme }", encoding="utf-8")
    status, lines = await doctor(path)
    assert status == 1
    assert any("config.yaml:1:12: error: unknown key 'nme'" in line for line in lines)
    assert lines[-1].startswith("✗ configuration: config.yaml has ")
