"""Comment cards in staff's words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.cards import compose_card
from surveys.card import Card
from surveys.contact import Contact
from surveys.event import Interaction
from surveys.message import Message

CARD = Card(
    contact_id=9,
    channel="telegram",
    text="The queue was long",
    at=datetime(2026, 11, 21, 10, tzinfo=UTC),
    praise=False,
)
ANNA = Contact(id=9, attributes={"first_name": "Anna", "last_name": "Virtanen"})
CALL = Interaction(id="4711", agent="Pekka", team="support")


def told(card: Card = CARD, contact: Contact | None = ANNA, **more: Any) -> Message:
    given = {"words": card.text, "interaction": None, "timezone": "Europe/Helsinki", **more}
    return compose_card(card=card, contact=contact, address="777", **given)


def test_a_card_says_who_what_about_what_and_when() -> None:
    message = told(interaction=CALL)
    assert message.address == "777"
    assert message.text.splitlines() == [
        "Comment card from Anna Virtanen (telegram): complaint",
        "“The queue was long”",
        "Last contact: interaction 4711, agent Pekka, team support",
        "Written 21 Nov 2026, 12:00",
    ]


def test_words_that_follow_say_so() -> None:
    lines = told(words="and cold", added=True).text.splitlines()
    assert lines[0] == "More words from Anna Virtanen (telegram): complaint"
    assert lines[1] == "“and cold”"


@pytest.mark.parametrize(
    ("contact", "contact_id", "name"),
    [
        (None, 0, "a visitor"),
        (Contact(id=9), 9, "somebody new"),
        (Contact(id=9, keys=("user:42",)), 9, "user:42"),
    ],
)
def test_whoever_has_no_name_is_said_so(
    contact: Contact | None, contact_id: int, name: str
) -> None:
    card = Card(contact_id=contact_id, channel="web", text="Hi", at=CARD.at)
    assert told(card, contact).text.startswith(f"Comment card from {name} (web)\n")


def test_it_is_harmless_and_short() -> None:
    loud = Card(
        channel="web",
        text="@channel <!here>\n" + "x" * 4000,
        at=CARD.at,
        email="e" * 99,
        source="s",
    )
    text = told(loud, None).text
    assert "@channel" not in text
    assert "<!here" not in text
    assert len(text.splitlines()) == 4
    assert len(text) < 1000
