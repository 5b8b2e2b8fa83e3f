"""Audiences from files: who is listed, what is wrong with which line, and how many check finds."""

import io
from pathlib import Path

import pytest

from bot.check import run_check
from bot.config import Reading, read_config
from bot.reloading import look
from storage.store import Store
from surveys.contact import Address, Contact

CONFIG = """\
service: { name: Acme, timezone: Europe/Helsinki, write_keys: ["${KEY}"], database: "sqlite://FOLDER/a.db" }
channels: { email: { sandbox: true }, sms: { sandbox: true } }
surveys: { calls: { questions: [nps] } }
triggers: { call: { event: Order Delivered, survey: calls } }
campaigns: { yearly: { survey: calls, schedule: monday at 10, audience: AUDIENCE } }
"""
SPRING = "user_id;name;email;phone\n1;Anna;;\n;Bea;Bea@Acme.example;\n\n;Cleo;;+358 40 1234567\n"


def write(folder: Path, audience: str, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    path = folder / "config.yaml"
    text = CONFIG.replace("AUDIENCE", audience).replace("FOLDER", str(folder))
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, audience: str, **files: str) -> Reading:
    return read_config(write(folder, audience, **files), {"KEY": "k"})


def test_people_are_listed_by_id_or_address(tmp_path: Path) -> None:
    reading = read(tmp_path, "{ csv: spring.csv, if: plan = pro }", spring=SPRING)
    assert reading.config, reading.faults
    (campaign,) = reading.config.campaigns
    assert campaign.audience
    assert campaign.audience.source == "plan = pro"
    assert campaign.listed
    assert campaign.listed.lines == 3

    def listed(*keys: str, place: tuple[str, str] = ("email", "x@y")) -> bool:
        assert campaign.listed
        where = Address(channel=place[0], value=place[1])
        return campaign.listed.lists(Contact(keys=keys, addresses=(where,)))

    assert listed("user:1")
    assert listed("user:9", place=("email", "bea@acme.example"))
    assert listed("user:9", place=("sms", "+358401234567"))
    assert not listed("user:2", "anon:1")
    assert not listed("user:2", place=("telegram", "1"))


@pytest.mark.parametrize(
    ("audience", "files", "where", "message", "hint"),
    [
        ("{ csv: sprng.csv }", {"spring": SPRING}, "config.yaml:5", "no file 'sprng.csv'", "spring.csv"),
        ("{ csv: ../spring.csv }", {}, "config.yaml:5", "not a CSV file", "below the folder"),
        ("{ csv: config.yaml }", {}, "config.yaml:5", "not a CSV file", "customers.csv"),
        ("{ cvs: spring.csv }", {"spring": SPRING}, "config.yaml:5", "unknown key 'cvs'", "csv"),
        ("{ csv: a.csv }", {"a": "name,e-mail\nAnna,a@b.fi\n"}, "a.csv:1", "no column", "email"),
        ("{ csv: a.csv }", {"a": 'user_id,email\n1,\n,""\n ,x\n'}, "a.csv:4", "email is not an address", ""),
        ("{ csv: a.csv }", {"a": "email,name\n,Anna\n"}, "a.csv:2", "email: nothing is there", ""),
        ("{ csv: a.csv }", {"a": "user_id\n1,2\n"}, "a.csv:2", "more columns", ""),
        ("{ csv: a.csv }", {"a": "phone\n0401234567\n"}, "a.csv:2", "phone is not an address", ""),
        ("spring.csv", {"spring": SPRING}, "config.yaml:5", "named by csv", "audience: { csv: spring.csv }"),
        ("events(Login in 30d", {}, "config.yaml:5", "never closed", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_says_where_and_quotes_nobody(
    tmp_path: Path, audience: str, files: dict[str, str], where: str, message: str, hint: str
) -> None:
    found = read(tmp_path, f'"{audience}"' if audience[0] != "{" else audience, **files).faults
    assert len(found) == 1, found
    assert str(found[0]).startswith(where)
    assert message in found[0].message
    assert hint in found[0].render()
    assert "0401234567" not in found[0].render()


def test_many_bad_rows_are_not_all_named(tmp_path: Path) -> None:
    found = read(tmp_path, "{ csv: a.csv }", a="email\n" + "nobody\n" * 50).faults
    assert len(found) == 21
    assert any("50 rows of 'a.csv' have faults" in fault.message for fault in found)


def test_a_changed_file_is_a_new_version(tmp_path: Path) -> None:
    first = read(tmp_path, "{ csv: a.csv }", a="user_id\n1\n").config
    before = look(tmp_path / "config.yaml")
    second = read(tmp_path, "{ csv: a.csv }", a="user_id\n1\n2\n").config
    assert first and second and first.version != second.version
    assert first.campaigns != second.campaigns
    assert look(tmp_path / "config.yaml") != before


def test_a_slip_in_an_events_name_is_pointed_out(tmp_path: Path) -> None:
    (warning,) = read(tmp_path, "events(Order Deliverd) > 1").advice
    assert "'Order Deliverd'" in warning.message
    assert "Order Delivered" in warning.hint
    assert not read(tmp_path, "events(Login) > 1").advice


def test_check_counts_who_is_in_it_and_which_rows_are_nobodys(tmp_path: Path) -> None:
    import asyncio

    path = write(tmp_path, "{ csv: a.csv }", a="user_id\n1\n7\n2\n8\n")
    said = io.StringIO()
    assert run_check(path, out=said, environ={"KEY": "k"}) == 0
    assert "nobody was counted: there is no database yet" in said.getvalue()

    async def fill() -> None:
        store = await Store.open(f"sqlite://{tmp_path}/a.db")
        people = [Contact(keys=(f"user:{n}",)) for n in range(1, 5)]
        await store.unit_of_work(lambda t: t.save_contacts(people))
        await store.close()

    asyncio.run(fill())
    said = io.StringIO()
    assert run_check(path, out=said, environ={"KEY": "k"}) == 0
    assert "  2 of 4 people are in its audience now\n" in said.getvalue()
    assert "2 of 4 rows of a.csv name nobody we know: line 3, 5\n" in said.getvalue()


def test_an_answer_that_nobody_gives_is_asked_about(tmp_path: Path) -> None:
    (advice,) = read(tmp_path, '"last.npss <= 6"').advice
    assert "no survey asks 'npss'" in advice.message
    assert advice.hint == "did you mean last.nps?"
    assert not read(tmp_path, '"last.nps <= 6"').advice
