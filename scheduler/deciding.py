"""Deciding: from a due row and what is known of it to a message to send, or to what becomes of the
row without one. Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from scheduler.best import Choice, choose, random_numbers
from scheduler.followups import decide_follow_up, follow, keep_true, next_turn
from scheduler.in_doubt import in_doubt
from scheduler.job import Job
from scheduler.manners import has_rival
from scheduler.patience import Put, keep_hours, keep_manners
from scheduler.pausing import keep_paused
from scheduler.permission import permitted, unrecorded_basis
from scheduler.rules import Rules
from scheduler.throttle import (
    STOPPED,
    Hold,
    Move,
    Send,
    Skip,
    Verdict,
    decide,
    is_shared,
    next_channel,
    reach,
)
from surveys.channel_standing import Standings
from surveys.compose import compose_invitation, compose_reminder
from surveys.conversation import Conversation, next_question, progress
from surveys.due import WAITS_UNTIL, Decision, Due, DueKind, Outcome
from surveys.engagement import Engagement
from surveys.invitation import Delivery, InvitationState
from surveys.message import Capabilities, Message
from surveys.question import Question
from surveys.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What was read besides a conversation to decide about it: what the person is in the middle of,
    and how people like them answered on each channel, where the channel is to be chosen.
    """

    engagements: Sequence[Engagement] = ()
    standings: Standings = field(default_factory=dict)


Compose = Callable[[Send, Conversation, Rules, Capabilities, DueKind], Message | None]
"""Gives what is said to whoever is asked, None where there is nothing to ask any more."""


def decide_due(
    due: Due,
    conversation: Conversation | None,
    rules: Rules,
    channels: Mapping[str, Capabilities],
    now: datetime,
    *,
    around: Circumstances | None = None,
    compose: Compose | None = None,
) -> Job | Outcome:
    """Decide about one claimed row. ``channels`` are those that run, the row's lane among them.
    ``compose`` is how messages are made, `compose_due` where nothing is given.
    """
    if due.kind is not DueKind.ASK and due.message:
        if conversation is not None and conversation.contact.opted_out_at is not None:
            return Outcome(due=due, reason=STOPPED)
        # What answers somebody was put when they wrote.
        return Job(due=due, message=replace(due.message, heard_at=due.at), decided_at=now)
    if conversation is None:
        return Outcome(due=due, reason="its invitation is gone")
    conversation = permitted(conversation, due.lane, rules, now)
    parts = (due, conversation, rules, channels, now)
    return _decide_ask(*parts, around or Circumstances(), compose or compose_due)


def _decide_ask(
    due: Due,
    conversation: Conversation,
    rules: Rules,
    channels: Mapping[str, Capabilities],
    now: datetime,
    around: Circumstances,
    compose: Compose,
) -> Job | Outcome:
    choice = _choose(due, conversation, channels, around.standings, now)
    lane = choice.order[0] if choice else due.lane
    conversation = _as_chosen(conversation, choice)
    invitation, contact = conversation.invitation, conversation.contact
    if due.kind is DueKind.ASK:
        verdict = decide(invitation, contact, lane, channels, now)
    else:
        verdict = decide_follow_up(due, conversation, channels, now)
    if isinstance(verdict, Send):
        verdict = keep_paused(due, invitation, rules.paused) or verdict
    if isinstance(verdict, Send):
        plan = rules.follow_ups.get(invitation.trigger)
        verdict = keep_true(invitation, contact, plan) or verdict
    if isinstance(verdict, Send):
        verdict = _bide(due, conversation, rules, now, around.engagements) or verdict
    if isinstance(verdict, Send) and choice:
        verdict = replace(verdict, rule=choice.rule)
        if lane != due.lane:
            verdict = Move(channel=lane, rule=choice.rule)
    message = None
    if isinstance(verdict, Send):
        message = compose(verdict, conversation, rules, channels[due.lane], due.kind)
        if message is None:
            verdict = Skip(rule="the survey is not in the file any more")
    decision = _decision(due, verdict, invitation.state, now, choice)
    via = invitation.via if choice and isinstance(verdict, Send | Move) else ()
    if message is None:
        return replace(_unsent(due, verdict, decision), via=via)
    job = _job(due, conversation, message, rules, channels, decision)
    rival = has_rival(around.engagements, invitation.id)
    return replace(job, rival=rival, via=via) if rival or via else job


def _choose(
    due: Due,
    conversation: Conversation,
    channels: Mapping[str, Capabilities],
    standings: Standings,
    now: datetime,
) -> Choice | None:
    """Choose among the channels that reach the person; None where there is nothing to choose."""
    invitation, contact = conversation.invitation, conversation.contact
    if due.kind is not DueKind.ASK or not invitation.best:
        return None
    open_now = [c for c in invitation.via if reach(contact, c, channels, now)[0]]
    if not open_now:
        return None
    return choose(open_now, standings, random_numbers(invitation.key, open_now))


def _as_chosen(conversation: Conversation, choice: Choice | None) -> Conversation:
    """Give the conversation with its channels in the order chosen, those out of reach last."""
    if choice is None:
        return conversation
    invitation = conversation.invitation
    rest = (channel for channel in invitation.via if channel not in choice.order)
    return replace(conversation, invitation=replace(invitation, via=(*choice.order, *rest)))


