"""``report``: a report as it would be sent now, on the terminal, as a page or as a picture."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from bot.commands.grammar import suggest
from bot.commands.phrases import listing
from bot.config import Config
from bot.config.model import ReportRule
from bot.reports.blocks import Block, pictures
from bot.reports.contents import Contents
from bot.reports.page import inside, render_page
from bot.reports.rendering import render_text
from bot.reports.sections import compose
from bot.reports.sending import AT_ONCE, make_office
from bot.reports.words import words_of
from bot.running import read_config
from storage.store import Store
from surveys.errors import AfterwordError


class ReportError(AfterwordError):
    """A report cannot be made. The text is for the person who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was written on the command line. ``form`` is terminal, html or png."""

    name: str
    form: str = "terminal"
    file: Path | None = None
    language: str = ""


async def run_report(path: Path, wish: Wish, out: TextIO, now: datetime) -> int:
    """Print or write one report; gives the exit status.

    :raises ReportError: where there is no such report, or nothing to draw.
    """
    config = read_config(path)
    if config is None:
        return 1
    store = await Store.open(config.service.database, config.service.timezone)
    try:
        contents, language = await _contents(store, config, wish, now)
    finally:
        await store.close()
    words = words_of(wish.language or language)
    return _write(compose(contents, words), words.code, wish, out)


def _write(blocks: tuple[Block, ...], language: str, wish: Wish, out: TextIO) -> int:
    if wish.form == "png":
        return _write_pictures(blocks, wish, out)
    if wish.form == "html":
        text = render_page(blocks, language, inside)
    else:
        text = f"{render_text(blocks)}\n"
    if wish.file is None:
        out.write(text)
        return 0
    wish.file.write_text(text, encoding="utf-8")
    out.write(f"written: {wish.file}\n")
    return 0


def _write_pictures(blocks: tuple[Block, ...], wish: Wish, out: TextIO) -> int:
    """Write each picture to a file of its own: report.png, report-2.png."""
    images = pictures(blocks)
    if not images:
        raise ReportError(f"the report {wish.name} has nothing to draw yet")
    first = wish.file or Path(f"{wish.name}.png")
    for number, image in enumerate(images, 1):
        name = first if number == 1 else first.with_stem(f"{first.stem}-{number}")
        name.write_bytes(image.png)
        out.write(f"written: {name}\n")
    return 0


async def _contents(
    store: Store, config: Config, wish: Wish, now: datetime
) -> tuple[Contents, str]:
    rule = _find(config, wish.name)
    language = rule.language or config.service.language
    office = make_office(store, config)
    if rule.schedule is not None:
        today = now.astimezone(ZoneInfo(config.service.timezone)).date()
        return await office.gather(rule, today, None, now), language
    for campaign in config.campaigns:
        rounds = await store.rounds(campaign.name, 2)
        if rounds and (not campaign.reports or rule.name in campaign.reports):
            everybody = not campaign.hold_out
            contents = await office.gather_round(
                rule, campaign.name, rounds, now, survey=campaign.survey, everybody=everybody
            )
            return contents, language
    raise ReportError(f"the report {rule.name} is of a campaign's end, and none has come round yet")


def _find(config: Config, name: str) -> ReportRule:
    known = {rule.name: rule for rule in config.reports}
    if any(AT_ONCE.name in campaign.reports for campaign in config.campaigns):
        known.setdefault(AT_ONCE.name, AT_ONCE)
    if name in known:
        return known[name]
    near = suggest(name, known)
    there = f"there is {listing(tuple(known), 'and')}" if known else "reports: has no entries yet"
    raise ReportError(f"no report {name!r}: {f'did you mean {near}?' if near else there}")
