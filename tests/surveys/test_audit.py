"""The audit's chain: whatever is done to it shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surveys.audit import Entry, Head, Note, Verdict, chain_hash, follow, link

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def note(number: int = 1, **more: Any) -> Note:
    return Note(
        **{
            "at": NOW + timedelta(seconds=number),
            "person": "Mia",
            "role": "manager",
            "channel": "telegram",
            "command": "pause",
            "line": f"/pause number {number}",
            "verdict": Verdict.ALLOWED,
            **more,
        }
    )


def chain(n: int) -> list[Entry]:
    head, entries = Head(), []
    for number in range(1, n + 1):
        entries.append(link(note(number), head))
        head = Head(number=number, hash=entries[-1].hash)
    return entries


def test_a_whole_chain_holds_from_any_place_in_it() -> None:
    entries = chain(9)
    assert follow(entries, Head()) == (Head(number=9, hash=entries[-1].hash), "")
    assert follow(entries[4:], Head(number=4, hash=entries[3].hash))[1] == ""


@pytest.mark.parametrize(
    "change",
    [
        {"person": "Otto"},
        {"role": "admin"},
        {"channel": "slack"},
        {"command": "resume"},
        {"line": "/pause nothing"},
        {"verdict": Verdict.DENIED},
        {"at": NOW},
    ],
)
def test_a_changed_field_breaks_it_there(change: dict[str, Any]) -> None:
    entries = chain(9)
    entries[4] = replace(entries[4], note=replace(entries[4].note, **change))
    head, fault = follow(entries, Head())
    assert (head.number, fault) == (4, "entry 5 was changed, or one before it")


def test_one_written_anew_breaks_what_follows() -> None:
    entries = chain(9)
    other = note(5, line="/pause nothing")
    forged = chain_hash(entries[3].hash, 5, other)
    entries[4] = Entry(number=5, note=other, hash=forged)
    head, fault = follow(entries, Head())
    assert (head.number, fault) == (5, "entry 6 was changed, or one before it")


@pytest.mark.parametrize("gone", [0, 4])
def test_one_taken_out_or_two_exchanged_are_missed(gone: int) -> None:
    entries = chain(9)
    del entries[gone]
    assert follow(entries, Head())[1] == f"entry {gone + 1} is missing"
    turned = chain(9)
    turned[3], turned[4] = turned[4], turned[3]
    assert follow(turned, Head())[1] == "entry 4 is missing"


def test_words_cannot_move_from_one_field_into_another() -> None:
    first = note(person="a", role="bc")
    assert chain_hash("", 1, first) != chain_hash("", 1, replace(first, person="ab", role="c"))
