"""The keypad: which key means which answer to one question. Pure.

A keypad is written into the address that the provider calls with the keys pressed, so that they
can be read without asking what the question was: ``0-1-2-s.10-h.SKIP``. Nobody but us and the
provider makes such addresses: each call of them is signed.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

from surveys.message import Button, Entry, Message

HASH, STAR = "#", "*"

# As payloads have them (`surveys.compose`), and as an address can hold them. Choices are in small
# letters, so that none is mistaken for one of these.
_SKIP, _DONE, WORDS, MENU = "-", "!", "=", "MENU"
_WRITTEN = {_SKIP: "SKIP", _DONE: "DONE"}
_MEANT = {written: value for value, written in _WRITTEN.items()}
_KEY_WRITTEN = {HASH: "h", STAR: "s"}
_KEY_MEANT = {written: key for key, written in _KEY_WRITTEN.items()}
_PART = re.compile(r"(?:(\d{1,2}|h|s)\.)?([a-z0-9_~]{1,30}|SKIP|DONE|MENU)", re.ASCII)
_ANY, _RECORD = "ANY", "REC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What to press, the value it stands for, and what it is called ("" for a bare number)."""

    press: str
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keypad:
    """The keys of one question. ``any_number`` takes whatever digits are pressed; ``records``
    takes speech.
    """

    keys: tuple[Key, ...] = ()
    any_number: bool = False
    records: bool = False

    @property
    def digits(self) -> int:
        """How many keys an answer takes at most; 0 where nobody can say."""
        return 0 if self.any_number else max((len(key.press) for key in self.keys), default=1)

    @property
    def ends_by_hash(self) -> bool:
        """Whether the hash key ends what is pressed, rather than being a key of its own."""
        return self.digits != 1

    def meaning(self, pressed: str) -> str | None:
        """Give the value that was pressed, None for a key that has none."""
        found = next((key.value for key in self.keys if key.press == pressed), None)
        if found is None and self.any_number and re.fullmatch(r"\d{1,15}", pressed, re.ASCII):
            return WORDS
        return found

    def encode(self) -> str:
        """Write the keypad for an address."""
        flags = [_ANY] * self.any_number + [_RECORD] * self.records
        return "-".join([*flags, *map(_encode, self.keys)])

    @classmethod
    def decode(cls, written: str) -> Self | None:
        """Read what `encode` wrote; None for anything else."""
        parts = written.split("-")
        found = [_PART.fullmatch(part) for part in parts if part not in (_ANY, _RECORD)]
        if len(parts) > 20:
            return None
        keys = [_decode(match) for match in found if match]
        if len(keys) != len(found):
            return None
        return cls(keys=tuple(keys), any_number=_ANY in parts, records=_RECORD in parts)


def make_keypad(message: Message, ten: Literal["#", "*"]) -> Keypad:
    """Give the keys that answer a question. A value is its own key, choices are counted from 1;
    the hash key skips, or ends choosing, and the star leads to the menu where it is free.
    """
    keys = [*_scale_keys(message, ten), *_choice_keys(message), *_hash_key(message)]
    if message.stop_link and all(key.press != STAR for key in keys):
        keys.append(Key(press=STAR, value=MENU))
    if message.entry is Entry.TEXT:
        return Keypad(keys=tuple(k for k in keys if k.press == HASH), records=True)
    answers = [key for key in keys if key.press not in (HASH, STAR)]
    return Keypad(keys=tuple(keys), any_number=not answers)


def value_of(button: Button) -> str:
    """Give what a button's payload says of the answer, behind token and question."""
    return button.payload.rpartition(".")[2]


def _scale_keys(message: Message, ten: str) -> list[Key]:
    """Name the keys where the scale is one of words; bare numbers need no names."""
    return [
        Key(
            press=STAR if button.value == 10 and ten == STAR else str(button.value),
            value=value_of(button),
            label="" if message.ends else button.spoken or button.label,
        )
        for button in message.buttons
        if button.value is not None
    ]


def _choice_keys(message: Message) -> list[Key]:
    choices = [b for b in message.buttons if b.value is None and value_of(b) not in _WRITTEN]
    return [
        Key(press=str(number), value=value_of(button), label=button.label)
        for number, button in enumerate(choices, 1)
    ]


def _hash_key(message: Message) -> list[Key]:
    found = {value_of(b): b.label for b in message.buttons if value_of(b) in _WRITTEN}
    # "Done" with nothing chosen skips as well, so that one key does for both.
    value = next((v for v in (_DONE, _SKIP) if v in found), None)
    return [Key(press=HASH, value=value, label=found[value])] if value else []


def _encode(key: Key) -> str:
    value = _WRITTEN.get(key.value, key.value)
    press = _KEY_WRITTEN.get(key.press, key.press)
    return value if press == value else f"{press}.{value}"


def _decode(match: re.Match[str]) -> Key:
    value = _MEANT.get(match[2], match[2])
    press = match[1] or match[2]
    return Key(press=_KEY_MEANT.get(press, press), value=value)
