"""Steps: the responses and states that a turn leads through, one for each answer. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from surveys.conversation import Conversation, Turn
from surveys.invitation import InvitationState, move
from surveys.response import Response


def saved_steps(
    conversation: Conversation, turn: Turn
) -> Iterator[tuple[Response | None, Response]]:
    """Give the response before and after each answer a turn recorded, in order."""
    if turn.response is None:
        return
    before = conversation.response
    for number, answer in enumerate(turn.recorded, 1):
        last = number == len(turn.recorded)
        base = before or replace(turn.response, answers=(), completed_at=None)
        after = turn.response if last else base.with_answer(answer)
        yield before, after
        before = after


def state_after(state: InvitationState, *, completed: bool) -> InvitationState:
    """Give an invitation's state once an answer was recorded."""
    if state is InvitationState.COMPLETED:
        return state
    if state is InvitationState.PLANNED:  # the reply overtook the record of its own sending
        state = move(state, InvitationState.ASKED)
    return move(state, InvitationState.COMPLETED if completed else InvitationState.STARTED)
