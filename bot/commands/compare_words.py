"""What /compare is asked: two periods, two values of one kind, or groups. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.commands.context import Context
from bot.commands.grammar import GROUPS, GrammarError, Request, read_request
from bot.commands.phrases import listing
from bot.commands.spans import before
from bot.periods import Period, read_period
from surveys.report import Filter

Limits = TypeVar("Limits", Request, Filter)
_AGAINST = frozenset({"vs", "vs.", "v", "versus", "against", "with"})
_EARLIER = frozenset({"before", "previous", "earlier"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be compared.

    ``other`` is the period to compare with, None where groups or values are compared within one.
    ``kind`` and ``values`` are two values of one kind: two teams, two channels.
    """

    request: Request
    period: Period
    other: Period | None = None
    kind: str = ""
    values: tuple[str, str] = ("", "")


def read_asked(context: Context, words: Sequence[str]) -> Asked:
    """Read the words; ``vs`` stands between two periods, or between two values of one kind.

    :raises GrammarError: where the words cannot be read.
    """
    left, right = _split(words)
    given = _period_first(right, context)
    if given is not None:
        other, rest = given
        request = _read(context, (*left, *rest))
        period = request.period or context.period(request)
        return _asked(request, period, other or before(period))
    if right:
        return _two_values(context, left, right)
    request = _read(context, left)
    period = request.period or context.period(request)
    return _asked(request, period, None if request.by else before(period))


def _split(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what stands before and after the first word that sets two things against each other."""
    for place, word in enumerate(words):
        if word.casefold() in _AGAINST and place and words[place + 1 :]:
            return tuple(words[:place]), tuple(words[place + 1 :])
    return tuple(words), ()


def _period_first(
    words: Sequence[str], context: Context
) -> tuple[Period | None, Sequence[str]] | None:
    """Give the period that words begin with, and the rest; no period for "before", and None where
    they begin otherwise.
    """
    rest = tuple(word for word in words if word.casefold() not in ("the", "period"))
    if not rest:
        return None
    if rest[0].casefold() in _EARLIER:
        return None, rest[1:]
    found = read_period(rest, context.today)
    return (found[0], rest[found[1] :]) if found else None


def _read(context: Context, words: Sequence[str]) -> Request:
    request = read_request(words, context.vocabulary, context.today)
    if request.page:
        raise GrammarError("/compare has no pages. Limit it by a survey or metric instead.")
    if request.by and request.by not in GROUPS:
        raise GrammarError(
            f"/compare sets groups or periods side by side. Write /trend by {request.by}."
        )
    return request


def _asked(request: Request, period: Period, other: Period | None) -> Asked:
    if other == period:
        raise GrammarError("These are the same days. Write two periods: q3 vs q2.")
    return Asked(request=replace(request, period=period), period=period, other=other)


def _two_values(context: Context, left: Sequence[str], right: Sequence[str]) -> Asked:
    """Read two values of one kind: ``team support vs sales``, ``telegram vs email nps``.

    :raises GrammarError: where they are not of one kind.
    """
    one = _read(context, left)
    kind = next((k for k in reversed(GROUPS) if getattr(one, k)), "")
    known = context.vocabulary.known(kind) if kind else ()
    bare = bool(kind) and right[0].casefold() in {name.casefold() for name in known}
    two = _read(context, (kind, *right) if bare or (kind == "agent" and len(right) == 1) else right)
    if not kind or not getattr(two, kind) or getattr(one, kind) == getattr(two, kind):
        kinds = listing([f"two {kind}s" for kind in GROUPS])
        raise GrammarError(
            f"I can't compare these. Between 'vs' stand two periods (q3 vs q2), or {kinds} "
            "(team support vs team sales)."
        )
    period = one.period or two.period or context.period(one)
    request = replace(
        one,
        survey=one.survey or two.survey,
        metric=one.metric or two.metric,
        question=one.question or two.question,
        period=period,
        by="",
    )
    for value in (one, two):
        context.filter(value)  # refuses a team that is not theirs
    return Asked(
        request=limited(request, kind, ""),
        period=period,
        kind=kind,
        values=(getattr(one, kind), getattr(two, kind)),
    )


def limited(limits: Limits, kind: str, value: str) -> Limits:
    """Give limits with another channel, team, agent or language."""
    given: dict[str, Any] = {kind: value}
    return replace(limits, **given)
