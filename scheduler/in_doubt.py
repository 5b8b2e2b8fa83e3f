"""In doubt: what becomes of attempts that were begun and never settled. Pure."""

from dataclasses import replace

from scheduler.job import Job
from surveys.due import DueKind, Outcome
from surveys.invitation import Delivery, DeliveryState, InvitationState
from surveys.message import Capabilities

MAX_CRASHES = 10
"""Unclean stops after which a row is parked, lest it be what brings the process down."""


def after_crash(
    made: Job | Outcome, earlier: Delivery, capabilities: Capabilities
) -> Job | Outcome:
    """Account for an attempt that was begun and never settled: the message may have gone out.

    Sent once more under the same delivery id where the channel says so, else parked.
    """
    due = made.due
    if isinstance(made, Outcome):  # answered, stopped or gone meanwhile
        return in_doubt(made, earlier.id)
    if capabilities.resend and due.fence - due.attempts <= MAX_CRASHES:
        return replace(made, delivery_id=earlier.id, repeated=True)
    state = InvitationState.ASKED if due.kind is DueKind.ASK else None
    return in_doubt(Outcome(due=due, state=state, reason="not repeated"), earlier.id)


def not_wanted(job: Job, outcome: Outcome) -> Outcome:
    """Close the attempt of a job that is not to be sent after all, before a byte has left."""
    if job.repeated:
        return in_doubt(outcome, job.delivery_id)
    waits = outcome.retry_at is not None
    return replace(
        outcome,
        delivery_id=job.delivery_id,
        delivery=DeliveryState.DEFERRED if waits else DeliveryState.FAILED,
        reason=f"not sent: {_why(outcome)}",
    )


def in_doubt(outcome: Outcome, delivery_id: int) -> Outcome:
    """Give an outcome whose attempt was begun and may have gone out, or not."""
    return replace(
        outcome,
        delivery_id=delivery_id,
        delivery=DeliveryState.UNCERTAIN,
        reason=f"stopped while sending; {_why(outcome)}",
    )


def _why(outcome: Outcome) -> str:
    return outcome.reason or (outcome.decision.rule if outcome.decision else "")
