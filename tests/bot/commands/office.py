"""An office to ask in: surveys, colleagues, and what customers said there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.commands import Commands, StaffConfig
from surveys.card import Card
from surveys.comment import Comment
from surveys.contact import Contact
from surveys.event import Interaction
from surveys.message import Message
from surveys.preset import PRESETS
from surveys.question import Choice, Kind, Question
from surveys.response import Answer, Response
from surveys.staff import Role, StaffMember
from surveys.survey import Survey
from tests.bot.commands.memory_store import ZONE, MemoryStore, Said, said, went

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CHANNEL = "telegram"

PROBLEM = Question(
    id="problem",
    kind=Kind.CHOICE,
    wording="problem",
    choices=(
        Choice(id="late", label={"en": "It came late"}),
        Choice(id="broken", label={"en": "It was broken"}),
    ),
)
SURVEYS: Mapping[str, Survey] = {
    "after_call": Survey(
        id="after_call",
        questions=(PRESETS["nps"], PRESETS["ces"], PRESETS["csat"], PRESETS["comment"]),
        languages=("fi", "en"),
        version="v1",
        title={"en": "Your call with us", "fi": "Soittosi meille"},
        goal={"nps": 50, "csat": 85},
    ),
    "delivery": Survey(
        id="delivery",
        questions=(PRESETS["csat"], PROBLEM, PRESETS["comment"]),
        languages=("en",),
        version="v1",
    ),
    "helpful": Survey(
        id="helpful",
        questions=(PRESETS["thumbs"], PRESETS["comment"]),
        languages=("en",),
        version="v1",
    ),
}
STAFF = (
    StaffMember(name="Ada", role=Role.ADMIN, addresses={CHANNEL: "1"}),
    StaffMember(name="Mia", role=Role.MANAGER, addresses={CHANNEL: "2"}),
    StaffMember(
        name="Maija",
        role=Role.TEAM_LEAD,
        teams=("support",),
        addresses={CHANNEL: "3", "sandbox": "m"},
    ),
    StaffMember(
        name="Ville", role=Role.VIEWER, teams=("support", "sales"), addresses={CHANNEL: "4"}
    ),
    StaffMember(name="Nobody", role=Role.TEAM_LEAD, addresses={CHANNEL: "5"}),
)
MANAGER, LEAD = "2", "3"
CONFIG = StaffConfig(
    surveys=SURVEYS, staff=STAFF, timezone=ZONE, channels=("telegram", "email", "web")
)


def response(  # a bad call, two hours ago
    *,
    comment: str = "Waited too long.",
    team: str = "support",
    hours_ago: float = 2,
    finished: bool = True,
    name: str = "Anna Virtanen",
) -> tuple[Response, Contact]:
    at = NOW - timedelta(hours=hours_ago)
    given = Answer(question_id="", wording="", language="fi", channel="telegram", at=at)
    answers = (
        replace(
            given, question_id="nps", wording="nps", metric_id="nps", scale_id="0-10", value=3.0
        ),
        replace(
            given, question_id="csat", wording="csat", metric_id="csat", scale_id="1-5", value=2.0
        ),
        replace(given, question_id="comment", wording="comment", text=comment),
    )
    first, _, last = name.partition(" ")
    return (
        Response(
            invitation_id=17,
            contact_id=9,
            survey="after_call",
            survey_version="v1",
            started_at=at,
            completed_at=at if finished else None,
            channel="telegram",
            language="fi",
            trigger="after_call",
            interaction=Interaction(id="4711", agent="Pekka", team=team, line="main line"),
            answers=answers,
        ),
        Contact(id=9, attributes={"first_name": first, "last_name": last}),
    )


def said_in_survey(*, text: str = "Waited too long.", **more: Any) -> Comment:
    """A comment on the call of `response`."""
    given, contact = response(comment=text, **more)
    return Comment(
        at=given.started_at,
        channel="telegram",
        text=text,
        contact=contact,
        question_id="comment",
        response=given,
    )


def said_on_card(
    text: str = "The lift is broken.", *, known: bool = True, hours_ago: float = 1, **more: Any
) -> Comment:
    """A comment card by Anna, or by nobody we know."""
    at = NOW - timedelta(hours=hours_ago)
    card = Card(**{"contact_id": 9, "channel": "telegram", "text": text, "at": at, **more})
    anna = Contact(id=9, attributes={"first_name": "Anna", "last_name": "Virtanen"})
    return Comment(
        at=at, channel=card.channel, text=text, contact=anna if known else None, card=card
    )


def commands(
    *rows: Said,
    responses: Sequence[tuple[Response, Contact]] = (),
    comments: Sequence[Comment] = (),
    config: StaffConfig = CONFIG,
    now: datetime = NOW,
) -> tuple[Commands, MemoryStore]:
    """Give commands over a store that holds these rows."""
    store = MemoryStore(rows=list(rows), responses=list(responses), comments=list(comments))
    return Commands(store=store, config=lambda: config, clock=lambda: now), store


def hundred_calls() -> tuple[Said, ...]:
    """Give 100 NPS answers: 60 promoters, 20 passives, 20 detractors; 250 delivered, 260 sent."""
    return (
        said("nps", 10, 40),
        said("nps", 9, 20),
        said("nps", 8, 15),
        said("nps", 7, 5),
        said("nps", 6, 10),
        said("nps", 0, 10),
        went(10, "sent"),
        went(140, "sent", "delivered"),
        went(10, "sent", "delivered", "started"),
        went(100, "sent", "delivered", "started", "completed"),
    )


async def ask(line: str, *rows: Said, config: StaffConfig = CONFIG) -> Message:
    staff_commands, _ = commands(*rows, config=config)
    answer = await staff_commands.answer(CHANNEL, MANAGER, line)
    assert answer is not None
    return answer
