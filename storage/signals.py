"""Signals: what was seen at invitations' links, kept for a day. Nothing here is an answer."""

from collections.abc import Collection, Mapping
from datetime import datetime

from storage.codec import from_ms, from_ms_or_none, load_json, to_ms, to_ms_or_none
from storage.sql import Session, insert, statement
from surveys.scanner import FORGET, Reason, Signals

_LOAD = statement("SELECT * FROM link_signal WHERE invitation_id = ANY($1::bigint[])")
_SAVE = insert(
    "link_signal",
    "invitation_id bigint, opened jsonb, machine_at bigint, reason text, seen_at bigint",
    "ON CONFLICT (invitation_id) DO UPDATE SET opened = excluded.opened,"
    " machine_at = excluded.machine_at, reason = excluded.reason, seen_at = excluded.seen_at",
)
_FORGET = statement("DELETE FROM link_signal WHERE seen_at < $1")


async def load_signals(session: Session, ids: Collection[int]) -> dict[int, Signals]:
    """Give what was seen at these invitations' links; those without anything are left out."""
    if not ids:
        return {}
    return {
        row["invitation_id"]: Signals(
            opened=tuple((link, from_ms(at)) for link, at in load_json(row["opened"])),
            machine_at=from_ms_or_none(row["machine_at"]),
            reason=Reason(row["reason"]) if row["reason"] else None,
        )
        for row in await session.fetch(_LOAD, sorted(set(ids)))
    }


async def save_signals(session: Session, signals: Mapping[int, Signals], now: datetime) -> None:
    """Keep what was seen, in place of what was kept before: one row an invitation."""
    if signals:
        await session.run(_SAVE, [_row(i, signals[i], now) for i in sorted(signals)])


async def forget_signals(session: Session, now: datetime) -> int:
    """Let go of what means nothing any more and give how many invitations that were."""
    return await session.run(_FORGET, to_ms(now - FORGET))


def _row(invitation_id: int, signals: Signals, now: datetime) -> dict[str, object]:
    return {
        "invitation_id": invitation_id,
        "opened": [[link, to_ms(at)] for link, at in signals.opened],
        "machine_at": to_ms_or_none(signals.machine_at),
        "reason": signals.reason or "",
        "seen_at": to_ms(now),
    }
