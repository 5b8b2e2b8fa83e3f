"""Repeating: alert rules that wait until a customer answered badly again and again.

When a rule last told of a customer is kept as a counter, in epoch milliseconds: who takes it is
the only one to count, so that two answers at once are told as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.outbox import Outbox
from storage.codec import from_ms, to_ms
from storage.store import Transaction
from surveys.alert import AlertRule, count_alike, last_said
from surveys.invitation import OPEN_FOR
from surveys.response import Response

MOST = 200
"""A customer's responses that are looked through, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """The rules that tell of a response, and how often it came to that, in words."""

    rules: tuple[AlertRule, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeating:
    """Looks back on what a customer answered before, inside one transaction."""

    transaction: Transaction
    outbox: Outbox
    now: datetime

    async def sift(self, rules: Sequence[AlertRule], response: Response, *, added: bool) -> Sifted:
        """Give the rules that tell of a response now; ``added`` where words were added to one that
        may have been told of.
        """
        waiting = [rule for rule in rules if rule.repeated]
        if not waiting:
            return Sifted(rules=tuple(rules))
        names = {f"repeated:{rule.key}:{response.contact_id}": rule for rule in waiting}
        told = await self.transaction.take_counters(names)
        if added:
            began = to_ms(response.started_at)
            known = {rule.key for name, rule in names.items() if told[name] >= began}
            return Sifted(rules=tuple(r for r in rules if not r.repeated or r.key in known))
        return await self._count(rules, names, told, response)

    async def _count(
        self,
        rules: Sequence[AlertRule],
        names: Mapping[str, AlertRule],
        told: Mapping[str, int],
        response: Response,
    ) -> Sifted:
        others = await self._others(list(names.values()), response)
        fired: dict[str, str] = {}
        for name, rule in names.items():
            at = from_ms(told[name]) if told[name] else None
            number = count_alike(rule, response, others, at, self.now)
            if rule.repeated and number >= rule.repeated.times:
                fired[rule.key] = f"{number} answers like this from this customer"
                moment = to_ms(max(self.now, last_said(response))) + 1  # past what a row rounds off
                await self.transaction.save_counters({name: moment})
        left = tuple(rule for rule in rules if not rule.repeated or rule.key in fired)
        return Sifted(rules=left, remark=next(iter(fired.values()), ""))

    async def _others(self, rules: Sequence[AlertRule], response: Response) -> list[Response]:
        """Give what the customer answered in the longest stretch asked for, as it stands after
        what this transaction has taken so far.
        """
        spans = [rule.repeated.within for rule in rules if rule.repeated]
        since = self.now - max(spans, default=timedelta()) - OPEN_FOR
        kept = await self.transaction.recent_responses(response.contact_id, since, MOST)
        newer = {
            turn.after.invitation_id: turn.after
            for turn in self.outbox.turns
            if turn.after.contact_id == response.contact_id and not turn.after.anonymous
        }
        return [*(r for r in kept if r.invitation_id not in newer), *newer.values()]
