"""What runs now: the service writes down the rules it has loaded, and a plan is compared with them.

Only what asks people is written down, as it stands in the file: no service or channels block, where
secrets might be, and no colleague. Those of the file that is planned take their place.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.config import Config, load_config
from bot.config.include import read_files
from bot.config.place import Findings

NAME = "what runs now"
_ASKS = ("surveys", "triggers", "journeys", "campaigns", "throttle", "consent", "include")
_LISTS = "*.csv"


def write_down(path: Path) -> str:
    """Give what a file and those it includes say of whom to ask, "" where it cannot be read."""
    files = read_files(path, {}, Findings()) if path.exists() else None
    if files is None:
        return ""
    main, *others = files.written
    kept = [[name, _asking(data)] for name, data in _named(others)]
    return json.dumps({"main": _asking(main), "included": kept}, ensure_ascii=False)


def load_written(text: str, path: Path, folder: Path, environ: Mapping[str, str]) -> Config:
    """Give the configuration that was written down, with the service and the channels of the file
    at ``path``, and the lists of customers beside it. It is put together in an empty ``folder``.

    :raises bot.config.ConfigError: where both do not fit together any more.
    """
    found = json.loads(text)
    files = read_files(path, {}, Findings())
    own: Any = files.written[0] if files else {}
    main = {**{key: own[key] for key in ("service", "channels") if key in own}, **found["main"]}
    for name, data in (("config.yaml", main), *found["included"]):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    for listed in path.parent.rglob(_LISTS):
        to = folder / listed.relative_to(path.parent)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(listed, to)
    return load_config(folder / "config.yaml", environ)


def _named(others: "list[Any]") -> list[tuple[str, Any]]:
    return [(str(name), data) for name, data in others]


def _asking(data: Any) -> dict[str, Any]:
    return {key: data[key] for key in _ASKS if isinstance(data, Mapping) and key in data}
