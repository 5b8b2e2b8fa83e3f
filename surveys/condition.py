"""Conditions: the small language of ``if:``, read once and asked of facts many times.

    condition  = all { "or" all }                 all  = part { "and" part }
    part       = "not" part | "(" condition ")" | name [ test ]
               | "events" "(" event ")" [ test number ] [ "in" period ]        of an audience only
    test       = ( "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" ) value
               | [ "not" ] "in" "[" value { "," value } "]"
    value      = number | "true" | "false" | 'quoted' | "quoted" | word

A name stands on the left and may be dotted (``ticket.status``); a word on the right is text. A name
alone asks whether it is known and not empty, zero or false. What a test gives:

- A name that is not known makes every test false, ``!=`` and ``not in`` too: we do not decide about
  people on what we do not know. ``not plan = pro`` includes those whose plan is unknown.
- Numbers compare as numbers, also where the fact is a text of digits (``"12"``). Texts compare as
  written, upper and lower case apart. ``true`` and ``yes`` are 1, ``false`` and ``no`` are 0 where
  the fact is a number or a flag. Everything else that cannot be compared is false.
- ``events(Order Delivered) >= 3 in 90d`` counts what was reported of somebody in the 90 days up to
  then, without ``in`` ever; alone it asks for at least one. 0 is a number: ``events(Login) = 0``.
- A fact that is a list (ticked choices) equals a value where one member does.

There is no eval and no pattern matching; reading is linear in the text's length.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NoReturn

from surveys.comparison import Compare, Join, Known, Node, Not, OneOf, Value, read_number
from surveys.counting import EventCount, read_period
from surveys.errors import ConditionError
from surveys.tokens import INSTEAD, Token, read_tokens

MAX_LENGTH = 500
"""Characters in one condition."""
MAX_DEPTH = 32
"""Brackets and ``not`` inside each other."""

_KEYWORDS = frozenset({"and", "or", "not", "in"})
_IN_HINT = "write a list in square brackets: country in [FI, LV]"
_EVENTS = "events"
_EVENTS_HINT = "for example: events(Order Delivered) >= 3 in 90d"
_VALUE_HINT = "a value is a number, a word, a 'text in quotes', true or false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition that was read. ``names`` are the facts it asks for, ``counts`` the numbers of
    events, ``source`` its text.
    """

    source: str
    names: frozenset[str]
    counts: frozenset[EventCount] = frozenset()
    _root: Node = field(repr=False)

    def holds(self, facts: Mapping[str, object]) -> bool:
        """Whether the facts meet it. Never raises; what cannot be compared is false."""
        return self._root.holds(facts)


