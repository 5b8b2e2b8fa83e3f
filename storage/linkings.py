"""Linkings: chats on their way to being tied to a person, the codes sent for them, and opt-in links
that were opened. Marks only: neither chats nor addresses can be read from these tables.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.codec import Row, from_ms, from_ms_or_none, to_ms, to_ms_or_none
from storage.sql import Session, insert, statement
from surveys.linking import Linking

_COLUMNS = (
    "chat text, until bigint, language text, wanted_id bigint, known_id bigint, code text,"
    " expires_at bigint, tries int"
)
_LOCK = statement("""
    SELECT * FROM chat_linking WHERE chat = ANY($1::text[]) AND until > $2::bigint
    ORDER BY chat FOR UPDATE
""")
_SAVE = insert(
    "chat_linking",
    _COLUMNS,
    "ON CONFLICT (chat) DO UPDATE SET until = excluded.until, language = excluded.language,"
    " wanted_id = excluded.wanted_id, known_id = excluded.known_id, code = excluded.code,"
    " expires_at = excluded.expires_at, tries = excluded.tries",
)
_END = statement("DELETE FROM chat_linking WHERE chat = $1")
_COUNT = statement("""
    SELECT COUNT(CASE WHEN chat = $1::text AND at > $3::bigint THEN 1 END) AS chat_hour,
        COUNT(CASE WHEN place = $2::text AND at > $3::bigint THEN 1 END) AS place_hour,
        COUNT(CASE WHEN place = $2::text THEN 1 END) AS place_day
    FROM link_code WHERE (chat = $1::text OR place = $2::text) AND at > $4::bigint
""")
_NOTE = insert("link_code", "chat text, place text, at bigint")
_OPEN = insert("opened_link", "link text, chat text, at bigint", "ON CONFLICT (link) DO NOTHING")
_OPENER = statement("SELECT chat FROM opened_link WHERE link = $1")
_FORGET = (
    statement("DELETE FROM chat_linking WHERE until <= $1"),
    statement("DELETE FROM link_code WHERE at <= $1"),
    statement("DELETE FROM opened_link WHERE at <= $1"),
)
_DAY = timedelta(days=1)
_LINK_LIVES = timedelta(days=32)  # an opt-in link is good for 30


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesSent:
    """How many codes were made: for a chat in an hour, for an address in an hour and in a day."""

    chat_hour: int
    place_hour: int
    place_day: int


class Linkings:
    """What is remembered of chats that are being linked, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def lock(self, chats: Collection[str], now: datetime) -> dict[str, Linking]:
        """Lock chats that are being linked and give how far they are; others are left out."""
        wanted = sorted(set(chats))
        if not wanted:
            return {}
        found = await self._session.fetch(_LOCK, wanted, to_ms(now))
        return {row["chat"]: _read(row) for row in found}

    async def save(self, linking: Linking) -> None:
        """Keep how far a chat is."""
        row = {
            "chat": linking.chat,
            "until": to_ms(linking.until),
            "language": linking.language,
            "wanted_id": linking.wanted_id,
            "known_id": linking.known_id,
            "code": linking.code,
            "expires_at": to_ms_or_none(linking.expires_at),
            "tries": linking.tries,
        }
        await self._session.run(_SAVE, [row])

    async def end(self, chat: str) -> None:
        """Forget that a chat is being linked."""
        await self._session.run(_END, chat)

    async def count_codes(self, chat: str, place: str, now: datetime) -> CodesSent:
        """Give how many codes were made for a chat and for an address lately."""
        hour, day = to_ms(now - timedelta(hours=1)), to_ms(now - _DAY)
        (row,) = await self._session.fetch(_COUNT, chat, place, hour, day)
        return CodesSent(
            chat_hour=row["chat_hour"], place_hour=row["place_hour"], place_day=row["place_day"]
        )

    async def note_code(self, chat: str, place: str, now: datetime) -> None:
        """Note that a code was made, whether or not the address is anybody's."""
        await self._session.run(_NOTE, [{"chat": chat, "place": place, "at": to_ms(now)}])

    async def open(self, link: str, chat: str, now: datetime) -> bool:
        """Bind an opt-in link to the first chat that opened it; gives whether it is this one."""
        await self._session.run(_OPEN, [{"link": link, "chat": chat, "at": to_ms(now)}])
        found = await self._session.fetch(_OPENER, link)
        return bool(found) and found[0]["chat"] == chat

    async def forget(self, now: datetime) -> None:
        """Delete what has no use any more."""
        for forget, age in zip(_FORGET, (timedelta(0), _DAY, _LINK_LIVES), strict=True):
            await self._session.run(forget, to_ms(now - age))


def _read(row: Row) -> Linking:
    return Linking(
        chat=row["chat"],
        until=from_ms(row["until"]),
        language=row["language"],
        wanted_id=row["wanted_id"],
        known_id=row["known_id"],
        code=row["code"],
        expires_at=from_ms_or_none(row["expires_at"]),
        tries=row["tries"],
    )
