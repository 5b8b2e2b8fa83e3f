"""Comparisons: the parts a condition is made of, each asked of facts.

What a comparison gives is laid down in `surveys.condition`. Nothing here raises: facts come from
business systems and may be of any shape.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int | float | bool
"""What may stand on the right of a comparison."""

ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FLAGS: Mapping[bool, frozenset[str]] = {
    True: frozenset({"true", "yes"}),
    False: frozenset({"false", "no"}),
}
_NUMBER = re.compile(r"[-+]?[0-9]{1,30}(?:\.[0-9]{1,30})?")


@dataclass(frozen=True, slots=True)
class Known:
    """A name alone: is it known, and not empty, zero or false?"""

    name: str

    def holds(self, facts: Mapping[str, object]) -> bool:
        return _truth(_fact(facts, self.name))


@dataclass(frozen=True, slots=True)
class Compare:
    """One fact against one value, by ``=``, ``==``, ``!=`` or one of `ORDERS`."""

    name: str
    test: str
    value: Value

    def holds(self, facts: Mapping[str, object]) -> bool:
        fact = _fact(facts, self.name)
        if not _comparable(fact):
            return False
        if self.test in ORDERS:
            return _ordered(self.test, fact, self.value)
        return _same(fact, self.value) == (self.test != "!=")


@dataclass(frozen=True, slots=True)
class OneOf:
    """``in`` a list of values, or ``not in`` where ``inside`` is false."""

    name: str
    values: tuple[Value, ...]
    inside: bool

    def holds(self, facts: Mapping[str, object]) -> bool:
        fact = _fact(facts, self.name)
        return _comparable(fact) and self.inside == any(_same(fact, v) for v in self.values)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; of an unknown fact's test it is true."""

    part: "Node"

    def holds(self, facts: Mapping[str, object]) -> bool:
        return not self.part.holds(facts)


@dataclass(frozen=True, slots=True)
class Join:
    """``and`` or ``or`` over parts. A chain is one node, so that length is not depth."""

    every: bool
    parts: tuple["Node", ...]

    def holds(self, facts: Mapping[str, object]) -> bool:
        results = (part.holds(facts) for part in self.parts)
        return all(results) if self.every else any(results)


Node = Known | Compare | OneOf | Not | Join


def read_number(text: str) -> int | float | None:
    """Give the number a text of digits stands for, or None. No exponents, no separators."""
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def _fact(facts: Mapping[str, object], name: str) -> object:
    if name in facts:
        return facts[name]
    found: object = facts
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _truth(fact: object) -> bool:
    if isinstance(fact, str):
        return bool(fact) and fact.lower() != "false" and read_number(fact) != 0
    if isinstance(fact, bool | int | float | list | tuple | set | frozenset | Mapping):
        return bool(fact)
    return fact is not None


def _comparable(fact: object) -> bool:
    return isinstance(fact, str | bool | int | float | list | tuple | set | frozenset)


def _same(fact: object, value: Value) -> bool:
    if isinstance(fact, list | tuple | set | frozenset):
        return any(_same(member, value) for member in fact if isinstance(member, str | int | float))
    if isinstance(fact, str):
        return _same_text(fact, value)
    flag = next((f for f, words in _FLAGS.items() if str(value).lower() in words), None)
    if flag is not None:
        return fact == flag
    return fact == (read_number(value) if isinstance(value, str) else value)


def _same_text(fact: str, value: Value) -> bool:
    if isinstance(value, bool):
        return fact.lower() in _FLAGS[value]
    return fact == value if isinstance(value, str) else read_number(fact) == value


def _ordered(test: str, fact: object, value: Value) -> bool:
    if isinstance(fact, bool) or isinstance(value, bool):
        return False
    if isinstance(fact, str) and not isinstance(value, str):
        fact = read_number(fact)
    alike = isinstance(fact, int | float) and isinstance(value, int | float)
    if alike or (isinstance(fact, str) and isinstance(value, str)):
        return ORDERS[test](fact, value)
    return False
