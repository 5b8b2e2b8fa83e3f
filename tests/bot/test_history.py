"""Past interactions out of a file: read with every fault in its place, and taken in without asking."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.__main__ import _parser
from bot.config import load_config
from bot.history import Manner, Unreadable, read_history, read_time
from bot.interactions import SHOWN, run_interactions
from bot.service import Service
from storage.store import Transaction
from surveys.progress import Progress
from tests.bot.small import small_service, write_config

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HELSINKI = ZoneInfo("Europe/Helsinki")
MANNER = Manner(zone=HELSINKI, now=NOW)
HEAD = "user_id,event,timestamp,message_id,interaction_id,duration_s,vip,note,traits.plan\n"
TIMES = "write 2026-11-22T09:30:00+02:00, or 2026-11-22 09:30"
ROW = "42,Call Ended,2026-03-01 09:30,m1,0047,180,true,12a,pro\n"
JOURNEY = """
journeys:
  welcome:
    starts: Account Created
    milestones:
      - { name: week, after: 7d, survey: after_call }
      - { name: month, after: 30d, survey: after_call }
      - { name: third, event: Order Delivered, count: 3, survey: after_call }
"""


def read(text: str, manner: Manner = MANNER) -> list[Any]:
    return [row for _, row in read_history(io.StringIO(text), manner)]


def faults(text: str, manner: Manner = MANNER) -> list[str]:
    return [str(fault) for row in read(text, manner) if isinstance(row, list) for fault in row]


def test_a_row_is_a_track_call_with_typed_properties() -> None:
    (item,) = read(HEAD + ROW)
    assert item == {
        "type": "track",
        "userId": "42",
        "event": "Call Ended",
        "messageId": "m1",
        "timestamp": "2026-03-01T07:30:00+00:00",
        "properties": {"interaction_id": "0047", "duration_s": 180, "vip": True, "note": "12a"},
        "context": {"history": True, "traits": {"plan": "pro"}},
    }


def test_with_ask_it_is_an_event_like_any_other() -> None:
    (item,) = read(HEAD + ROW, Manner(zone=HELSINKI, now=NOW, asks=True))
    assert item["context"] == {"traits": {"plan": "pro"}}


def test_a_row_without_an_id_gets_one_that_is_the_same_every_time() -> None:
    text = "user_id;event;timestamp\n42;A;2026-03-01\n42;A;2026-03-01\n43;A;2026-03-01\n"
    one, same, other = [item["messageId"] for item in read(text)]
    assert one == same != other
    assert one.startswith("history-")


def test_every_fault_of_every_row_is_said_with_its_place() -> None:
    rows = (
        ",,yesterday,m1,,,,,\n"
        f"42,A,2026-13-01,{'m' * 100},,,,,\n"
        f"{'4' * 256},A,2026-11-23 09:00,m3,,,,,\n"
        "42,A,2026-03-01,m4,,,,,,,too,many\n"
        "42,A,2026-03-01 09:30,m5,,,,,\n"
    )
    assert faults(HEAD + rows) == [
        f"line 2, column 3 (timestamp): 'yesterday' is no time; {TIMES}",
        "line 2, column 1 (user_id): it is empty: whose event is it?",
        "line 2, column 2 (event): it is empty: what happened?",
        f"line 3, column 3 (timestamp): '2026-13-01' is no time; {TIMES}",
        "line 3, column 4 (message_id): it must be under 100 characters",
        "line 4, column 3 (timestamp): '2026-11-23 09:00' lies in the future",
        "line 4, column 1 (user_id): it is over 255 characters",
        "line 5: it has more columns than the first row",
    ]


def test_a_file_that_does_not_say_its_columns_is_refused_with_all_that_is_missing() -> None:
    with pytest.raises(Unreadable) as caught:
        read("name,when,name\nx,y,z\n")
    assert str(caught.value).splitlines() == [
        "line 1: no column is called user_id; it says: name, when, name",
        "line 1: no column is called event; add one, or say --event 'Call Ended'",
        "line 1: no column is called timestamp: when was it?",
        "line 1: the column 'name' stands twice",
    ]


def test_the_event_may_be_said_for_the_whole_file() -> None:
    (item,) = read("user_id,date\n42,2026-03-01\n", Manner(zone=HELSINKI, now=NOW, event="Order"))
    assert (item["event"], item["timestamp"]) == ("Order", "2026-02-28T22:00:00+00:00")


def test_json_lines_are_segment_calls() -> None:
    lines = (
        '{"type":"track","userId":"42","event":"A","timestamp":"2026-03-01T09:30:00Z",'
        '"sentAt":"2026-03-01T09:31:00Z","context":{"locale":"fi"}}\n'
        "\n"
        '{"type":"track","userId":"42","timestamp":"tomorrow"}\n'
        '{"userId" 42}\n'
        '{"type":"track","userId":"42","event":"A"}\n'
        "[]\n"
    )
    found = read(lines)
    assert found[0] == {
        "type": "track",
        "userId": "42",
        "event": "A",
        "messageId": found[0]["messageId"],
        "timestamp": "2026-03-01T09:30:00+00:00",
        "context": {"locale": "fi", "history": True},
    }
    said = faults(lines)
    assert said[:2] == [
        "line 3, timestamp: 'tomorrow' is no time; write 2026-11-22T09:30:00+02:00",
        "line 3: event (its name) is required for track",
    ]
    assert said[2].startswith("line 4, column 11: this is not JSON: ")
    assert said[3:] == [
        "line 5, timestamp: it is missing; write 2026-11-22T09:30:00+02:00",
        "line 6: an event must be a JSON object: {...}",
    ]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2026-03-01T09:30:00+02:00", datetime(2026, 3, 1, 7, 30, tzinfo=UTC)),
        ("2026-07-01 09:30", datetime(2026, 7, 1, 6, 30, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 22, tzinfo=UTC)),
        ("0001-01-01", None),
        ("1.3.2026", None),
        ("", None),
    ],
)
def test_times_without_a_zone_are_the_services(written: str, found: datetime | None) -> None:
    assert read_time(written, HELSINKI) == found


# Through the running service


@asynccontextmanager
async def with_journey(folder: Path, port: int) -> AsyncIterator[Service]:
    path = write_config(folder, port)
    path.write_text(path.read_text(encoding="utf-8") + JOURNEY, encoding="utf-8")
    async with Service(load_config(path, {})) as service:
        yield service


async def ran(folder: Path, content: str, **more: Any) -> tuple[int, str]:
    file, out = folder / "history.csv", io.StringIO()
    file.write_text(content, encoding="utf-8")
    return await run_interactions(folder / "config.yaml", file, out, **more), out.getvalue()


async def way(service: Service, user: str) -> Progress:
    async def look(transaction: Transaction) -> Progress:
        found = await transaction.lock_contacts({f"user:{user}"})
        (one,) = (await transaction.ways_of({c.id for c in found.values()})).values()
        return one

    return await service.store.unit_of_work(look)


def past(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def history(people: int = 3) -> str:
    """Accounts of ten days ago with two orders each."""
    rows = [
        f"{who},{event},{past(days)},{who}-{days}"
        for who in range(people)
        for event, days in (
            ("Account Created", 10),
            ("Order Delivered", 9),
            ("Order Delivered", 0.01),
        )
    ]
    return "user_id,event,timestamp,message_id\n" + "\n".join(rows) + "\n"


async def test_it_asks_nothing_now_and_plans_what_is_still_to_come(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    async with with_journey(tmp_path, unused_tcp_port) as service:
        assert await ran(tmp_path, history()) == (0, "9 events taken in\n")
        counts = await service.store.counts()
        assert counts["invitations.planned"] == counts["dues"] == 3
        assert "invitations.asked" not in counts
        at = await service.store.next_due("sandbox")
        assert at and abs(at - datetime.now(UTC) - timedelta(days=20)) < timedelta(minutes=5)
        assert (await way(service, "1")).counts == {"third": 2}


async def test_twice_changes_nothing_and_half_of_it_goes_on(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    """A file that was cut off, as by a kill, and then the whole of it, twice."""
    whole = history(40)
    lines = whole.splitlines(keepends=True)
    async with with_journey(tmp_path, unused_tcp_port) as service:
        assert (await ran(tmp_path, "".join(lines[:50])))[0] == 0
        assert (await service.store.counts())["events"] == 49
        for _ in range(2):
            assert await ran(tmp_path, whole) == (0, "120 events taken in\n")
            counts = await service.store.counts()
            assert (counts["events"], counts["contacts"]) == (120, 40)
            assert counts["invitations.planned"] == 40
            assert [(await way(service, str(n))).counts for n in range(40)] == [{"third": 2}] * 40


async def test_what_was_said_long_ago_does_not_replace_what_is_known(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    content = (
        "user_id,event,timestamp,traits.plan,traits.since,traits.sandbox_id\n"
        f"1,Order,{past(300)},basic,2019,old\n"
    )
    async with small_service(tmp_path, unused_tcp_port) as service:
        await ran(tmp_path, content.replace("basic", "pro").replace("old", "new"), asks=True)
        assert (await ran(tmp_path, content))[0] == 0
        found = await service.store.find_contact("sandbox", "new")
        assert found and found.attributes == {"plan": "pro", "since": "2019", "sandbox_id": "new"}
        assert [a.value for a in found.addresses] == ["new"]


async def test_with_ask_what_is_recent_enough_is_asked_about(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    content = (
        "user_id,event,timestamp,traits.sandbox_id\n"
        f"1,Call Ended,{past(0.5)},a\n2,Call Ended,{past(2)},b\n"
    )
    async with small_service(tmp_path, unused_tcp_port) as service:
        assert (await ran(tmp_path, content))[0] == 0
        assert (await service.store.counts()).get("dues", 0) == 0
        assert (await ran(tmp_path, content, asks=True))[0] == 0  # known already
        counts = await service.store.counts()
        assert sum(n for name, n in counts.items() if name.startswith("invitations.")) == 0
        fresh = content.replace("timestamp,traits", "timestamp,round,traits").replace(",a", ",1,a")
        assert (await ran(tmp_path, fresh.replace(",b", ",1,b"), asks=True))[0] == 0
        counts = await service.store.counts()
        assert sum(n for name, n in counts.items() if name.startswith("invitations.")) == 1


async def test_rows_with_faults_are_listed_and_the_others_taken(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    bad = "".join(f",A,never{n}\n" for n in range(SHOWN))
    content = f"user_id,event,timestamp\n1,A,{past(1)}\n{bad}1,B,{past(3)}\n"
    async with small_service(tmp_path, unused_tcp_port) as service:
        status, said = await ran(tmp_path, content)
        lines = said.splitlines()
        assert status == 1
        assert lines[0] == "2 events taken in"
        assert lines[1].startswith(
            "1 row is older than the same person's before. Put the oldest first"
        )
        assert lines[2] == f"{SHOWN} rows were left out:"
        assert lines[3].startswith("  line 3, column 3 (timestamp): 'never0' is no time")
        assert lines[-1] == f"  and {SHOWN} more faults"
        assert len(lines) == SHOWN + 4
        assert (await service.store.counts())["events"] == 2


async def test_what_cannot_be_read_says_so(
    tmp_path: Path, unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write_config(tmp_path, unused_tcp_port)
    status, said = await ran(tmp_path, "name\nx\n")
    assert status == 1
    assert said.startswith("history.csv, line 1: no column is called user_id")
    assert (await ran(tmp_path, f"user_id,event,timestamp\n1,A,{past(1)}\n"))[0] == 1
    assert "Nothing is lost: run the import again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["import", "a.csv"], "contacts"),
        (["import", "contacts", "a.csv"], "contacts"),
        (["import", "interactions", "a.csv", "--ask"], "interactions"),
        (["import", "interactions", "--config", "b.yaml", "a.csv"], "interactions"),
    ],
)
def test_the_first_word_says_what_the_file_holds(words: list[str], kind: str) -> None:
    options = _parser().parse_args(words)
    assert (options.kind, options.file) == (kind, Path("a.csv"))
