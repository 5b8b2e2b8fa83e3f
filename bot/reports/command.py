"""``report``: a report as it would be sent now, on the terminal, as a page or as a picture."""

import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from bot.commands.grammar import suggest
from bot.commands.phrases import listing
from bot.config import Config
from bot.config.model import ReportRule
from bot.periods import FORMS, PeriodError
from bot.reports.blocks import Block, pictures
from bot.reports.contents import Contents, stretch
from bot.reports.filing import put_files
from bot.reports.page import inside, render_page
from bot.reports.sections import compose
from bot.reports.sending import AT_ONCE, make_office
from bot.reports.terminal import render_terminal
from bot.running import read_config
from bot.slips import near_period
from bot.words import languages, words_of
from storage.store import Store
from surveys.errors import AfterwordError


class ReportError(AfterwordError):
    """A report cannot be made. The text is for the person who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was written on the command line. ``form`` is terminal, html or png; ``period`` is which
    days, "" for the report's own.
    """

    name: str
    form: str = "terminal"
    file: Path | None = None
    language: str = ""
    period: str = ""


async def run_report(path: Path, wish: Wish, out: TextIO, now: datetime) -> int:
    """Print or write one report, whether or not the service runs; gives the exit status.

    :raises ReportError: where there is no such report, or nothing to draw.
    :raises bot.reports.filing.NotWritten: where its file cannot be written.
    :raises StoreError: where the store cannot be opened.
    """
    config = read_config(path)
    if config is None:
        return 1
    rule = _find(config, wish, now.astimezone(ZoneInfo(config.service.timezone)).date())
    language = _wished(wish.language) or rule.language or config.service.language
    store = await Store.open_beside(config.service.database, config.service.timezone)
    try:
        contents = await _contents(store, config, rule, now)
    finally:
        await store.close()
    words = words_of(language)
    _write(compose(contents, words), words.code, wish, out)
    return 0


def _write(blocks: tuple[Block, ...], language: str, wish: Wish, out: TextIO) -> None:
    if wish.form == "png":
        _write_pictures(blocks, wish, out)
        return
    if wish.form == "html":
        text = render_page(blocks, language, inside)
    else:
        columns = 80 if wish.file else shutil.get_terminal_size().columns
        text = f"{render_terminal(blocks, columns)}\n"
    if wish.file:
        put_files({wish.file: text.encode()})
        out.write(f"written: {wish.file}\n")
    elif wish.form == "html":
        # The page says of itself that it is UTF-8: what this terminal cannot say is spelt out.
        coding = out.encoding or "utf-8"
        out.write(text.encode(coding, "xmlcharrefreplace").decode(coding))
    else:
        out.write(text)


def _write_pictures(blocks: tuple[Block, ...], wish: Wish, out: TextIO) -> None:
    """Write each picture to a file of its own: report.png, report-2.png."""
    images = pictures(blocks)
    if not images:
        raise ReportError(
            f"the report {wish.name} has nothing to draw yet: nobody has answered in its days"
        )
    first = wish.file or Path(f"{wish.name}.png")
    others = (first.with_stem(f"{first.stem}-{n}") for n in range(2, len(images) + 1))
    files = (first, *others)
    put_files({file: image.png for file, image in zip(files, images, strict=True)})
    out.writelines(f"written: {file}\n" for file in files)


async def _contents(store: Store, config: Config, rule: ReportRule, now: datetime) -> Contents:
    office = make_office(store, config)
    if rule.schedule is not None:
        today = now.astimezone(ZoneInfo(config.service.timezone)).date()
        return await office.gather(rule, today, None, now)
    for campaign in config.campaigns:
        rounds = await store.rounds(campaign.name, 2)
        if rounds and (not campaign.reports or rule.name in campaign.reports):
            return await office.gather_round(
                rule,
                campaign.name,
                rounds,
                now,
                survey=campaign.survey,
                everybody=not campaign.hold_out,
            )
    raise ReportError(f"the report {rule.name} is of a campaign's end, and none has come round yet")


def _find(config: Config, wish: Wish, today: date) -> ReportRule:
    """Give the report wanted, of the days wanted."""
    rule = _named(config, wish.name)
    if not wish.period:
        return rule
    if rule.schedule is None:
        raise ReportError(f"the report {rule.name} is of a campaign's round: leave out --period")
    try:
        stretch(wish.period, today)
    except PeriodError as error:
        raise ReportError(f"--period: {error}") from None
    except ValueError:
        near = near_period(wish.period)
        hint = f"did you mean {near}?" if near else f"write {FORMS}"
        raise ReportError(f"--period: {wish.period!r} is no period: {hint}") from None
    return replace(rule, period=wish.period)


def _named(config: Config, name: str) -> ReportRule:
    known = {rule.name: rule for rule in config.reports}
    if any(AT_ONCE.name in campaign.reports for campaign in config.campaigns):
        known.setdefault(AT_ONCE.name, AT_ONCE)
    if name in known:
        return known[name]
    near = suggest(name, known)
    there = f"there is {listing(tuple(known), 'and')}" if known else "reports: has no entries yet"
    raise ReportError(f"no report {name!r}: {f'did you mean {near}?' if near else there}")


def _wished(language: str) -> str:
    """Give a language reports are in, one with a region included; "" where none was wished for."""
    known = languages()
    if not language or language.partition("-")[0] in known:
        return language
    raise ReportError(f"reports are not in {language!r}: there is {listing(known, 'and')}")
