"""Reading QR codes as a telephone does: pixels in, text out."""

import struct
import zlib

import resvg_py
import zxingcpp


def read_png(png: bytes) -> str:
    """Give the text of the one QR code in a PNG."""
    (code,) = zxingcpp.read_barcodes(pixels(png))
    return str(code.text)


def read_svg(svg: bytes, width: int = 600) -> str:
    """Give the text of the one QR code in an SVG, drawn that many pixels wide."""
    return read_png(bytes(resvg_py.svg_to_bytes(svg_string=svg.decode(), width=width)))


def grid(png: bytes) -> list[list[int]]:
    """Give the grey pixels of a PNG, row by row."""
    seen = pixels(png)
    height, width = seen.shape or (0, 0)
    flat = seen.tobytes()
    return [list(flat[y * width : (y + 1) * width]) for y in range(height)]


def pixels(png: bytes) -> memoryview:
    """Give the grey pixels of a PNG as rows (ISO/IEC 15948; not interlaced, no palette)."""
    at, data, head = 8, b"", b""
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        head, data = (body if kind == b"IHDR" else head), data + (body if kind == b"IDAT" else b"")
        at += size + 12
    width, height, depth, colour = struct.unpack(">IIBB", head[:10])
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    stride, step = (width * depth * channels + 7) // 8, max(1, depth * channels // 8)
    raw, above, rows = zlib.decompress(data), bytes(stride), b""
    for number in range(height):
        line = raw[number * (stride + 1) :][: stride + 1]
        above = _unfiltered(line[0], bytearray(line[1:]), above, step)
        rows += _grey(above, width, depth, channels)
    return memoryview(rows).cast("B", (height, width))


def _unfiltered(kind: int, line: bytearray, above: bytes, step: int) -> bytes:
    for n, value in enumerate(line):
        left = line[n - step] if n >= step else 0
        up, corner = above[n], above[n - step] if n >= step else 0
        near = min((left, up, corner), key=lambda c: abs(left + up - corner - c))
        line[n] = (value + (0, left, up, (left + up) // 2, near)[kind]) & 255
    return bytes(line)


def _grey(row: bytes, width: int, depth: int, channels: int) -> bytes:
    if depth == 1:
        return bytes(255 * (row[n // 8] >> (7 - n % 8) & 1) for n in range(width))
    return row[::channels][:width]
