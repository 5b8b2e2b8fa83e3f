"""Which key means what, and the address it is written into."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.keypad import Key, Keypad, make_keypad
from channels.voice.place import Page, Place, link_token, read_place
from surveys.message import Button, Entry, Link, Message

TOKEN, STOP = "A" * 32, "B" * 32
STOP_LINK = f"https://f.example/u/{STOP}"


def message(*values: str, entry: Entry = Entry.NONE, stop: bool = False) -> Message:
    """Make a question; numbers are a scale's values, ``-`` skips and ``!`` ends."""
    buttons = tuple(
        Button(
            label=f"<{value}>",
            payload=f"{TOKEN}.question.{value}",
            value=int(value) if value.isdigit() else None,
        )
        for value in values
    )
    footer = (Link(label="No more", url=STOP_LINK),) if stop else ()
    return Message(
        address="1",
        text="?",
        question_id="question",
        buttons=buttons,
        entry=entry,
        stop_link=STOP_LINK if stop else "",
        footer=footer,
    )


NPS = [str(value) for value in range(11)]


@pytest.mark.parametrize(
    ("ten", "pressed", "value"),
    [
        ("#", "0", "0"),
        ("#", "9", "9"),
        ("#", "10", "10"),
        ("#", "*", None),
        ("#", "11", None),
        ("#", "05", None),
        ("#", "", None),
        ("*", "*", "10"),
        ("*", "1", "1"),
        ("*", "10", None),
    ],
)
def test_a_rule_for_ten(ten: Literal["#", "*"], pressed: str, value: str | None) -> None:
    keypad = make_keypad(message(*NPS), ten)
    assert keypad.meaning(pressed) == value
    assert keypad.digits == (2 if ten == "#" else 1)
    assert keypad.ends_by_hash is (ten == "#")


def test_the_star_opens_the_menu_where_it_is_free() -> None:
    assert make_keypad(message(*NPS, stop=True), "#").meaning("*") == "MENU"
    assert make_keypad(message(*NPS, stop=True), "*").meaning("*") == "10"
    assert make_keypad(message("1", "2", stop=True), "*").meaning("*") == "MENU"


def test_choices_are_counted_and_the_hash_ends() -> None:
    keypad = make_keypad(message("late", "broken", "!", "-", entry=Entry.MANY), "#")
    found = {press: keypad.meaning(press) for press in ("0", "1", "2", "3", "#")}
    assert found == {"0": None, "1": "late", "2": "broken", "3": None, "#": "!"}
    assert keypad.digits == 1


def test_more_than_nine_choices_take_two_digits() -> None:
    keypad = make_keypad(message(*"abcdefghijk", "-"), "#")
    assert keypad.meaning("11") == "k"
    assert keypad.meaning("#") == "-"
    assert (keypad.digits, keypad.ends_by_hash) == (2, True)


def test_words_are_recorded_and_numbers_taken_as_they_are() -> None:
    words = make_keypad(message("-", entry=Entry.TEXT, stop=True), "#")
    assert (words.records, words.any_number) == (True, False)
    assert words.meaning("#") == "-"
    number = make_keypad(message("-", entry=Entry.NUMBER), "#")
    assert (number.any_number, number.digits, number.ends_by_hash) == (True, 0, True)
    assert number.meaning("120") == "="
    assert number.meaning("#") == "-"
    assert number.meaning("1*2") is None


values = st.one_of(
    st.integers(0, 10).map(str),
    st.from_regex(r"[a-z0-9_]{1,14}", fullmatch=True),
    st.sampled_from(["-", "!", "MENU"]),
)
presses = st.one_of(st.integers(0, 99).map(str), st.sampled_from("#*"))
pads = st.builds(
    Keypad,
    keys=st.lists(st.builds(Key, press=presses, value=values), max_size=13).map(tuple),
    any_number=st.booleans(),
    records=st.booleans(),
).filter(lambda pad: pad.keys or pad.any_number or pad.records)


@given(pads, st.integers(0, 60), st.integers(0, 3), st.sampled_from(["", STOP]))
def test_an_address_gives_back_what_was_written_into_it(
    pad: Keypad, turn: int, misses: int, stop: str
) -> None:
    place = Place(
        page=Page.ANSWER,
        token=TOKEN,
        question="q_1",
        turn=turn,
        misses=misses,
        keypad=pad,
        stop=stop,
    )
    assert read_place(place.path) == place
    assert place.path.replace("-", "").replace(".", "").replace("_", "").replace("/", "").isalnum()


@pytest.mark.parametrize(
    "path",
    [
        "/x",
        f"/{TOKEN}/",
        f"/{TOKEN}/answer",
        f"/{TOKEN}/other/nps/1/0/1-2",
        f"/{TOKEN}/answer/NPS/1/0/1-2",
        f"/{TOKEN}/answer/nps/x/0/1-2",
        f"/{TOKEN}/answer/nps/1/0/",
        f"/{TOKEN}/answer/nps/1/0/1-§",
        f"/{TOKEN}/answer/nps/1/0/1-2/short",
        f"/{TOKEN}/answer/nps/1/0/1-2/{STOP}/more",
        f"/{TOKEN}/answer/nps/1/0/" + "-".join("1" * 30),
        f"/{TOKEN}/answer/nps/1/0/" + "a" * 70_000,
        "status",
        "/status/",
    ],
)
def test_other_addresses_are_none_of_ours(path: str) -> None:
    assert read_place(path) is None


def test_the_short_addresses() -> None:
    assert read_place("") == read_place("/") == Place(page=Page.INCOMING)
    assert read_place("/status") == Place(page=Page.STATUS)
    assert read_place(f"/{TOKEN}") == Place(page=Page.OPENING, token=TOKEN)


def test_the_token_of_a_link() -> None:
    assert link_token(f"https://f.example/s/{TOKEN}") == TOKEN
    for link in ("", "https://f.example/", f"https://f.example/s/{TOKEN}?q=1"):
        assert link_token(link) == ""
