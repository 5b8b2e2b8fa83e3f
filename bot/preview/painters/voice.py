"""Phone calls: what is said, and which keys answer."""

from xml.etree.ElementTree import fromstring

from bot.preview.painters import Stage
from bot.preview.pictures import Call, Press
from channels.voice.keypad import Key, make_keypad
from channels.voice.twiml import Prompt, Speech, ask, to_payload
from surveys.message import Message

PACE = 14
"""Characters said in a second, about: 150 words a minute."""
LONG = 45
"""Seconds after which people hang up rather than listen on."""


def paint(message: Message, stage: Stage) -> Call:
    """Show one step of a call."""
    voices = getattr(stage.settings, "voices", {})
    speech = Speech(company=stage.company, voices=voices)
    keypad = make_keypad(message, getattr(stage.settings, "ten", "#"))
    if message.question_id:
        opens = message.step == 1 and not message.notice
        prompt = Prompt(
            message=message, keypad=keypad, action="/", notice=message.notice, opens=opens
        )
        script = ask(prompt, speech)
    else:
        script = to_payload(message, speech)
    # Our own writing of a moment ago, and none of a stranger's.
    said = tuple(element.text or "" for element in fromstring(script).iter("Say"))  # noqa: S314
    seconds = sum(map(len, said)) // PACE + 1
    return Call(
        said=said,
        keys=tuple(_press(key) for key in keypad.keys) if message.question_id else (),
        records=bool(message.question_id) and keypad.records,
        note=f"about {seconds} seconds",
        remarks=(f"this takes about {seconds} seconds to say",) if seconds > LONG else (),
    )


def _press(key: Key) -> Press:
    return Press(key=key.press, means=key.label or key.value)
