"""Answers: each change of mind is a revision, one is the latest, and the counts follow."""

from collections.abc import Sequence

from storage.anonymous import save_replies
from storage.codec import (
    Row,
    from_ms,
    from_ms_or_none,
    interaction_row,
    load_json,
    read_interaction,
    to_ms,
    to_ms_or_none,
)
from storage.counts import Rollups
from storage.progress import save_progress, take_progress
from storage.sql import Session, insert, statement
from storage.turn import SavedTurn
from storage.unread import mark_worded
from surveys.response import Answer, Response

RESPONSE = (
    "invitation_id bigint, contact_id bigint, survey text, survey_version text, started_at bigint,"
    " completed_at bigint, language text, channel text, trigger text, weight double precision,"
    " interaction_id text, agent text, team text, line text, population text"
)
"""The columns of a `Response`."""

_SAVE_RESPONSES = insert(
    "response",
    RESPONSE,
    "ON CONFLICT (invitation_id) DO UPDATE SET completed_at = excluded.completed_at,"
    " language = excluded.language, channel = excluded.channel",
)
_SUPERSEDE = statement("""
    UPDATE answer SET is_latest = false
    FROM ROWS($1: invitation_id bigint, question_id text) AS v
    WHERE answer.invitation_id = v.invitation_id AND answer.question_id = v.question_id
      AND answer.is_latest
""")
_ADD_ANSWERS = insert(
    "answer",
    "invitation_id bigint, question_id text, revision int, is_latest boolean, wording text,"
    " language text, channel text, at bigint, value double precision, choices jsonb, text text,"
    " skipped boolean, draft boolean, metric_id text, metric_version text, scale_id text,"
    " satisfied int",
    # The same revision again: choices that are still being ticked.
    "ON CONFLICT (invitation_id, question_id, revision) DO UPDATE"
    " SET is_latest = excluded.is_latest,"
    " wording = excluded.wording, language = excluded.language, channel = excluded.channel,"
    " at = excluded.at, value = excluded.value, choices = excluded.choices, text = excluded.text,"
    " skipped = excluded.skipped, draft = excluded.draft",
)
_LATEST = statement("""
    SELECT * FROM answer WHERE invitation_id = ANY($1::bigint[]) AND is_latest ORDER BY at, id
""")


async def save_turns(session: Session, turns: Sequence[SavedTurn]) -> None:
    """Write turns in the order given: response, answer, invitation, and the counts of both.

    The conversations must be locked in this transaction, and ``before`` be what the lock gave.
    """
    if not turns:
        return
    progress = await take_progress(session, [turn.invitation.id for turn in turns])
    rollups = Rollups(session.zone)
    for turn in turns:
        if not turn.after.anonymous:
            _count(turn, rollups)
        step = progress[turn.invitation.id]
        step.reply(
            turn.after.channel or turn.invitation.channel,
            turn.recorded.at if turn.recorded else turn.after.started_at,
            first=turn.before is None,
            completed=_completes(turn),
        )
        step.become(turn.state)
    named = [turn for turn in turns if not turn.after.anonymous]
    await _save_responses(session, [turn.after for turn in named])
    await _save_answers(
        session, [(turn.after.invitation_id, turn.recorded) for turn in named if turn.recorded]
    )
    await rollups.save(session)
    await save_replies(session, [turn for turn in turns if turn.after.anonymous])
    await save_progress(session, list(progress.values()))


async def save_parted(session: Session, responses: Sequence[Response]) -> None:
    """Write responses that are nobody's any more, in the order given, and count them."""
    rollups = Rollups(session.zone)
    for response in responses:
        for answer in response.answers:
            rollups.add(response, answer)
    await _save_responses(session, responses)
    given = [(response.invitation_id, a) for response in responses for a in response.answers]
    await _save_answers(session, given)
    await rollups.save(session)


async def load_answers(session: Session, ids: Sequence[int]) -> dict[int, tuple[Answer, ...]]:
    """Give the latest answers of responses, in the order they were given."""
    found: dict[int, list[Answer]] = {}
    for row in await session.fetch(_LATEST, sorted(set(ids))):
        found.setdefault(row["invitation_id"], []).append(read_answer_row(row))
    return {invitation_id: tuple(answers) for invitation_id, answers in found.items()}


