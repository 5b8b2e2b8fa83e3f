"""Pages as text: what a person wrote in the HTML part of a mail, without what was quoted.

Mail programs mark quotes and signatures by class, id or style; those are left out with all they
hold, and after a mark that only opens a quote everything is.
"""

import re
from html import unescape

_QUOTES = frozenset({
    "gmail_quote", "gmail_quote_container", "gmail_extra", "gmail_attr",
    "yahoo_quoted", "moz-cite-prefix", "moz-forward-container", "protonmail_quote", "zmail_extra",
    "outlookmessageheader", "ms-outlook-mobile-reference-message",
})  # fmt: skip
"""Classes and ids, in lower case, of elements that hold a quote."""

_OPENERS = frozenset({"divrplyfwdmsg", "appendonsend", "stopspelling",
                      "mail-editor-reference-message-container"})  # fmt: skip
"""Ids of elements behind which everything is a quote (Outlook)."""

_SIGNATURES = frozenset({
    "gmail_signature", "moz-signature", "applemailsignature", "signature",
    "ms-outlook-mobile-signature", "protonmail_signature_block", "yahoo-signature",
})  # fmt: skip

_BORDERS = re.compile(r"border:\s*none;\s*border-top:\s*solid\s+#(?:e1e1e1|b5c4df)", re.IGNORECASE)
"""The rule that desktop Outlook draws above the header of what it quotes."""

_HIDDEN = re.compile(r"display:\s*none|mso-hide:\s*all", re.IGNORECASE)
_UNSEEN = frozenset({"style", "script", "title", "template", "textarea", "noscript"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
                   "source", "track", "wbr"})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "td",
    "th", "tr", "ul",
})  # fmt: skip
_DEEPEST = 400
_LONGEST_PAGE = 256 * 1024

_MARKUP = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-z][a-z0-9:_-]{0,40})"
    r"(?P<attributes>(?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}')*+)>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"([a-z-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)


def page_text(page: str) -> str:
    """Give the words of an HTML body without quotes and signatures.

    :param page: HTML of any quality; the time taken grows no faster than its length, which the
        standard library's parser cannot promise.
    """
    reader = _Reader()
    reader.feed(page[:_LONGEST_PAGE])
    lines = (" ".join(line.split()) for line in "".join(reader.said).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader:
    """Keeps what is said outside of quotes. ``left_out`` is the depth of the element that is
    being left out, 0 for none; ``over`` says that all the rest is.
    """

    def __init__(self) -> None:
        self.said: list[str] = []
        self._open: list[str] = []
        self._left_out = 0
        self._over = False

    def feed(self, page: str) -> None:
        at = 0
        while at < len(page) and not self._over:
            start = page.find("<", at)
            if start != at:
                self._words(page[at : start if start >= 0 else len(page)])
            at = self._markup(page, start) if start >= 0 else len(page)

    def _markup(self, page: str, start: int) -> int:
        """Take in what begins with ``<`` and give where it ends."""
        if page.startswith(("<!", "<?"), start):
            close = "-->" if page.startswith("<!--", start) else ">"
            end = page.find(close, start)
            return end + len(close) if end >= 0 else len(page)
        found = _MARKUP.match(page, start)
        if found is None:
            self._words("<")
            return start + 1
        tag = found["tag"].lower()
        if found["end"]:
            self._close(tag)
        elif tag in _UNSEEN:
            ending = re.compile(rf"</{tag}\s*>", re.IGNORECASE).search(page, found.end())
            return ending.end() if ending else len(page)
        else:
            self._begin(tag, found["attributes"])
        return found.end()

    def _begin(self, tag: str, attributes: str) -> None:
        given = {name.lower(): unescape(a or b or c)
                 for name, a, b, c in _ATTRIBUTE.findall(attributes)}  # fmt: skip
        names = _names(given)
        if not self._left_out and (names & _OPENERS or _BORDERS.search(given.get("style", ""))):
            self._over = True
        if tag == "br":
            self._say("\n")
        elif tag in _BLOCKS:
            self._end_line()
        if tag not in _VOID and len(self._open) < _DEEPEST:
            self._open.append(tag)
            if not self._left_out and _is_left_out(tag, given, names):
                self._left_out = len(self._open)

    def _close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if len(self._open) < self._left_out:
            self._left_out = 0

    def _words(self, text: str) -> None:
        # Line breaks mean nothing in HTML; what mail programs write in <pre> is quoted anyhow.
        if "pre" not in self._open:
            text = re.sub(r"[ \t\r\n\f]+", " ", text)
        self._say(unescape(text.lstrip(" ") if self._is_new_line else text))

    @property
    def _is_new_line(self) -> bool:
        return not self.said or self.said[-1].endswith("\n")

    def _end_line(self) -> None:
        if not self._is_new_line:
            self._say("\n")

    def _say(self, text: str) -> None:
        if text and not self._left_out:
            self.said.append(text)


def _is_left_out(tag: str, given: dict[str, str], names: frozenset[str]) -> bool:
    cited = tag == "blockquote" and (given.get("type", "").lower() == "cite" or "cite" in given)
    quoted = cited or bool(names & _QUOTES) or given.get("name", "").lower() == "quote"
    return quoted or bool(_HIDDEN.search(given.get("style", "")) or names & _SIGNATURES)


def _names(given: dict[str, str]) -> frozenset[str]:
    """Give the element's classes and id in lower case; Outlook and Yahoo put a word of their own
    before them (``x_gmail_quote``, ``ydp1a2b3yahoo_quoted``).
    """
    named = f"{given.get('class', '')} {given.get('id', '')}".lower().split()
    stripped = (re.sub(r"^(?:x_)+|^ydp[0-9a-f]+(?=yahoo|signature)", "", name) for name in named)
    return frozenset(stripped)
