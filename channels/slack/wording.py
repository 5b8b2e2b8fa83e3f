"""What people wrote, out of Slack's way of writing it. Pure.

Slack escapes ``& < >``, wraps links and mentions in ``<...>``, and names pictures by words between
colons: a thumb comes as ``:+1:``. https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Mapping

_WRAPPED = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_PICTURE = re.compile(r":([a-z0-9_+-]{1,40}):(?::skin-tone-[2-6]:)?")

_PICTURES: Mapping[str, str] = {
    "+1": "👍", "thumbsup": "👍", "ok_hand": "👌", "white_check_mark": "✅",
    "heavy_check_mark": "✔", "-1": "👎", "thumbsdown": "👎", "x": "❌",
    "slightly_smiling_face": "🙂", "smile": "😄", "smiley": "😃", "grinning": "😀", "grin": "😁",
    "blush": "😊", "laughing": "😆", "satisfied": "😆", "relaxed": "☺", "heart_eyes": "😍",
    "smiling_face_with_3_hearts": "🥰", "star-struck": "🤩", "sunglasses": "😎",
    "neutral_face": "😐", "expressionless": "😑", "no_mouth": "😶", "confused": "😕",
    "slightly_frowning_face": "🙁", "white_frowning_face": "☹", "frowning": "😦",
    "disappointed": "😞", "worried": "😟", "angry": "😠", "rage": "😡", "cry": "😢", "sob": "😭",
    "face_with_symbols_on_mouth": "🤬", "confounded": "😖", "persevere": "😣", "weary": "😩",
    "tired_face": "😫", "star": "⭐", "star2": "🌟", "heart": "❤", "tada": "🎉", "pray": "🙏",
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "keycap_ten": "10",
}  # fmt: skip
"""Slack's name of a picture -> what other chats send. Names not here stay as they are."""


def read_text(value: object) -> str:
    """Give the words as the person saw them, "" for what is no text."""
    text = _WRAPPED.sub(_unwrap, words(value))
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _PICTURE.sub(lambda found: _PICTURES.get(found[1], found[0]), text).strip()


def words(value: object) -> str:
    """Give a text that any database and log can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "").strip()


def _unwrap(found: re.Match[str]) -> str:
    """Give what stands for a link or a mention: its label, else its address."""
    target, label = found[1], found[2]
    if target[0] in "@#":
        return target[0] + (label or target[1:])
    if target[0] == "!":
        return label or "@" + target[1:].partition("^")[0]
    return label if label and target.startswith(("mailto:", "tel:")) else target
