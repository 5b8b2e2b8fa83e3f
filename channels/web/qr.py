"""QR codes of links, for screens and for print."""

import io
from functools import lru_cache

import segno

QUIET_ZONE = 4
"""Modules of white around the code (ISO/IEC 18004, 9.1)."""

PNG_SCALE = 16
"""Pixels a module: a link of 60 characters gives some 650 pixels, sharp at 5 cm and 300 dpi."""


@lru_cache(maxsize=64)
def draw_qr(link: str, kind: str) -> bytes:
    """Give the code of a link as "png" or "svg", always black on white, which every reader takes.

    Error correction is M, which reads with 15 % of it dirty or torn, and better where the size
    stays the same.

    :raises ValueError: for another kind.
    """
    code = segno.make_qr(link, error="m", boost_error=True)
    out = io.BytesIO()
    if kind == "png":
        code.save(out, kind="png", scale=PNG_SCALE, border=QUIET_ZONE, dark="#000", light="#fff")
    elif kind == "svg":
        code.save(
            out,
            kind="svg",
            scale=4,
            border=QUIET_ZONE,
            dark="#000",
            light="#fff",
            title=link,
            omitsize=True,
        )
    else:
        raise ValueError(f"no QR code as {kind!r}, only png and svg")
    return out.getvalue()
