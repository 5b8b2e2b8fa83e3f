"""Anonymity: how answers to an anonymous survey part from whoever gave them. Pure.

Answers part in batches of at least `LEAST`. What is left on each of a batch (language, channel,
team, ...) it shares with at least as many others, so that no sum, no difference of two sums, and
no list of them is about fewer. docs/decisions/0013 says what that is worth.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from surveys.conversation import LONGEST_COMMENT, Conversation, Turn, TurnKind, begin
from surveys.event import Interaction
from surveys.question import Kind
from surveys.response import Answer, Response
from surveys.survey import Survey

LEAST = 5
"""Answers that part together, and that share whatever is left on them."""

LONGEST_WAIT = timedelta(days=30)
"""How long answers wait for others to part with; then they are deleted and never counted."""

_GIVEN_UP = ("trigger", "language", "channel", "version", "team")
"""What is taken off an answer that too few share it with, in this order."""

Names = tuple[str, ...]
_STEPS: Sequence[Names] = (
    *((name,) for name in _GIVEN_UP),
    *(_GIVEN_UP[:count] for count in range(2, len(_GIVEN_UP) + 1)),
)

MARK = "-anonymous"
"""What the version of an anonymous survey ends with, so that invitations know what they promise."""

Cell = Mapping[str, str]


def is_anonymous(survey: Survey | None, conversation: Conversation) -> bool:
    """Whether an answer is to be nobody's. What was promised when somebody was asked holds,
    whatever the file says now (None: nothing any more); what was begun with a name goes on so.
    """
    if conversation.response is not None:
        return conversation.response.anonymous
    promised = conversation.invitation.survey_version.endswith(MARK)
    return promised or (survey is not None and survey.anonymous)


def part(responses: Sequence[Response], numbers: Sequence[int], at: datetime) -> list[Response]:
    """Give responses as nobody's: each under one of ``numbers``, all as of ``at``, with what at
    least `LEAST` of them share. They must be that many, of one survey and one population, in an
    order that tells nothing.

    Each weighs what they weigh on average, so that the sum stays.

    :raises ValueError: where they are fewer.
    """
    if len(responses) < LEAST:
        raise ValueError(f"{len(responses)} answers do not hide one another")
    weight = sum(response.weight for response in responses) / len(responses)
    cells = coarsen([_cell(response) for response in responses])
    return [
        _unnamed(response, cell, number, weight, at)
        for response, cell, number in zip(responses, cells, numbers, strict=True)
    ]


def coarsen(cells: Sequence[Cell], least: int = LEAST) -> list[Cell]:
    """Give cells, ``least`` or more, of which each occurs ``least`` times: what is too rare becomes
    "", and so does the same on as few others as hide it.
    """
    coarse = [dict(cell) for cell in cells]
    while rare := _rarest(coarse, least):
        for names in _STEPS:
            kin = [cell for cell in coarse if _without(cell, names) == _without(rare, names)]
            if len(kin) >= least:
                break
        for cell in _company(kin, names, least):
            cell.update(dict.fromkeys(names, ""))
    return list(coarse)


def _rarest(cells: Sequence[dict[str, str]], least: int) -> dict[str, str] | None:
    """Give a cell of the smallest kind that is too small."""
    kinds = Counter(map(_key, cells))
    found = min(cells, key=lambda cell: (kinds[_key(cell)], _key(cell)))
    return dict(found) if kinds[_key(found)] < least else None


def _company(kin: Sequence[dict[str, str]], names: Names, least: int) -> list[dict[str, str]]:
    """Give those that lose ``names``: all of kinds that are too small, then what larger ones can
    spare, then, where that is not enough, whole kinds.
    """
    kinds: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for cell in kin:
        kinds.setdefault(_key(cell), []).append(cell)
    sizes = sorted(kinds.values(), key=len)
    blank = [cell for cell in kin if not any(cell[name] for name in names)]
    chosen = [cell for kind in sizes if len(kind) < least for cell in kind]
    hidden = len({id(cell) for cell in (*chosen, *blank)})
    spare = [
        c
        for kind in sizes
        if len(kind) > least and any(kind[0][n] for n in names)
        for c in kind[least:]
    ]
    if hidden + len(spare) >= least:
        return [*chosen, *spare[: max(0, least - hidden)]]
    return list(kin)


def _without(cell: Cell, names: Names) -> tuple[str, ...]:
    return tuple(cell[name] for name in _GIVEN_UP if name not in names)


def _key(cell: Cell) -> tuple[str, ...]:
    return _without(cell, ())


def _cell(response: Response) -> dict[str, str]:
    about = response.interaction
    return {
        "trigger": response.trigger,
        "language": response.language,
        "channel": response.channel,
        "version": response.survey_version,
        "team": about.team,
    }


def _unnamed(response: Response, cell: Cell, number: int, weight: float, at: datetime) -> Response:
    answers = (
        replace(answer, at=at, language=cell["language"], channel=cell["channel"], revision=1)
        for answer in response.answers
        if not answer.draft
    )
    return Response(
        invitation_id=number,
        contact_id=0,
        survey=response.survey,
        survey_version=cell["version"],
        started_at=at,
        completed_at=at if response.completed_at else None,
        language=cell["language"],
        channel=cell["channel"],
        trigger=cell["trigger"],
        weight=weight,
        interaction=Interaction(team=cell["team"], population=response.interaction.population),
        answers=tuple(answers),
        anonymous=True,
        parted=True,
    )


def ready_at(
    survey: Survey, conversation: Conversation, after: Response, now: datetime
) -> datetime:
    """Give when a response may part from its person: when it can be changed no more."""
    if after.completed_at is not None:
        return now + survey.change_within
    return conversation.closes_at(answering=True)


def keep_words(
    survey: Survey, conversation: Conversation, turn: Turn, channel: str, now: datetime
) -> Turn:
    """Give a turn whose words beside the survey answer its comment question, so that they part
    with the rest; no card, which would have an author, is made of them.

    Where there is no such question, and once the survey is over, they are kept nowhere.
    """
    words = turn.card.strip()
    comment = next((q for q in survey.questions if q.kind is Kind.COMMENT), None)
    if not words:
        return turn
    if comment is None or turn.kind is TurnKind.CLOSED:
        unread = turn.kind is TurnKind.OFF_SCRIPT
        return replace(turn, card="", kind=TurnKind.NOT_UNDERSTOOD if unread else turn.kind)
    base = turn.response or begin(survey, conversation, channel, now)
    old = base.answer(comment.id)
    lines = old.text.split("\n") if old and old.text else []
    if words in lines:
        return replace(turn, card="")
    answer = Answer(
        question_id=comment.id,
        wording=comment.wording,
        language=conversation.invitation.language,
        channel=channel,
        at=now,
        text="\n".join((*lines, words))[:LONGEST_COMMENT],
        revision=old.revision + 1 if old else 1,
    )
    after = base.with_answer(answer)
    return replace(turn, card="", response=after, recorded=(*turn.recorded, answer))
