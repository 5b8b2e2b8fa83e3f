"""Text messages: the words that are paid for, and how many messages they make."""

from collections.abc import Iterator

from bot.preview.painters import Stage
from bot.preview.pictures import Bubble, Chat, Part
from channels.sms.payload import sms_text
from channels.sms.segments import Segments, is_gsm, segments
from surveys.message import Message


def paint(message: Message, stage: Stage) -> Chat:
    """Show one text and count what it costs."""
    named = bool(getattr(stage.settings, "is_name", False))
    text = sms_text(message, company=stage.company, named=named)
    size = segments(text)
    return Chat(
        bubbles=(Bubble(parts=(Part(text=text),)),),
        note=f"{_count(size.count)}, {size.characters} characters in {size.encoding}",
        remarks=tuple(_cost(text, size)),
    )


def _cost(text: str, size: Segments) -> Iterator[str]:
    letters = sorted({character for character in text if not is_gsm(character)})
    shown = " ".join(letters[:8]) + (" …" if len(letters) > 8 else "")
    why = f": because of {shown}, 70 characters fit one instead of 160" if letters else ""
    if size.count > 1:
        yield f"sent and paid for as {size.count} text messages{why}"
    elif letters:
        yield "letters outside the phones' own alphabet (GSM-7): 70 characters fit instead of 160"


def _count(number: int) -> str:
    return "1 text message" if number == 1 else f"{number} text messages"
