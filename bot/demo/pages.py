"""How a simulated customer uses a survey page: as a browser without JavaScript would.

Knows HTML's forms and nothing of our pages, so that a change of their looks changes nothing here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str]


@dataclass(slots=True)
class Form:
    """One form of a page. ``radios`` are the values offered under each name; ``texts`` are the
    names of the fields for words; ``send`` is the name and value of the first submit button.
    """

    hidden: dict[str, str] = field(default_factory=dict)
    radios: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    send: tuple[str, str] | None = None

    @property
    def asks(self) -> bool:
        """Whether there is anything to answer."""
        return bool(self.radios or self.texts)

    def fill(self, choose: Callable[[Sequence[str]], str], words: str) -> dict[str, str]:
        """Give what a browser would send, with one of each group chosen and words written."""
        sent = dict(self.hidden)
        sent |= {name: choose(values) for name, values in self.radios.items()}
        sent |= dict.fromkeys(self.texts, words)
        if self.send:
            sent[self.send[0]] = self.send[1]
        return sent


def read_question(page: str) -> Form | None:
    """Give the first form of a page that asks something, or None."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return next((form for form in reader.forms if form.asks), None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form())
            self._inside = True
        elif self._inside and found.get("name"):
            self._field(self.forms[-1], tag, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False

    def _field(self, form: Form, tag: str, found: Attributes) -> None:
        name, value = found["name"], found.get("value", "")
        kind = found.get("type", "submit" if tag == "button" else "text").lower()
        if tag == "textarea" or (tag == "input" and kind in ("text", "number")):
            form.texts.append(name)
        elif kind == "hidden":
            form.hidden[name] = value
        elif kind == "radio":
            form.radios.setdefault(name, []).append(value)
        elif kind == "submit" and form.send is None:
            form.send = (name, value)
