"""The spine without its process: a real store on SQLite, the rules, both intakes and a lane for each
channel, over sandboxes, on a clock that is moved by hand.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.case_posts import CasePosts
from bot.rulebook import say_alert, say_call, say_card
from channels.sandbox import CAPABILITIES, Line, Sandbox
from scheduler.dispatch import Lane
from scheduler.intake import EventIntake
from scheduler.manners import Manners
from scheduler.outbox import Messages
from scheduler.patience import Throttle
from scheduler.replies import ReplyIntake
from scheduler.rules import Rules
from scheduler.triggers import Trigger
from storage.store import Store
from surveys.alert import AlertRule
from surveys.condition import parse
from surveys.conversation import Conversation
from surveys.event import Event, EventKind
from surveys.inbound import Inbound, OptedIn, OptedOut, Replied, Viewed
from surveys.invitation import InvitationState
from surveys.link import Purpose, seal
from surveys.message import Capabilities
from surveys.preset import PRESETS
from surveys.question import Choice, Kind, Question
from surveys.staff import Role, StaffMember
from surveys.survey import Survey
from tests.banks import BANKS

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PAGE = replace(CAPABILITIES, inline=True, waits=True, edits=False)
CHAT = replace(CAPABILITIES, edits=True)
MAIL = replace(CAPABILITIES, edits=False, replies=False, links=True)
REASONS = Question(
    id="reasons",
    kind=Kind.CHOICES,
    wording="reasons",
    text={"en": "What went wrong?"},
    choices=tuple(Choice(id=i, label={"en": i.title()}) for i in ("late", "rude", "lost")),
    required=False,
    condition=parse("nps <= 6"),
)
SURVEY = Survey(
    id="call",
    questions=(PRESETS["nps"], PRESETS["csat"], REASONS, PRESETS["comment"]),
    languages=("en", "fi"),
    version="v1",
)
IN_A_ROW = Manners(finish=timedelta(0), talk=timedelta(0))
"""Asks one thing after the other without waiting, so that a test need not."""
LEADER = StaffMember(
    name="Maija", role=Role.TEAM_LEAD, teams=("support",), addresses={"telegram": "777"}
)


def make_rules(
    *, via: tuple[str, ...] = ("telegram", "email"), all_channels: bool = False, **more: Any
) -> Rules:
    """Rules with one survey after each call."""
    trigger = Trigger(
        name="after_call", event="Call Ended", survey="call", via=via, all_channels=all_channels
    )
    return Rules(
        **{
            "company": "Acme",
            "public_url": "https://acme.example",
            "language": "en",
            "timezone": "Europe/Helsinki",
            "key": b"k" * 32,
            "surveys": {"call": SURVEY},
            "triggers": (trigger,),
            "alerts": (AlertRule(condition=parse("nps <= 6 or csat <= 2"), to=("team_lead",)),),
            "staff": (LEADER,),
            "languages": BANKS,
            "address_traits": {"telegram": "telegram_id", "email": "email"},
            "throttle": Throttle(manners=IN_A_ROW),
            **more,
        }
    )


@dataclass(slots=True)
class Spine:
    """What a test holds in its hand. ``now`` and ``rules`` may be changed as it goes."""

    store: Store
    rules: Rules
    capabilities: Mapping[str, Capabilities]
    channels: dict[str, Sandbox]
    now: datetime = START
    lanes: dict[str, Lane] = field(default_factory=dict)
    woken: list[str] = field(default_factory=list)
    events: Any = field(default_factory=lambda: count(1))
    calls: Any = field(default_factory=lambda: count(1))

    def lane(self, name: str, channel: Any = None) -> Lane:
        """A new lane, as after a restart; ``channel`` takes the sandbox's place."""
        self.lanes[name] = Lane(
            name,
            channel or self.channels[name],
            store=self.store,
            rules=lambda: self.rules,
            channels=self.capabilities,
            clock=lambda: self.now,
            jitter=lambda: 0.0,
            wake=self.woken.append,
        )
        return self.lanes[name]

    async def dispatch(self) -> None:
        """Let every lane work until nothing is due."""
        while sum([await lane.dispatch_due() for lane in self.lanes.values()]):
            pass

    async def report(self, *events: Event) -> list[bool]:
        """Take events in."""
        intake = EventIntake(
            self.store, lambda: self.rules, clock=lambda: self.now, wake=self.woken.append
        )
        return await intake.handle_events(events)

    async def hear(self, *items: Inbound) -> list[Messages]:
        """Take inbound values in."""
        return await self.intake(lambda: self.now).handle_inbound(items)

    def intake(self, clock: Callable[[], datetime]) -> ReplyIntake:
        """A reply intake that lives by a clock."""
        return ReplyIntake(
            self.store,
            lambda: self.rules,
            channels=self.capabilities,
            compose_alert=say_alert,
            compose_card=say_card,
            compose_call=say_call,
            case_words=CasePosts(),
            clock=clock,
            wake=self.woken.append,
        )

    async def invite(self, who: int = 1, **traits: Any) -> Conversation:
        """Report a person and a call of theirs; gives the invitation that follows."""
        known = {"telegram_id": str(1000 + who), "email": f"u{who}@x.example", **traits}
        number = next(self.calls)
        await self.report(identify(who, f"who-{number}", known), call(number, who, self.now))
        return await self.conversation(number)

    async def conversation(self, invitation_id: int) -> Conversation:
        """The conversation as it stands."""
        return (await self.store.load_conversations({invitation_id}))[invitation_id]

    def token(self, invitation_id: int, purpose: Purpose = Purpose.ANSWER) -> str:
        """A sealed token that holds for a month."""
        return seal(self.rules.key, purpose, invitation_id, self.now + timedelta(days=30))

    def lines(self, channel: str, address: str) -> list[Line]:
        """What we said to an address, oldest first."""
        return [line for line in self.channels[channel].history(address) if line.sender == "us"]

    def press(self, address: str, label: str, *, channel: str = "telegram") -> Replied:
        """A press on the newest button of that label."""
        for line in reversed(self.lines(channel, address)):
            for button in line.message.buttons if line.message else ():
                if button.label.removeprefix("✓ ") == label:
                    return self.said(
                        address, payloads=(button.payload,), external_id=line.id, channel=channel
                    )
        raise AssertionError(f"no button {label!r}")

    def said(self, address: str, *, channel: str = "telegram", **given: Any) -> Replied:
        """A reply: ``text``, or ``payloads``."""
        return Replied(**self.source(address, channel), **given)

    def stop(self, address: str, channel: str = "telegram", token: str = "") -> OptedOut:
        return OptedOut(**self.source(address, channel), token=token)

    def resume(self, address: str, channel: str = "telegram", token: str = "") -> OptedIn:
        return OptedIn(**self.source(address, channel), token=token)

    def view(self, token: str) -> Viewed:
        return Viewed(**self.source("", "web"), token=token)

    def source(self, address: str, channel: str = "telegram") -> dict[str, Any]:
        """The fields of every inbound value, with a new event id."""
        return {
            "event_id": f"e{next(self.events)}",
            "channel": channel,
            "at": self.now,
            "address": address,
        }


