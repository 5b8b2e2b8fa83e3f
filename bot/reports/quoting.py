"""Quoting: which comments are worth reading in a report, and what is masked in them. Pure."""

import re
from collections.abc import Sequence

from surveys.comment import Comment

MOST = 5
"""Comments in one report."""

_LEAST = 20
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,500}", re.IGNORECASE)
_DIGITS = re.compile(r"\+?\d[\d ()./-]{4,40}\d")


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


def mask(text: str, names: Sequence[str] = ()) -> str:
    """Give words without mail addresses, links, long numbers and these names: they go to a group.

    What a person is called only in their own words, and streets, are not found.
    """
    for pattern in (_MAIL, _LINK, _DIGITS):
        text = pattern.sub("…", text)
    for name in names:
        if len(name) > 1:
            text = re.sub(rf"\b{re.escape(name)}\b", "…", text, flags=re.IGNORECASE)
    return text


def names_in(comment: Comment) -> tuple[str, ...]:
    """Give what the writer of a comment is called."""
    known = comment.contact.attributes if comment.contact else {}
    parts = (known.get(key) for key in ("name", "first_name", "last_name"))
    return tuple(word for part in parts if isinstance(part, str) for word in part.split())


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
