"""Circumstances: what has to be read besides the conversations to decide about a batch of due rows,
gathered here in one read for each.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from scheduler.best import days_counted
from scheduler.deciding import Circumstances
from scheduler.rules import Rules
from storage.store import Store
from surveys.channel_standing import Audience, Standings
from surveys.conversation import Conversation
from surveys.due import Due
from surveys.engagement import Engagements


async def read_circumstances(
    store: Store,
    rules: Rules,
    dues: Sequence[Due],
    conversations: Mapping[int, Conversation],
    moments: Sequence[datetime],
) -> dict[int, Circumstances]:
    """Give the circumstances by invitation id, for the rows that ask something. ``moments`` are as
    of when the rows are decided, of one day.
    """
    asking = {due.invitation_id for due in dues if due.message is None}
    concerned = {number: c for number, c in conversations.items() if number in asking}
    engaged = await _engagements(store, rules, concerned, moments)
    standings = await _standings(store, rules, concerned, moments)
    return {
        number: Circumstances(
            engagements=engaged.get(one.contact.id, ()), standings=standings.get(_audience(one), {})
        )
        for number, one in concerned.items()
    }


async def _engagements(
    store: Store,
    rules: Rules,
    conversations: Mapping[int, Conversation],
    moments: Sequence[datetime],
) -> Engagements:
    memory = rules.throttle.manners.memory
    people = {one.contact.id for one in conversations.values()}
    if not people or not memory:
        return {}
    last = max(moments)
    return await store.load_engagements(people, last, memory + (last - min(moments)))


async def _standings(
    store: Store,
    rules: Rules,
    conversations: Mapping[int, Conversation],
    moments: Sequence[datetime],
) -> Mapping[Audience, Standings]:
    wanted = {_audience(one) for one in conversations.values() if one.invitation.best}
    if not wanted:
        return {}
    return await store.load_standings(wanted, *days_counted(rules.local_day(max(moments))))


def _audience(conversation: Conversation) -> Audience:
    return conversation.invitation.survey, conversation.invitation.trigger
