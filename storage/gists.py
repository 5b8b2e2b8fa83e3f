"""Gists: what comments speak of, kept in narrow rows beside the answers (`surveys.theme`).

Who writes a comment marks it unread in the same transaction; it is read a moment later, beside the
conversation. A changed list of words makes what was read by another one unread again.
"""

from collections.abc import Collection, Mapping, Sequence

from storage.answers import load_answers, read_response
from storage.cards import read_card
from storage.codec import Row, to_ms
from storage.sql import Backend, Session, insert, statement
from storage.unread import ANSWER, CARD, is_comment
from storage.where import Where, bounds
from surveys.card import Card
from surveys.keyphrase import Written
from surveys.metric import METRICS, Band, band
from surveys.report import Filter
from surveys.response import Answer, Response
from surveys.scale import SCALES
from surveys.theme import GistReader
from surveys.theme_count import Heard

_TAKE = statement("""
    SELECT kind, ref FROM comment_unread ORDER BY kind, ref LIMIT $1::bigint
    FOR UPDATE SKIP LOCKED
""")
_DONE = statement("""
    DELETE FROM comment_unread WHERE (kind, ref) IN
        (SELECT v.kind, v.ref FROM ROWS($1: kind text, ref bigint) AS v)
""")
_STALE = statement("""
    INSERT INTO comment_unread (kind, ref, marks)
    SELECT kind, ref, 1 FROM comment_gist WHERE read_as < $1::text OR read_as > $1::text
    GROUP BY kind, ref LIMIT $2::bigint
    ON CONFLICT (kind, ref) DO UPDATE SET marks = comment_unread.marks + 1
    RETURNING ref
""")
_LEFT = statement("""
    SELECT (SELECT COUNT(*) FROM comment_unread) AS unread,
        (SELECT COUNT(*) FROM comment_gist WHERE read_as < $1::text OR read_as > $1::text) AS stale
""")
# The rows are locked, so that merging and erasing wait for what is read of them, and we for them.
_RESPONSES = statement("""
    SELECT * FROM response WHERE invitation_id = ANY($1::bigint[]) ORDER BY invitation_id
    FOR NO KEY UPDATE
""")
_CARDS = statement("""
    SELECT * FROM comment_card WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE
""")
_FORGET = statement("DELETE FROM comment_gist WHERE kind = $1 AND ref = ANY($2::bigint[])")
_ADD = insert(
    "comment_gist",
    "kind text, ref bigint, question_id text, at bigint, contact_id bigint, invitation_id bigint,"
    " survey text, channel text, team text, agent text, language text, themes text, tone text,"
    " question text, metric text, metric_version text, scale text, population text,"
    " value double precision, weight double precision, read_as text",
)
_WHO = "CASE WHEN contact_id > 0 THEN contact_id ELSE -id END"
_PEOPLE = {
    Backend.SQLITE: f"GROUP_CONCAT({_WHO})",
    Backend.POSTGRES: f"STRING_AGG(CAST({_WHO} AS TEXT), ',')",
}
"""People as one text: a row for each would take longer to fetch than to count."""

_ALIKE = "themes, tone, survey, question, metric, metric_version, scale, population, value"
_SUMS = (
    "CAST(COUNT(*) AS BIGINT) AS n, SUM(weight) AS weight, SUM(weight * weight) AS weight_squared"
)


async def take_unread(session: Session, reader: GistReader, limit: int) -> int:
    """Read up to ``limit`` comments that are unread, and give how many those were."""
    unread = await session.fetch(_TAKE, limit)
    if not unread:
        return 0
    refs = {kind: [r["ref"] for r in unread if r["kind"] == kind] for kind in (ANSWER, CARD)}
    rows = await _read(session, reader, refs)
    for kind, numbers in refs.items():
        if numbers:
            await session.run(_FORGET, kind, numbers)
    if rows:
        await session.run(_ADD, rows)
    await session.run(_DONE, unread)
    return len(unread)


async def mark_stale(session: Session, version: str, limit: int) -> int:
    """Mark comments unread that were read by another list of words; gives how many."""
    return len(await session.fetch(_STALE, version, limit))


async def count_left(session: Session, version: str) -> int:
    """Give how many comments are still to be read by this list of words."""
    (found,) = await session.fetch(_LEFT, version)
    return int(found["unread"] + found["stale"])


async def hear(
    session: Session, wanted: Filter, surveys: Collection[str], limit: int
) -> list[Heard]:
    """Give what the newest ``limit`` comments speak of, of these surveys (none: all, and cards)."""
    where = gist_where(session, wanted)
    if surveys:
        where.add("g.survey = ANY($::text[])", sorted(surveys))
    found = await session.fetch(
        statement(
            f"SELECT {_ALIKE}, {_SUMS}, {_PEOPLE[session.backend]} AS people"  # noqa: S608 - constants
            f" FROM (SELECT * FROM comment_gist g WHERE {where}"
            f" ORDER BY g.at DESC LIMIT ${len(where.values) + 1}::bigint) AS newest"
            f" GROUP BY {_ALIKE}"
        ),
        *where.values,
        limit,
    )
    return [_read_alike(row) for row in found]


