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
from surveys.counting import EventCount
from surveys.follow_up import FollowUp
from surveys.invitation import OPEN_FOR, Invitation
from surveys.roll import Enlisted, Roll
from surveys.roster import Roster
from surveys.survey import Survey

LAST = "last."
"""Before a question's id or metric: what the person answered last (``last.nps``)."""

NO_WAIT = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """When whom to ask what.

    ``audience`` is what is asked of a person, ``listed`` who is in a file: who fits both is asked.
    ``spread`` is the time over which the people of one occurrence are spread evenly; ``apart`` the
    time between two of them, for a campaign that goes on at a pace instead. ``hold_out``
    in [0, 100) is the share of them that is never asked, to compare with. ``max_age`` is how late
    somebody may still be asked after an outage, ``ends`` the time after which it comes no more.
    ``reports`` are the reports that are sent when a round is over.
    """

    name: str
    schedule: Schedule
    survey: str
    via: tuple[str, ...]
    all_channels: bool = False
    best: bool = False
    audience: Condition | None = None
    listed: Roster | None = None
    spread: timedelta = NO_WAIT
    apart: timedelta = NO_WAIT
    hold_out: float = 0.0
    ends: datetime | None = None
    max_age: timedelta = timedelta(days=1)
    expires: timedelta = OPEN_FOR
    follow_up: FollowUp = field(default_factory=FollowUp)
    reports: tuple[str, ...] = ()

    def lasts(self, people: int) -> timedelta:
        """Give how long after it came round the last of so many people is asked."""
        return max(self.spread, self.apart * people)

    @property
    def asks_for(self) -> frozenset[str]:
        """The questions and metrics whose last answer the audience asks about."""
        names = self.audience.names if self.audience else frozenset()
        return frozenset(name.removeprefix(LAST) for name in names if name.startswith(LAST))

    @property
    def counts(self) -> frozenset[EventCount]:
        """The events whose number the audience asks about."""
        return self.audience.counts if self.audience else frozenset()


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
    earlier: int = 0,
) -> Roll:
    """Give whom one occurrence invites: those of its audience who are not held out. So many were
    invited ``earlier``, in the batches before this one.

    The same person comes out the same whatever the batch: enlisting again after a kill adds nobody
    twice.
    """
    run = wall.isoformat(timespec="minutes")
    # Keys of one occurrence lie beside each other, in the order of the people: an index takes them
    # several times as fast as it takes keys that are all over the place.
    prefix = invitation_key("campaign", campaign.name, run)[:16]
    asked = (contact for contact in people if not is_held_out(campaign, contact.id))
    return Roll(
        pattern=_pattern(campaign, begins, survey),
        people=[
            Enlisted(
                key=f"{prefix}{contact.id:016x}",
                contact_id=contact.id,
                language=choose_language(survey, contact.language, language),
                wait=_wait(campaign, run, contact.id) + campaign.apart * number,
            )
            for number, contact in enumerate(asked, start=earlier)
        ],
    )


def is_in(
    campaign: Campaign,
    contact: Contact,
    last: Mapping[str, Any],
    counts: Mapping[str, int] | None = None,
) -> bool:
    """Whether somebody belongs to the audience: ``last`` is what they answered last, ``counts`` how
    often events were reported of them, by `EventCount.name` (0 for those left out).
    """
    if campaign.listed and not campaign.listed.lists(contact):
        return False
    if campaign.audience is None:
        return True
    facts = {
        **contact.attributes,
        **dict.fromkeys((count.name for count in campaign.counts), 0),
        **(counts or {}),
        "language": contact.language,
        "timezone": contact.timezone,
        "traits": contact.attributes,
        "last": last,
    }
    return campaign.audience.holds(facts)


def share(*name: object) -> float:
    """Give a stable place in [0, 1) for a name."""
    digest = hashlib.sha256("\0".join(map(str, name)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def is_held_out(campaign: Campaign, contact_id: int) -> bool:
    """Whether somebody is in the share of people that a campaign never asks."""
    if not campaign.hold_out:
        return False
    return share(campaign.name, "hold out", contact_id) * 100 < campaign.hold_out


def _wait(campaign: Campaign, run: str, contact_id: int) -> timedelta:
    return campaign.spread * share(campaign.name, run, contact_id) if campaign.spread else NO_WAIT


def _pattern(campaign: Campaign, begins: datetime, survey: Survey) -> Invitation:
    return Invitation(
        key="",
        contact_id=0,
        survey=survey.id,
        survey_version=survey.version,
        trigger=campaign.name,
        via=campaign.via,
        all_channels=campaign.all_channels,
        best=campaign.best,
        due_at=begins,
        expires_at=begins + campaign.expires,
        not_after=begins + campaign.max_age,
    )