def _bide(
    due: Due,
    conversation: Conversation,
    rules: Rules,
    now: datetime,
    engagements: Sequence[Engagement],
) -> Put | None:
    """Give what becomes of what could be sent for the hour it is, or for what the person is in the
    middle of; None to go on. A reminder that would come too late is left out, and no more.
    """
    invitation, contact = conversation.invitation, conversation.contact
    places = rules.whereabouts
    where = (rules.zone_of(contact), places.country(contact), places.is_holiday)
    put = keep_hours(rules.throttle, invitation, *where, now)
    put = put or keep_manners(rules.throttle, invitation, engagements, now)
    if isinstance(put, Skip) and due.kind is not DueKind.ASK:
        return replace(put, state=invitation.state)
    return put


def _job(
    due: Due,
    conversation: Conversation,
    message: Message,
    rules: Rules,
    channels: Mapping[str, Capabilities],
    decision: Decision,
) -> Job:
    invitation, contact, now = conversation.invitation, conversation.contact, decision.at
    asks = due.kind is DueKind.ASK
    where = (invitation, contact, due.lane, channels, now)
    return Job(
        due=due,
        message=message,
        decided_at=now,
        contact_id=invitation.contact_id,
        fallback=next_channel(*where)
        if asks
        else next_turn(due, invitation, contact, channels, now),
        shared=is_shared(*where) if asks else False,
        decision=decision,
        invitation=invitation if asks else None,
        zone=rules.zone_of(contact),
        then=follow(due, invitation, rules, now),
        basis=unrecorded_basis(conversation, due.lane, rules, now),
    )


def refuse(job: Job, verdict: Put, now: datetime) -> Outcome:
    """Give what becomes of a job that limits on asking are in the way of."""
    assert job.invitation is not None  # noqa: S101 - limits are on asking, and a note asks nothing
    decision = _decision(job.due, verdict, job.invitation.state, now)
    return replace(_unsent(job.due, verdict, decision), via=job.via)


def compose_due(
    verdict: Send,
    conversation: Conversation,
    rules: Rules,
    capabilities: Capabilities,
    kind: DueKind,
) -> Message | None:
    """Give the message that asks, None where the survey has no question for the person (left)."""
    invitation, address = conversation.invitation, verdict.address
    asked = what_to_ask(conversation, rules)
    if asked is None:
        return None
    survey, question = asked
    setting = rules.setting(survey, invitation, conversation.contact, address.value)
    _, steps = progress(survey, conversation.response)
    message = compose_invitation(setting, question, capabilities, steps=steps)
    if kind is DueKind.REMIND:
        plan = rules.follow_ups.get(invitation.trigger)
        message = compose_reminder(setting, message, plan.text if plan else {})
    return replace(message, heard_at=address.heard_at)


def what_to_ask(conversation: Conversation, rules: Rules) -> tuple[Survey, Question] | None:
    """Give the survey of an invitation and its next question, None where there is none (left)."""
    survey = rules.surveys.get(conversation.invitation.survey)
    question = next_question(survey, conversation.response) if survey else None
    return (survey, question) if survey and question else None


def _decision(
    due: Due,
    verdict: Verdict,
    state: InvitationState,
    now: datetime,
    choice: Choice | None = None,
) -> Decision:
    more: dict[str, Any] = {"drawn": dict(choice.drawn)} if choice else {}
    if isinstance(verdict, Hold) and verdict.engagement:
        one = verdict.engagement
        more[WAITS_UNTIL] = verdict.until.isoformat()
        more |= {"waits_for": one.kind.value, "last_word": one.at.isoformat()}
    return Decision(
        invitation_id=due.invitation_id,
        at=now,
        verdict=type(verdict).__name__.lower(),
        rule=verdict.rule,
        inputs={"channel": due.lane, "state": state.value, "attempt": due.attempts, **more},
    )


def _unsent(due: Due, verdict: Verdict, decision: Decision) -> Outcome:
    outcome = Outcome(due=due, counts_as_attempt=False, decision=decision)
    if isinstance(verdict, Hold):
        put_off = None if verdict.grows_old else verdict.until - decision.at
        return replace(outcome, retry_at=verdict.until, put_off=put_off)
    if isinstance(verdict, Move):
        return replace(outcome, retry_at=decision.at, lane=verdict.channel)
    if isinstance(verdict, Skip) and verdict.state != decision.inputs["state"]:
        return replace(outcome, state=verdict.state)
    return outcome


def decide_stray(
    due: Due,
    conversation: Conversation | None,
    rules: Rules,
    channels: Mapping[str, Capabilities],
    now: datetime,
    *,
    earlier: Sequence[Delivery] = (),
) -> Outcome:
    """Decide about a claimed row whose lane has no channel in ``channels``: there is nobody to send
    it, so it moves or ends. ``earlier`` is the attempt that was begun and never settled, if any.
    """
    gone = f"{due.lane} does not run"
    if due.kind is DueKind.SAY:
        outcome = Outcome(due=due, reason=gone)
    elif earlier:  # it may have gone out: asking elsewhere might be asking twice
        outcome = Outcome(due=due, state=InvitationState.ASKED, reason="not repeated")
    else:
        made = decide_due(due, conversation, rules, channels, now)
        outcome = made if isinstance(made, Outcome) else Outcome(due=due, reason=gone)
    return in_doubt(outcome, earlier[0].id) if earlier else outcome