def _read_alike(row: Row) -> Heard:
    people = frozenset(map(int, row["people"].split(",")))
    return Heard(**{**row, "themes": tuple(row["themes"].split()), "people": people})


async def list_written(session: Session, wanted: Filter, limit: int) -> list[tuple[str, Written]]:
    """Give the newest ``limit`` comments with the language each is in."""
    where = gist_where(session, wanted)
    found = await session.fetch(
        statement(
            f"SELECT CASE WHEN g.contact_id > 0 THEN g.contact_id ELSE -g.id END AS who, g.metric,"  # noqa: S608 - constants
            " g.scale, g.value, COALESCE(a.text, c.text) AS text,"
            " COALESCE(a.language, g.language) AS language FROM comment_gist g"
            " LEFT JOIN answer a ON g.kind = 'answer' AND a.invitation_id = g.ref"
            " AND a.question_id = g.question_id AND a.is_latest"
            " LEFT JOIN comment_card c ON g.kind = 'card' AND c.id = g.ref"
            f" WHERE {where} AND COALESCE(a.text, c.text) <> ''"
            f" ORDER BY g.at DESC LIMIT ${len(where.values) + 1}::bigint"
        ),
        *where.values,
        limit,
    )
    return [(row["language"], _read_written(row)) for row in found]


def _read_written(row: Row) -> Written:
    metric, scale = METRICS.get(row["metric"]), SCALES.get(row["scale"])
    if row["value"] is None or metric is None or scale is None or row["value"] not in scale:
        return Written(row["who"], row["text"])
    low = band(metric, scale, int(row["value"]), scale.high) is Band.LOW
    return Written(row["who"], row["text"], low)


def gist_where(session: Session, wanted: Filter, values: list[object] | None = None) -> Where:
    """Give the conditions of a filter on ``comment_gist g``."""
    where = Where(values=[] if values is None else values)
    start, end = bounds(wanted, session.zone)
    where.add("g.at >= $::bigint", start)
    where.add("g.at < $::bigint", end)
    where.add_given(wanted, ("survey", "channel", "team", "agent", "language"), "g.")
    if wanted.question:
        where.add("g.question_id = $", wanted.question)
    return where


async def _read(
    session: Session, reader: GistReader, refs: Mapping[str, Sequence[int]]
) -> list[dict[str, object]]:
    ids, numbers = refs[ANSWER], refs[CARD]
    responses = await session.fetch(_RESPONSES, ids) if ids else []
    answers = await load_answers(session, [row["invitation_id"] for row in responses])
    rows = []
    for row in responses:
        response = read_response(row, answers.get(row["invitation_id"], ()))
        rows += [_of_answer(response, a, reader) for a in response.answers if is_comment(a)]
    cards = [read_card(row) for row in (await session.fetch(_CARDS, numbers) if numbers else [])]
    return rows + [_of_card(card, reader) for card in cards if card.text and not card.quiet]


def _of_answer(response: Response, answer: Answer, reader: GistReader) -> dict[str, object]:
    score = _leading_score(response)
    about = response.interaction
    return {
        "kind": ANSWER,
        "ref": response.invitation_id,
        "question_id": answer.question_id,
        "at": to_ms(answer.at),
        "contact_id": response.contact_id,
        "invitation_id": response.invitation_id,
        "survey": response.survey,
        "channel": answer.channel,
        "team": about.team,
        "agent": about.agent,
        "language": response.language,
        "population": about.population,
        "weight": response.weight,
        **_gist(answer.text, answer.language, reader),
        **(_measure(score) if score else _UNMEASURED),
    }


def _of_card(card: Card, reader: GistReader) -> dict[str, object]:
    return {
        "kind": CARD,
        "ref": card.id,
        "question_id": "",
        "at": to_ms(card.at),
        "contact_id": card.contact_id,
        "invitation_id": card.invitation_id,
        "survey": "",
        "channel": card.channel,
        "team": card.team,
        "agent": "",
        "language": card.language,
        "population": "",
        "weight": 1.0,
        **_gist(card.text, card.language, reader),
        **_UNMEASURED,
    }


def _gist(text: str, language: str, reader: GistReader) -> dict[str, object]:
    gist = reader.read(text, language)
    themes = f" {' '.join(gist.themes)} " if gist.themes else ""
    return {"themes": themes, "tone": gist.tone.value, "read_as": reader.version}


def _leading_score(response: Response) -> Answer | None:
    """Give the answer that a comment is read beside: of several metrics the first of the table."""
    order = list(METRICS)
    scored = [
        a
        for a in response.answers
        if a.value is not None and a.metric_id in METRICS and not a.draft and not a.skipped
    ]
    return min(scored, key=lambda a: order.index(a.metric_id), default=None)


_UNMEASURED = {"question": "", "metric": "", "metric_version": "", "scale": "", "value": None}


def _measure(score: Answer) -> dict[str, object]:
    return {
        "question": score.question_id,
        "metric": score.metric_id,
        "metric_version": score.metric_version,
        "scale": score.scale_id,
        "value": score.value,
    }
