"""Results as text: one block a question, plain lines that read well in any chat. Pure."""

from collections.abc import Mapping, Sequence

from bot.commands.answers import choice_name, question_name
from bot.commands.phrases import count, decimal, fold, percent, round_half_up
from bot.commands.result_scores import (
    spell_bands,
    spell_goal,
    spell_interval,
    spell_score,
    spell_value,
)
from bot.words import ENGLISH, Words
from surveys.flow import Flow
from surveys.metric import METRICS
from surveys.report import Row
from surveys.score import Part
from surveys.survey import Survey

FIGURE_SPACE = "\u2007"  # as wide as a digit: chats have no fixed-width letters
MOST_CHOICES = 12
MOST_GROUPS = 20
_BAR = 10
_EIGHTHS = " ▏▎▍▌▋▊▉"
_SHADES = "▁▂▃▄▅▆▇█"


def row_name(row: Row, among: Sequence[Row], words: Words = ENGLISH) -> str:
    """Give what a row measures: its question, and what sets it apart from rows of the same one."""
    name = question_name(row.question, row.metric)
    same = [r for r in among if (r.survey, r.question) == (row.survey, row.question)]
    if len({r.metric_version for r in same}) > 1:
        name += f" ({row.metric_version or 'no metric'})"
    if len({r.scale for r in same}) > 1:
        name += f" on {row.scale or 'no scale'}"
    return of_population(name, row, words)


def of_population(name: str, row: Row, words: Words = ENGLISH) -> str:
    """Say who was asked, where it was not customers."""
    if row.population in ("", "customer"):
        return name
    pattern = words.texts.get(f"population_{row.population}", f"{{name}}, {row.population}s")
    return pattern.replace("{name}", name)


def spell_row(
    row: Row, among: Sequence[Row], survey: Survey | None, *, minimum: int, brief: bool
) -> str:
    """Give one question's result: score, goal and distribution; ``brief`` draws it in one line."""
    name = row_name(row, among)
    if row.hidden:
        return f"{name} · {hidden_words(minimum)}"
    if row.score is None:
        return _spell_unscored(row, name, survey)
    lines = [f"{name} {spell_score(row)}", spell_goal(row), _weighted(row)]
    lines += [_spark(row)] if brief else bars(scale_labels(row), row.parts)
    lines.append(spell_bands(row))
    return "\n".join(line for line in lines if line)


def hidden_words(minimum: int) -> str:
    """Say that a row is too small to show."""
    return f"fewer than {count(minimum, 'answer')}: hidden"


def spell_groups(
    rows: Sequence[Row], total: Row | None, flows: Mapping[str, Flow], *, name: str, by: str
) -> str:
    """Give a question's groups, best first, one a line; groups too small to show stand last."""
    head = name
    if total is not None and not total.hidden:
        head = f"{name} {spell_score(total) if total.score is not None else _people(total)}"
    lines = [head, *([spell_goal(total)] if total and total.goal is not None else [])]
    for row in rank(rows)[:MOST_GROUPS]:
        label = group_name(row.group, by)
        flow = flows.get(row.group)
        if row.hidden:
            lines.append(f"  {label}: hidden")
            continue
        rate = (
            f", {percent(flow.response_rate)} answered"
            if flow and flow.response_rate is not None
            else ""
        )
        lines.append(f"  {label}: {_short_score(row)}{rate}")
    if len(rows) > MOST_GROUPS:
        lines.append(f"  and {len(rows) - MOST_GROUPS} more")
    return "\n".join(lines)


def rank(rows: Sequence[Row]) -> list[Row]:
    """Give rows of one metric, best first; those without a score by size, hidden ones last."""
    sign = -1 if rows and _lower_is_better(rows[0]) else 1

    def key(row: Row) -> tuple[bool, float, int, str]:
        return row.hidden, -sign * (row.score or 0.0), -row.n, row.group.casefold()

    return sorted(rows, key=key)


def group_name(group: str, by: str, words: Words = ENGLISH) -> str:
    """Give a group's name as one line; rows that have none are named so."""
    return fold(group, 60) or words.texts.get(f"no_{by}", "–")


def bars(labels: Sequence[str], parts: Sequence[Part]) -> list[str]:
    """Draw one line a value: label, bar in eighths of a block, count."""
    most = max((part.n for part in parts), default=0) or 1
    wide = max((len(label) for label in labels), default=0)
    numbers = all(label.isdecimal() for label in labels)
    return [
        f"{label.rjust(wide, FIGURE_SPACE) if numbers else label} {_bar(part.n, most)}{part.n:,}"
        for label, part in zip(labels, parts, strict=True)
    ]


def scale_labels(row: Row, words: Words = ENGLISH) -> list[str]:
    """Give what stands before each bar of a scored row."""
    return [words.scale_value(row.scale, part.value) for part in row.parts]


def choice_labels(row: Row, survey: Survey | None, words: Words = ENGLISH) -> list[str]:
    """Give what stands before each bar of a row of choices."""
    return [choice_name(survey, row.question, part.value, words) for part in row.parts]


def _spell_unscored(row: Row, name: str, survey: Survey | None) -> str:
    if row.mean is not None:
        sure = ""
        if row.interval is not None:
            sure = f" (95 %: {decimal(row.interval.low)}…{decimal(row.interval.high)})"
        ends = f"from {decimal(row.minimum or 0)} to {decimal(row.maximum or 0)}"
        return f"{name}: mean {decimal(row.mean)}{sure}, {ends}, n {row.n:,}"
    if not row.parts:
        return f"{name}: {_people(row)}, see /responses {row.survey}"
    shown = row.parts[:MOST_CHOICES]
    lines = [
        f"{line} ({percent(part.share)})"
        for line, part in zip(
            bars(choice_labels(row, survey)[:MOST_CHOICES], shown), shown, strict=True
        )
    ]
    more = len(row.parts) - len(shown)
    return "\n".join((f"{name}: {_people(row)}", *lines, *([f"and {more} more"] if more else [])))


def _people(row: Row) -> str:
    return count(row.n, "answer")


def _short_score(row: Row) -> str:
    if row.score is None:
        mean = f"mean {decimal(row.mean)}, " if row.mean is not None else ""
        return f"{mean}n {row.n:,}"
    sure = f" ({spell_interval(row, row.interval)})" if row.interval else ""
    return f"{spell_value(row, row.score)}{sure}, n {row.n:,}"


def _weighted(row: Row) -> str:
    """Say so where answers do not weigh the same: percentages then differ from the counts."""
    if row.n - row.effective_n < 0.5:
        return ""
    return f"Weighted by sampling: as sure as {count(round_half_up(row.effective_n), 'answer')}"


def _spark(row: Row) -> str:
    labels, most = scale_labels(row), max(part.n for part in row.parts) or 1
    shades = "".join(
        _SHADES[round_half_up((len(_SHADES) - 1) * part.n / most)] if part.n else "·"
        for part in row.parts
    )
    return f"{labels[0]} {shades} {labels[-1]}"


def _bar(n: int, most: int) -> str:
    eighths = max(round_half_up(8 * _BAR * n / most), 1 if n else 0)
    bar = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    return f"{bar} " if bar else ""


def _lower_is_better(row: Row) -> bool:
    return row.metric in METRICS and METRICS[row.metric].low_is_good
