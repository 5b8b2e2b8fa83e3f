"""A visitor of our pages: a browser without script, as far as forms and links go."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import lxml.html

from tests.bot.drivers.driver import Said
from tests.bot.drivers.wire import Call, Wire
from tests.channels.rig import read_page

FORM = "application/x-www-form-urlencoded"


class Visitor:
    """Opens pages over a wire and sends their forms. ``pages`` are those that were shown."""

    def __init__(self, door: Wire) -> None:
        self._door = door
        self.pages: list[Said] = []
        self._path, self._html = "", b""

    async def open(self, path: str) -> None:
        """Open a page by its link."""
        await self._go(Call(wire=self._door, method="GET", path=path, headers={}, body=b""))

    async def send(self, **fields: str) -> None:
        """Send the page's form as it is, with these fields filled in."""
        form = lxml.html.document_fromstring(self._html.decode()).forms[0]
        given = {name: value for name, value in form.form_values() if name not in fields}
        await self.post(urljoin(self._path, form.action or ""), **given, **fields)

    async def post(self, path: str, **fields: str) -> None:
        """Send fields to an address, as a mail program does for its unsubscribe button too."""
        body = urlencode(fields).encode()
        headers = {"Content-Type": FORM}
        call = Call(wire=self._door, method="POST", path=path, headers=headers, body=body)
        await self._go(call)

    async def _go(self, call: Call) -> None:
        status, self._html = await self._door.fetch(call)
        assert status == 200, (status, self._html[:300])
        self._path = urlsplit(call.path).path
        shown = read_page(self._html, "label bdi, button")
        self.pages.append(
            Said(id=str(len(self.pages)), text=squeezed(shown.text), labels=shown.labels)
        )


def squeezed(text: str) -> str:
    return " ".join(text.split())


def cross_site(call: Call) -> Sequence[Call]:
    """Give a form's call as another site would make it, and with its token bent."""
    evil = {**call.headers, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    bent = f"{call.path[:-1]}{'A' if call.path[-1] != 'A' else 'B'}"
    return (
        replace(call, headers=evil, remark=", from a page of another site"),
        replace(call, path=bent, remark=", with a token made up"),
    )


def page_text(html: bytes) -> str:
    """Give what a page shows, as lines for a transcript: words, answers, buttons."""
    tree: Any = lxml.html.document_fromstring(html.decode())
    for hidden in tree.cssselect("style, script, title, .unseen, header, footer"):
        hidden.drop_tree()
    words = [squeezed(part.text_content()) for part in tree.cssselect("h1, p:not(.ends)")]
    ends = [squeezed(part.text_content()) for part in tree.cssselect(".ends span")]
    answers = [_answer(box) for box in tree.cssselect("input[type=radio], input[type=checkbox]")]
    fields = ["[ … ]"] * len(tree.cssselect("textarea, input.number"))
    presses = [f"[{squeezed(button.text_content())}]" for button in tree.cssselect("button")]
    rows = (" ".join(answers), " — ".join(ends), *fields, " ".join(presses))
    return "\n".join(filter(None, (*words, *rows)))


def _answer(box: Any) -> str:
    label = squeezed(box.getparent().text_content())
    return f"({'•' if box.get('checked') is not None else ' '}) {label}"
