"""Includes: other files that belong to the main one, found in its folder and nowhere else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config.faults import quote
from bot.config.place import Findings, Place
from bot.config.variables import fill_variables
from bot.config.yaml_file import Document, read_document

MAX_FILES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The main file and those it includes: as ``written``, and with variables filled in.

    ``complete`` is false where a file could not be read: names may be missing from the rest.
    """

    main: Place
    included: tuple[Place, ...]
    written: tuple[object, ...]
    complete: bool


def read_files(path: Path, environ: Mapping[str, str], findings: Findings) -> Files | None:
    """Give the main file and all it includes; None where the main one cannot be used."""
    document = read_document(path, path.name, findings.faults)
    if document is None:
        return None
    main = _opened(document, environ, findings)
    found = [
        read_document(file, file.relative_to(path.parent.resolve()).as_posix(), findings.faults)
        for file in _included(main.at("include"), path.resolve())
    ]
    others = [other for other in found if other is not None]
    return Files(
        main=main,
        included=tuple(_opened(other, environ, findings) for other in others),
        written=(document.data, *((other.name, other.data) for other in others)),
        complete=len(others) == len(found),
    )


def merge_written(written: Sequence[object]) -> Mapping[str, Any]:
    """Give what stands in all files by section: entries of the same section one after the other."""
    found: dict[str, Any] = {}
    for part in written:
        data = part[1] if isinstance(part, tuple) else part
        for section, value in data.items() if isinstance(data, Mapping) else ():
            known = found.get(section)
            if isinstance(known, Mapping) and isinstance(value, Mapping):
                found[section] = {**known, **value}
            elif isinstance(known, list) and isinstance(value, list):
                found[section] = [*known, *value]
            else:
                found[section] = value
    return found


def _opened(document: Document, environ: Mapping[str, str], findings: Findings) -> Place:
    return Place(document=fill_variables(document, environ, findings), findings=findings)


def _included(place: Place, main: Path) -> list[Path]:
    """Give the files that the patterns name, each once, in order."""
    value = place.value
    patterns = [value] if isinstance(value, str) else value
    if patterns is None:
        return []
    if not isinstance(patterns, list):
        place.fault("a list of files is expected here", hint="for example: [surveys/*.yaml]")
        return []
    files: dict[Path, None] = {}
    for number, pattern in enumerate(patterns):
        at = place if isinstance(value, str) else place.at(number)
        files |= dict.fromkeys(_matching(at, pattern, main))
    if len(files) > MAX_FILES:
        place.fault(f"{len(files)} files are too many", hint=f"{MAX_FILES} are the most")
        return []
    return list(files)


def _matching(place: Place, pattern: object, main: Path) -> list[Path]:
    if not isinstance(pattern, str) or not pattern.strip():
        place.fault("a file is expected here", hint="for example: surveys/*.yaml")
        return []
    parts = Path(pattern).parts
    if Path(pattern).is_absolute() or ".." in parts or "**" in pattern or "\\" in pattern:
        hint = "write a path below it, such as surveys/*.yaml; ** is not used"
        place.fault(f"{quote(pattern)} is not below the folder of {main.name}", hint=hint)
        return []
    try:
        found = sorted(main.parent.glob(pattern))
    except (ValueError, OSError, NotImplementedError):
        place.fault(f"{quote(pattern)} is not a path", hint="for example: surveys/*.yaml")
        return []
    return list(_inside(place, pattern, found, main))


def _inside(place: Place, pattern: str, found: list[Path], main: Path) -> Iterator[Path]:
    """Give those of the found files that may be read, reporting the rest."""
    is_pattern = any(sign in pattern for sign in "*?[")
    for file in found:
        inside = file.resolve()
        if inside == main:
            if not is_pattern:
                place.fault("the file includes itself", hint="remove it here")
        elif not inside.is_relative_to(main.parent):
            shown = file.relative_to(main.parent).as_posix()
            place.fault(f"{quote(shown)} leads out of the folder", hint="copy the file into it")
        else:
            yield inside
    if not found and is_pattern:
        place.advise(f"no file matches {quote(pattern)}", hint="check the path, or remove it")
    elif not found:
        place.fault(f"there is no file {quote(pattern)}", hint="check the path and the spelling")
