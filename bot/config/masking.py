"""Masking: no secret leaves a configuration file in a fault's text."""

import re
from dataclasses import dataclass, field

_SECRET_KEY = re.compile(
    r"((?:token|secret|passw|api_?key|write_?key)\w{0,20}[\"']?\s*[:=]\s*)(?![\s\[\"']*\$\{)(\S.*)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"(://[^\s:/@]*:)([^\s]+)(?=@)")
_LONE_WORD = re.compile(r"((?:^\s*-|:)\s+[\"']?)([^\s\"'{}\[\],$]{8,})")
LONGEST_LINE = 2_000
"""Characters of a line; longer ones are not shown with a fault."""
_MIN_LENGTH = 4  # a shorter text cannot be masked wherever it occurs without hiding ordinary words
_PLAIN_WORDS = frozenset({"true", "false", "null"})


@dataclass(slots=True)
class Mask:
    """What must not be shown, and what stands in its place."""

    _instead: dict[str, str] = field(default_factory=dict, repr=False)

    def hide(self, value: str, instead: str = "") -> None:
        """Mask a value wherever it occurs: by ``instead``, else by as many stars."""
        if len(value) >= _MIN_LENGTH and value.lower() not in _PLAIN_WORDS and value != instead:
            self._instead[value] = instead or "*" * len(value)

    def hide_literal(self, raw: str) -> None:
        """Mask a secret that is written out; of an address only its password."""
        password = url_password(raw)
        if password:
            self.hide(password)
        elif "://" not in raw and "${" not in raw:
            self.hide(raw)

    def text(self, text: str) -> str:
        """Give a message without the secrets."""
        for value in sorted(self._instead, key=len, reverse=True):
            text = text.replace(value, self._instead[value])
        return _PASSWORD.sub(_starred, text)

    def line(self, line: str, *, wary: bool = False) -> str:
        """Give a source line without secrets, as long as it was.

        ``wary``: the file could not be read, so that any value of one word may be a secret.
        """
        if len(line) > LONGEST_LINE:
            return ""
        masked = _PASSWORD.sub(_starred, _SECRET_KEY.sub(_starred, line))
        for value in sorted(self._instead, key=len, reverse=True):
            masked = masked.replace(value, "*" * len(value))
        return _LONE_WORD.sub(_starred, masked) if wary else masked


def url_password(raw: str) -> str:
    """Give the password an address holds, or "" where it has none or names it by ``${NAME}``."""
    _, scheme, rest = raw.partition("://")
    login, at, _ = rest.rpartition("@")
    password = login.partition(":")[2]
    return password if scheme and at and not password.startswith("${") else ""


def _starred(found: re.Match[str]) -> str:
    secret = found[2]
    return found[1] + (secret if secret.startswith("${") else "*" * len(secret))
