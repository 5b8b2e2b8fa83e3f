"""A business made up from a seed: its rules, its people, and what happens to them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from surveys.event import Event, EventKind

ZONES = ("", "Europe/Helsinki", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
COUNTRIES = ("FI", "DE", "US", "HR", "")
BUDGETS = {"sms": 3}
CONFIG: Mapping[str, Any] = {
    "service": {
        "name": "Acme",
        "public_url": "https://feedback.acme.example",
        "timezone": "Europe/Helsinki",
        "language": "en",
        "write_keys": ["a-key"],
    },
    "channels": {
        "telegram": {"sandbox": True},
        "email": {"sandbox": True},
        "sms": {"sandbox": True},
        "web": {},
    },
    "surveys": {
        "quick": {"questions": ["nps"], "topic": "service"},
        "full": {"questions": ["nps", "csat", "comment"], "topic": "service"},
        "yearly": {"questions": ["csat"], "priority": 5},
        "order": {"questions": ["csat"]},
    },
    "triggers": {
        "every_third": {
            "event": "Call Ended",
            "if": "duration_s >= 30",
            "every": 3,
            "per": "agent",
            "survey": "quick",
            "via": ["sms", "telegram", "email"],
            "max_age": "2h",
            "remind": {"after": "2d", "times": 2},
        },
        "a_share": {
            "event": "Call Ended",
            "percent": "40%",
            "daily_max": 4,
            "survey": "full",
            "best": ["email", "telegram"],
            "wait": "3h",
        },
        "delivered": {
            "event": "Order Delivered",
            "wait": "2h",
            "survey": "order",
            "via": ["telegram", "email"],
            "fallback": {"after": "1d"},
            "remind": {"after": "3d"},
            "expires": "5d",
        },
        "closed": {
            "event": "Ticket Closed",
            "wait": "1d",
            "survey": "quick",
            "via": ["email", "sms"],
            "only_if": "status = closed",
        },
        "visit": {"event": "Visit Ended", "survey": "quick", "via": {"all": ["web", "telegram"]}},
    },
    "journeys": {
        "onboarding": {
            "starts": "Account Created",
            "ends": "Account Closed",
            "milestones": [
                {"name": "first week", "after": "7d", "survey": "full", "via": ["email"]},
                {
                    "name": "third order",
                    "event": "Order Delivered",
                    "count": 3,
                    "wait": "1h",
                    "survey": "yearly",
                    "via": ["telegram", "email"],
                },
                {
                    "name": "renewal",
                    "before": "contract_end",
                    "by": "10d",
                    "survey": "yearly",
                    "via": ["email", "sms"],
                    "remind": {"after": "2d"},
                },
            ],
        }
    },
    "campaigns": {
        "monthly": {
            "schedule": "first monday of every month at 10:00",
            "audience": "plan = pro",
            "survey": "full",
            "via": ["email", "telegram"],
            "spread": "4h",
            "hold_out": "10%",
            "remind": {"after": "4d"},
        },
        "nightly": {
            "schedule": "sunday at 03:30",
            "audience": "country in [FI, DE]",
            "survey": "order",
            "via": ["sms"],
        },
    },
    "throttle": {
        "recontact": "3d",
        "weekly_max": 2,
        "monthly_max": 6,
        "quiet_hours": "20:00-09:00",
        "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat"],
        "holidays": True,
        "on_limit": "hold",
        "surveys": {"order": {"recontact": "10d"}},
        "channels": {"sms": {"weekly_max": 1, "clock": "own"}},
    },
}


@dataclass(slots=True)
class Business:
    """Makes up events between two times; the same seed makes the same ones."""

    seed: int
    people: int
    number: int = 0

    def introduce(self, at: datetime) -> Iterator[Event]:
        """Give an event for each person that says who they are."""
        chance = random.Random(self.seed)
        for who in range(self.people):
            traits = self._traits(chance, who, at)
            yield self._event(at, who, EventKind.IDENTIFY, traits=traits)

    def happen(self, since: datetime, until: datetime, count: int) -> list[Event]:
        """Give events between two times, in the order they are received."""
        chance = random.Random(f"{self.seed} {since}")
        span = (until - since) // timedelta(milliseconds=1)
        times = sorted(chance.randrange(span) for _ in range(count))
        made: list[Event] = []
        for ms in times:
            made += self._something(chance, since + timedelta(milliseconds=ms))
        made.sort(key=lambda event: event.received_at)
        return [event for event in made if event.received_at < until]

    def _something(self, chance: random.Random, at: datetime) -> list[Event]:
        who = chance.randrange(self.people)
        kind = chance.choices(
            ["call", "order", "ticket", "created", "closed", "identify", "visit", "burst"],
            [30, 20, 10, 8, 1, 5, 5, 2],
        )[0]
        if kind == "call":
            facts = {"duration_s": chance.randrange(90), "agent": f"a{chance.randrange(3)}"}
            return [
                self._event(at, who, name="Call Ended", facts=facts, late=chance.random() < 0.1)
            ]
        if kind == "order":
            return [self._event(at, who, name="Order Delivered", facts={"order_id": self.number})]
        if kind == "ticket":
            return self._ticket(chance, at, who)
        if kind == "identify":
            traits = self._traits(chance, who, at)
            return [self._event(at, who, EventKind.IDENTIFY, traits=traits)]
        if kind == "burst":  # one person, three at once
            return [self._event(at, who, name="Order Delivered", facts={}) for _ in range(3)]
        name = {"created": "Account Created", "closed": "Account Closed", "visit": "Visit Ended"}
        return [self._event(at, who, name=name[kind], facts={})]

    def _ticket(self, chance: random.Random, at: datetime, who: int) -> list[Event]:
        """A ticket that is closed, and sometimes opened again before anybody was asked."""
        facts = {"interaction_id": f"t{self.number}", "status": "closed"}
        found = [self._event(at, who, name="Ticket Closed", facts=facts)]
        if chance.random() < 0.4:
            again = at + timedelta(minutes=chance.randrange(1, 2000))
            facts = {**facts, "status": "open"}
            found.append(self._event(again, who, name="Ticket Opened", facts=facts))
        return found

    def _traits(self, chance: random.Random, who: int, at: datetime) -> dict[str, Any]:
        traits: dict[str, Any] = {"first_name": f"P{who}", "plan": chance.choice(["pro", "free"])}
        if who % 4:
            traits["email"] = f"p{who}@x.example"
        if who % 3:
            traits["telegram_id"] = str(10_000 + who)
        if who % 5 == 0:
            traits["phone"] = f"+35840{1_000_000 + who}"
        if chance.random() < 0.3:
            end = at + timedelta(days=chance.randrange(5, 60))
            traits["contract_end"] = end.date().isoformat()
        country = chance.choice(COUNTRIES)
        return {**traits, "country": country} if country else traits

    def _event(
        self,
        at: datetime,
        who: int,
        kind: EventKind = EventKind.TRACK,
        *,
        name: str = "",
        facts: Mapping[str, Any] | None = None,
        traits: Mapping[str, Any] | None = None,
        late: bool = False,
    ) -> Event:
        self.number += 1
        return Event(
            message_id=f"m{self.seed}.{self.number}",
            kind=kind,
            occurred_at=at - timedelta(hours=3) if late else at,
            received_at=at,
            name=name,
            user_id=f"u{who}",
            properties=facts or {},
            traits=traits or {},
            timezone=ZONES[who % len(ZONES)] or None,
        )


@dataclass(slots=True)
class Listed:
    """A feed of events that are known beforehand."""

    events: Sequence[Event]
    at_once: int = 300
    taken: int = 0

    async def coming(self, before: datetime) -> tuple[Sequence[Event], bool]:
        found = self.events[self.taken : self.taken + self.at_once]
        early = [event for event in found if event.received_at < before]
        return early, len(early) < self.at_once

    def take(self, count: int) -> None:
        self.taken += count


def moved(event: Event, by: timedelta) -> Event:
    """Give an event as if it came later."""
    return replace(event, occurred_at=event.occurred_at + by, received_at=event.received_at + by)


def at(text: str) -> datetime:
    """Read a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
