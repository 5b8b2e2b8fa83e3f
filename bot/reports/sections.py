"""Sections: what a report says, part by part. Pure: contents and words in, blocks out.

`SECTIONS` is the one list of parts. A part gives no blocks where it has nothing to say.
"""

from collections.abc import Callable, Iterator, Sequence

from bot.charts import distribution_chart
from bot.commands.answers import question_name, spell_scores
from bot.commands.counting import identity_of
from bot.commands.phrases import fold
from bot.commands.result_picture import show_row
from bot.commands.result_text import MOST_GROUPS, of_population, rank
from bot.commands.spans import before
from bot.reports.blocks import Block, Head, Line, Picture, Quote, Score, Table
from bot.reports.cases import tell_cases
from bot.reports.contents import Contents
from bot.reports.themes import tell_themes
from bot.reports.words import Words
from surveys.comment import Comment
from surveys.flow import Flow
from surveys.masking import mask_words
from surveys.report import Row
from surveys.verdict import Change, Verdict, compare, compare_rates, judge_groups, mixes_modes

Section = Callable[[Contents, Words], Sequence[Block]]

MOST_PICTURES = 3
_QUOTE = 240


def title(contents: Contents, words: Words) -> Sequence[Block]:
    """Say what the report is called, of whom and of when."""
    head = f"{contents.company}: {fold(contents.name, 80)}"
    days = words.days(contents.period.since, contents.period.until)
    lines = [Line(text=days)]
    if not any(row.metric or not row.hidden for row in contents.totals.rows):
        lines.append(Line(text=words.say("no_answers")))
    if not contents.asked:
        lines.append(Line(text=words.say("nobody")))
    if contents.whole:
        lines.append(Line(text=words.say("whole", n=words.whole(contents.whole)), quiet=True))
    return [Head(text=head, level=1), *lines]


def surveys(contents: Contents, words: Words) -> Sequence[Block]:
    """Give each survey: how many were asked and answered, its scores, and how they were given."""
    blocks: list[Block] = []
    drawn = 0
    for survey in contents.asked:
        blocks.append(Head(text=survey_name(contents, survey, words)))
        blocks += flow_lines(contents, survey, words)
        for row in (r for r in contents.totals.rows if r.survey == survey):
            if row.hidden and row.metric:
                blocks.append(Line(text=f"{row_name(row, words)}: {words.say('hidden')}"))
            elif row.score is not None:
                blocks.append(score(contents, row, words))
                if drawn < MOST_PICTURES:
                    blocks.append(draw(contents, row, words))
                    drawn += 1
                blocks.append(counts(row, words))
    return blocks


def groups(contents: Contents, words: Words) -> Sequence[Block]:
    """Set channels, teams and agents side by side, each against all the others."""
    blocks: list[Block] = []
    for by, report in contents.groups.items():
        tables: list[Block] = []
        for total in (r for r in contents.totals.rows if r.score is not None):
            parts = [r for r in report.rows if identity_of(r) == identity_of(total)]
            if len(parts) > 1:
                found = judge_groups(total, parts)
                tables.append(group_table(contents, total, parts, found, by, words))
        if tables:
            blocks += [Head(text=words.say(f"by_{by}")), *tables]
            if by == "channel" and mixes_modes(row.group for row in report.rows):
                blocks.append(Line(text=words.say("modes"), quiet=True))
    return blocks


def cases(contents: Contents, words: Words) -> Sequence[Block]:
    """Say what went wrong, how soon somebody was in touch, and whether it was put right."""
    return tell_cases(contents.cases, words) if contents.cases else []


def themes(contents: Contents, words: Words) -> Sequence[Block]:
    """Say what customers speak of."""
    return tell_themes(contents.themes, words)


def comments(contents: Contents, words: Words) -> Sequence[Block]:
    """Quote what is worth reading, without what tells a group who wrote it."""
    if not contents.comments:
        return []
    quotes = [quote(contents, comment, words) for comment in contents.comments]
    return [Head(text=words.say("comments")), *quotes]


def not_asked(contents: Contents, words: Words) -> Sequence[Block]:
    """Say how many were not asked, by why."""
    if not contents.reasons:
        return []
    lines = [
        Line(text=words.say(f"why_{kind}", n=words.whole(n)))
        for kind, n in contents.reasons.items()
    ]
    return [Head(text=words.say("not_asked")), *lines]


def ending(contents: Contents, words: Words) -> Sequence[Block]:
    """Say what the verdicts mean, where there is one."""
    return [Line(text=words.say("chance"), quiet=True)] if contents.totals.rows else []


SECTIONS: tuple[Section, ...] = (
    title,
    surveys,
    groups,
    cases,
    themes,
    comments,
    not_asked,
    ending,
)
"""The parts of every report, in order: the one place to add another."""


def compose(contents: Contents, words: Words) -> tuple[Block, ...]:
    """Give all of a report."""
    return tuple(block for section in SECTIONS for block in section(contents, words))


# Parts of surveys


def survey_name(contents: Contents, survey: str, words: Words) -> str:
    """Give a survey's title in the reader's language, else its id."""
    known = contents.surveys.get(survey)
    named = known.title.get(words.code) or known.title.get("en", "") if known else ""
    return fold(named, 80) or survey


