"""Spelling: figures as the page says them, in its reader's language. Pure."""

from bot.commands.result_picture import box_words
from bot.words import Words
from bot.words.rounding import round_half_up
from surveys.flow import Flow
from surveys.metric import METRICS, Scoring
from surveys.report import Row
from surveys.verdict import Change, Verdict

_NAMED = frozenset({"nps", "ces", "ces1"})
"""Metrics whose bands have names of their own."""


def flow_words(flow: Flow, words: Words) -> str:
    """Give the response rate in one line; who came by themselves stands apart."""
    came = ""
    if flow.came:
        n, done = words.whole(flow.came), words.whole(flow.came_completed)
        came = words.say("flow_came", n=n, done=done)
    asked = _asked_words(flow, words) if flow.sent or not came else ""
    return " ".join(part for part in (asked, came) if part)


def _asked_words(flow: Flow, words: Words) -> str:
    if flow.response_rate is None or flow.interval is None:
        return words.say("flow_none", n=words.count("n_invitations", flow.sent))
    low, high = (round_half_up(100 * end) for end in (flow.interval.low, flow.interval.high))
    parts = [
        words.say(
            "flow_answered",
            answered=words.whole(min(flow.completed, flow.delivered)),
            delivered=words.whole(flow.delivered),
            rate=words.percent(flow.response_rate),
            low=low,
            high=high,
        )
    ]
    if flow.partial:
        parts.append(words.say("flow_partial", n=words.whole(flow.partial)))
    if flow.sent > flow.delivered:
        parts.append(words.say("flow_undelivered", n=words.whole(flow.sent - flow.delivered)))
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def change_words(change: Change, row: Row, days: str, then: str, words: Words) -> str:
    """Say what became of a score since ``days``, when it was ``then``."""
    verdict, found = words.say(change.verdict.value), change.difference
    if found is None:
        return words.say("changed_unknown", verdict=verdict, days=days, then=then)
    by = words.more(row, found.by)
    if METRICS[row.metric].scoring is not Scoring.MEAN:
        by = words.inflect("points", round_half_up(found.by), by=by)
    low, high = (words.more(row, end) for end in (found.interval.low, found.interval.high))
    return words.say("changed", verdict=verdict, by=by, low=low, high=high, days=days, then=then)


def against_others(change: Change, words: Words) -> str:
    """Say that a group is clearly better or worse than all the others, "" for anything else."""
    if change.verdict not in (Verdict.BETTER, Verdict.WORSE):
        return ""
    return words.say(f"than_others_{change.verdict.value}")


def share_words(row: Row, words: Words) -> str:
    """Give how many answers a share counts, and their mean."""
    if row.box is None:
        return ""
    counted = box_words(row, words) or words.say(
        "counted", n=words.whole(row.box.n), all=words.whole(row.n)
    )
    mean = f", {words.say('mean', mean=words.number(row.mean))}" if row.mean is not None else ""
    return f"{counted}{mean}"


def bands_words(row: Row, words: Words) -> str:
    """Give the bands by their own names, "" for metrics whose bands have none."""
    if row.metric not in _NAMED:
        return ""
    found = [
        f"{name} {words.percent(part.share)}"
        for name, part in zip(words.bands(row.metric), row.bands, strict=False)
    ]
    if words.code != "de":  # where names of things begin with a capital anywhere
        found = [
            part if not place else part[:1].lower() + part[1:] for place, part in enumerate(found)
        ]
    return ", ".join(found)
