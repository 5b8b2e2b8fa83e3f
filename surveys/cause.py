"""Causes: what went wrong, from a list, so that the same reason is counted as the same."""

import re
from collections.abc import Sequence

CAUSES = (
    "Too slow",
    "Not solved",
    "Unfriendly",
    "Wrong information",
    "Product or quality",
    "Price or invoice",
    "Something else",
)
"""The causes where config.yaml names none."""

LONGEST = 40
MOST = 20


def cause_key(cause: str) -> str:
    """Give what stands for a cause on a button: ``too-slow``, at most 24 characters."""
    return re.sub(r"[^a-z0-9]+", "-", cause.casefold()).strip("-")[:24] or "other"


def find_cause(causes: Sequence[str], words: str) -> str:
    """Give the cause that words name: whole, by its key, or by how it begins, where that is one
    only; "" for none.
    """
    said = " ".join(words.split()).casefold()
    if not said:
        return ""
    for cause in causes:
        if said in (cause.casefold(), cause_key(cause)):
            return cause
    begun = [cause for cause in causes if cause.casefold().startswith(said)]
    return begun[0] if len(begun) == 1 else ""
