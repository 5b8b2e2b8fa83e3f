"""Case words: what colleagues read about cases is composed elsewhere; this is what is asked for."""

from typing import Protocol

from scheduler.rules import Rules
from surveys.case import Entry
from surveys.casework import CaseView
from surveys.conversation import Conversation
from surveys.deed import DeedKind
from surveys.message import Capabilities, Message
from surveys.response import Response


class CaseWords(Protocol):
    """Composes what colleagues read; ``address`` is theirs, ``can`` their channel's."""

    def show(self, rules: Rules, view: CaseView, address: str, can: Capabilities) -> Message:
        """Say how a case stands, with a button for each thing to do."""

    def ask_cause(
        self, rules: Rules, view: CaseView, kind: DeedKind, address: str, can: Capabilities
    ) -> Message:
        """Ask for the cause with which a case is closed."""

    def sum_up(
        self, rules: Rules, conversation: Conversation, response: Response, *, added: bool
    ) -> str:
        """Give in a line what was answered; only the words, where ``added`` says those are new."""

    def tell(self, rules: Rules, view: CaseView, entry: Entry, address: str) -> Message:
        """Say one piece of news, in the thread of its case."""
