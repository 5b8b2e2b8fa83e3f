"""The small translator of SQL, and the values of columns."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.codec import dump_json, dump_message, from_ms, load_json, load_message, to_ms
from storage.sql import insert, lock, statement
from surveys.message import Button, Entry, Image, Message


def test_parameters_and_casts() -> None:
    made = statement("SELECT $1, $2::bigint FROM t WHERE a = $1")
    assert made.postgres == "SELECT $1, $2::bigint FROM t WHERE a = $1"
    assert made.sqlite == "SELECT ?1, ?2 FROM t WHERE a = ?1"


def test_lists_and_locks() -> None:
    made = statement("SELECT 1 FROM t WHERE a = ANY($1::text[]) ORDER BY a FOR NO KEY UPDATE OF t")
    assert made.sqlite == (
        "SELECT 1 FROM t WHERE a IN (SELECT value FROM json_each(?1)) ORDER BY a"
    )
    assert lock("SELECT 1 FROM t FOR UPDATE SKIP LOCKED").sqlite == ""


def test_rows() -> None:
    made = insert("t", "a bigint, b double precision", "ON CONFLICT (a) DO NOTHING")
    assert made.postgres == (
        "INSERT INTO t (a, b) SELECT v.a, v.b FROM json_to_recordset($1::json)"
        " AS v(a bigint, b double precision) WHERE true ON CONFLICT (a) DO NOTHING"
    )
    assert made.sqlite == (
        "INSERT INTO t (a, b) SELECT v.a, v.b FROM (SELECT json_extract(value, '$[0]') AS a,"
        " json_extract(value, '$[1]') AS b FROM json_each(?1)) AS v WHERE true"
        " ON CONFLICT (a) DO NOTHING"
    )
    assert made.batches == {1: ("a", "b")}
    assert lock(made.postgres.replace("json_to_recordset($1::json) AS v", "x")).batches == {}
    assert lock("SELECT 1 FROM ROWS($2: key text) AS v").batches == {2: ("key",)}


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_keep_their_milliseconds(at: datetime) -> None:
    back = from_ms(to_ms(at))
    assert timedelta(0) <= at - back < timedelta(milliseconds=1)
    assert to_ms(back) == to_ms(at)


def test_a_time_is_the_same_in_every_zone() -> None:
    at = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=3)))
    assert to_ms(at) == to_ms(at.astimezone(UTC)) == 1774744200000


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(_JSON)
def test_any_json_becomes_text_both_databases_take(value: object) -> None:
    text = dump_json(value)
    assert "\\u0000" not in text.replace("\\\\", "")
    text.encode()
    orjson.loads(text)


def test_plain_json_is_not_touched() -> None:
    value = {"a": [1, 2.5, None, True, "ä\n👍"], "": {"\\u0000": "\\u0000 spelled out"}}
    assert load_json(dump_json(value)) == value


@pytest.mark.parametrize(
    "message",
    [
        Message(address="1", text="t"),
        Message(
            address="1",
            text="t",
            delivery_id=4,
            language="fi",
            subject="s",
            notice="n",
            ends=("a", "b"),
            buttons=(Button(label="1", payload="p", value=0), Button(label="2", payload="q")),
            entry=Entry.NUMBER,
            link="https://x.example",
            stop_link="https://y.example",
            image=Image(png=bytes(range(256)), alt="all bytes"),
            replaces="r",
            step=1,
            steps=2,
        ),
    ],
)
def test_messages_come_back(message: Message) -> None:
    assert load_message(dump_json(dump_message(message))) == message


def test_no_message_is_none() -> None:
    assert dump_message(None) is None
    assert load_message(None) is None
