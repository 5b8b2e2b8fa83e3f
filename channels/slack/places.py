"""Where a message goes: a user by id or e-mail, a conversation by id or ``#name``."""

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channels.errors import Unreachable
from channels.slack.payload import Call

REMEMBERED = 20_000
"""Answers of Slack kept, of each kind; the one not asked for the longest goes first."""

_USER = re.compile(r"[UW][A-Z0-9]{1,31}", re.ASCII)
_CONVERSATION = re.compile(r"[CGD][A-Z0-9]{1,31}", re.ASCII)
_NAME = re.compile(r"#[^\s#@<>,:]{1,80}")
_MAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_PAGES = 50  # of a thousand conversations


class Places:
    """Finds conversations and people, and remembers them. ``call`` makes a call."""

    def __init__(self, call: Callable[[Call], Awaitable[Mapping[str, Any]]]) -> None:
        self._call = call
        self._people: OrderedDict[str, str] = OrderedDict()  # e-mail -> user
        self._conversations: OrderedDict[str, str] = OrderedDict()  # user or #name -> conversation

    async def find(self, address: str) -> str:
        """Give what Slack takes as the ``channel`` of a message: an id, or ``#name``.

        :raises Unreachable: where it knows no such person, or the address is none of Slack's.
        """
        if any(kind.fullmatch(address) for kind in (_USER, _CONVERSATION, _NAME)):
            return address
        if not _MAIL.fullmatch(address):
            raise Unreachable("that is no Slack user, channel or e-mail address")
        mail = address.casefold()
        if mail not in self._people:
            call = Call(method="users.lookupByEmail", verb="GET", params={"email": _utf8(address)})
            answer = await self._call(call)
            _keep(self._people, mail, _id_in(answer, "user"))
        return self._people[mail]

    async def open(self, place: str) -> str:
        """Give the conversation of a place that `find` gave, for calls that take nothing else.

        :raises Unreachable: where there is none.
        """
        if _CONVERSATION.fullmatch(place):
            return place
        if place not in self._conversations:
            found = await (self._look_up(place) if place[0] == "#" else self._start(place))
            _keep(self._conversations, place, found)
        return self._conversations[place]

    def learn(self, place: str, conversation: object) -> None:
        """Remember where Slack put a message."""
        if isinstance(conversation, str) and _CONVERSATION.fullmatch(conversation):
            _keep(self._conversations, place, conversation)

    async def _start(self, user: str) -> str:
        answer = await self._call(Call(method="conversations.open", params={"users": user}))
        return _id_in(answer, "channel")

    async def _look_up(self, name: str) -> str:
        params = {
            "types": "public_channel,private_channel",
            "exclude_archived": "true",
            "limit": "1000",
        }
        for _ in range(_PAGES):
            call = Call(method="conversations.list", verb="GET", params=params)
            answer = await self._call(call)
            for channel in answer.get("channels") or ():
                if channel.get("name") == name[1:]:
                    return str(channel.get("id", ""))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
            params["cursor"] = cursor
        raise Unreachable("Slack knows no channel of that name that the app may see")


def _keep(known: OrderedDict[str, str], key: str, value: str) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > REMEMBERED:
        known.popitem(last=False)


def _id_in(answer: Mapping[str, Any], key: str) -> str:
    part = answer.get(key)
    found = part.get("id") if isinstance(part, dict) else None
    if not isinstance(found, str) or not re.fullmatch(r"[A-Z0-9]{2,32}", found, re.ASCII):
        raise Unreachable(f"Slack gave no {key}")
    return found


def _utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
