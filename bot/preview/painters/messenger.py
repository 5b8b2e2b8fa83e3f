"""Messenger: the feedback sheet or the quick replies, shown."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.preview.painters import Stage
from bot.preview.pictures import Bubble, Chat, Key, Part, Tone
from bot.preview.sample import MOMENT
from channels.messenger.feedback import House
from channels.messenger.payload import to_payload
from surveys.message import Message

LONGEST_QUESTION = 85
"""Characters of a question on a sheet (Meta's page on the customer feedback template)."""
_WINDOW = "so it can be asked only within 24 hours after the customer wrote, instead of 7 days"


def paint(message: Message, stage: Stage) -> Chat:
    """Show what a page would say; a message to be changed is sent anew there."""
    house = House(
        company=stage.company,
        privacy_url=getattr(stage.settings, "privacy_url", "") or stage.privacy_url,
        languages=stage.languages,
    )
    said: Mapping[str, Any] = to_payload(message, house, now=MOMENT)["message"]
    template = said.get("attachment", {}).get("payload")
    if template:
        return Chat(bubbles=tuple(_sheet(template, message)))
    keys = tuple(Key(label=reply["title"]) for reply in said.get("quick_replies", ()))
    bubble = Bubble(parts=(Part(text=said["text"]),), rows=(keys,) if keys else (), flow=True)
    return Chat(bubbles=(bubble,), remarks=tuple(_why_no_sheet(message, house)))


def _sheet(template: Mapping[str, Any], message: Message) -> Iterator[Bubble]:
    yield Bubble(
        parts=(
            Part(text=template["title"], tone=Tone.STRONG),
            Part(text=template["subtitle"], tone=Tone.SMALL),
        ),
        rows=((Key(label=template["button_title"]),),),
    )
    question = template["feedback_screens"][0]["questions"][0]
    yield Bubble(
        caption="the sheet that opens",
        parts=(Part(text=question["title"], tone=Tone.STRONG),),
        rows=(tuple(Key(label=b.label, spoken=b.spoken) for b in message.buttons),),
    )


def _why_no_sheet(message: Message, house: House) -> Iterator[str]:
    """Say why a survey's first question is asked without Meta's feedback sheet."""
    if message.step != 1 or not message.question_id or message.notice:
        return
    scored = [button for button in message.buttons if button.value is not None]
    if not house.privacy_url:
        yield f"no feedback sheet without a privacy notice (service.privacy_url), {_WINDOW}"
    elif len(message.text) > LONGEST_QUESTION:
        yield (
            f"the question has {len(message.text)} characters and Meta's feedback sheet takes "
            f"{LONGEST_QUESTION}, {_WINDOW}"
        )
    elif not scored or len(scored) != len(message.buttons):
        yield f"Meta's feedback sheet takes a score and nothing else, {_WINDOW}"
    else:
        yield f"this question does not fit Meta's feedback sheet, {_WINDOW}"
