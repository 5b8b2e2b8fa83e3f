"""The web page: the very page that the service gives out."""

from collections.abc import Iterator

from bot.preview.painters import Stage
from bot.preview.pictures import Sheet
from bot.preview.sample import TOKEN
from channels.web import Settings
from channels.web.page import Session, make_look, render_message
from surveys.compose import DONE, split_payload
from surveys.message import Button, Entry, Message
from surveys.reading import SKIP


def paint(message: Message, stage: Stage) -> Sheet:
    """Show the page that asks or says this."""
    settings = stage.web_settings or Settings()
    look = make_look(settings, stage.company, stage.privacy_url)
    bank = stage.languages.get(message.language) or stage.languages["en"]
    html = render_message(look, bank, [message], Session(token=TOKEN))
    send = bank.texts["next" if message.step < message.steps else "send"]
    return Sheet(
        html=html,
        plain="\n".join(_lines(message, send if message.question_id else "")),
        url=message.link,
    )


def _lines(message: Message, send: str) -> Iterator[str]:
    """Give the words of the page, with its fields as signs."""
    if message.notice:
        yield f"{message.notice}\n"
    yield message.text
    answers = [button for button in message.buttons if _value(button) not in (SKIP, DONE)]
    mark = "[ ]" if message.entry is Entry.MANY else "( )"
    if message.question_id and message.entry in (Entry.TEXT, Entry.NUMBER):
        yield "[______________________]"
    elif all(button.value is not None for button in answers):
        yield "  ".join(f"{mark} {button.label}" for button in answers)
    else:
        yield from (f"{mark} {button.label}" for button in answers)
    if message.ends:
        yield " – ".join(message.ends)
    skip = [button.label for button in message.buttons if _value(button) == SKIP]
    yield "  ".join(f"[{label}]" for label in (send, *skip) if label)


def _value(button: Button) -> str:
    parts = split_payload(button.payload)
    return parts[2] if parts else button.payload
