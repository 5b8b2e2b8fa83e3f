"""The examination: all checks at once, each with its time, and their verdicts in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime

import dns.asyncresolver

from bot.config import Config
from bot.config.masking import Mask
from bot.doctor.verdict import State, Verdict
from channels import Entry

SECONDS = 10.0
"""How long one check may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is examined. ``clock`` gives aware UTC; ``resolver`` asks for names, None for the
    machine's own; ``seconds`` is how long one check may take.
    """

    config: Config
    registry: Mapping[str, Entry]
    clock: Callable[[], datetime]
    resolver: dns.asyncresolver.Resolver | None = None
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: ``about`` names it where it cannot speak for itself; ``late`` is how bad it is
    when it does not end in time.
    """

    about: str
    run: Callable[[Patient], Awaitable[Sequence[Verdict]]]
    late: State = State.BROKEN


async def examine(patient: Patient, checks: Sequence[Check]) -> AsyncIterator[Verdict]:
    """Run all checks at once and give their verdicts in the order of ``checks``."""
    tasks = [asyncio.create_task(_run(patient, check), name=check.about) for check in checks]
    try:
        for task in tasks:
            for verdict in await task:
                yield verdict
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def make_mask(config: Config, secrets: Sequence[str] = ()) -> Mask:
    """Give what hides every secret: the configuration's and ``secrets``, the environment's."""
    mask = Mask()
    for secret in (*secrets, *config.service.write_keys):
        mask.hide(secret, "***")
    mask.hide_literal(config.service.database)
    for channel in config.channels.values():
        for value in _hidden(channel.settings):
            mask.hide_literal(value)
    return mask


def _hidden(settings: object) -> Sequence[str]:
    """Give the values a channel's Settings leaves out of its representation."""
    if not is_dataclass(settings):
        return ()
    values = [getattr(settings, field.name) for field in fields(settings) if not field.repr]
    return [value for value in values if isinstance(value, str) and value]


async def _run(patient: Patient, check: Check) -> Sequence[Verdict]:
    try:
        async with asyncio.timeout(patient.seconds):
            return await check.run(patient)
    except TimeoutError:
        text = f"no answer within {patient.seconds:g} seconds"
        return [Verdict(state=check.late, about=check.about, text=text)]
    except Exception as error:  # noqa: BLE001 - one check that breaks must not hide the others
        text = f"this check itself failed ({type(error).__name__})"
        todo = "Please report this with the version and what is set up"
        return [Verdict(state=State.ADVICE, about=check.about, text=text, todo=todo)]
