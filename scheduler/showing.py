"""Showing: the page of an invitation as it stands, and a question asked once more. Pure."""

from dataclasses import replace
from datetime import datetime

from scheduler.answering import Answered
from scheduler.promises import promise_of
from scheduler.rules import Rules
from surveys.bands import answered_metric, response_band
from surveys.compose import compose_note, compose_question
from surveys.conversation import Conversation, changeable, is_over, next_question, progress
from surveys.inbound import Replied
from surveys.message import Capabilities, Message
from surveys.scanner import Origin
from surveys.survey import Survey
from surveys.thanks import compose_thanks


def show(
    rules: Rules,
    survey: Survey,
    conversation: Conversation,
    address: str,
    capabilities: Capabilities,
    now: datetime,
    *,
    wish: str = "",
) -> Message:
    """Give the page of an invitation as it stands: the open question, or thanks, or closed.

    ``wish`` names an answered question to show again with its answer, while that may be changed.
    """
    setting = rules.setting(survey, conversation.invitation, conversation.contact, address)
    response = conversation.response
    again = changeable(survey, conversation, wish, now)
    if again:
        return compose_question(setting, again[0], capabilities, answer=again[1])
    question = next_question(survey, response)
    done = response is not None and response.parted and response.completed_at is not None
    if question is None or done:
        return compose_thanks(
            setting,
            response_band(survey, response),
            capabilities,
            metric_id=answered_metric(survey, response),
            promise=promise_of(rules, response),
        )
    if is_over(conversation, now):
        return compose_note(setting, setting.say("closed"), capabilities)
    step, steps = progress(survey, response)
    return compose_question(setting, question, capabilities, step=step, steps=steps)


def ask_again(
    rules: Rules,
    survey: Survey,
    conversation: Conversation,
    item: Replied,
    answered: Answered,
    capabilities: Capabilities,
) -> Message:
    """Give the page of the question a held press was about, to be pressed once more."""
    setting = rules.setting(survey, conversation.invitation, conversation.contact, item.address)
    asked, response = answered.turn.asked, conversation.response
    notice = setting.say("press_again")
    if asked is None:
        return compose_note(setting, notice, capabilities)
    step, steps = progress(survey, response)
    answer = response.answer(asked.id) if response else None
    page = compose_question(
        setting, asked, capabilities, answer=answer, notice=notice, step=step, steps=steps
    )
    return replace(page, origin=Origin.AGAIN)
