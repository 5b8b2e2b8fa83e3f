"""How far each invitation of a batch has come, and the flow counts that follow from it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from storage.codec import Row, from_ms, to_ms
from storage.counts import FlowKey, day_of, save_flows
from storage.sql import Session, statement
from storage.standings import Change, StandingKey, save_standings
from surveys.entrance import VISITOR
from surveys.errors import IllegalMove
from surveys.invitation import InvitationState, move

_MILLISECOND = timedelta(milliseconds=1)
_TAKE = statement("""
    SELECT id, key, state, channel, all_channels, asked_at, delivered, survey, trigger, team, agent,
        language, population, due_at, expires_at, not_after, held_on, held_until
    FROM invitation WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE
""")
_SAVE = statement("""
    UPDATE invitation SET state = v.state, channel = v.channel, asked_at = v.asked_at,
        delivered = v.delivered, all_channels = v.all_channels, expires_at = v.expires_at,
        not_after = v.not_after, held_on = v.held_on, held_until = v.held_until
    FROM ROWS($1: invitation_id bigint, state text, channel text, asked_at bigint,
        delivered boolean, all_channels boolean, expires_at bigint, not_after bigint,
        held_on text, held_until bigint) AS v
    WHERE invitation.id = v.invitation_id
""")


@dataclass(slots=True)
class Progress:
    """One invitation's way: planned, asked (sent), delivered, started, completed. Its steps are
    counted for reports where it is ``counted``.

    The flow counts group by what was true when it was asked: its channel then, and that day.
    """

    row: Row
    zone: ZoneInfo
    state: InvitationState
    channel: str
    asked_at: int | None
    delivered: bool
    expires_at: int
    not_after: int | None
    all_channels: bool
    held_on: str
    held_until: int | None
    counted: bool = True
    changed: bool = False
    flows: list[tuple[FlowKey, int]] = field(default_factory=list)
    standings: list[Change] = field(default_factory=list)

    def become(self, state: InvitationState) -> None:
        """Take a new state where the table allows it: never backwards.

        One channel of several that fails does not fail what was asked on another.
        """
        lost = state in (InvitationState.FAILED, InvitationState.SKIPPED)
        if lost and self.row["all_channels"] and self.asked_at is not None:
            return
        try:
            new = move(self.state, state)
        except IllegalMove:
            return
        self.changed |= new is not self.state
        self.state = new

    def ask(self, channel: str, at: datetime) -> None:
        """The question has left, for the first time: count it as sent. It is open for as long as
        was planned, from now on.
        """
        if self.asked_at is None:
            self.asked_at, self.channel, self.changed = to_ms(at), channel, True
            self.expires_at += max(0, self.asked_at - self.row["due_at"])
            self._count("sent")
            self._stand(asked=1)
        if self.state is InvitationState.PLANNED:
            self.become(InvitationState.ASKED)

    def widen(self) -> None:
        """It was asked over another channel as well: answers on either are answers to it."""
        self.changed |= not self.all_channels
        self.all_channels = True

    def put_off(self, by: timedelta) -> None:
        """It was held back on purpose: that does not make it too late to ask."""
        if self.not_after is not None:
            self.not_after, self.changed = self.not_after + by // _MILLISECOND, True

    def hold(self, lane: str, until: datetime) -> None:
        """Its row waits there until then: where it is found if its date changes."""
        self.held_on, self.held_until, self.changed = lane, to_ms(until), True

    def deliver(self) -> None:
        """It has arrived; counted once, and only where it was asked."""
        if self.asked_at is not None and not self.delivered:
            self.delivered = self.changed = True
            self._count("delivered")

    def reply(self, channel: str, at: datetime, *, first: bool, completed: bool) -> None:
        """An answer came: so it was asked and has arrived, whatever the provider says."""
        self.ask(channel, at)
        self.deliver()
        if first:
            self._count("started")
        if completed:
            self._count("completed")
            self._stand(answered=1)

    def lose(self) -> None:
        """It has not arrived after all: the last word on it came later than the first."""
        if self.delivered:
            self._count("delivered", -1)
            self.delivered, self.changed = False, True

    def take_back(self) -> None:
        """What was asked was never seen and is to be asked over another channel: count it as not
        sent.
        """
        self.lose()
        if self.asked_at is not None:
            self._count("sent", -1)
            self.overlook()
            self.asked_at, self.channel, self.changed = None, "", True
        self.become(InvitationState.PLANNED)

    def overlook(self) -> None:
        """What was asked was never seen: that says nothing of how people answer on its channel."""
        if self.asked_at is not None:
            self._stand(asked=-1)

    def _stand(self, *, asked: int = 0, answered: int = 0) -> None:
        """Count for the channel it was asked over. What was asked over several says nothing of
        one: an answer after the turn to another channel is not the first one's.
        """
        assert self.asked_at is not None  # noqa: S101 - each caller has just seen to it
        if self.all_channels or self.row["population"] == VISITOR:
            return
        key = StandingKey(
            survey=self.row["survey"],
            trigger=self.row["trigger"],
            day=day_of(from_ms(self.asked_at), self.zone),
            channel=self.channel,
        )
        self.standings.append((key, asked, answered))

    def _count(self, stage: str, sign: int = 1) -> None:
        assert self.asked_at is not None  # noqa: S101 - each caller has just seen to it
        if not self.counted:
            return
        key = FlowKey(
            survey=self.row["survey"],
            day=day_of(from_ms(self.asked_at), self.zone),
            channel=self.channel,
            team=self.row["team"],
            agent=self.row["agent"],
            language=self.row["language"],
            population=self.row["population"],
            stage=stage,
        )
        self.flows.append((key, sign))


async def take_progress(
    session: Session, ids: Collection[int], *, counted: bool = True
) -> dict[int, Progress]:
    """Lock invitations, in order, and give how far each has come."""
    wanted = sorted(set(ids) - {0})
    if not wanted:
        return {}
    return {
        row["id"]: Progress(
            row=row,
            zone=session.zone,
            state=InvitationState(row["state"]),
            channel=row["channel"],
            asked_at=row["asked_at"],
            delivered=bool(row["delivered"]),
            expires_at=row["expires_at"],
            not_after=row["not_after"],
            all_channels=bool(row["all_channels"]),
            held_on=row["held_on"],
            held_until=row["held_until"],
            counted=counted,
        )
        for row in await session.fetch(_TAKE, wanted)
    }


async def save_progress(session: Session, steps: Iterable[Progress]) -> None:
    """Write what changed and count it."""
    changed = [step for step in steps if step.changed]
    if changed:
        await session.run(_SAVE, [_row(step) for step in changed])
    await save_flows(session, [flow for step in steps for flow in step.flows])
    await save_standings(session, [change for step in steps for change in step.standings])


def _row(step: Progress) -> dict[str, object]:
    return {
        "invitation_id": step.row["id"],
        "state": step.state,
        "channel": step.channel,
        "asked_at": step.asked_at,
        "delivered": step.delivered,
        "expires_at": step.expires_at,
        "not_after": step.not_after,
        "all_channels": step.all_channels,
        "held_on": step.held_on,
        "held_until": step.held_until,
    }
