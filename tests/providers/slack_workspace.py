"""The books of a Slack workspace, without its server: what the Web API's methods do."""

import itertools
import re
import time
from collections.abc import Mapping
from html import unescape
from typing import Any

from tests.providers.slack_api import (
    BOT,
    TEAM,
    Accepted,
    ApiError,
    check_blocks,
    check_view,
    now_ts,
    shown,
)


class Workspace:
    """One workspace with one app in it. ``root`` is the server's address, once it has one.

    ``ledger`` holds every message, edit and picture it took, oldest first; ``views`` every form
    that was opened.
    """

    def __init__(self) -> None:
        self.root = ""
        self.ledger: list[Accepted] = []
        self.views: list[dict[str, Any]] = []
        self.channels = {"general": "C0GENERAL", "customer-experience": "C0CX"}
        self.numbers = itertools.count(1)
        self.triggers: dict[str, float] = {}  # what opens a form, and since when
        self.tickets: set[str] = set()  # what opens a connection, once
        self.uploads: dict[str, bytes] = {}
        self._emails: dict[str, str] = {}
        self._refused: dict[str, ApiError] = {}

    def enrol(self, email: str, user: str) -> None:
        """Let a person have an e-mail address in the workspace."""
        self._emails[email] = user

    def refuse(self, place: str, code: str) -> None:
        """Refuse everything to one user or conversation from now on."""
        self._refused[place] = ApiError(code)

    def now(self, external_id: str) -> Accepted:
        """Give a message as it is now."""
        return next(a for a in reversed(self.ledger) if a.external_id == external_id)

    def sent(self, user: str) -> list[Accepted]:
        """Give what was accepted for one person: messages, pictures and edits, in order."""
        return [accepted for accepted in self.ledger if accepted.channel == dm(user)]

    def carry_out(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Carry out one call and give its answer.

        :raises ApiError: as Slack refuses it.
        """
        match method:
            case "auth.test":
                return {"team_id": TEAM, "user_id": BOT, "bot_id": "B0BOT"}
            case "apps.connections.open":
                self.tickets.add(ticket := f"ticket{next(self.numbers)}secret")
                link = self.root.replace("http", "ws", 1)
                return {"url": f"{link}/link/?ticket={ticket}&app_id=A0AFTERWORD"}
            case "chat.postMessage" | "chat.update":
                return self._post(method, params)
            case "conversations.open":
                return {"channel": {"id": dm(self._person(params["users"]))}}
            case "conversations.list":
                return self._list(params)
            case "users.lookupByEmail":
                if params.get("email") not in self._emails:
                    raise ApiError("users_not_found")
                return {"user": {"id": self._emails[params["email"]], "deleted": False}}
            case "users.info":
                return {"user": {"id": self._person(params["user"]), "deleted": False}}
            case "views.open":
                return self._open_view(params)
            case "files.getUploadURLExternal":
                file = f"F{next(self.numbers):06d}"
                self.uploads[file] = b"?" * int(params["length"])
                return {"upload_url": f"{self.root}/upload/{file}", "file_id": file}
            case "files.completeUploadExternal":
                return self._share(params)
        raise ApiError("unknown_method")

    def _person(self, user: str) -> str:
        if user in self._refused:
            raise self._refused[user]
        if not re.fullmatch(r"[UW][A-Z0-9]+", user):
            raise ApiError("user_not_found")
        return user

    def _place(self, channel: str) -> str:
        """Give the conversation of what a message was addressed to."""
        if channel in self._refused:
            raise self._refused[channel]
        if channel.lstrip("#") in self.channels:
            return self.channels[channel.lstrip("#")]
        if channel[:1] in "UW" and channel:
            return dm(self._person(channel))
        if channel[:1] == "D" or channel in self.channels.values():
            return channel
        raise ApiError("channel_not_found")

    def _post(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        channel = self._place(params.get("channel", ""))
        check_blocks(params.get("blocks"), most=50)
        if not params.get("text"):
            raise ApiError("no_text")
        if method == "chat.update":
            ts = params.get("ts", "")
            if not any(a.channel == channel and a.ts == ts for a in self.ledger):
                raise ApiError("message_not_found")
        else:
            ts = now_ts(next(self.numbers))
        text = shown(params["blocks"])
        self._record(method, channel, ts, params, text)
        return {"channel": channel, "ts": ts, "message": {"bot_id": "B0BOT", "user": BOT}}

    def _record(
        self,
        method: str,
        channel: str,
        ts: str,
        params: dict[str, Any],
        text: str,
        png: bytes = b"",
    ) -> None:
        blocks = params.get("blocks", [])
        self.ledger.append(
            Accepted(
                method=method, channel=channel, ts=ts, blocks=blocks, params=params, text=text, png=png
            )
        )  # fmt: skip

    def _list(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Give one channel a page, so that whoever lists has to turn pages."""
        names, at = list(self.channels), int(params.get("cursor") or 0)
        cursor = str(at + 1) if at + 1 < len(names) else ""
        found = [{"id": self.channels[name], "name": name} for name in names[at : at + 1]]
        return {"channels": found, "response_metadata": {"next_cursor": cursor}}

    def _open_view(self, params: Mapping[str, Any]) -> dict[str, Any]:
        since = self.triggers.pop(params.get("trigger_id", ""), 0.0)
        if time.monotonic() - since > 3:
            raise ApiError("expired_trigger_id")
        check_view(params["view"])
        view = {**params["view"], "id": f"V{next(self.numbers):06d}", "hash": "1.abc"}
        self.views.append(view)
        return {"view": view}

    def _share(self, params: dict[str, Any]) -> dict[str, Any]:
        channel = params.get("channel_id", "")
        if not re.fullmatch(r"[CDG][A-Z0-9]+", channel):
            raise ApiError("channel_not_found")
        file = params["files"][0]["id"]
        png = self.uploads.pop(file, b"")
        if not png.startswith(b"\x89PNG"):
            raise ApiError("file_not_found")
        comment = unescape(params.get("initial_comment", ""))
        self._record(
            "files.completeUploadExternal", self._place(channel), file, params, comment, png
        )
        return {"files": params["files"]}


def dm(user: str) -> str:
    """Give the id of the conversation between the app and a person."""
    return "D" + user[1:]
