"""Templates: pages and snippets made of files, strictly: an unknown name is an error, and every
text is escaped for HTML.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def open_templates(folder: Path, finalize: Callable[[Any], Any] | None = None) -> Environment:
    """Give the templates of a folder. ``finalize`` has the last say on each value shown."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
