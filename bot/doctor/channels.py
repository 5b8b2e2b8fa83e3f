"""Channels: does each provider accept us?

A channel is built and started as the service does it, which proves token, log-in and address.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.commands import COMMANDS
from bot.config import ChannelConfig
from bot.doctor.domain import check_domain
from bot.doctor.examination import Check, Patient
from bot.doctor.mailbox import check_mailbox
from bot.doctor.telegram import check_webhook
from bot.doctor.twilio import check_account
from bot.doctor.verdict import State, Verdict, advise, broken, good
from bot.preview.album import title_of
from bot.test_send import explain
from channels import Entry
from channels.base import Channel, Surroundings
from channels.errors import ChannelError, Misconfigured, Retryable

More = Callable[[Patient, Any], Awaitable[Sequence[Verdict]]]

MORE: Mapping[str, Sequence[tuple[str, More, State]]] = {
    "telegram": (("Telegram webhook", check_webhook, State.ADVICE),),
    "email": (
        ("mailbox for replies", check_mailbox, State.BROKEN),
        ("mail domain", check_domain, State.ADVICE),
    ),
    "sms": (("phone account", check_account, State.BROKEN),),
    "voice": (("phone account", check_account, State.BROKEN),),
}
"""Channel -> what else can be asked about it: (name, check, how bad no answer is)."""


def list_checks(patient: Patient) -> list[Check]:
    """Give the checks of every channel that is set up."""
    return [
        check
        for channel in patient.config.channels.values()
        for check in _checks(channel, patient.registry[channel.name])
    ]


def _checks(channel: ChannelConfig, entry: Entry) -> list[Check]:
    about = title_of(channel.name)
    if channel.sandbox:
        return [Check(about=about, run=lambda _: _say_played(about))]
    more = [
        Check(about=name, run=partial(_ask_more, run, channel.settings), late=late)
        for name, run, late in MORE.get(channel.name, ())
    ]
    return [Check(about=about, run=lambda patient: _start(patient, channel, entry)), *more]


async def _ask_more(run: More, settings: Any, patient: Patient) -> Sequence[Verdict]:
    return await run(patient, settings)


async def _say_played(about: str) -> Sequence[Verdict]:
    return [good(about, "played by the sandbox, so nothing is sent")]


async def _start(patient: Patient, channel: ChannelConfig, entry: Entry) -> Sequence[Verdict]:
    about = title_of(channel.name)
    adapter = await asyncio.to_thread(entry.adapter_class)
    built = adapter.build(channel.settings, _surroundings(patient))
    try:
        await built.start()
    except Retryable as error:
        return [broken(about, str(error), "Is this machine online, and the provider up?")]
    except Misconfigured as error:
        return [broken(about, str(error), "See its page under docs/channels")]
    except ChannelError as error:
        return [broken(about, str(error), explain(error))]
    finally:
        await built.close()
    if adapter.start is Channel.start:
        return [] if channel.name in MORE else [_say_untried(channel.name)]
    return [good(about, "the provider accepts us")]


def _say_untried(name: str) -> Verdict:
    """A page needs no provider; others cannot be tried without sending something."""
    about = title_of(name)
    if name == "web":
        return good(about, "part of this service")
    todo = f"Try it on a colleague: `./afterword test-send SURVEY --to staff:NAME --via {name}`"
    return advise(about, "its log-in shows only when something is sent", todo)


def _surroundings(patient: Patient) -> Surroundings:
    service = patient.config.service
    return Surroundings(
        public_url=service.public_url,
        company=service.name,
        privacy_url=service.privacy_url,
        language=service.language,
        languages=patient.config.languages,
        key=secrets.token_bytes(32),
        clock=patient.clock,
        nonce=lambda: secrets.token_urlsafe(9),
        commands=tuple((c.name, c.summary) for c in COMMANDS.values()),
    )
