"""Exports: every format, typed and harmless, in bounded memory, for those who may."""

import asyncio
import csv
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot.__main__ import main
from bot.exporting.columns import COLUMNS
from bot.exporting.work import write_export
from bot.exporting.writers import WRITERS, XlsxWriter, harmless
from storage.codec import to_ms
from storage.exports import PAGE, Part
from storage.store import Store
from surveys.case import CaseState
from tests.storage.make import NOW, add_contacts, answer, contact, plan, reply
from tests.storage.test_audit import CONFIG
from tests.storage.test_cases import a_case

EVIL = '=HYPERLINK("http://evil.example","click")'


async def fill(store: Store, n: int, text: str) -> None:
    """Ask ``n`` people, each of whom gives a 9 and some words."""
    for one in await plan(store, n):
        await reply(store, one.id, answer(value=9.0))
        await reply(store, one.id, answer("comment", text=text))


@pytest.fixture
async def filled(store: Store) -> Store:
    """A store with six answers, three of them formulas."""
    await fill(store, 3, EVIL)
    return store


async def read(store: Store, kind: str, form: str, folder: Path, **limits: Any) -> Path:
    path = folder / f"{kind}.{form}"
    await write_export(store, Part(kind=kind, **limits), form, path)
    return path


async def test_csv_is_for_excel_and_runs_nothing(filled: Store, tmp_path: Path) -> None:
    path = await read(filled, "responses", "csv", tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [c.name for c in COLUMNS["responses"]] == list(rows[0])
    nps = next(row for row in rows if row["question"] == "nps")
    assert nps["value"] == "9" and nps["answered_at"] == "2026-11-21T12:00:00Z"
    words = next(row for row in rows if row["question"] == "comment")
    assert words["text"] == "'" + EVIL


async def test_json_lines_have_types(filled: Store, tmp_path: Path) -> None:
    path = await read(filled, "responses", "jsonl", tmp_path)
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert {type(row["value"]) for row in rows if row["question"] == "nps"} == {float}
    assert {row["text"] for row in rows if row["question"] == "comment"} == {EVIL}


async def test_a_workbook_has_numbers_times_and_texts_and_no_formula(
    filled: Store, tmp_path: Path
) -> None:
    path = await read(filled, "responses", "xlsx", tmp_path)
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        names = book.namelist()
    assert "<f>" not in sheet and "HYPERLINK" in sheet and "externalLink" not in str(names)
    assert "<v>9</v>" in sheet and "xl/worksheets/_rels/sheet1.xml.rels" not in names


async def test_parquet_has_typed_columns(filled: Store, tmp_path: Path) -> None:
    import duckdb

    path = await read(filled, "responses", "parquet", tmp_path)
    with duckdb.connect() as database:
        found = database.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
        kinds = {row[0]: row[1] for row in found}
        assert kinds["value"] == "DOUBLE" and kinds["response"] == "BIGINT"
        assert kinds["answered_at"] == "TIMESTAMP WITH TIME ZONE" and kinds["skipped"] == "BOOLEAN"
        texts = database.execute(f"SELECT text FROM '{path}' WHERE question = 'comment'").fetchall()
    assert {row[0] for row in texts} == {EVIL}
    assert [p.name for p in tmp_path.glob("*responses*")] == ["responses.parquet"]


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("form", WRITERS)
async def test_everything_in_every_format(
    filled: Store, tmp_path: Path, kind: str, form: str
) -> None:
    path = await read(filled, kind, form, tmp_path)
    assert path.exists() and (path.stat().st_size > 0 or form == "jsonl")


async def test_limits_hold_in_the_stores_query(filled: Store, tmp_path: Path) -> None:
    async def count(**limits: Any) -> int:
        path = await read(filled, "responses", "jsonl", tmp_path, **limits)
        return len(path.read_bytes().splitlines())

    everything = await count()
    assert everything == 6
    assert await count(teams=("north",)) == everything
    assert await count(teams=("south",)) == await count(teams=()) == 0
    assert await count(survey="phone") == everything and await count(survey="other") == 0
    assert await count(since=to_ms(NOW)) == everything
    assert await count(since=to_ms(NOW) + 1) == await count(until=to_ms(NOW)) == 0
    path = await read(filled, "contacts", "jsonl", tmp_path, teams=("north",))
    assert path.read_bytes() == b"", "contacts have no team: whoever is limited sees none"


async def test_cases_are_exported_with_how_they_ended_and_by_team(
    store: Store, tmp_path: Path
) -> None:
    closed = {"state": CaseState.SOLVED, "closed_at": NOW, "cause": EVIL, "owner": "Maija"}
    await a_case(store, "north", **closed)
    await a_case(store, "south", respond_by=NOW)
    path = await read(store, "cases", "jsonl", tmp_path, teams=("north",))
    [row] = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert (row["state"], row["cause"], row["owner"]) == ("solved", EVIL, "Maija")
    assert (row["team"], row["closed_at"]) == ("north", NOW.isoformat())
    assert row["recovery_value"] is None
    everything = await read(store, "cases", "csv", tmp_path)
    with everything.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [one["team"] for one in rows] == ["north", "south"]
    assert rows[0]["cause"] == "'" + EVIL
    nothing = await read(store, "cases", "jsonl", tmp_path, survey="other")
    assert nothing.read_bytes() == b""


async def test_pages_give_each_row_once(store: Store, tmp_path: Path) -> None:
    people = [contact(f"user:u-{i}") for i in range(PAGE + 7)]
    await add_contacts(store, *people)
    path = await read(store, "contacts", "jsonl", tmp_path)
    keys = [orjson.loads(line)["keys"] for line in path.read_bytes().splitlines()]
    assert len(keys) == len(set(keys)) == PAGE + 7


async def test_a_file_is_whole_or_not_there(filled: Store, tmp_path: Path) -> None:
    def fail(_rows: int) -> None:
        raise RuntimeError("the disk is full")

    path = tmp_path / "a.csv"
    path.write_text("yesterday's")
    with pytest.raises(RuntimeError):
        await write_export(filled, Part(kind="responses"), "csv", path, fail)
    assert path.read_text() == "yesterday's"
    assert [p.name for p in tmp_path.iterdir() if "a.csv" in p.name] == ["a.csv"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1+1", "-2+3+cmd|' /C calc'!A0"],
)
def test_formulas_are_texts(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "plain", "a=b", "5 > 3", "“=1”"])
def test_plain_words_stay(text: str) -> None:
    assert harmless(text) == text


