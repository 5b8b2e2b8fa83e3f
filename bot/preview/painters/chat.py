"""Any chat: the message with its buttons in rows, for channels without a painter of their own."""

from bot.preview.painters import Stage
from bot.preview.pictures import Bubble, Chat, Key, Part, Tone
from surveys.message import Button, Message


def paint(message: Message, _stage: Stage) -> Chat:
    """Show what a message says and offers."""
    words = [Part(text=text) for text in (message.notice, message.text) if text]
    if message.ends:
        words.append(Part(text=" – ".join(message.ends), tone=Tone.SMALL))
    return Chat(bubbles=(Bubble(parts=tuple(words), rows=rows_of(message.buttons)),))


def rows_of(buttons: tuple[Button, ...]) -> tuple[tuple[Key, ...], ...]:
    """Lay buttons out: a scale in one row, everything else below each other."""
    scale = tuple(key_of(button) for button in buttons if button.value is not None)
    others = tuple((key_of(button),) for button in buttons if button.value is None)
    return ((scale,) if scale else ()) + others


def key_of(button: Button) -> Key:
    """Give a button as it is shown."""
    return Key(label=button.label, chosen=button.chosen, spoken=button.spoken)
