"""Telling: what other systems are told of one transaction's worth of replies, put in that same
transaction, so that what was stored is told and nothing else.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from scheduler.outbox import Outbox
from scheduler.rules import Rules
from storage.store import Card, SavedTurn, Transaction
from surveys.case import Case
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.event import Interaction
from surveys.response import Answer, Response
from surveys.webhook import Call, message_id, spell_event

_LONGEST = 4000  # characters of somebody's words: a body stays below 20 kB or so


async def tell(
    transaction: Transaction,
    rules: Rules,
    outbox: Outbox,
    conversations: Mapping[int, Conversation],
    now: datetime,
) -> None:
    """Put a call for each event and each endpoint that wants it."""
    if not rules.webhooks:
        return
    events = [*_completed(outbox, conversations), *_comments(outbox)]
    calls = [
        Call(
            endpoint=endpoint.name,
            message_id=name,
            kind=kind,
            contact_id=contact_id,
            body=json.dumps(spell_event(kind, now, data), ensure_ascii=False),
            at=now,
        )
        for kind, name, contact_id, data in events
        for endpoint in rules.webhooks
        if kind in endpoint.events
    ]
    await transaction.add_webhook_calls(calls, now)


async def tell_case(
    transaction: Transaction, rules: Rules, kind: str, case: Case, now: datetime
) -> None:
    """Put calls about a case that was opened or closed just now."""
    name = message_id(kind, str(case.id), str(case.version))
    told = spell_event(kind, now, _spell_case(case))
    calls = [
        Call(
            endpoint=endpoint.name,
            message_id=name,
            kind=kind,
            contact_id=case.contact_id,
            body=json.dumps(told, ensure_ascii=False),
            at=now,
        )
        for endpoint in rules.webhooks
        if kind in endpoint.events
    ]
    await transaction.add_webhook_calls(calls, now)


Told = tuple[str, str, int, dict[str, Any]]
"""Kind, message id, contact id, data."""


def _completed(outbox: Outbox, conversations: Mapping[int, Conversation]) -> Iterator[Told]:
    kind = "response.completed"
    for turn in outbox.turns:
        if not _completes(turn) or turn.after.anonymous:
            continue
        after = _last(outbox, turn.after)
        conversation = conversations.get(after.invitation_id)
        data = _spell_response(after, conversation.contact if conversation else None)
        yield kind, message_id(kind, str(after.invitation_id)), after.contact_id, data


def _completes(turn: SavedTurn) -> bool:
    was = turn.before is not None and turn.before.completed_at is not None
    return turn.after.completed_at is not None and not was


def _last(outbox: Outbox, response: Response) -> Response:
    """Give a response as the whole transaction leaves it."""
    same = [t.after for t in outbox.turns if t.after.invitation_id == response.invitation_id]
    return same[-1]


def _comments(outbox: Outbox) -> Iterator[Told]:
    kind = "comment.received"
    for card in outbox.cards:
        if card.id == 0 and card.text and not card.quiet:
            name = message_id(kind, card.channel, str(card.contact_id), card.at.isoformat())
            yield kind, name, card.contact_id, _spell_card(card)


def _spell_response(response: Response, contact: Contact | None) -> dict[str, Any]:
    done = response.completed_at
    return {
        "response": response.invitation_id,
        "survey": response.survey,
        "survey_version": response.survey_version,
        "started_at": response.started_at.isoformat(timespec="seconds"),
        "completed_at": done.isoformat(timespec="seconds") if done else None,
        "channel": response.channel,
        "language": response.language,
        "trigger": response.trigger,
        "weight": response.weight,
        "customer": list(contact.keys) if contact else [],
        "interaction": _spell_interaction(response.interaction),
        "answers": [_spell_answer(a) for a in response.answers if not a.draft],
    }


def _spell_answer(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question_id,
        "metric": answer.metric_id,
        "metric_version": answer.metric_version,
        "scale": answer.scale_id,
        "value": answer.value,
        "choices": list(answer.choices),
        "text": answer.text[:_LONGEST],
        "skipped": answer.skipped,
    }


def _spell_interaction(interaction: Interaction) -> dict[str, str]:
    return {
        "id": interaction.id,
        "agent": interaction.agent,
        "team": interaction.team,
        "line": interaction.line,
    }


def _spell_case(case: Case) -> dict[str, Any]:
    return {
        "case": case.id,
        "response": case.invitation_id,
        "survey": case.survey,
        "state": str(case.state),
        "owner": case.owner,
        "cause": case.cause,
        "opened_at": case.opened_at.isoformat(timespec="seconds"),
        "respond_by": case.respond_by.isoformat(timespec="seconds") if case.respond_by else None,
        "closed_at": case.closed_at.isoformat(timespec="seconds") if case.closed_at else None,
        "interaction": _spell_interaction(case.interaction),
    }


def _spell_card(card: Card) -> dict[str, Any]:
    return {
        "text": card.text[:_LONGEST],
        "praise": card.praise,
        "channel": card.channel,
        "language": card.language,
        "team": card.team,
        "source": card.source,
        "at": card.at.isoformat(timespec="seconds"),
    }
