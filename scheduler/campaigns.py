"""Campaigns: a survey by calendar and audience. Pure.

A campaign comes round by its schedule. Each occurrence is named by what the clock on the wall shows
and taken once, by whichever node is first; its people are then enlisted batch by batch.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.journeys import invitation_key
from scheduler.schedule import Occurrence, Schedule, occurrences
from surveys.compose import choose_language
from surveys.condition import Condition
from surveys.contact import Contact
from surveys.follow_up import FollowUp
from surveys.invitation import OPEN_FOR, Invitation
from surveys.survey import Survey

LAST = "last."
"""Before a question's id or metric: what the person answered last (``last.nps``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """When whom to ask what.

    ``spread`` is the time over which the people of one occurrence are spread evenly. ``hold_out``
    in [0, 100) is the share of them that is never asked, to compare with. ``max_age`` is how late
    somebody may still be asked after an outage, ``ends`` the time after which it comes no more.
    """

    name: str
    schedule: Schedule
    survey: str
    via: tuple[str, ...]
    all_channels: bool = False
    audience: Condition | None = None
    spread: timedelta = timedelta(0)
    hold_out: float = 0.0
    ends: datetime | None = None
    max_age: timedelta = timedelta(days=1)
    expires: timedelta = OPEN_FOR
    follow_up: FollowUp = field(default_factory=FollowUp)

    @property
    def asks_for(self) -> frozenset[str]:
        """The questions and metrics whose last answer the audience asks about."""
        names = self.audience.names if self.audience else frozenset()
        return frozenset(name.removeprefix(LAST) for name in names if name.startswith(LAST))


def occurrence_due(
    campaign: Campaign, since: datetime, now: datetime, zone: ZoneInfo
) -> Occurrence | None:
    """Give the latest occurrence that has come, after ``since`` and not longer ago than
    ``max_age``; None for none. Those missed before it are not made up for.
    """
    latest = None
    for found in occurrences(campaign.schedule, max(since, now - campaign.max_age), zone):
        if found.at > now or (campaign.ends and found.at > campaign.ends):
            break
        latest = found
    return latest


def enlist(
    campaign: Campaign,
    wall: datetime,
    begins: datetime,
    people: Iterable[Contact],
    survey: Survey,
    *,
    language: str,
    last: Mapping[int, Mapping[str, Any]] | None = None,
) -> list[Invitation]:
    """Give the invitations of one occurrence for the people who are in the audience.

    ``last`` is what each answered last, by contact id. The same person comes out the same whatever
    the batch: enlisting again after a kill adds nobody twice.
    """
    answers = last or {}
    return [
        _invite(campaign, wall, begins, contact, survey, language)
        for contact in people
        if is_in(campaign, contact, answers.get(contact.id, {}))
        and share(campaign.name, "hold out", contact.id) * 100 >= campaign.hold_out
    ]


def is_in(campaign: Campaign, contact: Contact, last: Mapping[str, Any]) -> bool:
    """Whether somebody belongs to the audience."""
    facts = {
        **contact.attributes,
        "language": contact.language,
        "timezone": contact.timezone,
        "traits": contact.attributes,
        "last": last,
    }
    return campaign.audience is None or campaign.audience.holds(facts)


def share(*name: object) -> float:
    """Give a stable place in [0, 1) for a name."""
    digest = hashlib.sha256("\0".join(map(str, name)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _invite(
    campaign: Campaign,
    wall: datetime,
    begins: datetime,
    contact: Contact,
    survey: Survey,
    language: str,
) -> Invitation:
    run = wall.isoformat(timespec="minutes")
    due = begins + campaign.spread * share(campaign.name, run, contact.id)
    return Invitation(
        key=invitation_key("campaign", campaign.name, run, str(contact.id)),
        contact_id=contact.id,
        survey=survey.id,
        survey_version=survey.version,
        trigger=campaign.name,
        via=campaign.via,
        all_channels=campaign.all_channels,
        due_at=due,
        expires_at=due + campaign.expires,
        not_after=due + campaign.max_age,
        language=choose_language(survey, contact.language, language),
    )
