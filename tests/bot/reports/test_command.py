"""``python -m bot report``: the process a person starts, over a store with answers and without."""

import re
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import pytest
from rich.cells import cell_len

from bot.reports.command import ReportError, Wish, run_report
from bot.reports.filing import NotWritten, put_files
from bot.words import languages
from storage.store import Store, StoreError
from tests.bot.reports.test_sending import CONFIG, fill
from tests.bot.test_running import Said, assert_one_line, ended, process
from tests.storage.make import add_contacts, contact

PERIOD = "2026-11-14..2026-11-22"


@pytest.fixture
async def config(tmp_path: Path) -> Path:
    """A configuration whose store has thirty people asked and eighteen answers."""
    await fill(tmp_path)
    return write(tmp_path)


def write(folder: Path) -> Path:
    path = folder / "config.yaml"
    text = CONFIG.format(
        folder=folder, token="1:a", telegram="http://127.0.0.1:9", smtp="smtp://127.0.0.1:9"
    )
    path.write_text(text, encoding="utf-8")
    return path


async def report(config: Path, *arguments: str, **environ: str) -> Said:
    """Start the process, as a person does."""
    line = ("report", "weekly", "--config", str(config), "--period", PERIOD, *arguments)
    async with process(*line, **environ) as started:
        return await ended(started, 60)


async def made(config: Path, out: TextIO | None = None, **wanted: Any) -> str:
    """Do what the process does, in this one."""
    sink = out or StringIO()
    wish = Wish(**{"name": "weekly", "period": PERIOD, **wanted})
    assert await run_report(config, wish, sink, datetime.now(UTC)) == 0
    return sink.getvalue() if isinstance(sink, StringIO) else ""


async def test_a_process_says_it_within_a_poor_terminal(config: Path) -> None:
    status, out, err = await report(config, COLUMNS="60", PYTHONIOENCODING="ascii")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 60
    assert "NPS +33" in out and "nobody called back" in " ".join(out.split())


@pytest.mark.parametrize("columns", [40, 60, 80])
async def test_no_line_runs_over_the_edge(
    config: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for language in languages():
        out = await made(config, language=language)
        assert max(cell_len(line) for line in out.splitlines()) <= columns, language
        assert "\n%" not in out, "a number stays with its unit"
    assert re.search(r"^  9 +12 +67 %  ██+$", await made(config), re.MULTILINE)


async def test_the_page_and_the_pictures_are_whole(config: Path, tmp_path: Path) -> None:
    page, picture = tmp_path / "weekly.html", tmp_path / "weekly.png"
    await made(config, form="html", file=page)
    assert page.read_text("utf-8").rstrip().endswith("</html>")
    assert await made(config, form="png", file=picture) == f"written: {picture}\n"
    drawn = picture.read_bytes()
    assert drawn.startswith(b"\x89PNG\r\n") and drawn.endswith(b"IEND\xaeB`\x82")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


async def test_a_page_is_spelt_out_for_a_poor_terminal(config: Path) -> None:
    written = BytesIO()
    poor = TextIOWrapper(written, encoding="ascii")
    await made(config, poor, form="html")
    poor.flush()
    assert b"14 November 2026 &#8211; 2" in written.getvalue()


async def test_what_cannot_be_written_is_said(config: Path, tmp_path: Path) -> None:
    status, out, err = await report(config, "--out", str(tmp_path / "none" / "weekly.txt"))
    assert (status, out) == (1, "")
    assert_one_line(err, "weekly.txt cannot be written: No such file or directory")
    with pytest.raises(NotWritten, match="that is a folder; give a file's name"):
        await made(config, form="html", file=tmp_path)


def test_one_file_that_cannot_be_written_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    kept, folder = tmp_path / "weekly.png", tmp_path / "weekly-2.png"
    kept.write_bytes(b"old")
    folder.mkdir()
    with pytest.raises(NotWritten):
        put_files({kept: b"new", folder: b"two"})
    assert kept.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 2


async def test_a_report_is_made_while_a_service_has_the_store(config: Path, tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/r.db", "Europe/Helsinki")
    try:
        assert "NPS +33" in await made(config)
    finally:
        await store.close()


async def test_an_empty_store_says_so(tmp_path: Path) -> None:
    config = write(tmp_path)
    with pytest.raises(StoreError, match="there is no database yet: the service makes it"):
        await made(config)
    assert not (tmp_path / "r.db").exists()
    store = await Store.open(f"sqlite://{tmp_path}/r.db", "Europe/Helsinki")
    await add_contacts(store, contact("user:1"))
    await store.close()
    assert (await made(config)).endswith("No answers in these days.\nNobody was asked.\n")
    with pytest.raises(ReportError, match="nothing to draw yet: nobody has answered"):
        await made(config, form="png")


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(name="wekly"), "no report 'wekly': did you mean weekly?"),
        (Wish(name="zzz"), "no report 'zzz': there is weekly, viikko and campaign_end"),
        (Wish(name="weekly", language="fr"), "not in 'fr': there is en, fi, de, hr and lv"),
        (Wish(name="weekly", period="q9"), "--period: I can't read 'q9' as a period"),
        (
            Wish(name="weekly", period="lst week"),
            "'lst week' is no period: did you mean last week?",
        ),
        (Wish(name="campaign_end", period="7d"), "leave out --period"),
        (Wish(name="campaign_end"), "none has come round yet"),
    ],
)
async def test_what_cannot_be_meant_is_answered_with_what_can(
    config: Path, wish: Wish, said: str
) -> None:
    out = StringIO()
    with pytest.raises(ReportError) as raised:
        await run_report(config, wish, out, datetime.now(UTC))
    assert said in str(raised.value) and not out.getvalue()
