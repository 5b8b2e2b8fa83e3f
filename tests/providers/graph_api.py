"""The Graph API without its server: its records, what it refuses, and what its events look like.

The limits are those of Meta's documents; where it would cut in silence, this one refuses, so that
a test sees it.
"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

STANDARD_WINDOW = timedelta(hours=24)
TAGGED_WINDOW = timedelta(days=7)

_SCORES = {
    "nps": {"zero_to_ten": range(11)},
    "csat": dict.fromkeys(("one_to_five", "five_stars", "five_emojis"), range(1, 6)),
    "ces": {"one_to_seven": range(1, 8)},
}
_LABELS = ("neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none")
_TAGS = ("CUSTOMER_FEEDBACK", "HUMAN_AGENT")
_QUESTION_ID = re.compile(r"[A-Za-z0-9_]{1,80}")
_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)


class GraphError(Exception):
    """An answer with an ``error`` in it."""

    def __init__(self, code: int, message: str, *, subcode: int = 0, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        error: dict[str, Any] = {
            "message": f"(#{code}) {message}",
            "type": "OAuthException",
            "code": code,
            "fbtrace_id": "AbCdEfGhIjKlMnOp",
        }
        if subcode:
            error["error_subcode"] = subcode
        self.body = {"error": error}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the next call gets instead of its answer.

    ``hang`` waits that many seconds first; ``cut`` drops the connection instead of answering.
    ``after`` carries the call out before: the answer is lost, the message is not.
    """

    status: int = 500
    body: bytes = b""
    headers: Mapping[str, str] | None = None
    cut: bool = False
    hang: float = 0.0
    after: bool = False


def fault(error: GraphError, headers: Mapping[str, str] | None = None) -> Fault:
    return Fault(status=error.status, body=json.dumps(error.body).encode(), headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One message the server took: what the provider's own record would say."""

    mid: str
    psid: str
    at: datetime
    body: Mapping[str, Any]

    @property
    def text(self) -> str:
        """All that a person reads, a template's sheet included."""
        if template := self.template:
            return "\n".join((template["title"], template["subtitle"], self.question["title"]))
        return str(self.body["message"]["text"])

    @property
    def template(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body["message"].get("attachment", {}).get("payload", {})
        return found

    @property
    def question(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.template["feedback_screens"][0]["questions"][0]
        return found

    @property
    def replies(self) -> dict[str, str]:
        """Title of a quick reply -> its payload."""
        return {r["title"]: r["payload"] for r in self.body["message"].get("quick_replies", ())}


def check_kind(body: Mapping[str, Any]) -> None:
    kind, tag = body.get("messaging_type"), body.get("tag")
    if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
        raise GraphError(100, "Param messaging_type must be one of RESPONSE, UPDATE, MESSAGE_TAG")
    if (kind == "MESSAGE_TAG") != (tag in _TAGS):
        raise GraphError(100, "Invalid message tag")
    if tag == "CUSTOMER_FEEDBACK" and not _is_feedback(body.get("message")):
        raise GraphError(100, "CUSTOMER_FEEDBACK can only be used with the feedback template")


def check_window(body: Mapping[str, Any], heard: datetime | None, now: datetime) -> None:
    window = TAGGED_WINDOW if body["messaging_type"] == "MESSAGE_TAG" else STANDARD_WINDOW
    if heard is None or now - heard > window:
        said = "This message is sent outside of allowed window."
        raise GraphError(10, said, subcode=2018278)


def check_message(message: Any) -> None:
    if not isinstance(message, dict):
        raise GraphError(100, "Param message must be an object")
    if "attachment" in message:
        _check_template(message["attachment"])
        _require(len(message) == 1, "a template stands alone")
        return
    text = message.get("text")
    _require(isinstance(text, str) and text.strip() != "", "Param message[text] must be non-empty")
    _require(len(str(text)) <= 2000, "Length of param message[text] must be at most 2000")
    _check_replies(message.get("quick_replies", ()))


def _check_replies(replies: Any) -> None:
    _require(len(replies) <= 13, "at most 13 quick_replies")
    for reply in replies:
        _require(reply.get("content_type") == "text", "content_type must be text")
        _require(1 <= len(reply.get("title", "")) <= 20, "title must have 1 to 20 characters")
        _require(1 <= len(reply.get("payload", "")) <= 1000, "payload must have 1 to 1000")
    _require(len({reply["payload"] for reply in replies}) == len(replies), "payloads must differ")


def _is_feedback(message: Any) -> bool:
    payload = message.get("attachment", {}).get("payload", {}) if isinstance(message, dict) else {}
    return bool(payload.get("template_type") == "customer_feedback")


def _check_template(attachment: Any) -> None:
    payload = attachment.get("payload", {})
    _require(attachment.get("type") == "template", "attachment[type] must be template")
    _require(payload.get("template_type") == "customer_feedback", "unknown template_type")
    for key, most in (("title", 65), ("subtitle", 80), ("button_title", 20)):
        _check_words(key, payload.get(key), 1, most)
    screens = payload.get("feedback_screens")
    _require(isinstance(screens, list) and len(screens) == 1, "only one page is supported")
    questions = screens[0].get("questions")
    _require(isinstance(questions, list) and len(questions) == 1, "only one question a page")
    _check_question(questions[0])
    url = payload.get("business_privacy", {}).get("url", "")
    _require(bool(re.fullmatch(r"https?://\S+", url)), "business_privacy[url] is required")
    _require(payload.get("expires_in_days", 1) in range(1, 8), "expires_in_days must be 1 to 7")


def _check_question(question: Mapping[str, Any]) -> None:
    _require(
        bool(_QUESTION_ID.fullmatch(question.get("id", ""))), "question id must be alphanumeric"
    )
    options = _SCORES.get(question.get("type", ""))
    _require(options is not None, "unknown question type")
    _require(question.get("score_option") in (None, *(options or ())), "unknown score_option")
    _require(question.get("score_label") in (None, *_LABELS), "unknown score_label")
    if "title" in question:
        _check_words("question title", question["title"], 5, 85)
    if "follow_up" in question:
        _require(question["follow_up"].get("type") == "free_form", "follow_up must be free_form")


def scores(question: Mapping[str, Any]) -> range:
    """Give the scores a person may choose on a template's sheet."""
    options = _SCORES[question["type"]]
    return options[question.get("score_option") or next(iter(options))]


def _check_words(name: str, words: Any, least: int, most: int) -> None:
    _require(isinstance(words, str) and least <= len(words) <= most, f"{name}: {least} to {most}")
    _require(not _ADDRESS.search(words), f"{name}: no URLs")


def _require(holds: bool, said: str) -> None:
    if not holds:
        raise GraphError(100, said)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def sign(secret: str, body: bytes) -> dict[str, str]:
    """Give the headers of a call to a webhook: both signatures, as Meta sends them."""
    key = secret.encode()
    return {
        "content-type": "application/json",
        "x-hub-signature": "sha1=" + hmac.new(key, body, "sha1").hexdigest(),
        "x-hub-signature-256": "sha256=" + hmac.new(key, body, "sha256").hexdigest(),
    }


def escaped(value: Any) -> bytes:
    """Write JSON as Meta does: everything beyond ASCII and every slash escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()
