"""Recounting: what the rollups say against what the answers and invitations say."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from math import isclose

from storage.answers import RESPONSE, read_answer_row, read_response
from storage.codec import Row
from storage.counts import FLOW_KEY, ROLLUP_KEY, FlowKey, RollupKey, Rollups, flow_keys
from storage.sql import Session, Statement, column_names, select_list, statement

_PAGE = 5_000

_ANSWERS = statement(f"""
    SELECT a.*, {select_list(RESPONSE, "r", "r_")}
    FROM answer a JOIN response r ON r.invitation_id = a.invitation_id
    WHERE a.is_latest AND a.id > $1 ORDER BY a.id LIMIT $2
""")  # noqa: S608 - made of constants only
_INVITATIONS = statement("""
    SELECT i.*, COALESCE(r.started_at, n.started_at) AS started_at,
        COALESCE(r.completed_at, n.completed_at) AS completed_at
    FROM invitation i LEFT JOIN response r ON r.invitation_id = i.id
    LEFT JOIN anonymous_reply n ON n.invitation_id = i.id
    WHERE i.asked_at IS NOT NULL AND i.id > $1 ORDER BY i.id LIMIT $2
""")
_ROLLUPS = statement(
    f"SELECT {', '.join(column_names(ROLLUP_KEY))}, n, weight, weight_squared"  # noqa: S608 - constants
    " FROM rollup WHERE n <> 0"
)
_FLOWS = statement(
    f"SELECT {', '.join(column_names(FLOW_KEY))}, n FROM flow WHERE n <> 0"  # noqa: S608 - constants
)

Sums = Mapping[RollupKey | FlowKey, tuple[float, ...]]


async def recount(session: Session) -> list[str]:
    """Count everything anew and give each difference as a line; empty where all is well.

    Exact while nothing is written meanwhile: run it in a transaction of its own.
    """
    kept: dict[RollupKey | FlowKey, tuple[float, ...]] = {}
    for row in await session.fetch(_ROLLUPS):
        sums = (row.pop("n"), row.pop("weight"), row.pop("weight_squared"))
        kept[RollupKey(**row)] = sums
    for row in await session.fetch(_FLOWS):
        n = row.pop("n")
        kept[FlowKey(**row)] = (n,)
    true = {**await _count_answers(session), **await _count_invitations(session)}
    return sorted(_differences(kept, true))


async def _count_answers(session: Session) -> Sums:
    rollups = Rollups(session.zone)
    async for row in _pages(session, _ANSWERS):
        rollups.add(read_response(row, (), "r_"), read_answer_row(row))
    return {key: tuple(sums) for key, sums in rollups.sums.items()}


async def _count_invitations(session: Session) -> Sums:
    found: dict[FlowKey, int] = defaultdict(int)
    async for row in _pages(session, _INVITATIONS):
        for key in flow_keys(row, session.zone):
            found[key] += 1
    return {key: (n,) for key, n in found.items()}


async def _pages(session: Session, wanted: Statement) -> AsyncIterator[Row]:
    last = 0
    while found := await session.fetch(wanted, last, _PAGE):
        for row in found:
            yield row
        last = found[-1]["id"]


def _differences(kept: Sums, true: Sums) -> list[str]:
    lines = []
    for key in kept.keys() | true.keys():
        one, two = kept.get(key, (0,)), true.get(key, (0,))
        if len(one) != len(two) or not all(map(_same, one, two)):
            lines.append(f"{key}: kept {one}, counted {two}")
    return lines


def _same(one: float, two: float) -> bool:
    return isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)
