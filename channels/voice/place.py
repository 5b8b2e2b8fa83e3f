"""Places: our addresses that the provider calls during a call, read and written. Pure.

/voice                 somebody calls us
/voice/status          how a call ended
/voice/{token}         a call of ours was taken
/voice/{token}/answer/{question}/{turn}/{misses}/{keypad}[/{stop token}]
                       keys were pressed, or words recorded, or nothing came
/voice/{token}/wish/{turn}/{misses}/{keypad}/{stop token}
                       a key of the menu was pressed, or nothing came; "-" for no token
/voice/{token}/again/{turn}
                       back to the question from the menu
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from channels.voice.keypad import Keypad

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_QUESTION = re.compile(r"[a-z][a-z0-9_]{0,15}", re.ASCII)
_NOBODY = "-"  # stands for the token where no question waits
_COUNT = re.compile(r"\d{1,3}", re.ASCII)
_LONGEST = 600


class Page(StrEnum):
    """What kind of place it is."""

    INCOMING = "incoming"
    STATUS = "status"
    OPENING = "opening"
    ANSWER = "answer"
    WISH = "wish"
    AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place. ``turn`` counts the prompts of a call, ``misses`` those in a row that brought no
    answer to ``question``. ``stop`` is the token of the person's own page, that opts them out.
    """

    page: Page
    token: str = ""
    question: str = ""
    turn: int = 0
    misses: int = 0
    keypad: Keypad | None = None
    stop: str = ""

    @property
    def path(self) -> str:
        """What follows ``/voice``."""
        if self.page is Page.AGAIN:
            return f"/{self.token}/again/{self.turn}"
        if self.keypad is None:
            return f"/{self.token}"
        keys = self.keypad.encode()
        if self.page is Page.WISH:
            head = f"/{self.token or _NOBODY}/wish"
            return f"{head}/{self.turn}/{self.misses}/{keys}/{self.stop}"
        path = f"/{self.token}/answer/{self.question}/{self.turn}/{self.misses}/{keys}"
        return f"{path}/{self.stop}" if self.stop else path


def read_place(path: str) -> Place | None:
    """Read what follows ``/voice``; None where we have no such address."""
    if path in ("", "/"):
        return Place(page=Page.INCOMING)
    if path == "/status":
        return Place(page=Page.STATUS)
    parts = path[1:].split("/") if len(path) <= _LONGEST else []
    if len(parts) == 6 and parts[1] == "wish":
        return _read_wish(parts)
    if not parts or not _TOKEN.fullmatch(parts[0]):
        return None
    if len(parts) == 3 and parts[1] == "again" and _COUNT.fullmatch(parts[2]):
        return Place(page=Page.AGAIN, token=parts[0], turn=int(parts[2]))
    if len(parts) == 1:
        return Place(page=Page.OPENING, token=parts[0])
    return _read_answer(parts) if len(parts) in (6, 7) and parts[1] == "answer" else None


def _read_wish(parts: list[str]) -> Place | None:
    token, _, turn, misses, keys, stop = parts
    keypad = Keypad.decode(keys)
    named = token == _NOBODY or _TOKEN.fullmatch(token)
    counted = _COUNT.fullmatch(turn) and _COUNT.fullmatch(misses)
    if keypad is None or not named or not counted or not _TOKEN.fullmatch(stop):
        return None
    return Place(
        page=Page.WISH,
        token="" if token == _NOBODY else token,
        turn=int(turn),
        misses=int(misses),
        keypad=keypad,
        stop=stop,
    )


def _read_answer(parts: list[str]) -> Place | None:
    token, _, question, turn, misses, keys, *stop = parts
    keypad = Keypad.decode(keys)
    counted = _COUNT.fullmatch(turn) and _COUNT.fullmatch(misses)
    if keypad is None or not counted or not _QUESTION.fullmatch(question):
        return None
    if stop and not _TOKEN.fullmatch(stop[0]):
        return None
    return Place(
        page=Page.ANSWER,
        token=token,
        question=question,
        turn=int(turn),
        misses=int(misses),
        keypad=keypad,
        stop=stop[0] if stop else "",
    )


def link_token(link: str) -> str:
    """Give the token a link of ours ends in, "" where it has none."""
    last = link.rpartition("/")[2]
    return last if _TOKEN.fullmatch(last) else ""
