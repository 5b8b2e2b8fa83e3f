"""Wishes on a call: from the key pressed in the menu to what is said and where the call goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from channels.voice.menu import BACK, MORE, make_menu, must_confirm, read_wish
from channels.voice.phrases import phrases_for
from channels.voice.place import Page, Place, link_token
from channels.voice.twiml import Speech, ask_wish, say_and_go_on, say_and_hang_up
from surveys.language import Languages
from surveys.message import Message
from surveys.request import RequestKind

MOST_MISSES = 2
"""Times a menu is said again after silence or a wrong key."""

_GO_ON = (RequestKind.PERSON, RequestKind.KNOW, RequestKind.LANGUAGE, RequestKind.START)
"""Wishes that are no reason to leave the question unanswered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishing:
    """Says menus and receipts. ``url`` is our address as the provider knows it, ``default`` the
    language of what a language has no words for.
    """

    speech: Speech
    url: str
    languages: Languages
    default: str

    def open(self, place: Place, message: Message, *, sure: bool) -> bytes:
        """Say the first menu of a person's own page."""
        stop = place.stop or link_token(message.stop_link)
        start = replace(place, stop=stop, misses=0)
        return self._menu(start, message, behind="", sure=sure)

    def go_on(
        self, place: Place, fields: Mapping[str, str], message: Message, *, sure: bool
    ) -> bytes | None:
        """Say what a key pressed in the menu leads to; None where it leads back to the question."""
        pressed = fields.get("Digits", "")
        value = place.keypad.meaning(pressed) if place.keypad else None
        if value is None:
            return self._again(place, message, silent=not pressed, sure=sure)
        if value == BACK:
            return None if place.token else say_and_hang_up(self.speech, message.language, ())
        if value.startswith(MORE):
            return self._menu(replace(place, misses=0), message, behind=value, sure=sure)
        wish = read_wish(value)
        if must_confirm(message):
            return self._menu(replace(place, misses=0), message, behind="", sure=sure)
        if place.token and wish and wish[0].kind in _GO_ON:
            back = Place(page=Page.AGAIN, token=place.token, turn=place.turn + 1)
            return say_and_go_on(self.speech, message.language, message.text, self.url + back.path)
        return say_and_hang_up(self.speech, message.language, (message.text,))

    def _again(self, place: Place, message: Message, *, silent: bool, sure: bool) -> bytes:
        code, phrases = phrases_for(message.language)
        if place.misses >= MOST_MISSES:
            return say_and_hang_up(self.speech, code, (phrases.leaving,))
        bank = self.languages.get(message.language) or self.languages[self.default]
        notice = phrases.silence if silent else bank.texts["not_understood"]
        missed = replace(place, misses=place.misses + 1)
        return self._menu(missed, message, behind="", sure=sure, notice=notice)

    def _menu(
        self, place: Place, message: Message, *, behind: str, sure: bool, notice: str = ""
    ) -> bytes:
        asked = bool(place.token)
        menu = make_menu(message, self.languages, behind=behind, asked=asked, sure=sure)
        following = Place(
            page=Page.WISH,
            token=place.token,
            turn=place.turn + 1,
            misses=place.misses,
            keypad=menu.keypad,
            stop=place.stop,
        )
        return ask_wish(menu, self.speech, action=self.url + following.path, notice=notice)
