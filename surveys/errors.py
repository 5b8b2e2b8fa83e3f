"""The error tree of the core.

AfterwordError
├── IllegalMove          a state change its table does not allow
├── ConditionError       a condition that cannot be read; carries the column
└── TemplateError        a text whose {names} cannot be read; carries the column
"""


class AfterwordError(Exception):
    """Every error this product raises on purpose."""


class IllegalMove(AfterwordError):
    """A state table was asked for a move it does not have."""

    def __init__(self, kind: str, state: str, event: str) -> None:
        super().__init__(f"{kind}: no move from {state!r} by {event!r}")
        self.kind, self.state, self.event = kind, state, event


class _AtColumn(AfterwordError):
    def __init__(self, message: str, *, column: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.column, self.hint = message, column, hint


class ConditionError(_AtColumn):
    """A condition cannot be read. ``column`` counts characters from 1."""


class TemplateError(_AtColumn):
    """A text's ``{names}`` cannot be read. ``column`` counts characters from 1."""
