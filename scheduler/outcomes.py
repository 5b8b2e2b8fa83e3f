"""Outcomes: what each way a send can end means for the due row. The one place that knows the
kinds of `channels.errors`. Pure: the jitter is passed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from channels.base import Receipt
from channels.errors import (
    BadResponse,
    Blocked,
    ChannelError,
    Misconfigured,
    Relocated,
    Retryable,
    Throttled,
    Uncertain,
    Unreachable,
)
from surveys.contact import AddressStatus
from surveys.due import Decision, Due, DueKind, Outcome
from surveys.invitation import DeliveryState, InvitationState
from surveys.message import Capabilities

MAX_ATTEMPTS = 30
"""About a day of trying, by `again_at`: an alert must outlive a provider's bad afternoon."""

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
MISCONFIGURED_RETRY = timedelta(minutes=1)
UNCERTAIN_RETRY = timedelta(seconds=30)

_MOVING = (DueKind.ASK, DueKind.FALLBACK)
_ENDS: Mapping[str, DeliveryState] = {
    AddressStatus.BLOCKED: DeliveryState.BLOCKED,
    AddressStatus.BOUNCED: DeliveryState.BOUNCED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One send that has ended: of which due row, under which delivery id, on which channel.

    ``fallback`` is the channel to ask over instead where this one fails for good, "" for none;
    ``shared`` is true where other channels ask the same. ``repeated`` is true where an earlier send
    under this delivery id was left in doubt.
    """

    due: Due
    delivery_id: int
    capabilities: Capabilities
    fallback: str = ""
    shared: bool = False
    repeated: bool = False

    @property
    def closes(self) -> int:
        """The delivery that ends with an attempt that is made again: none where it is in doubt, so
        that the next claim takes it up under the same id, by which a provider knows a repeat.
        """
        return 0 if self.repeated else self.delivery_id


def sent(attempt: Attempt, receipt: Receipt) -> Outcome:
    """The provider took it."""
    return Outcome(
        due=attempt.due,
        delivery_id=attempt.delivery_id,
        delivery=DeliveryState.SENT,
        external_id=receipt.external_id,
        reason="sent again: an earlier try was left in doubt" if attempt.repeated else "",
        state=_asked(attempt),
        delivered=not attempt.capabilities.receipts,
        fallback=attempt.fallback,
    )


def failed(attempt: Attempt, error: ChannelError, now: datetime, *, jitter: float) -> Outcome:
    """The provider did not take it, or did not say. ``jitter`` in [0, 1) spreads retries."""
    if isinstance(error, Uncertain):
        return _uncertain(attempt, error, now)
    if isinstance(error, Retryable | BadResponse):
        return _again(attempt, error, now, jitter)
    if isinstance(error, Misconfigured):
        # Nobody is to blame but us: nothing is lost while the operator mends it.
        return _waiting(attempt, error, now + MISCONFIGURED_RETRY, counts=False)
    if isinstance(error, Relocated):  # for the second time at once: see `scheduler.dispatch`
        waiting = _again(attempt, error, now, jitter)
        return replace(waiting, new_address=error.new_address)
    status = ""
    if isinstance(error, Blocked):
        status = AddressStatus.BLOCKED
    elif isinstance(error, Unreachable):
        status = AddressStatus.BOUNCED
    return _over(attempt, error, status, now)


def again_at(attempts: int, now: datetime, *, jitter: float) -> datetime:
    """Give when to try for the ``attempts``-th time again: doubling from 5 s to an hour, ± half."""
    doubled: int = 2 ** min(attempts, 20)
    wait = min(FIRST_RETRY * doubled, LONGEST_RETRY)
    return now + wait * (0.5 + jitter)


def held(attempt: Attempt, at: datetime, reason: str) -> Outcome:
    """Give back what was not sent, for a reason that has nothing to do with it."""
    return Outcome(
        due=attempt.due,
        delivery_id=attempt.closes,
        delivery=DeliveryState.DEFERRED,
        reason=reason,
        retry_at=at,
        counts_as_attempt=False,
    )


def undecided(due: Due, now: datetime, *, jitter: float) -> Outcome:
    """Put a row aside that our own code breaks on, and try again: a mended file or version may get
    over it. In the end it is let go, with a decision that says so.
    """
    if due.attempts + 1 < MAX_ATTEMPTS:
        return Outcome(due=due, retry_at=again_at(due.attempts, now, jitter=jitter))
    rule = "could not be decided or composed: a fault of this service, see its log"
    asks = due.kind is DueKind.ASK
    decision = Decision(invitation_id=due.invitation_id, at=now, verdict="fail", rule=rule)
    return Outcome(
        due=due,
        state=InvitationState.FAILED if asks else None,
        decision=decision if due.invitation_id else None,
    )


def _again(attempt: Attempt, error: ChannelError, now: datetime, jitter: float) -> Outcome:
    # A question is tried until it is too old to ask (`scheduler.throttle`); a note only so often.
    note = attempt.due.kind is DueKind.SAY and not isinstance(error, Throttled)
    if note and attempt.due.attempts + 1 >= MAX_ATTEMPTS:
        return _over(attempt, error, "", now)
    at = again_at(attempt.due.attempts, now, jitter=jitter)
    wait = error.retry_after if isinstance(error, Retryable) else None
    if wait is not None:
        at = now + timedelta(seconds=wait * (1 + jitter / 10))
    return _waiting(attempt, error, at, counts=not isinstance(error, Throttled))


def _waiting(attempt: Attempt, error: ChannelError, at: datetime, *, counts: bool) -> Outcome:
    return replace(held(attempt, at, _reason(error)), counts_as_attempt=counts)


def _uncertain(attempt: Attempt, error: ChannelError, now: datetime) -> Outcome:
    """Send once more where the channel allows it, else park: visible, never silently repeated.

    What is sent once more keeps its delivery open, and so its id.
    """
    again = attempt.capabilities.resend and not attempt.repeated
    return Outcome(
        due=attempt.due,
        delivery_id=0 if again else attempt.delivery_id,
        delivery=DeliveryState.UNCERTAIN,
        reason=_reason(error),
        retry_at=now + UNCERTAIN_RETRY if again else None,
        state=None if again else _asked(attempt),
    )


def _over(attempt: Attempt, error: ChannelError, address_status: str, now: datetime) -> Outcome:
    """Not over this channel, ever: over the next one, or not at all."""
    asks = attempt.due.kind is DueKind.ASK
    moves = attempt.due.kind in _MOVING and attempt.fallback != ""
    return Outcome(
        due=attempt.due,
        delivery_id=attempt.delivery_id,
        delivery=_ENDS.get(AddressStatus(address_status), DeliveryState.FAILED)
        if address_status
        else DeliveryState.FAILED,
        reason=_reason(error),
        state=InvitationState.FAILED if asks and not moves and not attempt.shared else None,
        address_status=address_status,
        retry_at=now if moves else None,
        lane=attempt.fallback if moves else "",
        counts_as_attempt=not moves,
    )


def _asked(attempt: Attempt) -> InvitationState | None:
    return InvitationState.ASKED if attempt.due.kind is DueKind.ASK else None


def _reason(error: ChannelError) -> str:
    return f"{type(error).__name__}: {error}"[:300]
