"""A spine that asks by mail, and what mail servers say of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from surveys.contact import AddressStatus
from surveys.inbound import Replied, StatusChanged
from surveys.invitation import DeliveryState
from surveys.message import Message
from surveys.report import Filter
from tests.scheduler.spine import CHAT, MAIL, PAGE, Spine, a_spine, make_rules

ANNA, WORK = "u1@x.example", "anna@work.example"


POST = replace(MAIL, replies=True, subject=True)


BOUNCED, FAILED = DeliveryState.BOUNCED, DeliveryState.FAILED


@asynccontextmanager
async def mail_spine(folder: Path, *via: str) -> AsyncIterator[Spine]:
    rules = make_rules(via=via or ("email", "telegram"))
    capabilities = {"telegram": CHAT, "email": POST, "web": PAGE}
    async with a_spine(folder, rules=rules, capabilities=capabilities) as spine:
        yield spine


async def asked(spine: Spine, who: int = 1, **traits: str) -> str:
    """Ask somebody by mail; gives the mail's id."""
    await spine.invite(who, **traits)
    await spine.dispatch()
    return spine.lines("email", f"u{who}@x.example")[-1].id


def mails(spine: Spine, address: str = ANNA) -> list[Message]:
    return [line.message for line in spine.lines("email", address) if line.message]


def wrote(spine: Spine, text: str, sender: str = ANNA, **given: Any) -> Replied:
    return spine.said(sender, channel="email", text=text, **given)


def report(spine: Spine, mail: str, status: DeliveryState = BOUNCED, **given: Any) -> StatusChanged:
    source = spine.source("mailer-daemon@mx.example", "email")
    return StatusChanged(**source, external_id=mail, status=status, **given)


async def status_of(spine: Spine, channel: str, address: str) -> AddressStatus:
    contact = await spine.store.find_contact(channel, address)
    assert contact
    return next(a.status for a in contact.addresses if a.value == address)


async def flows(spine: Spine) -> dict[str, int]:
    wanted = Filter(survey="call", since=date(2026, 11, 1), until=date(2026, 12, 31), by="channel")
    found = (await spine.store.tally(wanted)).flows
    return {f"{flow.stage} {flow.group}": flow.n for flow in found}
