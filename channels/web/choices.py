"""The page behind the stop link: a person's own choices, as buttons that need no script.

A look changes nothing. Each button is a form of its own that names what it asks; one page makes one
request, however often it is sent, except for stop, which counts each time.
"""

from collections.abc import Mapping
from typing import Any

from channels.web.page import Look, Press, Session, render_page
from channels.web.wording import clean, split_heading
from surveys.inbound import Asked
from surveys.language import Language
from surveys.message import Button, Message
from surveys.request import RequestKind, read_payload

STOP = RequestKind.STOP.value
RESUME = "resume"
"""What the two oldest buttons say; pages that lie open still do."""


def read_choice(wish: str, facts: Mapping[str, Any], token: str) -> Asked | None:
    """Give what a pressed button asks, None for no button of ours. ``facts`` are those of every
    inbound value.
    """
    found = read_payload(wish)
    if found is None:
        return None
    request, confirmed = found
    return Asked(**facts, request=request, token=token, confirmed=confirmed)


def render_choices(look: Look, language: Language, message: Message, session: Session) -> str:
    """Give the page: what we say, the first button, and all others below their heading."""
    heading, rest = split_heading(clean(message.text))
    presses = [_press(button, session) for button in message.buttons]
    return render_page(
        look,
        language,
        "choices.html",
        notices=[],
        title=heading,
        rest=rest,
        first=presses[:1],
        others=presses[1:],
        others_title=language.texts["choices"],
        session=session,
    )


def _press(button: Button, session: Session) -> Press:
    return Press(label=clean(button.label), fields={"n": session.nonce, "do": button.payload})
