"""Release: a press that was held back counts after all, as of the moment it was pressed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from scheduler.replies import ReplyIntake
from scheduler.rules import Rules
from storage.store import Store
from surveys.compose import payload
from surveys.conversation import Conversation
from surveys.inbound import Replied
from surveys.link import Purpose, seal
from surveys.scanner import HeldPress, Origin, Press

IntakeAt = Callable[[Callable[[], datetime]], ReplyIntake]
"""Gives a reply intake that lives by another clock."""


async def release_press(
    store: Store, rules: Callable[[], Rules], intake_at: IntakeAt, press_id: int
) -> bool:
    """Let a held press count and give whether it did.

    It is taken as if it came in at the time it was pressed, so that links, closing times and days
    are those of then. It does not where the same question was answered since, or where the survey
    is gone. Doing it twice is doing it once.
    """
    found = await store.find_held(press_id)
    if found is None:
        return False
    press, conversation = found
    if _is_answered_since(conversation, press):
        question = (press.invitation_id, press.question_id)
        await store.unit_of_work(lambda transaction: transaction.drop_held({question}))
        return False
    await intake_at(lambda: press.at).handle_inbound([_reply(rules().key, press)])
    return await store.find_held(press_id) is None


def _is_answered_since(conversation: Conversation, press: HeldPress) -> bool:
    response = conversation.response
    answer = response.answer(press.question_id) if response else None
    return answer is not None and answer.at > press.at


def _reply(key: bytes, press: HeldPress) -> Replied:
    token = seal(key, Purpose.ANSWER, press.invitation_id, press.at + timedelta(days=1))
    return Replied(
        event_id=f"release.{press.id}",
        channel=press.channel,
        at=press.at,
        address="",
        payloads=tuple(payload(token, press.question_id, value) for value in press.values),
        text=press.text,
        press=Press(issued_at=press.at, origin=Origin.VOUCHED),
    )
