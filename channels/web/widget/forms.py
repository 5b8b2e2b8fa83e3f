"""The widget's forms: what a drawing seals, and what a press says of whoever pressed.

The same sessions as the pages have (`channels.web.press`). A first question may lie in the
browser's own cache for a while, and is then older than it looks; a machine that comes for the first
time has no such cache.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from channels.base import Request
from channels.web.card import SUBJECT
from channels.web.press import is_hasty, make_form, read_press, survey_number
from channels.web.widget.body import Pressed, read_pressed, read_written
from surveys.link import Purpose, unseal
from surveys.message import Message
from surveys.scanner import Origin, Press


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Makes and reads the forms of one service."""

    key: bytes = field(repr=False)
    clock: Callable[[], datetime]

    def of_question(
        self, survey: str, message: Message, token: str, pressed: Pressed | None
    ) -> str:
        """Give the form of a question that is drawn after a press, or at first. ``token`` is what
        it names as the visitor's own.
        """
        own = token or (pressed.token if pressed else "")
        if not own:
            return self._of_survey(survey)
        person = pressed is not None and self._is_person(pressed)
        return self._of_visitor(own, Origin.VOUCHED if person else message.origin)

    def _is_person(self, pressed: Pressed) -> bool:
        """Whether a person is at work: their first answer was taken, or they want to see again
        what they were asked before. Of further answers the core says so.
        """
        if pressed.submission is not None:
            return not pressed.token
        subject = self.subject(pressed.token)
        if subject is None:
            return False
        before = self._read({}, subject, pressed.form, Purpose.FORM)
        return before is not None and before.origin is Origin.VOUCHED

    def of_card(self) -> str:
        """Give the form of an empty comment card."""
        return self._make(SUBJECT, Purpose.CARD)

    def subject(self, token: str) -> int | None:
        """Give the invitation that a visitor's token names, None where it names none."""
        return unseal(self.key, Purpose.ANSWER, token, self.clock())

    def read(self, request: Request, survey: str, pressed: Pressed) -> Press | None:
        """Give how an answer was pressed; None where it must be pressed again: its form is not
        ours or too old, or it came too soon after the first question was drawn. At a visitor's own
        question haste is for the core to judge.
        """
        if pressed.token:
            subject, purpose = self.subject(pressed.token), Purpose.FORM
        else:
            subject, purpose = survey_number(survey), Purpose.ENTER
        if subject is None:
            return None
        press = self._read(request.headers, subject, pressed.form, purpose)
        return press if pressed.token else self._unhurried(press)

    def read_card(self, request: Request, form: str) -> Press | None:
        """Give how a card was sent; None where it must be sent again."""
        return self._unhurried(self._read(request.headers, SUBJECT, form, Purpose.CARD))

    def ask_again(self, request: Request, survey: str) -> bool:
        """Whether a call is a press that came too soon, or with a form that is too old. ``survey``
        is "" for a card.
        """
        if request.method != "POST":
            return False
        if not survey:
            return self.read_card(request, read_written(request).form) is None
        pressed = read_pressed(request)
        if pressed.submission is None or (pressed.token and self.subject(pressed.token) is None):
            return False
        return self.read(request, survey, pressed) is None

    def renew(self, request: Request, survey: str) -> str:
        """Give the form to press again with."""
        if not survey:
            return self.of_card()
        token = read_pressed(request).token
        return self._of_visitor(token, Origin.AGAIN) if token else self._of_survey(survey)

    def _of_survey(self, survey: str) -> str:
        return self._make(survey_number(survey), Purpose.ENTER)

    def _of_visitor(self, token: str, origin: Origin) -> str:
        subject = self.subject(token)
        return "" if subject is None else self._make(subject, Purpose.FORM, origin)

    def _unhurried(self, press: Press | None) -> Press | None:
        return None if press is None or is_hasty(press, self.clock()) else press

    def _make(self, subject: int, purpose: Purpose, origin: Origin = Origin.OPENED) -> str:
        return make_form(self.key, subject, self.clock(), origin, purpose=purpose)

    def _read(
        self, headers: Mapping[str, str], subject: int, form: str, purpose: Purpose
    ) -> Press | None:
        return read_press(self.key, subject, form, self.clock(), headers, purpose=purpose)
