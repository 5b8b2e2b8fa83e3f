"""A milestone whose date is past when it is reported, rehearsed and then done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from surveys.event import Event, EventKind
from tests.rehearsal.story import CONFIG, Business
from tests.rehearsal.test_rehearsal import play

MAIL = {"email": "p0@x.example", "first_name": "P0"}
RULES: Mapping[str, Any] = {
    **CONFIG,
    "triggers": {},
    "campaigns": {},
    "throttle": {},
    "journeys": {
        "onboarding": {
            "starts": "Account Created",
            "milestones": [
                {"name": "first week", "after": "7d", "survey": "full", "via": ["email"]},
                {
                    "name": "renewal",
                    "before": "contract_end",
                    "by": "10d",
                    "survey": "yearly",
                    "via": ["email"],
                },
            ],
        }
    },
}


@dataclass(slots=True)
class Late(Business):
    """One person, whose account was made eight days before anybody told us, and whose contract
    ends in nine days.
    """

    def introduce(self, at: datetime) -> Iterator[Event]:
        yield from ()

    def happen(self, since: datetime, until: datetime, count: int) -> list[Event]:
        if count != 4 * 12:  # of the days that are rehearsed
            return []
        told = since + timedelta(hours=2)
        ends = (told + timedelta(days=9)).date().isoformat()
        identify = self._event(told, 0, EventKind.IDENTIFY, traits={**MAIL, "contract_end": ends})
        created = Event(
            message_id="late",
            kind=EventKind.TRACK,
            name="Account Created",
            occurred_at=told - timedelta(days=8),
            received_at=told + timedelta(minutes=1),
            user_id="u0",
        )
        return [identify, created]


async def test_what_is_overdue_is_rehearsed_as_it_is_done(tmp_path: Path) -> None:
    played = await play(tmp_path, RULES, Late(seed=1, people=1), days=4, history=1)
    assert played.planned == played.done
    assert len(played.done) == len({one.survey for one in played.done}) > 0
