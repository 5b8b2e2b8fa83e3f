"""Places: one value in one file, and the faults and advice that are found there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.config.faults import Fault, in_order, nearest, quote
from bot.config.masking import Mask
from bot.config.yaml_file import Document, Route, Spot

MANY = 200
"""Faults after which no more names are suggested: looking for them takes longer than reading."""


@dataclass(slots=True)
class Findings:
    """All that was found wrong (`faults`) or unwise (`advice`) in all files so far."""

    mask: Mask = field(default_factory=Mask)
    faults: list[Fault] = field(default_factory=list)
    advice: list[Fault] = field(default_factory=list)

    def shown(self, faults: Iterable[Fault]) -> tuple[Fault, ...]:
        """Give the faults in reading order, without secrets, also those that were learnt later."""
        mask = self.mask
        return in_order(
            replace(
                fault,
                message=mask.text(fault.message),
                found=mask.text(fault.found),
                hint=mask.text(fault.hint),
                source=mask.line(fault.source),
            )
            for fault in faults
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A value in a document. ``route`` leads to it and may lead further than the file does."""

    document: Document
    findings: Findings
    route: Route = ()

    def at(self, *more: str | int) -> "Place":
        """Give a place further in."""
        return replace(self, route=(*self.route, *more))

    @property
    def value(self) -> Any:
        """The value here; None where there is none."""
        found = self.document.data
        for step in self.route:
            inside = isinstance(found, Mapping) and step in found
            if isinstance(found, list) and isinstance(step, int):
                inside = step < len(found)
            if not inside:
                return None
            found = found[step]
        return found

    @property
    def spot(self) -> Spot:
        """Where it stands, or where the nearest thing around it does."""
        route = self.route
        while route and route not in self.document.spots:
            route = route[:-1]
        return self.document.spots[route]

    @property
    def exists(self) -> bool:
        return self.route in self.document.spots

    @property
    def unset(self) -> bool:
        """Whether the value, or part of it, waits for a variable that is not set."""
        return self.route in self.document.unset

    @property
    def raw(self) -> str:
        """The plain value as it is written, "" for lists and mappings."""
        return (self.spot.raw or "") if self.exists else ""

    @property
    def shown(self) -> str:
        """Where this is, for a person: ``surveys/calls.yaml, line 3``."""
        return f"{self.document.name}, line {self.spot.key_line}"

    def fault(self, message: str, *, hint: str = "", column: int = 0) -> None:
        """Report that the value is wrong; ``column`` counts inside its text, from 1."""
        if self.unset:
            return  # said already, and what follows from it would only confuse
        self._add(self.findings.faults, self._inside(column), message, self.raw, hint=hint)

    def key_fault(
        self, message: str, *, known: Iterable[str] = (), hint: str = "", found: str = ""
    ) -> None:
        """Report that the key is wrong, naming the known one most like it."""
        self._add_key(self.findings.faults, message, known, hint, found)

    def unknown(
        self, kind: str, known: Iterable[str], *, hint: str = "", word: str = "", column: int = 0
    ) -> None:
        """Report that the value, or a ``word`` of it, is no known name of its kind."""
        if self.unset:
            return
        names = sorted(set(known))
        found = word or self.raw or str(self.value)
        close = self._nearest(found, names)
        if not hint and not close:
            hint = f"known: {', '.join(names)}" if names else f"there is no {kind} yet"
        message, at = f"unknown {kind} {quote(found)}", self._inside(column)
        self._add(self.findings.faults, at, message, found, nearest=close, hint=hint)

    def advise(self, message: str, *, hint: str = "", column: int = 0) -> None:
        """Report what works but could be better; ``column`` is that of a character of the value."""
        at = self._inside(column)
        self._add(self.findings.advice, at, message, self.raw, hint=hint)

    def advise_key(self, message: str, *, hint: str = "") -> None:
        """Report what works but could be better, at the key."""
        self._add_key(self.findings.advice, message, (), hint, "")

    def _nearest(self, word: str, names: Iterable[str]) -> str:
        return nearest(word, names) if len(self.findings.faults) < MANY else ""

    def _inside(self, column: int) -> tuple[int, int]:
        """Give the line and column of a character of the value, of its start for 0."""
        spot = self.spot
        shift = spot.offset + column - 1 if column and spot.offset is not None else 0
        return spot.line, spot.column + shift

    def _add_key(
        self, into: list[Fault], message: str, known: Iterable[str], hint: str, found: str
    ) -> None:
        spot, word = self.spot, found or (str(self.route[-1]) if self.route else "")
        close = self._nearest(word, known)
        self._add(into, (spot.key_line, spot.key_column), message, word, nearest=close, hint=hint)

    def _add(
        self, into: list[Fault], at: tuple[int, int], message: str, found: str, **more: str
    ) -> None:
        lines, mask, (line, column) = self.document.lines, self.findings.mask, at
        into.append(
            Fault(
                file=self.document.name,
                line=line,
                column=column,
                message=mask.text(message),
                found=mask.text(found)[:200],
                nearest=more.get("nearest", ""),
                hint=mask.text(more.get("hint", "")),
                source=mask.line(lines[line - 1]) if line <= len(lines) else "",
                advice=into is self.findings.advice,
            )
        )
