"""Anonymous replies: what is answered to an anonymous survey, for as long as it may be changed.

It stands apart from every other answer, so that nothing that lists, counts, exports or tells
answers finds it. `storage.parting` takes it from here.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from storage.codec import (
    Row,
    dump_json,
    from_ms,
    from_ms_or_none,
    load_json,
    to_ms,
    to_ms_or_none,
)
from storage.sql import Session, insert, statement
from storage.turn import SavedTurn
from surveys.event import Interaction
from surveys.response import Answer, Response

_SAVE = insert(
    "anonymous_reply",
    "invitation_id bigint, contact_id bigint, survey text, population text, channel text,"
    " started_at bigint, completed_at bigint, ready_at bigint, body text",
    "ON CONFLICT (invitation_id) DO UPDATE SET channel = excluded.channel,"
    " completed_at = excluded.completed_at, ready_at = excluded.ready_at, body = excluded.body",
)
_FIND = statement("SELECT * FROM anonymous_reply WHERE invitation_id = ANY($1::bigint[])")
_HUSH = statement("""
    UPDATE inbound SET address = '', body = '{}' WHERE (channel, event_id) IN (
        SELECT v.channel, v.event_id FROM ROWS($1: channel text, event_id text) AS v)
""")


async def save_replies(session: Session, turns: Sequence[SavedTurn]) -> None:
    """Keep the responses that anonymous turns lead to; earlier answers are not kept."""
    after = {turn.after.invitation_id: turn for turn in turns}
    if after:
        await session.run(_SAVE, [_row(after[number]) for number in sorted(after)])


async def load_replies(session: Session, ids: Collection[int]) -> dict[int, Response]:
    """Give the anonymous responses to these invitations. Of those that have parted all that is
    given is that there was one.
    """
    wanted = sorted(set(ids))
    found = await session.fetch(_FIND, wanted) if wanted else []
    return {row["invitation_id"]: read_reply(row) for row in found}


async def hush(session: Session, keys: Collection[tuple[str, str]]) -> None:
    """Keep of what came in as (channel, event id) nothing but that: not what, and not from whom."""
    if keys:
        batch = [{"channel": channel, "event_id": event_id} for channel, event_id in sorted(keys)]
        await session.run(_HUSH, batch)


def read_reply(row: Row) -> Response:
    """Give the response of a row."""
    body = load_json(row["body"]) if row["body"] else {"answers": []}
    answers = tuple(_read_answer(answer) for answer in body.pop("answers"))
    team = body.pop("team", "")
    return Response(
        invitation_id=row["invitation_id"],
        contact_id=row["contact_id"],
        survey=row["survey"],
        channel=row["channel"],
        started_at=from_ms(row["started_at"]),
        completed_at=from_ms_or_none(row["completed_at"]),
        interaction=Interaction(team=team, population=row["population"]),
        answers=answers,
        anonymous=True,
        parted=not row["body"],
        **{"survey_version": "", **body},
    )


def _read_answer(said: dict[str, Any]) -> Answer:
    return Answer(**{**said, "at": from_ms(said["at"]), "choices": tuple(said["choices"])})


def _row(turn: SavedTurn) -> dict[str, object]:
    after = turn.after
    return {
        "invitation_id": after.invitation_id,
        "contact_id": after.contact_id,
        "survey": after.survey,
        "population": after.interaction.population,
        "channel": after.channel,
        "started_at": to_ms(after.started_at),
        "completed_at": to_ms_or_none(after.completed_at),
        "ready_at": to_ms_or_none(turn.ready_at),
        "body": dump_json(_body(after)),
    }


def _body(response: Response) -> dict[str, object]:
    """Give what is to be known of a response once it has parted, and nothing more."""
    return {
        "survey_version": response.survey_version,
        "language": response.language,
        "trigger": response.trigger,
        "weight": response.weight,
        "team": response.interaction.team,
        "answers": [{**asdict(a), "at": to_ms(a.at)} for a in response.answers],
    }
