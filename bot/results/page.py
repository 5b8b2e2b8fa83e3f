"""Page: from what the sections found to HTML. No clock, no network; every text is escaped."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

from bot.commands.answers import question_name
from bot.commands.context import Context
from bot.commands.phrases import clean, fold
from bot.periods import FORMS, default_period
from bot.results.asked import NAMES, Asked
from bot.results.drawing import WIDTH
from bot.results.sections import SECTIONS, visit
from bot.templates import open_templates
from bot.words import Words
from bot.words.days import spell_clock
from channels.web.settings import Settings
from surveys.report import Filter
from surveys.staff import StaffMember

_HERE = Path(__file__).parent


def _hold_together(value: object) -> object:
    """Keep a number and its per cent sign on one line."""
    return value.replace(" %", "\u00a0%") if isinstance(value, str) else value


_JINJA = open_templates(_HERE / "templates", _hold_together)
PERIODS = ("today", "7d", "30d", "90d", "this week", "last week", "this month", "last month")
"""What the form offers; anything a command takes may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What all pages share: the company's name, and the stylesheet and script as they are served,
    each with a hash of itself to be asked for by.
    """

    company: str
    style: bytes
    script: bytes

    @property
    def files(self) -> Mapping[str, tuple[str, bytes]]:
        """Name -> media type and content."""
        return {"results.css": ("text/css", self.style), "results.js": _script(self.script)}

    def address_of(self, name: str) -> str:
        return f"{name}?v={sha256(self.files[name][1]).hexdigest()[:12]}"


def make_look(company: str, settings: Settings) -> Look:
    """Give the look of a service, in the colour of its survey pages."""
    style = (_HERE / "results.css").read_text(encoding="utf-8")
    for name, colour in (("#0f6b5c", settings.accent), ("#7fc9bb", settings.night_accent)):
        style = style.replace(name, colour)
    script = (_HERE / "results.js").read_bytes()
    return Look(company=clean(company), style=style.encode(), script=script)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When the page was made, in the service's time zone, and until when its reader may look;
    ``mark`` is the store's (`bot.results.live`).
    """

    now: datetime
    until: datetime
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a page shows, the same for all who may see the same: its sections as HTML, the days, and
    the store's ``mark`` from before they were counted.
    """

    mark: str
    period: str
    parts: Sequence[Mapping[str, str]]


async def count_results(context: Context, asked: Asked, wanted: Filter, mark: str) -> Counted:
    """Count what is asked for."""
    this = await visit(context, asked, wanted)
    found = await asyncio.gather(*(section.gather(this) for section in SECTIONS))
    parts = []
    for section, given in zip(SECTIONS, found, strict=True):
        template = _JINJA.get_template(f"{section.name}.html")
        inside = template.render(given, width=WIDTH, say=this.words.say)
        title = this.words.say(f"title_{section.name}")
        parts.append({"name": section.name, "title": title, "html": inside})
    return Counted(mark=mark, period=this.days(this.period), parts=parts)


def render_results(
    look: Look, context: Context, asked: Asked, moment: Moment, counted: Counted
) -> str:
    """Give the page that shows what was counted."""
    return _page(
        look,
        context,
        asked.given,
        replace(moment, mark=counted.mark),
        parts=counted.parts,
        period=counted.period,
        about=_about(context.words, asked.given),
        refresh=True,
    )


def render_fault(
    look: Look, context: Context, given: Mapping[str, str], fault: str, moment: Moment
) -> str:
    """Give the page with its form, and why it has nothing to show."""
    usual = default_period(context.today)
    period = context.words.span(usual.since, usual.until)
    return _page(look, context, given, moment, fault=fault, period=period)


def render_gone(look: Look, words: Words) -> str:
    """Give the page for whoever may not see any, whatever the reason."""
    return _JINJA.get_template("gone.html").render(look=look, say=words.say, code=words.code)


def _page(
    look: Look,
    context: Context,
    given: Mapping[str, str],
    moment: Moment,
    *,
    period: str,
    parts: Sequence[Mapping[str, str]] = (),
    about: str = "",
    fault: str = "",
    refresh: bool = False,
) -> str:
    return _JINJA.get_template("page.html").render(
        look=look,
        say=context.words.say,
        code=context.words.code,
        clock=partial(spell_clock, context.words.code),
        reader=_reader(context.member, context.words),
        given=given,
        fields=_fields(context),
        forms=FORMS,
        periods=PERIODS,
        parts=parts,
        period=period,
        about=about,
        fault=fault,
        refresh=refresh,
        moment=moment,
    )


def _about(words: Words, given: Mapping[str, str]) -> str:
    """Say what is limited, besides the days and the survey."""
    named = {f"of_{name}": fold(given[name], 60) for name in NAMES if name in given}
    limits = [words.say(key, name=name) for key, name in named.items() if key in words.texts]
    if metric := given.get("metric"):
        limits.insert(0, question_name(metric, metric))
    return ", ".join(limits)


def _reader(member: StaffMember, words: Words) -> str:
    teams = ", ".join(member.teams) or words.say("no_team_yet")
    if member.sees_all:
        teams = words.say("every_team")
    return f"{fold(member.name, 60)}, {words.say(f'role_{member.role}')}: {teams}"


def _fields(context: Context) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Give what can be chosen for each filter: value and words."""
    known = context.vocabulary
    surveys = context.config.surveys
    words = context.words
    titles = [(name, _titled(name, fold(words.title(surveys[name].title), 60))) for name in surveys]
    return {
        "survey": titles,
        "metric": [(name, question_name(name, name)) for name in known.metric],
        "channel": [(name, name) for name in known.channel],
        "team": [(name, name) for name in known.team] if len(known.team) > 1 else [],
        "language": [(code, code) for code in known.language],
    }


def _titled(name: str, title: str) -> str:
    return f"{name}: {title}" if title else name


def _script(content: bytes) -> tuple[str, bytes]:
    return "text/javascript", content
