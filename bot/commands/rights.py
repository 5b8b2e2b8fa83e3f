"""Rights: the one table of who may give which command. What is not in it nobody may.

A command whose first word does more than show something has a line of its own. Which rows of an
answer a colleague sees is another question: that is decided by their teams, in the store's query.
"""

from collections.abc import Mapping, Sequence

from surveys.staff import Role

RIGHTS: Mapping[str, Role] = {
    "help": Role.VIEWER,
    "who": Role.VIEWER,
    "results": Role.VIEWER,
    "trend": Role.VIEWER,
    "compare": Role.VIEWER,
    "responses": Role.VIEWER,
    "responses release": Role.TEAM_LEAD,
    "comments": Role.VIEWER,
    "campaigns": Role.VIEWER,
    "journeys": Role.VIEWER,
    "cases": Role.VIEWER,
    "case": Role.VIEWER,
    "why": Role.VIEWER,
    "export": Role.TEAM_LEAD,
    "export contacts": Role.ADMIN,
    "export audit": Role.ADMIN,
    "find": Role.MANAGER,
    "conflicts": Role.MANAGER,
    "pause": Role.MANAGER,
    "resume": Role.MANAGER,
    "send": Role.MANAGER,
    "uncertain": Role.MANAGER,
    "audit": Role.ADMIN,
}
"""Command, or command and first word -> the least role that may give it."""

SPELLED: Mapping[Role, str] = {
    Role.VIEWER: "viewer",
    Role.TEAM_LEAD: "team lead",
    Role.MANAGER: "manager",
    Role.ADMIN: "admin",
}

_ORDER = tuple(Role)


def right(name: str, words: Sequence[str] = ()) -> str:
    """Give the line of the table that a command falls under, "" for none."""
    longer = f"{name} {words[0].casefold()}" if words else ""
    return next((line for line in (longer, name) if line in RIGHTS), "")


def may(role: Role, name: str, words: Sequence[str] = ()) -> bool:
    """Whether somebody of that role may give a command."""
    line = right(name, words)
    return bool(line) and _ORDER.index(role) >= _ORDER.index(RIGHTS[line])


def allowed_roles(line: str) -> tuple[Role, ...]:
    """Give who may give what a line of the table names."""
    return _ORDER[_ORDER.index(RIGHTS[line]) :] if line in RIGHTS else ()


def spell_rights() -> str:
    """Give the table for the docs: a row for each line, a column for each role."""
    head = ["Command", *(SPELLED[role] for role in Role)]
    rows = [
        [f"`/{line}`", *("yes" if role in allowed_roles(line) else "" for role in Role)]
        for line in RIGHTS
    ]
    ruled = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in ruled) + "\n"
