"""A Message as TwiML, the XML that says what happens on a call. Pure.

Verbs and attributes: https://www.twilio.com/docs/voice/twiml
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element, SubElement, tostring

from channels.voice.keypad import HASH, MENU, STAR, Key, Keypad
from channels.voice.menu import Menu
from channels.voice.phrases import Phrases, locale_of, phrases_for
from surveys.message import Message

SILENCE = "6"
"""Seconds without a key after which nothing more is expected."""
LONGEST_RECORDING = "120"
"""Seconds of a spoken comment."""
PAUSE = "5"
"""Seconds without a word that end a recording."""

_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How it is said. ``voices`` names a voice for a language, where one was chosen."""

    company: str
    voices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One question as it is put on a call. ``action`` is our address that takes the answer.

    ``opens`` says first whose survey it is, and last which key leads to the menu. ``notice`` is
    said before the question.
    """

    message: Message
    keypad: Keypad
    action: str
    notice: str = ""
    opens: bool = False


def to_payload(message: Message, speech: Speech) -> bytes:
    """Give the TwiML that says a message, says goodbye and hangs up."""
    return say_and_hang_up(speech, message.language, (message.notice, *_told(message)))


def say_and_hang_up(speech: Speech, language: str, texts: tuple[str, ...]) -> bytes:
    """Give the TwiML that says texts and a goodbye, and hangs up."""
    root = Element("Response")
    for text in texts:
        _say(root, speech, language, text)
    own, phrases = phrases_for(language)
    _say(root, speech, own, phrases.goodbye)
    SubElement(root, "Hangup")
    return _written(root)


def say_and_go_on(speech: Speech, language: str, text: str, action: str) -> bytes:
    """Give the TwiML that says a text and goes on at another address of ours."""
    root = Element("Response")
    _say(root, speech, language, text)
    SubElement(root, "Redirect", method="POST").text = action
    return _written(root)


def ask_wish(menu: Menu, speech: Speech, *, action: str, notice: str = "") -> bytes:
    """Give the TwiML that says a menu and waits for one of its keys."""
    root = Element("Response")
    own, _ = phrases_for(menu.language)
    gather = _gather(root, menu.keypad, action)
    for text in (notice, menu.intro):
        _say(gather, speech, own, text)
    for choice in menu.choices:
        code, phrases = phrases_for(choice.language)
        key = Key(press=choice.press, value=choice.value, label=choice.label)
        _say(gather, speech, code, _option(phrases, key))
    SubElement(root, "Redirect", method="POST").text = action
    return _written(root)


def hang_up() -> bytes:
    """Give the TwiML that ends a call without a word."""
    root = Element("Response")
    SubElement(root, "Hangup")
    return _written(root)


def ask(prompt: Prompt, speech: Speech) -> bytes:
    """Give the TwiML that asks a question and waits for its answer."""
    root = Element("Response")
    around = root if prompt.keypad.records else _gather(root, prompt.keypad, prompt.action)
    _say_question(around, prompt, speech)
    if prompt.keypad.records:
        SubElement(
            root,
            "Record",
            action=prompt.action,
            method="POST",
            maxLength=LONGEST_RECORDING,
            timeout=PAUSE,
            finishOnKey=HASH,
            playBeep="true",
        )
    # Where nothing was pressed or said, Twilio or a gateway like it may come to this line.
    SubElement(root, "Redirect", method="POST").text = prompt.action
    return _written(root)


def _gather(root: Element, keypad: Keypad, action: str) -> Element:
    gather = SubElement(
        root,
        "Gather",
        input="dtmf",
        finishOnKey=HASH if keypad.ends_by_hash else "",
        timeout=SILENCE,
        actionOnEmptyResult="true",
        action=action,
        method="POST",
    )
    if keypad.digits:
        gather.set("numDigits", str(keypad.digits))
    return gather


def _say_question(around: Element, prompt: Prompt, speech: Speech) -> None:
    message, keypad = prompt.message, prompt.keypad
    own, phrases = phrases_for(message.language)
    if prompt.opens:
        _say(around, speech, own, phrases.opening.replace("{company}", speech.company))
    for text in (prompt.notice, *_told(message)):
        _say(around, speech, message.language, text)
    named = [key for key in keypad.keys if key.label]
    if prompt.opens:
        named += [replace(k, label=phrases.menu) for k in keypad.keys if k.value == MENU]
    first = [key for key in named if key.press not in (HASH, STAR)]
    for key in first:
        _say(around, speech, own, _option(phrases, key))
    for text in _instructions(keypad, phrases):
        _say(around, speech, own, text)
    for key in named:
        if key not in first:
            _say(around, speech, own, _option(phrases, key))


def _told(message: Message) -> tuple[str, ...]:
    """Give the question and what the ends of its scale mean: "0, not at all likely"."""
    if not message.ends:
        return (message.text,)
    values = [button.value for button in message.buttons if button.value is not None]
    if not values:
        return (message.text, ", ".join(message.ends))
    pairs = zip((values[0], values[-1]), message.ends, strict=True)
    return (message.text, *(f"{value}, {meaning}." for value, meaning in pairs))


def _instructions(keypad: Keypad, phrases: Phrases) -> list[str]:
    """Give how bare numbers are pressed, and that the hash key ends them; or how to speak."""
    if keypad.records:
        return [phrases.record]
    bare = [int(key.press) for key in keypad.keys if not key.label and key.press.isdecimal()]
    said = []
    if bare:
        said.append(phrases.scale.format(low=min(bare), high=max(bare)))
        said += [_option(phrases, _ten(key)) for key in keypad.keys if _is_star_ten(key)]
    if keypad.ends_by_hash:
        said.append(phrases.then_hash)
    return said


def _is_star_ten(key: Key) -> bool:
    return key.press == STAR and key.value == "10" and not key.label


def _ten(key: Key) -> Key:
    return Key(press=key.press, value=key.value, label=key.value)


def _option(phrases: Phrases, key: Key) -> str:
    name = {HASH: phrases.hash, STAR: phrases.star}.get(key.press, key.press)
    # Not str.format: a label may hold braces of its own.
    return phrases.option.replace("{key}", name).replace("{label}", key.label)


def _say(around: Element, speech: Speech, language: str, text: str) -> None:
    clean = _UNSAYABLE.sub("", text)
    if not clean.strip():
        return
    voice = speech.voices.get(language) or speech.voices.get(language.partition("-")[0])
    said = SubElement(around, "Say", language=locale_of(language))
    if voice:
        said.set("voice", voice)
    said.text = clean


def _written(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
