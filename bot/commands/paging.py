"""Paging: buttons to the page before and the next, where a list goes on."""

from collections.abc import Callable

from surveys.message import Button

LONGEST = 64
"""Bytes of a command that a button carries on every channel."""


def page_buttons(write: Callable[[int], str], page: int, *, more: bool) -> tuple[Button, ...]:
    """Give the buttons of a page; ``write`` gives the command that shows another one."""
    wanted = [("◀ Back", page - 1)] if page > 1 else []
    wanted += [("More ▶", page + 1)] if more else []
    lines = [(label, " ".join(write(number).split())) for label, number in wanted]
    return tuple(
        Button(label=label, payload=line) for label, line in lines if len(line.encode()) <= LONGEST
    )
