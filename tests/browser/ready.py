"""What the browser tests need, and how to get what is missing: ``python -m tests.browser.ready``."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
"""The browser itself comes from the system, never from a download of Playwright's."""

PACKAGES = ("playwright", "axe_playwright_python")


def missing() -> list[str]:
    """Give a line for each thing that is not here, with the command that brings it."""
    lines = []
    if any(find_spec(name) is None for name in PACKAGES):
        lines.append(
            "The browser tests' own packages are missing:"
            " .venv/bin/python -m pip install --require-hashes -r requirements-browser.lock"
        )
    if not CHROMIUM.exists():
        lines.append(
            f"There is no Chromium at {CHROMIUM}: apt-get install chromium (Debian, Ubuntu), or"
            " say where one is: CHROMIUM=/path/to/chromium make browser"
        )
    return lines


if __name__ == "__main__":
    found = missing()
    print("\n".join(found), file=sys.stderr)
    sys.exit(1 if found else 0)
