"""/responses held and release: what is listed, to whom, and who may let it count."""

from typing import Any

import pytest

from bot.commands import Commands
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.event import Interaction
from surveys.invitation import Invitation
from surveys.scanner import HeldPress, Reason
from tests.bot.commands.memory_store import MemoryStore
from tests.bot.commands.office import CHANNEL, CONFIG, NOW

ADMIN, MANAGER, LEAD, VIEWER = "1", "2", "3", "4"


def held(number: int, team: str = "support", **given: Any) -> tuple[HeldPress, Conversation]:
    press = HeldPress(
        **{
            "id": number,
            "invitation_id": number,
            "question_id": "nps",
            "metric_id": "nps",
            "channel": "web",
            "values": ("3",),
            "reason": Reason.ALL_LINKS,
            "at": NOW,
            **given,
        }
    )
    invitation = Invitation(
        id=number,
        key="k",
        contact_id=9,
        survey="delivery" if press.question_id == "problem" else "after_call",
        survey_version="v1",
        trigger="t",
        via=("email",),
        due_at=NOW,
        expires_at=NOW,
        interaction=Interaction(team=team),
    )
    contact = Contact(id=9, attributes={"first_name": "Anna", "last_name": "Virtanen"})
    return press, Conversation(invitation=invitation, contact=contact)


class Desk:
    """Commands over a store with held presses; ``released`` are the numbers let go."""

    def __init__(self, *rows: tuple[HeldPress, Conversation], counts: bool = True) -> None:
        self.released: list[int] = []
        self._counts = counts
        self._commands = Commands(
            store=MemoryStore(held=list(rows)),
            config=lambda: CONFIG,
            clock=lambda: NOW,
            release=self._release,
        )

    async def say(self, who: str, text: str) -> str:
        answer = await self._commands.answer(CHANNEL, who, text)
        assert answer is not None
        return answer.text

    async def _release(self, number: int) -> bool:
        self.released.append(number)
        return self._counts


async def test_each_press_says_what_when_why_and_who() -> None:
    desk = Desk(held(12, presses=3, hints=("robot", "bare")))
    assert (await desk.say(ADMIN, "/responses held")).split("\n\n")[1].splitlines() == [
        "#12 · 21 Nov 2026, 14:00 · after_call",
        "NPS 3 · all links opened, 3 times (robot, bare)",
        "Anna Virtanen · team support",
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"values": ("-",)}, "NPS skipped"),
        ({"question_id": "problem", "metric_id": "", "values": ("late",)}, "problem It came late"),
        (
            {"question_id": "problem", "metric_id": "", "values": ("late", "broken", "!")},
            "problem It came late, It was broken",
        ),
        (
            {"question_id": "comment", "metric_id": "", "values": ("=",), "text": "No\ngood"},
            "comment “No good”",
        ),
    ],
)
async def test_the_answer_in_staffs_words(given: dict[str, Any], says: str) -> None:
    text = await Desk(held(1, **given)).say(ADMIN, "/responses held")
    assert f"{says} · all links opened" in text


async def test_a_colleague_sees_and_releases_their_own_team_only() -> None:
    desk = Desk(held(1), held(2, team="sales"))
    text = await desk.say(LEAD, "/responses held")
    assert "#1 ·" in text and "#2 ·" not in text
    assert "1 answer held back" in await desk.say(LEAD, "/results")
    assert "2 answers held back" in await desk.say(MANAGER, "/results")
    assert (await desk.say(LEAD, "/responses release 2")).startswith("No press #2 is held back")
    assert (await desk.say(VIEWER, "/responses release 1")).startswith("/responses release is for")
    assert desk.released == []
    assert await desk.say(LEAD, "/responses release #1") == (
        "Press #1 counts now, as of when it was pressed."
    )
    assert desk.released == [1]


async def test_a_release_that_does_not_count_says_so() -> None:
    text = await Desk(held(1), counts=False).say(ADMIN, "/responses release 1")
    assert text.startswith("Press #1 does not count")


@pytest.mark.parametrize("words", ["", "x", "1 2", "-1", "9" * 40])
async def test_a_release_needs_one_number(words: str) -> None:
    assert (await Desk().say(ADMIN, f"/responses release {words}")).startswith("Write the number")


async def test_nothing_held_is_said_in_one_place_only() -> None:
    desk = Desk()
    assert "Nothing is held back." in await desk.say(ADMIN, "/responses held")
    assert "held" not in await desk.say(ADMIN, "/results")


async def test_pages() -> None:
    desk = Desk(*(held(number) for number in range(1, 13)))
    first = await desk.say(ADMIN, "/responses held")
    assert "More: /responses held page 2" in first and "#11" not in first
    second = await desk.say(ADMIN, "/responses held page 2")
    assert "#11" in second and "#10 ·" not in second
