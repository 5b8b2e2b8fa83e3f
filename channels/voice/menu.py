"""The menu: what a caller may ask of us, by keys. Pure.

The star key leads to it from a question, and so does a call from somebody we have no question for.
What is offered is what the person's own page offers (`scheduler.choices`), shortened to keys that
always mean the same: 1 stops, or takes a stop back. Some lead on to keys of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from channels.voice.keypad import Key, Keypad
from channels.voice.phrases import phrases_for
from surveys.language import Languages
from surveys.message import Button, Message
from surveys.request import Request, RequestKind, read_payload

BACK = "back"
"""What the 0 key says: back to the question, or the end of the call."""

MORE = "more_"
"""What a key says that leads on to the keys of one kind of wish."""

_RESUME = "resume"
_LANGUAGE, _ONLY = f"{MORE}{RequestKind.LANGUAGE}", f"{MORE}{RequestKind.ONLY}"
_MOST = 9  # keys behind a key; the 0 key leads back


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One key: what pressing it says, what it is called, and in which language."""

    press: str
    value: str
    label: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """The keys of one menu, and the words said before them, in ``language``."""

    language: str
    intro: str
    choices: tuple[Choice, ...]

    @property
    def keypad(self) -> Keypad:
        """What the keys mean, as it is written into an address."""
        return Keypad(keys=tuple(Key(press=c.press, value=c.value) for c in self.choices))


def is_menu(message: Message) -> bool:
    """Whether a message is a person's own page, rather than a question or a last word."""
    return not message.question_id and any(_request(button) for button in message.buttons)


def make_menu(
    message: Message, languages: Languages, *, behind: str, asked: bool, sure: bool
) -> Menu:
    """Give the menu of a person's own page.

    ``behind`` is the key it stands behind (`MORE`), "" for the first menu. ``asked`` is whether a
    question waits. Who may be somebody else, since they called us and a number can be forged, is
    told nothing of what we know and may delete nothing; ``sure`` is whether it is the person.
    """
    phrases = phrases_for(message.language)[1]
    own = message.language
    last = phrases.back if asked else phrases.finish
    if must_confirm(message):
        found, intro = _confirmation(message), message.text
    elif behind:
        wishes = (b for b in message.buttons if _more(b) == behind)
        found, intro = _numbered(wishes, message, languages), phrases.wish
    else:
        found, intro = _first(message, languages, phrases.elsewhere, sure=sure), phrases.wish
    back = Choice(press="0", value=BACK, label=last, language=phrases_for(own)[0])
    return Menu(language=own, intro=intro, choices=(*found, back))


def must_confirm(message: Message) -> bool:
    """Whether a page asks once more before it deletes what we know."""
    found = [_request(button) for button in message.buttons]
    return any(wish is not None and wish[1] for wish in found)


def read_wish(value: str) -> tuple[Request, bool] | None:
    """Give what a key asks, and whether it confirms it; None where it asks nothing of us."""
    if value == _RESUME:
        return Request(kind=RequestKind.START), False
    name, _, about = value.partition("~")
    return read_payload(f"{name}.{about.replace('_', '-')}" if about else name)


# Keys


def _first(
    message: Message, languages: Languages, elsewhere: str, *, sure: bool
) -> Iterator[Choice]:
    """Give the keys of the first menu. Each kind has its own, whatever else is offered."""
    own = message.language
    single = {kind: b for b in message.buttons if (kind := _kind(b))}
    stop = single.get(RequestKind.STOP) or single.get(RequestKind.START)
    again = single.get(RequestKind.START) if RequestKind.STOP in single else None
    know, forget = single.get(RequestKind.KNOW), single.get(RequestKind.FORGET)
    person, pause = single.get(RequestKind.PERSON), single.get(RequestKind.PAUSE)
    for press, button in (("1", stop), ("2", person), ("3", pause)):
        yield from _key(press, button, own)
    bank = languages.get(own)
    other = bank.texts["choice_language"] if bank else ""
    yield from _group("4", _LANGUAGE, other, message, languages)
    yield from _group("5", _ONLY, elsewhere, message, languages)
    for press, button in (("6", know), ("7", forget)) if sure else ():
        yield from _key(press, button, own)
    yield from _key("8", again, own)


def _group(
    press: str, more: str, label: str, message: Message, languages: Languages
) -> Iterator[Choice]:
    """Give the key of a kind that has several wishes; where it has one, that one's."""
    wishes = [b for b in message.buttons if _more(b) == more]
    if len(wishes) == 1:
        yield from _key(press, wishes[0], _spoken_in(wishes[0], message, languages))
    elif wishes:
        code = phrases_for(message.language)[0] if more == _ONLY else message.language
        yield Choice(press=press, value=more, label=label, language=code)


def _numbered(wishes: Iterator[Button], message: Message, languages: Languages) -> Iterator[Choice]:
    for number, button in enumerate(wishes, 1):
        if number <= _MOST:
            yield from _key(str(number), button, _spoken_in(button, message, languages))


def _confirmation(message: Message) -> Iterator[Choice]:
    sure = next(b for b in message.buttons if (wish := _request(b)) and wish[1])
    yield from _key("1", sure, message.language)


def _key(press: str, button: Button | None, language: str) -> Iterator[Choice]:
    if button is not None:
        label = button.label.rstrip(" ?!.")
        yield Choice(press=press, value=_written(button.payload), label=label, language=language)


def _spoken_in(button: Button, message: Message, languages: Languages) -> str:
    """A language is offered in its own words, to whoever does not know the one spoken now."""
    wish = _request(button)
    code = wish[0].language if wish else ""
    return code if code in languages else message.language


def _request(button: Button) -> tuple[Request, bool] | None:
    return read_wish(_written(button.payload))


def _kind(button: Button) -> RequestKind | None:
    wish = _request(button)
    return wish[0].kind if wish else None


def _more(button: Button) -> str:
    kind = _kind(button)
    return f"{MORE}{kind}" if kind else ""


def _written(payload: str) -> str:
    """Give what a button says as an address can hold it."""
    return payload.replace("-", "_").replace(".", "~")
