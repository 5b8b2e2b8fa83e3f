"""Scales: the closed sets of values an answer may take, as data."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A closed set of whole values, in the order they are shown.

    ``satisfied`` is the first value that counts as satisfied where a survey sets none:
    the top-2-box on 1-5 and 1-7, the better half elsewhere (`docs/glossary.md`).
    """

    id: str
    values: tuple[int, ...]
    satisfied: int

    @property
    def low(self) -> int:
        return self.values[0]

    @property
    def high(self) -> int:
        return self.values[-1]

    def __contains__(self, value: object) -> bool:
        return value in self.values


SCALES: Mapping[str, Scale] = {
    scale.id: scale
    for scale in (
        Scale(id="0-10", values=tuple(range(11)), satisfied=9),
        Scale(id="1-5", values=(1, 2, 3, 4, 5), satisfied=4),
        Scale(id="1-7", values=(1, 2, 3, 4, 5, 6, 7), satisfied=6),
        Scale(id="stars", values=(1, 2, 3, 4, 5), satisfied=4),
        Scale(id="faces", values=(1, 2, 3), satisfied=3),
        Scale(id="yes-no", values=(0, 1), satisfied=1),
        Scale(id="thumbs", values=(0, 1), satisfied=1),
    )
}
