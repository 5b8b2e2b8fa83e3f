"""What the gallery shows, as it is drawn today: pictures for chats, the weekly mail, the page."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from bot.charts import Dot, Heading, Point, Trend
from bot.charts.canvas import Canvas
from bot.charts.distribution import distribution_canvas
from bot.charts.groups import groups_canvas
from bot.charts.pictures import Bar, Distribution, Groups, Part
from bot.charts.trend import trend_canvas
from bot.commands.context import Context
from bot.commands.counting import identity_of
from bot.commands.grammar import Request
from bot.commands.result_picture import show_groups, show_row
from bot.commands.result_text import row_name
from bot.commands.spans import cut, span_of
from bot.commands.trend_picture import show_trend
from bot.config.model import Config
from bot.periods import Period
from bot.reports.contents import Contents
from bot.reports.page import render_page
from bot.reports.sections import compose
from bot.reports.sending import make_office
from bot.rulebook import make_staff_config
from bot.words import words_of
from storage.store import Store
from surveys.message import Image
from surveys.metric import Band
from surveys.report import Report, Row
from tests.bot.gallery.year import LANGUAGES, NOW

CHAT = ("results", "trend", "teams", "channels")


def context_of(config: Config, store: Store, code: str) -> Context:
    """Give what a command of the manager who reads a language has to work with."""
    staff = make_staff_config(config, config.channels)
    member = next(one for one in config.staff if one.language == code)
    return Context(member=member, config=staff, store=store, now=NOW)


async def draw_chat(context: Context) -> Mapping[str, Canvas]:
    """Give the four pictures that commands answer with, by `CHAT`."""
    request = Request(survey="after_call", metric="nps")
    return dict(
        zip(
            CHAT,
            (
                await _results(context, request),
                await _trend(context, request),
                await _groups(context, request, "team"),
                await _groups(context, request, "channel"),
            ),
            strict=True,
        )
    )


async def _report(context: Context, request: Request) -> Report:
    return await context.counting.report(context.store, context.filter(request))


async def _results(context: Context, request: Request) -> Canvas:
    found = await _report(context, request)
    (row,) = found.rows
    survey = context.config.surveys[row.survey]
    about = context.about(request, row.survey)
    return distribution_canvas(
        show_row(row, found.rows, survey, found.flows[0], about, context.words)
    )


async def _groups(context: Context, request: Request, by: str) -> Canvas:
    found = await _report(context, request)
    (row,) = found.rows
    parts = (await _report(context, replace(request, by=by))).rows
    same = [part for part in parts if identity_of(part) == identity_of(row)]
    about, words = context.about(request, row.survey), context.words
    name = row_name(row, found.rows, words)
    return groups_canvas(
        show_groups(same, row, found.flows[0], about, name=name, by=by, ranked=True, words=words)
    )


async def _trend(context: Context, request: Request) -> Canvas:
    until = context.today - timedelta(days=1)
    period = Period(since=until - timedelta(weeks=12) + timedelta(days=1), until=until)
    request = replace(request, period=period)
    wanted = context.filter(request)
    (row,) = (await context.counting.report(context.store, wanted)).rows

    def rename(day: str) -> str:
        return span_of(
            until.replace(year=int(day[:4]), month=int(day[4:6]), day=int(day[6:])), "week"
        )

    steps = await context.counting.report(context.store, replace(wanted, by="day"), rename=rename)
    points: Mapping[str, Row] = {one.group: one for one in steps.rows}
    about, words = context.about(request, row.survey), context.words
    name = row_name(row, (row,), words)
    return trend_canvas(
        show_trend(
            row, cut(period, "week"), points, step="week", name=name, about=about, words=words
        )
    )


async def weekly(config: Config, store: Store) -> Contents:
    """Give what the weekly report is about."""
    rule = next(one for one in config.reports if one.name == "weekly")
    return await make_office(store, config).gather(rule, NOW.date(), None, NOW)


def draw_mail(contents: Contents, code: str) -> str:
    """Give the page of the weekly report, its pictures named by what stands for them."""
    words = words_of(code)
    return render_page(compose(contents, words), words.code, _named)


def _named(_number: int, image: Image) -> str:
    return f"picture:{fingerprint(image.alt)}"


def fingerprint(drawn: str | Canvas) -> str:
    """Give a few characters that change with what is drawn."""
    text = drawn if isinstance(drawn, str) else drawn.svg()
    return sha256(text.encode()).hexdigest()[:16]


def extremes(code: str) -> Mapping[str, Canvas]:
    """Give what strains a picture: no answer, one, the ends of NPS, hundreds of thousands."""
    words = words_of(code)
    million = (318_204, 1_204, 0, 12, 904, 45_120, 99_999, 100_000, 234_567, 345_678, 912_345)
    every = sum(million)
    heading = Heading(title="NPS", subtitle="after_call · 2026", score="−100")
    one = Bar(label="0", n=1, share=1, band=Band.LOW)
    rest = tuple(Bar(label=str(n), n=0, share=0) for n in range(1, 11))
    bands = tuple(
        Part(label=label, share=share, band=band)
        for label, share, band in zip(words.bands("nps"), (1, 0, 0), Band, strict=True)
    )
    said = words.count("n_answers", 1)
    point = Point(label=words.axis(NOW.date()), n=1, score=100, spelled="+100")
    return {
        "empty": distribution_canvas(Distribution(heading=replace(heading, score=""), bars=(), words=words)),
        "one": distribution_canvas(
            Distribution(heading=replace(heading, facts=(said,)), bars=(one, *rest), parts=bands, words=words), "dark"
        ),
        "many": distribution_canvas(
            Distribution(
                heading=replace(heading, score="+24", facts=("95 %: +24…+24", words.count("n_answers", every))),
                bars=tuple(
                    Bar(label=str(n), n=count, share=count / every, band=Band.LOW if n < 7 else Band.MIDDLE if n < 9 else Band.HIGH)
                    for n, count in enumerate(million)
                ),
                words=words,
            )
        ),
        "ends": groups_canvas(
            Groups(
                heading=replace(heading, title=words.say("name_by_team", name="NPS")),
                dots=(
                    Dot(label="Rindfleischetikettierungsüberwachungsaufgaben und Lebensmittelaufsicht", n=128_204, score=100, low=99.7, high=100, spelled="+100"),
                    Dot(label="Night desk", n=1, score=0, low=-79, high=79, spelled="0"),
                    Dot(label="Sales", hidden=True),
                    Dot(label="Lumiaurauskalustovuokraamo", n=9_204, score=-100, low=-100, high=-99.6, spelled="−100"),
                ),
                low=-100, high=100, total=-100, ticks=((-100, "−100"), (-50, "−50"), (0, "0"), (50, "+50"), (100, "+100")), words=words,
            ), "dark",
        ),
        "step": trend_canvas(
            Trend(
                heading=replace(heading, score="+100", title=words.say("name_by_week", name="NPS"), facts=(said,)),
                points=(Point(label="–", note="–"), Point(label=words.axis(NOW.date() - timedelta(days=7)), hidden=True), point),
                low=-100, high=100, span=40, spell=words.signed, words=words,
            )
        ),
    }  # fmt: skip


async def drawn_now(config: Config, store: Store) -> dict[str, str]:
    """Give the fingerprint of everything that needs no server, by name."""
    found: dict[str, str] = {}
    contents = await weekly(config, store)
    for code in LANGUAGES:
        for name, canvas in (await draw_chat(context_of(config, store, code))).items():
            found[f"{name}-{code}"] = fingerprint(canvas)
        for name, canvas in extremes(code).items():
            found[f"{name}-{code}"] = fingerprint(canvas)
        found[f"mail-{code}"] = fingerprint(draw_mail(contents, code))
    return found
