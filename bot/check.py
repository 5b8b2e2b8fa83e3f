"""``python -m bot check``: is the configuration right? All faults at once, in plain words."""

import asyncio
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from bot.config import Config, ConfigError, Fault, Registry, read_config, write_schema
from bot.config.faults import printable
from bot.config.retention import spell_rule
from channels import CHANNELS
from scheduler.best import EXPLORE, MEMORY
from scheduler.campaigns import Campaign
from scheduler.schedule import occurrences
from surveys.span import spell_span

DATES = 10
"""How many dates of a campaign are shown."""


def run_check(
    path: Path,
    *,
    schema: bool = False,
    out: TextIO,
    environ: Mapping[str, str] | None = None,
    registry: Registry = CHANNELS,
    now: datetime | None = None,
) -> int:
    """Check a configuration and write what there is to say; give the exit status, 0 or 1.

    With ``schema`` the JSON Schema for editors is written instead and no file is read.
    ``environ`` is the process's own, and ``now`` the present, where none is given.
    """
    if schema:
        out.write(write_schema(registry) + "\n")
        return 0
    try:
        reading = read_config(path, os.environ if environ is None else environ, registry=registry)
    except ConfigError as error:  # a language file that we ship
        return _refuse(error.faults, out)
    out.writelines(fault.render() + "\n\n" for fault in reading.advice)
    if reading.config is None:
        return _refuse(reading.faults, out)
    heads = _count_heads(reading.config) if reading.config.campaigns else {}
    out.writelines(_dates(reading.config, now or datetime.now(UTC), heads))
    out.writelines(_choices(reading.config))
    rules = reading.config.retention.rules
    out.writelines(f"retention: {spell_rule(rule, keep)}\n\n" for rule, keep in rules.items())
    out.write(f"{printable(path.name)}: OK, {_summary(reading.config)}\n")
    if reading.advice:
        out.write(f"{_count(len(reading.advice), 'warning')}; nothing has to be changed\n")
    return 0


def _count_heads(config: Config) -> Mapping[str, str]:
    """Say how many people are in each audience now, or why that is not known."""
    # A file without campaigns is checked without the database's libraries.
    from bot.headcount import count_heads  # noqa: PLC0415
    from storage.errors import StoreError  # noqa: PLC0415

    try:
        return {name: str(heads) for name, heads in asyncio.run(count_heads(config)).items()}
    except (StoreError, OSError, TimeoutError) as error:
        why = str(error) or "the database does not answer"
        return dict.fromkeys((c.name for c in config.campaigns), f"  nobody was counted: {why}")


def _dates(config: Config, now: datetime, heads: Mapping[str, str]) -> Iterator[str]:
    """Say when each campaign comes round next, in the service's time, and for how many."""
    zone = ZoneInfo(config.service.timezone)
    for campaign in config.campaigns:
        coming = islice(occurrences(campaign.schedule, now, zone), DATES)
        dates = [f"  {o.wall:%a %d %b %Y %H:%M}" for o in coming if not _is_over(campaign, o.at)]
        name = f"campaign {campaign.name} ({zone.key})"
        over = f", each time over {spell_span(campaign.spread)}" if campaign.spread else ""
        whom = [heads[campaign.name]] if campaign.name in heads else []
        told = [f"{name} comes round{over}", *dates, *whom, "\n"]
        yield "\n".join(told) if dates else f"{name} is over\n\n"


def _choices(config: Config) -> Iterator[str]:
    """Say how each channel that the service chooses is chosen."""
    for (survey, rule), via in config.best_routes.items():
        yield (
            f"{rule} asks {survey} over {' or '.join(via)}: by how people answered on each in the"
            f" last {MEMORY.days} days; one in {round(1 / EXPLORE)} goes over any of them\n\n"
        )


def _is_over(campaign: Campaign, at: datetime) -> bool:
    return campaign.ends is not None and at > campaign.ends


def _refuse(faults: Iterable[Fault], out: TextIO) -> int:
    listed = list(faults)
    out.writelines(fault.render() + "\n\n" for fault in listed)
    files = len({fault.file for fault in listed})
    out.write(f"{_count(len(listed), 'fault')} in {_count(files, 'file')}\n")
    return 1


def _summary(config: Config) -> str:
    sandboxed = sum(channel.sandbox for channel in config.channels.values())
    parts = [
        _count(len(config.surveys), "survey"),
        _count(len(config.triggers), "trigger"),
        *([_count(len(config.journeys), "journey")] if config.journeys else []),
        *([_count(len(config.campaigns), "campaign")] if config.campaigns else []),
        _count(len(config.alerts), "alert"),
        _count(len(config.staff), "colleague"),
        _count(len(config.channels), "channel")
        + (f" ({sandboxed} sandboxed)" if sandboxed else ""),
    ]
    return ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
