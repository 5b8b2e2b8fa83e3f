"""Markdown as the tests read it: files, prose, blocks, links and headings."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^( *)(`{3,})([\w+-]*)[^\n`]*\n(.*?)^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:(?<=\n\n)|\A)((?: {4,}\S.*\n(?:[ \t]*\n(?= {4}))*)+)")
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of code: its language, "" where it names none, and its text, unindented."""

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One Markdown file. ``prose`` is what is left without its blocks of code."""

    path: Path
    blocks: tuple[Block, ...]
    prose: str

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def spans(self) -> list[str]:
        """What stands in the prose as `code`."""
        return _SPAN.findall(self.prose)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(_SPAN.sub("", self.prose))

    @property
    def anchors(self) -> set[str]:
        """What ``#...`` may name, as the usual renderers make it of headings."""
        return {_slug(heading) for heading in _HEADING.findall(self.prose)}


def read_page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    fenced = [
        Block(language=found[3], text=_unindented(found[4], len(found[1])))
        for found in _FENCE.finditer(text)
    ]
    rest = _FENCE.sub("", text)
    indented = [Block(language="", text=_unindented(m[1], 4)) for m in _INDENTED.finditer(rest)]
    return Page(path=path, blocks=(*fenced, *indented), prose=_INDENTED.sub("", rest))


def every_page() -> list[Page]:
    """Give the repository's pages; folders that begin with a dot are tools' own."""
    found = sorted(ROOT.rglob("*.md"))
    ours = [p for p in found if not any(n.startswith(".") for n in p.relative_to(ROOT).parts)]
    return [read_page(path) for path in ours]


def _unindented(text: str, spaces: int) -> str:
    return re.sub(rf"^ {{1,{spaces}}}", "", text, flags=re.MULTILINE) if spaces else text


def _slug(heading: str) -> str:
    plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return plain.strip().replace(" ", "-")
