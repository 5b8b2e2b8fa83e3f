"""Verdicts: what a check found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is; the value is the sign that stands before the line."""

    GOOD = "✓"
    ADVICE = "!"
    BROKEN = "✗"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line: ``about`` is what was checked, ``text`` how it is, ``todo`` what to do about it."""

    state: State
    about: str
    text: str
    todo: str = ""

    @property
    def line(self) -> str:
        """The whole line, without a line break even where a provider's words hold one."""
        words = f"{self.state} {self.about}: {self.text}"
        return " ".join((f"{words}. {self.todo}" if self.todo else words).split())


def good(about: str, text: str) -> Verdict:
    """Give the verdict that something is fine."""
    return Verdict(state=State.GOOD, about=about, text=text)


def advise(about: str, text: str, todo: str = "") -> Verdict:
    """Give the verdict that something works, or may work, and could be better."""
    return Verdict(state=State.ADVICE, about=about, text=text, todo=todo)


def broken(about: str, text: str, todo: str = "") -> Verdict:
    """Give the verdict that something does not work."""
    return Verdict(state=State.BROKEN, about=about, text=text, todo=todo)
