"""Incoming mails: from the bytes of one mail to what it tells us. Pure.

a delivery report on a mail of ours     StatusChanged
a complaint about one                   OptedOut
a mail to the unsubscribe address       OptedOut
anything a program wrote                nothing
a person's words                        Replied
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.email.automatic import is_automatic
from channels.email.bounces import Bounce, read_bounces, read_worded_bounce
from channels.email.complaints import read_complaint
from channels.email.letter import Letter
from channels.email.replies import Us, own_words
from channels.email.returned import own_message_id, report_type
from channels.email.settings import Mailbox
from channels.email.tags import Tag, TagKind, read_tag
from surveys.inbound import Inbound, OptedOut, Replied, StatusChanged

log = logging.getLogger(__name__)

CHANNEL = "email"

_UNSUBSCRIBE = "unsubscribe"
"""The subject that our ``mailto:`` in List-Unsubscribe asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads what is sent to us. ``sender`` is who our mails are from, ``answers_to`` where answers
    to them go, ``company`` what else we are called in a quote.
    """

    sender: Mailbox
    answers_to: Mailbox
    company: str

    def read(self, raw: bytes, at: datetime) -> list[Inbound]:
        """Give what one mail tells us, nothing for most mails of programs.

        :param at: when the mail came in, aware.
        """
        try:
            return self._read(Letter.of(raw), at)
        except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
            # The standard library's parser has its gaps. One mail must not stop all others.
            log.warning("a mail could not be read: %s", type(error).__name__)
            return []

    def _read(self, letter: Letter, at: datetime) -> list[Inbound]:
        tag = self._tag(letter)
        kind = report_type(letter)
        if kind == "feedback-report":
            return self._complaint(letter, at)
        bounces = read_bounces(letter, self.sender) if kind == "delivery-status" else []
        if not kind and (worded := read_worded_bounce(letter, self.sender)):
            bounces = [worded]
        if bounces:
            return [_status(letter, bounce, at, n) for n, bounce in enumerate(bounces)]
        if self._is_ours(letter):
            return []
        if stop := self._stop(letter, tag, at):
            return [stop]
        return [] if is_automatic(letter) else self._reply(letter, tag, at)

    def _complaint(self, letter: Letter, at: datetime) -> list[Inbound]:
        found = read_complaint(letter, self.sender)
        if found is None:
            return []
        said = OptedOut(
            **_stamp(letter, at),
            address=found.address or "unknown",
            token=found.stop_token,
            external_id=found.external_id,
            silent=True,
        )
        return [said]

    def _stop(self, letter: Letter, tag: Tag | None, at: datetime) -> OptedOut | None:
        """Read a mail that a mail program sent because its unsubscribe button was pressed. It may
        be marked as automatic: a token that nobody can guess says that it is meant.
        """
        if not letter.sender or report_type(letter):
            return None
        if tag is not None and tag.kind is TagKind.STOP:
            return OptedOut(
                **_stamp(letter, at), address=letter.sender, token=tag.token, silent=True
            )
        if letter.subject.lower() == _UNSUBSCRIBE and not is_automatic(letter):
            return OptedOut(**_stamp(letter, at), address=letter.sender)
        return None

    def _reply(self, letter: Letter, tag: Tag | None, at: datetime) -> list[Inbound]:
        text = own_words(letter.words("plain"), letter.words("html"), self._us)
        if not text or not letter.sender:
            return []
        named = tag if tag is not None and tag.kind is TagKind.REPLY else None
        said = Replied(
            **_stamp(letter, at),
            address=letter.sender,
            text=text,
            external_id=self._answered(letter),
            token=named.token if named else "",
            question_id=named.question_id if named else "",
        )
        return [said]

    def _answered(self, letter: Letter) -> str:
        """Give the Message-ID of the mail of ours that this one answers, "" where it names none."""
        ours = own_message_id(self.sender)
        named = ours.findall(letter.header("In-Reply-To"))
        return str((named or ours.findall(letter.header("References")) or [""])[-1])

    def _tag(self, letter: Letter) -> Tag | None:
        found = (read_tag(address, self.answers_to) for address in letter.recipients)
        return next((tag for tag in found if tag), None)

    def _is_ours(self, letter: Letter) -> bool:
        """A mail of our own that came round, or that somebody sent us as it was."""
        given = letter.mail.get("X-Afterword-Delivery")
        return given is not None or letter.sender.lower() == self.sender.address.lower()

    @property
    def _us(self) -> Us:
        people = (self.sender, self.answers_to)
        return Us(
            addresses=frozenset(person.address for person in people),
            names=frozenset({*(person.name for person in people), self.company} - {""}),
        )


def _stamp(letter: Letter, at: datetime) -> dict[str, Any]:
    return {"event_id": letter.event_id, "channel": CHANNEL, "at": at}


def _status(letter: Letter, bounce: Bounce, at: datetime, number: int) -> StatusChanged:
    stamp = _stamp(letter, at)
    if number:  # one report on several recipients is several events
        stamp["event_id"] = f"{stamp['event_id']}#{number}"
    return StatusChanged(
        **stamp,
        address=bounce.address or "unknown",
        status=bounce.status,
        external_id=bounce.external_id,
        reason=bounce.reason,
        fault=bounce.fault,
    )
