"""Quoting: which comments are worth reading in a report. Pure."""

from collections.abc import Sequence

from surveys.comment import Comment

MOST = 5
"""Comments in one report."""

_LEAST = 20


def choose(comments: Sequence[Comment]) -> tuple[Comment, ...]:
    """Give the comments worth reading: those that say something, bad news first, one a person, and
    of several that say the same the newest.
    """
    told: set[str] = set()
    people: set[int] = set()
    chosen = []
    for comment in sorted(comments, key=_worth, reverse=True):
        plain = " ".join(comment.text.casefold().split())
        who = comment.contact.id if comment.contact else 0
        if len(plain) < _LEAST or plain in told or (who and who in people):
            continue
        told.add(plain)
        people.add(who)
        chosen.append(comment)
        if len(chosen) == MOST:
            break
    return tuple(chosen)


def _worth(comment: Comment) -> tuple[float, int]:
    """Say how much a comment is worth reading: a low score, a complaint, enough words."""
    scores = [
        a.value / 10 if a.metric_id == "nps" else a.value / 5
        for a in (comment.response.answers if comment.response else ())
        if a.value is not None and a.metric_id in ("nps", "csat")
    ]
    low = 1 - min(scores) if scores else 0.4
    if comment.card is not None and comment.card.praise is False:
        low = 0.9
    length = min(len(comment.text), 240) / 240
    return low + length, int(comment.at.timestamp())
