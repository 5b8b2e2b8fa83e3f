"""The fixed texts of reports, and what is masked and chosen in comments."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

import bot.reports.words as module
from bot.reports.contents import stretch, sum_reasons
from bot.reports.quoting import MOST, choose
from bot.reports.recipients import Recipient, recipients
from bot.reports.words import words_of
from surveys.masking import mask_words
from surveys.staff import Role, StaffMember
from tests.bot.commands.office import NOW, said_in_survey

TEXTS = json.loads(Path(module.__file__).with_name("words.json").read_text("utf-8"))


@pytest.mark.parametrize("code", ["fi", "de", "hr", "lv"])
def test_every_language_says_the_same(code: str) -> None:
    english = TEXTS["en"]
    assert TEXTS[code].keys() == english.keys()
    for key, text in TEXTS[code].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[key])), key
        assert text.strip()


def test_numbers_are_written_as_the_language_does() -> None:
    assert words_of("fi").number(5.75) == "5,8"
    assert words_of("en").number(5.75) == "5.8"
    assert words_of("de-AT").code == "de"
    assert words_of("sv").code == "en"


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("Mail me: anna.ek@example.com please", "Mail me: … please"),
        ("Call +358 40 123 4567 now", "Call … now"),
        ("See https://acme.example/?u=42&x=1 there", "See … there"),
        ("I am Anna and 3 of 5 were fine", "I am … and 3 of 5 were fine"),
        ("Waited 45 minutes", "Waited 45 minutes"),
    ],
)
def test_what_tells_who_wrote_is_masked(written: str, masked: str) -> None:
    assert mask_words(written, ("Anna",)) == masked


def test_bad_news_that_says_something_comes_first_and_once() -> None:
    long = "Waited far too long, and then nobody knew what my order was about."
    comments = [
        said_in_survey(text=text, hours_ago=n)
        for n, text in enumerate(("ok", long, long, "Thanks a lot, it was all fine."))
    ]
    assert [c.text for c in choose(comments)] == [long]  # all of one person
    assert len(choose(comments * 5)) <= MOST


def test_days_are_whole_and_over() -> None:
    day = NOW.date()
    assert stretch("7d", day).until == day - timedelta(days=1)
    assert stretch("7d", day).days == 7
    assert stretch("last month", day).since.month == 10
    assert stretch("yesterday", day).until == day - timedelta(days=1)


def test_reasons_are_summed_up_by_kind() -> None:
    rules = {
        "the person said stop": 3,
        "not reachable by telegram: no address": 2,
        "too old to ask (max_age)": 1,
        "something new": 1,
        "expired before it could be asked": 4,
    }
    assert sum_reasons(rules) == {"late": 5, "stopped": 3, "unreachable": 2, "other": 1}


def test_whoever_may_see_all_gets_all() -> None:
    staff = (
        StaffMember(name="Otto", role=Role.MANAGER, addresses={"telegram": "1"}),
        StaffMember(name="Maija", role=Role.TEAM_LEAD, teams=("a",), addresses={"slack": "U1"}),
        StaffMember(name="Nobody", role=Role.TEAM_LEAD, addresses={"telegram": "3"}),
    )
    to = ("manager", "team_lead", "Otto", "slack:#x", "fax:1")
    assert recipients(to, staff, {"telegram", "slack"}) == (
        Recipient(lane="telegram", address="1"),
        Recipient(lane="slack", address="U1", teams=("a",)),
        Recipient(lane="slack", address="#x"),
    )
