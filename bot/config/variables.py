"""Variables: ``${NAME}`` in a value stands for an environment variable; secrets live only there."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.config.faults import quote
from bot.config.place import Findings, Place
from bot.config.yaml_file import Document, Route, with_parents

_VARIABLE = re.compile(r"\$(\$\{)|\$\{([^}]*)(\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def fill_variables(document: Document, environ: Mapping[str, str], findings: Findings) -> Document:
    """Give the document with each ``${NAME}`` in its values replaced; ``$${`` is a plain ``${``.

    A variable that is not set, or empty, is a fault. No value is ever shown: the faults name
    variables only.
    """
    filling = _Filling(document, environ, findings)
    data = filling.filled(document.data, ())
    return replace(document, data=data, unset=document.unset | with_parents(filling.unset))


class _Filling:
    def __init__(self, document: Document, environ: Mapping[str, str], findings: Findings) -> None:
        self._root = Place(document=document, findings=findings)
        self._environ = environ
        self.unset: set[Route] = set()

    def filled(self, value: Any, route: Route) -> Any:
        if isinstance(value, dict):
            return {key: self.filled(inner, (*route, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner, (*route, n)) for n, inner in enumerate(value)]
        if isinstance(value, str) and "${" in value:
            return _VARIABLE.sub(lambda found: self._one(found, route), value)
        return value

    def _one(self, found: re.Match[str], route: Route) -> str:
        escaped, name, close = found.groups()
        if escaped:
            return "${"
        place = self._root.at(*route)
        value = self._environ.get(name, "") if close else ""
        if value:
            self._root.findings.mask.hide(value, f"${{{name}}}")
            return value
        if close and _NAME.fullmatch(name):
            state = "empty" if name in self._environ else "not set"
            message = f"the environment variable {name} is {state}"
            place.fault(message, hint=f"set {name} before starting", column=found.start() + 1)
        else:
            place.fault(
                f"{quote(found.group())} is not a variable",
                hint="write ${NAME} in letters, digits and _; write $${ for a plain ${",
                column=found.start() + 1,
            )
        self.unset.add(route)
        return ""
