"""By language: the shipped data of which there is one file a language, called by its code."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from bot.config.faults import ConfigError, missing_file, quote
from bot.config.place import Findings, Place
from bot.config.reading import read_block
from bot.config.yaml_file import read_document


class OfLanguage(Protocol):
    """What a file says; its ``code`` is the language's."""

    @property
    def code(self) -> str: ...


S = TypeVar("S", bound=OfLanguage)
Check = Callable[[S, Place], None]
"""Reports what is wrong with a file beside what its shape says of itself."""


def read_languages(shape: type[S], folder: Path, check: Check[S], *, missing: str) -> list[S]:
    """Give what the files of a folder say, in the order of their names.

    :raises ConfigError: with all that is wrong in all files; ``missing`` where there are none.
    """
    findings = Findings()
    read = [_read(shape, path, check, findings) for path in sorted(folder.glob("*.yaml"))]
    if not read:
        findings.faults.append(missing_file(folder, missing))
    if findings.faults:
        raise ConfigError(findings.faults)
    return [said for said in read if said is not None]


def _read(shape: type[S], path: Path, check: Check[S], findings: Findings) -> S | None:
    document = read_document(path, path.name, findings.faults)
    if document is None:
        return None
    place = Place(document=document, findings=findings)
    said = read_block(shape, place)
    if said is None:
        return None
    if said.code != path.stem:
        place.at("code").fault(f"the file of {quote(said.code)} is called {path.stem}.yaml")
    check(said, place)
    return said