def test_a_full_sheet_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.exporting.writers.ROWS_A_SHEET", 2)
    writer = XlsxWriter(tmp_path / "a.xlsx", COLUMNS["audit"][:1])
    writer.write([[n] for n in range(5)])
    writer.close()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 3


# By command


def config(folder: Path, url: str) -> str:
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(url=url))
    return str(path)


async def test_the_command_works_while_the_service_runs_and_is_noted(
    filled: Store, store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--config", config(tmp_path, store_url)]
    out = tmp_path / "answers.csv"
    status = await asyncio.to_thread(main, ["export", "responses", "--out", str(out), *words])
    assert status == 0 and "6 rows" in capsys.readouterr().out
    noted = (await filled.list_audit("", "export", 1, 0))[0].note
    assert (noted.role, noted.line, noted.channel) == ("operator", "export responses", "terminal")
    assert (await filled.verify_audit())[1] == ""
    for wrong, said in (
        (["--out", "a.doc"], "say a format"),
        ([], "say where to"),
        (["--out", str(out), "--survey", "x"], "there is no survey 'x'"),
        (["--out", str(out), "--since", "some day"], "as a period"),
    ):
        assert await asyncio.to_thread(main, ["export", "responses", *wrong, *words]) == 1
        assert said in capsys.readouterr().err


async def test_a_person_gets_everything_about_them_and_nobody_elses(
    store: Store, store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(store, 2, "my own words")
    words = ["--config", config(tmp_path, store_url)]
    assert await asyncio.to_thread(main, ["export", "person", "u-0", *words]) == 0
    known = orjson.loads(capsys.readouterr().out)
    assert known["contact_key"][0]["key"] == "user:u-0"
    assert {a["text"] for a in known["answer"] if "text" in a} == {"my own words"}
    assert {i["contact_id"] for i in known["invitation"]} == {known["contact"][0]["id"]}
    assert known["invitation"][0]["due_at"] == "2026-11-21T12:00:00.250+00:00"
    out = tmp_path / "person.json"
    by_mail = ["export", "person", "U1@x.example", "--out", str(out), *words]
    assert await asyncio.to_thread(main, by_mail) == 0
    assert "user:u-1" in out.read_text() and "user:u-0" not in out.read_text()
    assert (await store.list_audit("", "", 1, 0))[0].note.line == "export person contact 2"
    assert await asyncio.to_thread(main, ["export", "person", "nobody", *words]) == 1
    assert await asyncio.to_thread(main, ["export", "person", *words]) == 1


GROWTH = {"csv": 40, "jsonl": 40, "xlsx": 40, "parquet": 100}
"""MB that a million answers may take more than ten thousand; DuckDB has buffers of a set size."""


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the databases of many answers: each is made once."""
    return tmp_path_factory.mktemp("sizes")


@pytest.mark.slow
@pytest.mark.parametrize("form", WRITERS)
def test_a_million_answers_in_bounded_memory(form: str, sizes: Path) -> None:
    def peak(rows: int) -> float:
        file = str(sizes / f"{rows}.db")
        words = [sys.executable, "-m", "tests.bot.export_size", file, str(rows), form]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        assert f"{rows:,} rows as {form}" in done.stdout
        return float(done.stdout.split()[-1])

    assert peak(1_000_000) - peak(10_000) < GROWTH[form]