@asynccontextmanager
async def a_spine(
    folder: Path,
    *,
    rules: Rules | None = None,
    capabilities: Mapping[str, Capabilities] | None = None,
    url: str = "",
) -> AsyncIterator[Spine]:
    """Open a store, on ``url`` where one is given, and stand the spine on it."""
    known = dict(capabilities or {"telegram": CHAT, "email": MAIL, "web": PAGE})
    store = await Store.open(url or f"sqlite://{folder}/spine.db")
    spine = Spine(store=store, rules=rules or make_rules(), capabilities=known, channels={})
    for name, can in known.items():
        spine.channels[name] = Sandbox(name=name, capabilities=can, clock=lambda: spine.now)
        spine.lane(name)
    try:
        yield spine
    finally:
        await store.close()


def identify(who: int, message_id: str, traits: Mapping[str, Any]) -> Event:
    return Event(
        message_id=message_id,
        kind=EventKind.IDENTIFY,
        user_id=f"u{who}",
        traits={"first_name": f"Anna{who}", **traits},
        occurred_at=START,
        received_at=START,
    )


def call(number: int, who: int, at: datetime = START, **properties: Any) -> Event:
    facts = {"interaction_id": f"c{number}", "agent_id": "Pekka", "team": "support"}
    return Event(
        message_id=f"call-{number}",
        kind=EventKind.TRACK,
        name="Call Ended",
        user_id=f"u{who}",
        properties={**facts, **properties},
        occurred_at=at,
        received_at=at,
    )


async def state(spine: Spine, number: int = 1) -> InvitationState:
    return (await spine.conversation(number)).invitation.state


async def pass_time(spine: Spine, times: int, step: timedelta = MINUTE) -> None:
    for _ in range(times):
        spine.now += step
        await spine.dispatch()


async def asked(spine: Spine, who: int = 1, **traits: str) -> None:
    await spine.invite(who, **traits)
    await spine.dispatch()


async def answers(spine: Spine, number: int = 1) -> dict[str, object]:
    response = (await spine.conversation(number)).response
    return (
        {a.question_id: a.value or a.choices or a.text for a in response.answers}
        if response
        else {}
    )


def texts(spine: Spine, address: str = "1001") -> list[str]:
    return [line.text for line in spine.lines("telegram", address)]