def flow_lines(contents: Contents, survey: str, words: Words) -> Iterator[Line]:
    """Say how many were asked and answered, and whether the rate changed."""
    flow = next((f for f in contents.totals.flows if f.survey == survey), None)
    if flow is None:
        return
    if flow.sent:
        text = words.say(
            "flow",
            sent=words.whole(flow.sent),
            delivered=words.whole(flow.delivered),
            answered=words.whole(min(flow.completed, flow.delivered)),
            rate=rate(flow, words),
        )
        yield Line(text=f"{text}{rate_change(contents, flow, words)}")
    if flow.came:
        yield Line(text=words.say("came", n=words.whole(flow.came)))


def rate(flow: Flow, words: Words) -> str:
    """Give the response rate with its interval."""
    if flow.response_rate is None or flow.interval is None:
        return "–"
    low, high = words.percent(flow.interval.low), words.percent(flow.interval.high)
    return f"{words.percent(flow.response_rate)} ({words.say('interval', low=low, high=high)})"


def rate_change(contents: Contents, flow: Flow, words: Words) -> str:
    """Say whether the response rate changed; "" where there is nothing to compare."""
    before_it = next((f for f in contents.earlier.flows if f.survey == flow.survey), None)
    if before_it is None or not (before_it.delivered and flow.delivered):
        return ""
    names = {Verdict.BETTER: "higher", Verdict.WORSE: "lower"}
    verdict = compare_rates(before_it, flow).verdict
    return f"; {words.say(names.get(verdict, verdict.value))}"


def row_name(row: Row, words: Words) -> str:
    """Give what a row measures, and of whom."""
    return of_population(question_name(row.question, row.metric), row, words)


def score(contents: Contents, row: Row, words: Words) -> Score:
    """Give a score with its interval, base, goal, and whether it changed."""
    name = f"{row_name(row, words)} {words.value(row, row.score)}"
    parts = []
    if row.interval:
        low, high = (words.value(row, end) for end in (row.interval.low, row.interval.high))
        parts.append(words.say("interval", low=low, high=high))
    parts.append(words.say("answers", n=words.whole(row.n)))
    if row.goal is not None:
        key = "goal_met" if row.reached else "goal_missed"
        parts.append(words.say(key, goal=words.value(row, row.goal)))
    return Score(name=name, facts=tuple(parts), change=change(contents, row, words))


def change(contents: Contents, row: Row, words: Words) -> str:
    """Say what the score was in the period before, and whether that is a change."""
    earlier = next((r for r in contents.earlier.rows if identity_of(r) == identity_of(row)), None)
    if earlier is None or earlier.hidden:
        return ""
    found = compare(earlier, row)
    old = before(contents.period)
    text = words.say(
        "against", days=words.span(old.since, old.until), score=words.value(row, earlier.score)
    )
    by = f" ({words.more(row, found.difference.by)})" if found.difference else ""
    return f"{text}, {words.say(found.verdict.value)}{by}"


def counts(row: Row, words: Words) -> Table:
    """Give how often each value was given."""
    rows = tuple(
        (words.scale_value(row.scale, part.value), words.whole(part.n), words.percent(part.share))
        for part in row.parts
    )
    return Table(header=(words.say("value"), words.say("count"), words.say("share")), rows=rows)


def draw(contents: Contents, row: Row, words: Words) -> Picture:
    """Draw how often each value was given."""
    days = words.span(contents.period.since, contents.period.until)
    about = f"{survey_name(contents, row.survey, words)} · {days}"
    flow = next((f for f in contents.totals.flows if f.survey == row.survey), None)
    picture = show_row(row, (), contents.surveys.get(row.survey), flow, about, words)
    return Picture(image=distribution_chart(picture))


def group_table(
    contents: Contents,
    total: Row,
    parts: Sequence[Row],
    found: dict[str, Change],
    by: str,
    words: Words,
) -> Table:
    """Give each group's score and how it stands against all the others, best first."""
    rows = tuple(
        (
            fold(row.group, 60) or words.say("none"),
            words.say("hidden") if row.hidden else words.value(row, row.score),
            "" if row.hidden else words.whole(row.n),
            "" if row.hidden else against(found.get(row.group), words),
        )
        for row in rank(parts)[:MOST_GROUPS]
    )
    name = f"{survey_name(contents, total.survey, words)}: {row_name(total, words)}"
    header = (words.say(f"one_{by}"), words.say("score"), "n", words.say("verdict"))
    return Table(header=header, rows=rows, title=name)


def against(found: Change | None, words: Words) -> str:
    """Say how a group stands against all the others."""
    if found is None:
        return ""
    return words.say("same" if found.verdict is Verdict.UNCLEAR else found.verdict.value)


def quote(contents: Contents, comment: Comment, words: Words) -> Quote:
    """Quote one comment, masked, with its scores, team and channel."""
    names = (*comment.names, *contents.staff)
    response = comment.response
    scores = (
        spell_scores(response, contents.surveys.get(response.survey), words) if response else ()
    )
    about = (*scores, comment.team, comment.channel)
    return Quote(
        text=fold(mask_words(comment.text, names), _QUOTE),
        about=fold(" · ".join(part for part in about if part), 120),
    )
