"""Pictures: faces, thumbs and stars that people send as answers."""

from collections.abc import Mapping

from surveys.folding import fold

_MARKS = " .!,…"

_FACES: Mapping[int, str] = {
    1: "🙁 ☹ 😞 😟 😠 😡 🤬 😢 😭 😖 😣 😩 😫 👿 :( :-( =( :'(",
    2: "😐 😑 😶 🫤 😕 :| :-| :/ :-/",
    3: "🙂 😊 😀 😃 😄 😁 😆 ☺ 😍 🥰 🤩 😎 :) :-) =) :D :-D ^^",
}
_THUMBS: Mapping[int, str] = {0: "👎 ❌ ✖ ✗", 1: "👍 👌 ✅ ✔ ✓"}
_FULL, _EMPTY = "⭐★🌟", "☆"


def _by_picture(pictures: Mapping[int, str]) -> Mapping[str, int]:
    return {fold(one): value for value, all_of in pictures.items() for one in all_of.split()}


_SCALES: Mapping[str, Mapping[str, int]] = {
    "faces": _by_picture(_FACES),
    "thumbs": _by_picture(_THUMBS),
    "yes-no": _by_picture(_THUMBS),
}


def read_picture(scale_id: str, words: str) -> int | None:
    """Give the value a picture stands for on a scale, or None.

    The same picture several times says the same once; stars are counted, also on 1-5, and empty
    ones must fill up to five.
    """
    plain = fold(words)
    for said in (plain, plain.rstrip(_MARKS)):
        found = _read_stars(said) if scale_id in ("stars", "1-5") else _read(scale_id, said)
        if found is not None:
            return found
    return None


def _read(scale_id: str, said: str) -> int | None:
    known = _SCALES.get(scale_id, {})
    close = said.replace(" ", "")
    picture = said if said in known else close[:1]
    return known.get(picture) if picture and not close.replace(picture, "") else None


def _read_stars(said: str) -> int | None:
    stars = said.replace(" ", "")
    full = sum(stars.count(star) for star in _FULL)
    empty = sum(stars.count(star) for star in _EMPTY)
    if full + empty != len(stars) or not 0 < full <= 5:
        return None
    return full if not empty or full + empty == 5 else None
