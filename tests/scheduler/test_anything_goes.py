"""Anything people, providers and businesses may do, in any order: nothing breaks, nothing stays
half done, and the counts that reports are made of stay true.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from channels.errors import (
    BadResponse,
    Blocked,
    ChannelError,
    Misconfigured,
    Rejected,
    Relocated,
    Throttled,
    Unavailable,
    Uncertain,
)
from surveys.compose import payload
from surveys.inbound import Inbound, Linked, Moved, StatusChanged, Unblocked
from surveys.invitation import DeliveryState
from surveys.link import Purpose
from tests.scheduler.spine import Spine, a_spine, make_rules

T = TypeVar("T")

PEOPLE, STEPS = 5, 250
QUESTIONS = ("nps", "csat", "reasons", "comment", "unknown")
VALUES = ("0", "3", "9", "5", "late", "rude", "!", "-", "=", "99", "x")
WORDS = (
    *("9", "nine", "9/10", "👍", "kyllä", "da", "STOP", "start", "7 or 8", "skip", "-", "!", " "),
    *("late, rude", "x" * 5000, "\0a", "\ud800", "9, great", "{company}", "I called", "done"),
)
PURPOSES = (*[Purpose.ANSWER] * 4, Purpose.STOP, Purpose.OPT_IN)
TROUBLES: tuple[Callable[[], ChannelError], ...] = (
    lambda: Unavailable("x"),
    lambda: Uncertain("x"),
    lambda: Rejected("x"),
    lambda: Blocked("x"),
    lambda: BadResponse("x"),
    lambda: Misconfigured("x"),
    lambda: Throttled("x", retry_after=3, account=True),
    lambda: Relocated("x", new_address="1001"),
)


class Life:
    """One random course of events."""

    def __init__(self, spine: Spine, seed: int) -> None:
        self.spine, self.random = spine, random.Random(seed)
        self.seen: list[Inbound] = []

    def one_of(self, *given: T) -> T:
        return self.random.choice(given)

    def token(self) -> str:
        return self.spine.token(self.random.randrange(1, PEOPLE * 3), self.one_of(*PURPOSES))

    def place(self) -> tuple[str, str]:
        who = self.random.randrange(1, PEOPLE + 2)
        return self.one_of(
            ("telegram", str(1000 + who)), ("email", f"u{who}@x.example"), ("web", "")
        )

    def message(self, channel: str, address: str) -> str:
        return self.one_of("", "1", *[line.id for line in self.spine.lines(channel, address)])

    def happening(self) -> Inbound:
        spine, (channel, address) = self.spine, self.place()
        source = spine.source(address, channel)
        values = self.random.sample(VALUES, self.one_of(1, 1, 1, 2))
        pressed = tuple(payload(self.token(), self.one_of(*QUESTIONS), v) for v in values)
        message, words = self.message(channel, address), self.one_of(*WORDS)
        token = self.token() if channel == "web" else ""
        made: tuple[Inbound, ...] = (
            spine.said(address, channel=channel, payloads=pressed, external_id=message),
            spine.said(address, channel=channel, payloads=pressed, text=words),
            spine.said(address, channel=channel, text=words, external_id=message),
            spine.stop(address, channel, token),
            spine.resume(address, channel, token),
            spine.view(self.token()),
            Linked(**source, token=self.one_of("", self.token())),
            Unblocked(**source),
            Moved(**source, new_address=self.place()[1]),
            StatusChanged(**source, status=self.one_of(*DeliveryState), external_id=message),
        )
        return self.one_of(*made[:3], *made)

    async def live(self) -> None:
        for _ in range(STEPS):
            self.seen.append(self.happening())
            again = self.random.sample(self.seen, 1) if self.random.random() < 0.3 else []
            await self.spine.hear(self.seen[-1], *again)
            if self.random.random() < 0.1:
                channel, address = self.place()
                self.spine.channels[channel].fail_with(address, self.one_of(*TROUBLES)())
            if self.random.random() < 0.08:
                await self.spine.invite(self.random.randrange(1, PEOPLE + 1))
            if self.random.random() < 0.5:
                await self.spine.dispatch()
            self.spine.now += timedelta(seconds=self.one_of(0, 1, 30, 600))


@pytest.mark.parametrize("seed", range(4))
async def test_anything_goes_and_everything_adds_up(tmp_path: Path, seed: int) -> None:
    async with a_spine(tmp_path, rules=make_rules(all_channels=bool(seed % 2))) as spine:
        for who in range(1, PEOPLE + 1):
            await spine.invite(who, language=("en", "fi", "de")[who % 3])
        await Life(spine, seed).live()
        for _ in range(50):
            spine.now += timedelta(hours=1)
            await spine.dispatch()
        counts = await spine.store.counts()
        assert counts["dues"] == 0 and "invitations.planned" not in counts
        assert "deliveries.sending" not in counts
        assert await spine.store.recount() == []
