"""Scores in words: value, interval, goal, bands and response rate, metric by metric. Pure."""

from bot.commands.phrases import count, decimal, percent, round_half_up, signed
from surveys.flow import Flow
from surveys.interval import Interval
from surveys.metric import METRICS, Scoring
from surveys.report import Row
from surveys.scale import SCALES
from surveys.score import Box

_BANDS = {
    "nps": ("detractors", "passives", "promoters"),
    "ces": ("hard", "neutral", "easy"),
    "ces1": ("hard", "neutral", "easy"),
}


def spell_score(row: Row) -> str:
    """Give the score of a scored row with its interval and base, in the words of its metric."""
    metric = METRICS[row.metric]
    if metric.scoring is Scoring.NET:
        return f"{spell_value(row, row.score)}{_sure(row)}, n {row.n:,}"
    if metric.scoring is Scoring.SHARE:
        mean = f", mean {decimal(row.mean)}" if row.mean is not None else ""
        return f"{spell_value(row, row.score)} {_noun(row)} ({spell_box(row)}){mean}{_sure(row)}"
    good = " (low is good)" if metric.low_is_good else ""
    easy = f"; {percent(row.box.percent / 100)} gave {_span(row.box)}" if row.box else ""
    of = f" of {SCALES[row.scale].high}"
    return f"{spell_value(row, row.score)}{of}{good}{_sure(row)}, n {row.n:,}{easy}"


def spell_value(row: Row, value: float | None) -> str:
    """Give a score of a row's metric: ``+42``, ``86 %``, ``5.8``."""
    if value is None:
        return "–"
    scoring = METRICS[row.metric].scoring
    if scoring is Scoring.NET:
        return signed(value)
    return percent(value / 100) if scoring is Scoring.SHARE else decimal(value)


def spell_interval(row: Row, interval: Interval) -> str:
    """Give an interval in the unit of the row's metric: ``+31…+53``, ``79…91 %``, ``5.5…6.1``."""
    if METRICS[row.metric].scoring is Scoring.SHARE:
        return f"{round_half_up(interval.low)}…{round_half_up(interval.high)} %"
    return f"{spell_value(row, interval.low)}…{spell_value(row, interval.high)}"


def spell_goal(row: Row) -> str:
    """Say what the goal is and whether it is met, "" where the survey sets none."""
    if row.goal is None:
        return ""
    at_most = "at most " if METRICS[row.metric].low_is_good else ""
    met = "met" if row.reached else "not met"
    return f"Goal {at_most}{spell_value(row, row.goal)}: {met}"


def spell_bands(row: Row) -> str:
    """Give the bands by their own names, "" for metrics whose bands have none."""
    names = _BANDS.get(row.metric, ())
    pairs = zip(names, row.bands, strict=False)
    text = ", ".join(f"{name} {percent(part.share)}" for name, part in pairs)
    return text[:1].upper() + text[1:]


def spell_flow(flow: Flow) -> str:
    """Give the response rate in one line: ``128 of 340 delivered answered, 38 % (95 %: 33–43)``;
    who came by themselves stands apart.
    """
    came = (
        f"{flow.came:,} came by themselves, {flow.came_completed:,} finished." if flow.came else ""
    )
    asked = _spell_asked(flow) if flow.sent or not came else ""
    return " ".join(part for part in (asked, came) if part)


def _spell_asked(flow: Flow) -> str:
    if flow.response_rate is None:
        return f"{count(flow.sent, 'invitation')} sent, none delivered yet."
    answered = min(flow.completed, flow.delivered)
    sure = ""
    if flow.interval is not None:
        low, high = (round_half_up(100 * end) for end in (flow.interval.low, flow.interval.high))
        sure = f" (95 %: {low}–{high})"
    rate = percent(flow.response_rate)
    parts = [f"{answered:,} of {flow.delivered:,} delivered answered, {rate}{sure}"]
    if flow.partial:
        parts.append(f"{flow.partial:,} began and did not finish")
    if flow.sent > flow.delivered:
        parts.append(f"{flow.sent - flow.delivered:,} sent and not delivered")
    return "; ".join(parts) + "."


def _sure(row: Row) -> str:
    if row.interval is None:
        return " (too few answers for an interval)"
    if METRICS[row.metric].scoring is Scoring.SHARE:
        return f", 95 %: {spell_interval(row, row.interval)}"
    return f" (95 %: {spell_interval(row, row.interval)})"


def _noun(row: Row) -> str:
    if row.metric == "thumbs":
        return "up"
    return "had problems" if row.metric == "problems" else "satisfied"


def spell_box(row: Row) -> str:
    """Give how many answers a share counts: ``110 of 128 gave 4–5``."""
    if row.box is None:
        return f"n {row.n:,}"
    counted = f"{row.box.n:,} of {row.n:,}"
    if row.scale == "thumbs":
        return counted
    if row.scale == "yes-no":
        return f"{counted} said yes"
    return f"{counted} gave {_span(row.box)}"


def _span(box: Box) -> str:
    low, high = box.values[0], box.values[-1]
    return f"{low}" if low == high else f"{low}–{high}"
