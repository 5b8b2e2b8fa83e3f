"""Links that lead on from a command's answer: buttons where they can stand, words where not."""

from dataclasses import replace
from typing import Any

import pytest

from bot.gateway import fit_links, split_picture
from channels.sandbox import CAPABILITIES
from surveys.message import Image, Link, Message, Offers


@pytest.mark.parametrize(
    ("capabilities", "url", "image", "text", "written"),
    [
        ({"offers": Offers.BUTTONS}, "https://x.example/r/a", False, "short", False),
        ({"offers": Offers.BUTTONS}, "http://127.0.0.1/r/a", False, "short", True),
        ({"offers": Offers.TEXT}, "https://x.example/r/a", False, "short", True),
        ({"offers": Offers.BUTTONS, "images": True}, "https://x.example/r/a", True, "short", True),
        ({"offers": Offers.BUTTONS, "images": True}, "https://x.example/r/a", True, "l" * 2000, False),
        ({"offers": Offers.BUTTONS, "images": False}, "https://x.example/r/a", True, "short", False),
    ],
)  # fmt: skip
def test_a_link_is_a_button_where_one_can_stand(
    capabilities: dict[str, Any], url: str, image: bool, text: str, written: bool
) -> None:
    able = replace(CAPABILITIES, **capabilities)
    link = Link(label="Live", url=url)
    picture = Image(png=b"x", alt="x") if image else None
    message = Message(address="1", text=text, image=picture, links=(link,))
    parts = split_picture(fit_links(message, able), able)
    assert (f"Live: {url}" in parts[-1].text) is written
    assert parts[-1].links == (() if written else (link,))
    assert all(not part.links for part in parts[:-1])


def test_where_nobody_could_follow_a_link_there_is_none() -> None:
    message = Message(address="1", text="x", links=(Link(label="Live", url="https://x.example"),))
    fitted = fit_links(message, replace(CAPABILITIES, offers=Offers.NONE))
    assert (fitted.text, fitted.links) == ("x", ())
