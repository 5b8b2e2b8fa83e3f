"""Guard: which presses of a batch may be a machine's, and what becomes of them.

A press that is held back is kept apart and its event forgotten, so that the very same page, pressed
again later, is judged anew: nobody's answer is lost by being quick once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.answering import said
from storage.store import Transaction
from surveys.conversation import Turn
from surveys.inbound import Inbound, Replied, Viewed
from surveys.question import Question
from surveys.scanner import NOTHING, HeldPress, Reason, Signals, observe, suspect

Key = tuple[str, str]
"""(channel, event id)"""


@dataclass(slots=True, kw_only=True)
class Guard:
    """Judges the presses of one batch; ``look`` first, ``save`` last."""

    transaction: Transaction
    now: datetime
    reasons: dict[Key, Reason] = field(default_factory=dict)
    held: dict[tuple[int, str], HeldPress] = field(default_factory=dict)
    cleared: set[tuple[int, str]] = field(default_factory=set)
    forgotten: set[Key] = field(default_factory=set)

    async def look(
        self, items: Sequence[Inbound], invitation_ids: Sequence[int], new: set[Key]
    ) -> None:
        """Note which links were opened and judge what was pressed, in the order it came.

        ``invitation_ids`` are what the items are about, 0 for nothing; ``new`` are the events that
        did not come before: what counted once is not judged again.
        """
        about = {i for item, i in zip(items, invitation_ids, strict=True) if i and _tells(item)}
        if not about:
            return
        known = await self.transaction.load_signals(about)
        seen = dict(known)
        for item, invitation_id in zip(items, invitation_ids, strict=True):
            if invitation_id in about:
                signals = seen.get(invitation_id, NOTHING)
                seen[invitation_id] = self._look_at(item, signals, new)
        changed = {i: s for i, s in seen.items() if s is not known.get(i, NOTHING)}
        await self.transaction.save_signals(changed, self.now)

    def reason(self, item: Inbound) -> Reason | None:
        """Give why this press must not count, or None."""
        return self.reasons.get((item.channel, item.event_id))

    def forget(self, item: Replied) -> None:
        """Let a press count nowhere and keep nothing of it."""
        self.forgotten.add((item.channel, item.event_id))

    def hold(self, item: Replied, asked: Question, invitation_id: int, reason: Reason) -> None:
        """Hold back what a press says to a question."""
        key = (invitation_id, asked.id)
        before = self.held.get(key)
        self.forgotten.add((item.channel, item.event_id))
        self.cleared.discard(key)
        self.held[key] = HeldPress(
            invitation_id=invitation_id,
            question_id=asked.id,
            metric_id=asked.metric_id or "",
            channel=item.channel,
            values=said(item).values,
            text=item.text,
            reason=reason,
            hints=item.press.hints if item.press else (),
            presses=before.presses + 1 if before else 1,
            at=self.now,
        )

    def clear(self, turn: Turn, invitation_id: int) -> None:
        """Let go of what was held of the questions that are answered now."""
        for answer in turn.recorded:
            self.held.pop((invitation_id, answer.question_id), None)
            self.cleared.add((invitation_id, answer.question_id))

    async def save(self) -> None:
        """Keep what is held and let go of what is cleared."""
        await self.transaction.hold_presses(tuple(self.held.values()))
        await self.transaction.drop_held(self.cleared)
        await self.transaction.forget_inbound(self.forgotten)

    def _look_at(self, item: Inbound, signals: Signals, new: set[Key]) -> Signals:
        if isinstance(item, Viewed) and item.sighting:
            return observe(signals, item.sighting, self.now)
        key = (item.channel, item.event_id)
        if isinstance(item, Replied) and item.press and key in new:
            reason = suspect(signals, item.press, self.now)
            if reason:
                self.reasons[key] = reason
        return signals


def _tells(item: Inbound) -> bool:
    if isinstance(item, Viewed):
        return item.sighting is not None
    return isinstance(item, Replied) and item.press is not None