def read_response(row: Row, answers: tuple[Answer, ...], prefix: str = "") -> Response:
    """Give the response of a row."""
    return Response(
        invitation_id=row[prefix + "invitation_id"],
        contact_id=row[prefix + "contact_id"],
        survey=row[prefix + "survey"],
        survey_version=row[prefix + "survey_version"],
        started_at=from_ms(row[prefix + "started_at"]),
        completed_at=from_ms_or_none(row[prefix + "completed_at"]),
        language=row[prefix + "language"],
        channel=row[prefix + "channel"],
        trigger=row[prefix + "trigger"],
        weight=row[prefix + "weight"],
        interaction=read_interaction(row, prefix),
        answers=answers,
    )


def read_answer_row(row: Row) -> Answer:
    """Give the answer of a row."""
    return Answer(
        question_id=row["question_id"],
        wording=row["wording"],
        language=row["language"],
        channel=row["channel"],
        at=from_ms(row["at"]),
        value=row["value"],
        choices=tuple(load_json(row["choices"])),
        text=row["text"],
        skipped=bool(row["skipped"]),
        draft=bool(row["draft"]),
        metric_id=row["metric_id"],
        metric_version=row["metric_version"],
        scale_id=row["scale_id"],
        satisfied=row["satisfied"],
        revision=row["revision"],
    )


def _count(turn: SavedTurn, rollups: Rollups) -> None:
    if turn.recorded is None:
        return
    if turn.before is not None:
        rollups.add(turn.before, turn.before.answer(turn.recorded.question_id), sign=-1)
    rollups.add(turn.after, turn.recorded)


def _completes(turn: SavedTurn) -> bool:
    before = turn.before is not None and turn.before.completed_at is not None
    return turn.after.completed_at is not None and not before


async def _save_responses(session: Session, responses: Sequence[Response]) -> None:
    after = {response.invitation_id: response for response in responses}
    if after:
        await session.run(_SAVE_RESPONSES, [_response_row(after[i]) for i in sorted(after)])
        await mark_worded(session, responses)


async def _save_answers(session: Session, said: Sequence[tuple[int, Answer]]) -> None:
    """Write answers, each with its invitation's number; of one question the last is the latest."""
    given = {(number, a.question_id, a.revision): a for number, a in said}
    if not given:
        return
    last = {(invitation, question): revision for invitation, question, revision in given}
    asked = [{"invitation_id": i, "question_id": q} for i, q in sorted(last)]
    await session.run(_SUPERSEDE, asked)
    batch = [
        _answer_row(invitation, answer, latest=last[invitation, question] == revision)
        for (invitation, question, revision), answer in sorted(given.items(), key=lambda g: g[0])
    ]
    await session.run(_ADD_ANSWERS, batch)


def _response_row(response: Response) -> dict[str, object]:
    return {
        "invitation_id": response.invitation_id,
        "contact_id": response.contact_id,
        "survey": response.survey,
        "survey_version": response.survey_version,
        "started_at": to_ms(response.started_at),
        "completed_at": to_ms_or_none(response.completed_at),
        "language": response.language,
        "channel": response.channel,
        "trigger": response.trigger,
        "weight": response.weight,
        **interaction_row(response.interaction),
    }


def _answer_row(invitation_id: int, answer: Answer, *, latest: bool) -> dict[str, object]:
    return {
        "invitation_id": invitation_id,
        "question_id": answer.question_id,
        "revision": answer.revision,
        "is_latest": latest,
        "wording": answer.wording,
        "language": answer.language,
        "channel": answer.channel,
        "at": to_ms(answer.at),
        "value": answer.value,
        "choices": answer.choices,
        "text": answer.text,
        "skipped": answer.skipped,
        "draft": answer.draft,
        "metric_id": answer.metric_id,
        "metric_version": answer.metric_version,
        "scale_id": answer.scale_id,
        "satisfied": answer.satisfied,
    }
