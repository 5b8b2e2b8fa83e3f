"""Answering: what one reply leads to, from the turn to the messages and alerts. Pure."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.promises import promise_of
from scheduler.rules import Rules
from surveys.alert import AlertRule, match_alerts
from surveys.anonymity import keep_words
from surveys.bands import answered_metric
from surveys.card import Courtesy
from surveys.compose import (
    Setting,
    answer_label,
    compose_note,
    compose_question,
    compose_recorded,
    split_payload,
)
from surveys.consent import Consent
from surveys.conversation import (
    Conversation,
    Said,
    Turn,
    TurnKind,
    advance,
    next_question,
    progress,
)
from surveys.inbound import Replied
from surveys.language import Language
from surveys.message import Capabilities, Message
from surveys.preset import PANEL
from surveys.question import Question
from surveys.response import Response
from surveys.staff import StaffMember
from surveys.survey import Survey
from surveys.thanks import Promise, compose_thanks

_NOTICES: Mapping[TurnKind, str] = {
    TurnKind.RECORDED: "recorded",
    TurnKind.CHANGED: "changed",
    TurnKind.REPEATED: "repeated",
    TurnKind.SKIPPED: "skipped",
    TurnKind.TOO_LATE: "too_late",
    TurnKind.NOT_UNDERSTOOD: "not_understood",
    TurnKind.OFF_SCRIPT: "comment_kept",
}

ComposeAlert = Callable[[Rules, Conversation, Response, str, bool], Message]
"""(rules, conversation, response, address, whether words were added) -> what a colleague reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A turn, what to say back to the customer, and which alert rules it set off; ``added`` where
    they were set off before and words were added since. ``consents`` are what the person agreed to
    by this turn, or refused.
    """

    turn: Turn
    messages: tuple[Message, ...]
    alerts: tuple[AlertRule, ...] = ()
    added: bool = False
    consents: tuple[Consent, ...] = ()


def said(item: Replied) -> Said:
    """Give what a reply says, its payloads taken apart. The token is checked elsewhere."""
    parts = [p for p in map(split_payload, item.payloads) if p]
    question = parts[0][1] if parts else ""
    return Said(
        question_id=question,
        values=tuple(value for _, about, value in parts if about == question),
        text=item.text,
    )


def answer_reply(
    rules: Rules,
    survey: Survey,
    conversation: Conversation,
    item: Replied,
    capabilities: Capabilities,
    now: datetime,
    courtesy: Courtesy = Courtesy.FULL,
) -> Answered:
    """Give what one reply to one invitation leads to; ``courtesy`` is what words get back that
    answer nothing.
    """
    bank = rules.heard(conversation.invitation.language)
    turn = _advance(survey, conversation, item, bank, now)
    if survey.anonymous:
        turn = keep_words(survey, conversation, turn, item.channel, now)
    setting = rules.setting(survey, conversation.invitation, conversation.contact, item.address)
    promise = promise_of(rules, turn.response)
    view = _View(setting, conversation, turn, item, capabilities, courtesy, promise)
    messages = (view.page(),) if capabilities.inline else tuple(view.chat())
    alerts, added = _alerts(rules, conversation, turn)
    return Answered(
        turn=turn, messages=messages, alerts=alerts, added=added, consents=_consents(turn)
    )


def _consents(turn: Turn) -> tuple[Consent, ...]:
    """Give what answers to `PANEL` agree to. Skipping it says neither yes nor no."""
    said = [a for a in turn.recorded if a.metric_id == PANEL and a.value is not None]
    return tuple(
        Consent(purpose=PANEL, granted=a.value == 1, source=a.channel, at=a.at) for a in said
    )


def _advance(
    survey: Survey, conversation: Conversation, item: Replied, bank: Language, now: datetime
) -> Turn:
    """Give what a reply amounts to. Words written to one question (by replying to its mail) answer
    that one, where they can; else they belong to the open one like any words.
    """
    spoken = said(item)
    about = "" if spoken.question_id else item.question_id
    if survey.question(about):
        addressed = replace(spoken, question_id=about)
        turn = advance(survey, conversation, addressed, bank, channel=item.channel, now=now)
        if turn.kind not in (TurnKind.OFF_SCRIPT, TurnKind.NOT_UNDERSTOOD):
            return turn
    return advance(survey, conversation, spoken, bank, channel=item.channel, now=now)


def _alerts(
    rules: Rules, conversation: Conversation, turn: Turn
) -> tuple[tuple[AlertRule, ...], bool]:
    """Give the rules this turn sets off, or, where none does but words were added to a response
    that is bad already, those that hold; and whether it is the latter.
    """
    if not turn.recorded or turn.response is None or turn.response.anonymous:
        return (), False
    fresh = match_alerts(rules.alerts, turn.response, conversation.response)
    if fresh or not any(a.text for a in turn.recorded):
        return fresh, False
    held = match_alerts(rules.alerts, turn.response, None)
    return held, bool(held)


def staff_addresses(
    members: Sequence[StaffMember], channels: Mapping[str, Capabilities]
) -> list[tuple[str, str]]:
    """Give (channel, address) of colleagues, each on their first channel that runs."""
    found = []
    for member in members:
        reachable = [(c, a) for c, a in member.addresses.items() if c in channels]
        found += reachable[:1]
    return found


@dataclass(frozen=True, slots=True)
class _View:
    """How a turn looks to the customer."""

    setting: Setting
    conversation: Conversation
    turn: Turn
    item: Replied
    capabilities: Capabilities
    courtesy: Courtesy
    promise: Promise

    def page(self) -> Message:
        """Give the next page: the whole view, since a page has no history."""
        turn = self.turn
        if turn.kind is TurnKind.CLOSED:
            return self._note("closed")
        unread = turn.kind in (TurnKind.NOT_UNDERSTOOD, TurnKind.OFF_SCRIPT)
        question = turn.asked if unread and turn.asked else turn.next
        if question is None:
            page = self._thanks(self._notice())
        else:
            page = self._question(question, notice=self._notice())
        return replace(page, changes=self._changes())

    def _changes(self) -> str:
        """Give the question whose answer was just taken and may still be changed."""
        taken = self.turn.kind in (TurnKind.RECORDED, TurnKind.CHANGED, TurnKind.SKIPPED)
        may = taken and self.setting.survey.change_within > timedelta(0)
        return self.turn.asked.id if may and self.turn.asked else ""

    def chat(self) -> Iterator[Message]:
        """Give what is said in a chat: the sent message edited in place, then what comes next."""
        turn = self.turn
        edited = yield from self._edit()
        if turn.kind in (TurnKind.RECORDED, TurnKind.SKIPPED, TurnKind.CHANGED):
            yield from self._next(notice="" if edited else self._notice())
        elif turn.kind is TurnKind.CLOSED:
            yield from self._closed()
        elif turn.kind is TurnKind.TOO_LATE and not edited:
            yield self._note("too_late")
        elif turn.kind in (TurnKind.OFF_SCRIPT, TurnKind.NOT_UNDERSTOOD):
            yield from self._unread()
        elif turn.kind is TurnKind.TICKED and not edited and turn.asked:
            yield self._question(turn.asked)  # where buttons vanish once pressed

    def _edit(self) -> Generator[Message, None, bool]:
        turn, asked = self.turn, self.turn.asked
        if turn.kind is TurnKind.CHANGED and not self.item.payloads:
            return False  # what was asked last is another question
        replaces = self.item.external_id if self.item.payloads else ""
        if not replaces and not self.conversation.invitation.all_channels:
            replaces = self.conversation.asked_external_id  # else it may be another channel's
        answer = turn.response.answer(asked.id) if turn.response and asked else None
        if not (self.capabilities.edits and replaces and asked and answer):
            return False
        if turn.kind is TurnKind.TICKED:
            ticked = self._question(asked)
            yield replace(ticked, replaces=replaces)
        elif turn.kind is TurnKind.TOO_LATE:
            over = compose_recorded(self.setting, asked, self.capabilities, answer, replaces)
            yield replace(over, buttons=(), notice=self._notice())
        elif turn.recorded:
            yield compose_recorded(self.setting, asked, self.capabilities, answer, replaces)
        else:
            return False
        return True

    def _next(self, notice: str) -> Iterator[Message]:
        turn = self.turn
        if turn.finished:
            yield self._thanks(notice)
        elif turn.next and not self._is_open_already(turn.next.id):
            yield self._question(turn.next, notice=notice)
        elif notice:
            yield compose_note(self.setting, notice, self.capabilities)

    def _is_open_already(self, question_id: str) -> bool:
        """A change of mind about an earlier answer does not repeat the question that is open."""
        if self.turn.kind is not TurnKind.CHANGED:
            return False
        before = next_question(self.setting.survey, self.conversation.response)
        return before is not None and before.id == question_id

    def _closed(self) -> Iterator[Message]:
        """Words that come too late are received all the same."""
        if not self.item.text or self.setting.survey.anonymous:
            yield self._note("closed")
        elif self.courtesy is not Courtesy.NONE:
            kept, closed = self._say("comment_kept"), self._say("closed")
            yield compose_note(self.setting, kept, self.capabilities, notice=closed)

    def _unread(self) -> Iterator[Message]:
        """Give a receipt, and the open question once more: it is not repeated at every word."""
        asked = self.turn.asked
        if not self.item.text or self.courtesy is Courtesy.NONE:
            return
        if asked and self.courtesy is Courtesy.FULL:
            yield self._question(asked, notice=self._notice())
        else:
            yield self._note("comment_kept")

    def _question(self, question: Question, *, notice: str = "") -> Message:
        response = self.turn.response
        step, steps = progress(self.setting.survey, response)
        return compose_question(
            self.setting,
            question,
            self.capabilities,
            answer=response.answer(question.id) if response else None,
            notice=notice,
            step=step,
            steps=steps,
        )

    def _thanks(self, notice: str) -> Message:
        return compose_thanks(
            self.setting,
            self.turn.band,
            self.capabilities,
            notice=notice,
            metric_id=answered_metric(self.setting.survey, self.turn.response),
            promise=self.promise,
        )

    def _note(self, key: str) -> Message:
        return compose_note(self.setting, self._say(key), self.capabilities)

    def _notice(self) -> str:
        key = _NOTICES.get(self.turn.kind)
        return self._say(key) if key else ""

    def _say(self, key: str) -> str:
        asked, response = self.turn.asked, self.turn.response
        answer = response.answer(asked.id) if asked and response else None
        label = answer_label(self.setting, asked, answer) if asked and answer else ""
        return self.setting.say(key, answer=label)
