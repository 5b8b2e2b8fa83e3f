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
from surveys.due import Due, DueKind, Outcome
from surveys.invitation import DeliveryState, InvitationState
from surveys.message import Capabilities

MAX_ATTEMPTS = 10
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
MISCONFIGURED_RETRY = timedelta(minutes=1)
UNCERTAIN_RETRY = timedelta(seconds=30)

_ENDS: Mapping[str, DeliveryState] = {
    AddressStatus.BLOCKED: DeliveryState.BLOCKED,
    AddressStatus.BOUNCED: DeliveryState.BOUNCED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One send that has ended: of which due row, under which delivery id, on which channel.

    ``fallback`` is the channel to ask over instead where this one fails for good, "" for none.
    ``repeated`` is true where an unclean stop left an earlier send of it in doubt.
    """

    due: Due
    delivery_id: int
    capabilities: Capabilities
    fallback: str = ""
    repeated: bool = False


def sent(attempt: Attempt, receipt: Receipt) -> Outcome:
    """The provider took it."""
    return Outcome(
        due=attempt.due,
        delivery_id=attempt.delivery_id,
        delivery=DeliveryState.SENT,
        external_id=receipt.external_id,
        reason="sent again: an unclean stop left it in doubt" if attempt.repeated else "",
        state=_asked(attempt),
        delivered=not attempt.capabilities.receipts,
    )


def failed(attempt: Attempt, error: ChannelError, now: datetime, *, jitter: float) -> Outcome:
    """The provider did not take it, or did not say. ``jitter`` in [0, 1) spreads retries."""
    if isinstance(error, Uncertain):
        return _uncertain(attempt, error, now)
    if isinstance(error, Retryable):
        return _again(attempt, error, now, jitter)
    if isinstance(error, Misconfigured | BadResponse):
        # Nobody is to blame but us: nothing is lost while the operator mends it.
        return _waiting(attempt, error, now + MISCONFIGURED_RETRY, counts=False)
    if isinstance(error, Relocated):
        waiting = _waiting(attempt, error, now, counts=True)
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


def _again(attempt: Attempt, error: Retryable, now: datetime, jitter: float) -> Outcome:
    # A question is tried until it is too old to ask (`scheduler.throttle`); a note only so often.
    note = attempt.due.kind is DueKind.SAY and not isinstance(error, Throttled)
    if note and attempt.due.attempts + 1 >= MAX_ATTEMPTS:
        return _over(attempt, error, "", now)
    at = again_at(attempt.due.attempts, now, jitter=jitter)
    if error.retry_after is not None:
        at = now + timedelta(seconds=error.retry_after * (1 + jitter / 10))
    return _waiting(attempt, error, at, counts=not isinstance(error, Throttled))


def _waiting(attempt: Attempt, error: ChannelError, at: datetime, *, counts: bool) -> Outcome:
    return Outcome(
        due=attempt.due,
        delivery_id=attempt.delivery_id,
        delivery=DeliveryState.DEFERRED,
        reason=_reason(error),
        retry_at=at,
        counts_as_attempt=counts,
    )


def _uncertain(attempt: Attempt, error: ChannelError, now: datetime) -> Outcome:
    """Send once more where the channel allows it, else park: visible, never silently repeated."""
    again = attempt.capabilities.resend and attempt.due.attempts == 0
    return Outcome(
        due=attempt.due,
        delivery_id=attempt.delivery_id,
        delivery=DeliveryState.UNCERTAIN,
        reason=_reason(error),
        retry_at=now + UNCERTAIN_RETRY if again else None,
        state=None if again else _asked(attempt),
    )


def _over(attempt: Attempt, error: ChannelError, address_status: str, now: datetime) -> Outcome:
    """Not over this channel, ever: over the next one, or not at all."""
    asks = attempt.due.kind is DueKind.ASK
    moves = asks and attempt.fallback != ""
    return Outcome(
        due=attempt.due,
        delivery_id=attempt.delivery_id,
        delivery=_ENDS.get(AddressStatus(address_status), DeliveryState.FAILED)
        if address_status
        else DeliveryState.FAILED,
        reason=_reason(error),
        state=InvitationState.FAILED if asks and not moves else None,
        address_status=address_status,
        retry_at=now if moves else None,
        lane=attempt.fallback if moves else "",
        counts_as_attempt=not moves,
    )


def _asked(attempt: Attempt) -> InvitationState | None:
    return InvitationState.ASKED if attempt.due.kind is DueKind.ASK else None


def _reason(error: ChannelError) -> str:
    return f"{type(error).__name__}: {error}"[:300]