def parse(text: str, *, events: bool = False) -> Condition:
    """Read a condition; with ``events`` it may count them.

    :raises ConditionError: with the column, and a hint what to write instead.
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(
            f"the condition is longer than {MAX_LENGTH} characters",
            column=MAX_LENGTH + 1,
            hint="split it into several triggers or questions",
        )
    reader = _Reader(read_tokens(text), text, events)
    root = reader.whole()
    names, counts = frozenset(reader.names), frozenset(reader.counts)
    return Condition(source=text, names=names, counts=counts, _root=root)


class _Reader:
    """Recursive descent over the tokens; ``names`` and ``counts`` gather what is asked for."""

    def __init__(self, tokens: list[Token], text: str, events: bool) -> None:
        self._tokens, self._text, self._events = tokens, text, events
        self._at = 0
        self.names: set[str] = set()
        self.counts: set[EventCount] = set()

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _is_mark(self, mark: str) -> bool:
        return self._next.kind == "mark" and self._next.text == mark

    def whole(self) -> Node:
        if self._next.kind == "end":
            raise ConditionError(
                "the condition is empty", column=1, hint="write one like: duration_s >= 30"
            )
        root = self._either(0)
        if self._next.kind != "end":
            self._refuse_rest(self._next)
        return root

    def _either(self, depth: int) -> Node:
        parts = [self._all(depth)]
        while self._next.is_word("or"):
            self._take()
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Join(every=False, parts=tuple(parts))

    def _all(self, depth: int) -> Node:
        parts = [self._part(depth)]
        while self._next.is_word("and"):
            self._take()
            parts.append(self._part(depth))
        return parts[0] if len(parts) == 1 else Join(every=True, parts=tuple(parts))

    def _part(self, depth: int) -> Node:
        if depth >= MAX_DEPTH:
            raise ConditionError(
                f"brackets and 'not' go deeper than {MAX_DEPTH}",
                column=self._next.column,
                hint="write a simpler condition",
            )
        if self._next.is_word("not"):
            self._take()
            return Not(self._part(depth + 1))
        if self._is_mark("("):
            return self._bracketed(depth)
        return self._test()

    def _bracketed(self, depth: int) -> Node:
        opening = self._take()
        inner = self._either(depth + 1)
        if self._next.kind == "end":
            raise ConditionError(
                "this bracket is never closed", column=opening.column, hint="add a )"
            )
        if not self._is_mark(")"):
            self._refuse_rest(self._next)
        self._take()
        return inner

    def _test(self) -> Node:
        if self._next.is_word(_EVENTS) and self._tokens[self._at + 1].text == "(":
            return self._count()
        name = self._name()
        if self._next.kind == "test":
            test = self._take().text
            return Compare(name, test, self._value())
        inside = not self._next.is_word("not")
        if not inside:
            self._take()
        if self._next.is_word("in"):
            self._take()
            return OneOf(name, self._list(), inside)
        if not inside:
            raise ConditionError(
                "'not' stands before a name or before 'in'", column=self._next.column, hint=_IN_HINT
            )
        return Known(name)

    def _count(self) -> Node:
        word = self._take()
        if not self._events:
            raise ConditionError(
                "events(...) counts for a campaign's audience only",
                column=word.column,
                hint="a trigger counts with every:, a milestone with count:",
            )
        event = self._event()
        test, number = self._number() if self._next.kind == "test" else (">=", 1)
        count = EventCount(event=event, within=self._period())
        self.counts.add(count)
        return Compare(count.name, test, number)

    def _event(self) -> str:
        """Read ``(Order Delivered)``: all words up to the bracket, or one text in quotes."""
        opening = self._take()
        words: list[Token] = []
        while self._next.kind in {"word", "quoted"}:
            words.append(self._take())
        if not self._is_mark(")"):
            hint = "put the name of the event in quotes: events('Order (web)')"
            message = "this bracket is never closed" if self._next.kind == "end" else ""
            where = opening if message else self._next
            message = message or f"{self._next.text!r} is not expected in the name of an event"
            raise ConditionError(message, column=where.column, hint=hint)
        closing = self._take()
        text = self._text[opening.column : closing.column - 1].strip()
        if len(words) == 1 and words[0].kind == "quoted":
            text = words[0].text[1:-1].strip()
        if not text:
            message = "the name of an event is missing"
            raise ConditionError(message, column=closing.column, hint=_EVENTS_HINT)
        return text

    def _number(self) -> tuple[str, Value]:
        test, token = self._take().text, self._next
        number = self._value()
        if isinstance(number, str | bool):
            message = "events are counted: a number is expected here"
            raise ConditionError(message, column=token.column, hint=_EVENTS_HINT)
        return test, number

    def _period(self) -> timedelta | None:
        if not self._next.is_word("in"):
            return None
        self._take()
        token = self._take()
        period = read_period(token.text) if token.kind == "word" else None
        if period is None:
            message = "a time is expected here: hours, days or weeks, up to ten years"
            raise ConditionError(message, column=token.column, hint="write 12h, 90d or 4w")
        return period

    def _name(self) -> str:
        token = self._take()
        if token.kind == "end":
            raise ConditionError(
                "the condition stops too early", column=token.column, hint="a name is missing here"
            )
        text = token.text
        usable = token.kind == "word" and not (text[0].isdigit() or text[0] in "+-")
        if not usable or text.lower() in _KEYWORDS | {"true", "false"} or text[-1] in ".:-":
            raise ConditionError(
                f"a name is expected here, not {text!r}",
                column=token.column,
                hint="start with the name of a fact: duration_s >= 30",
            )
        self.names.add(text)
        return text

    def _list(self) -> tuple[Value, ...]:
        if not self._is_mark("["):
            raise ConditionError(
                "'in' needs a list after it", column=self._next.column, hint=_IN_HINT
            )
        opening = self._take()
        values = [self._value()]
        while self._is_mark(","):
            self._take()
            values.append(self._value())
        if not self._is_mark("]"):
            unclosed = self._next.kind == "end"
            message = "this list is never closed" if unclosed else "a comma or ] is expected here"
            where = opening if unclosed else self._next
            raise ConditionError(message, column=where.column, hint=_IN_HINT)
        self._take()
        return tuple(values)

    def _value(self) -> Value:
        token = self._take()
        if token.kind == "quoted":
            return token.text[1:-1]
        # Only lower case is a keyword here: IN is a country and OR a state.
        if token.kind != "word" or token.text in _KEYWORDS:
            shown = "" if token.kind == "end" else f", not {token.text!r}"
            raise ConditionError(
                f"a value is expected here{shown}", column=token.column, hint=_VALUE_HINT
            )
        if token.text.lower() in {"true", "false"}:
            return token.text.lower() == "true"
        number = read_number(token.text)
        return token.text if number is None else number

    def _refuse_rest(self, token: Token) -> NoReturn:
        message, hint = f"{token.text!r} is not expected here", "join two tests with and, or"
        if token.kind == "test":
            message, hint = "comparisons cannot be chained", "write: x >= 1 and x <= 5"
        elif token.text == ")":
            message, hint = "this bracket was never opened", "remove it, or add a ("
        elif token.kind == "word" and token.text.lower() in INSTEAD:
            hint = f"write {INSTEAD[token.text.lower()]}"
        elif token.kind == "word" and self._at and self._tokens[self._at - 1].kind == "word":
            hint = "put quotes round a text with spaces, or join two tests with and, or"
        elif token.text == "(":
            hint = "only events are counted: events(Order Delivered) >= 3 in 90d"
        elif token.text == ",":
            hint = "write 1.5 with a point; a list needs square brackets"
        raise ConditionError(message, column=token.column, hint=hint)
