"""Tokens: the words and signs a condition is made of (`surveys.condition`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from surveys.errors import ConditionError

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<wrong>&&?|\|\|?|=>|=<|<>|!==|===|![^=]|!$|[“”„‟«»‘’‚′″])
      | (?P<test>==|!=|<=|>=|=|<|>)
      | (?P<mark>[()\[\],])
      | (?P<quoted>"[^"]*"|'[^']*')
      | (?P<word>[-+]?[0-9][\w.:-]*|[^\W\d][\w.:-]*)
      | (?P<end>$)
      | (?P<other>.)
    )""",
    re.VERBOSE | re.DOTALL,
)
INSTEAD: Mapping[str, str] = {
    "&": "and",
    "|": "or",
    "=>": ">=",
    "=<": "<=",
    "<>": "!=",
    "!==": "!=",
    "===": "=",
    "!": "not",
    "is": "=",
    "equals": "=",
    "between": "x >= 1 and x <= 5",
}
"""What people write, and what is written instead."""


@dataclass(frozen=True, slots=True)
class Token:
    """One of them, and the column it begins in, from 1."""

    kind: str  # test, mark, quoted, word, end
    text: str
    column: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these words, in whatever case."""
        return self.kind == "word" and self.text.lower() in words


def read_tokens(text: str) -> list[Token]:
    """Give the tokens of a text, the last of kind ``end``.

    :raises ConditionError: at a sign that is not part of a condition.
    """
    tokens: list[Token] = []
    position = 0
    while not tokens or tokens[-1].kind != "end":
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:  # pragma: no cover - `other` takes the rest
            raise ConditionError("this cannot be read", column=position + 1)
        kind = found.lastgroup
        token = Token(kind, found.group(kind), found.start(kind) + 1)
        if kind in {"wrong", "other"}:
            _refuse_sign(token)
        tokens.append(token)
        position = found.end()
    return tokens


def _refuse_sign(token: Token) -> NoReturn:
    sign = token.text if token.text in INSTEAD else token.text[0]
    if sign in "“”„‟«»‘’‚′″":
        raise ConditionError(
            f"{sign} is a typographic quote", column=token.column, hint="use plain ' or \" quotes"
        )
    if sign in "'\"":
        raise ConditionError(
            f"the quote {sign} is never closed", column=token.column, hint=f"close it with {sign}"
        )
    hint = f"write {INSTEAD[sign]}" if sign in INSTEAD else ""
    if sign == "%":
        hint = "write the number alone: 85"
    shown = token.text.strip() if token.kind == "wrong" and sign != "!" else sign
    raise ConditionError(f"{shown!r} is not part of a condition", column=token.column, hint=hint)
