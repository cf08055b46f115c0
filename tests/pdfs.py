"""PDF files for tests, written by hand: text at given places, pictures, page labels, and a font with all of Unicode."""

from __future__ import annotations

import struct
import textwrap
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

WIDTH, HEIGHT = 595, 842
LEFT, TOP = 72.0, 740.0
LEADING = 12.0
LETTER = 0.6  # of the size: all letters of Courier are that wide


@dataclass(frozen=True)
class Text:
    """A line of Courier at a place in points, counted from the page's lower left corner."""

    x: float
    y: float
    text: str
    size: float = 10.0


@dataclass(frozen=True)
class Glyphs:
    """Characters of the Unicode font, each drawn from the place where the one before ended, or each by itself."""

    x: float
    y: float
    text: str
    size: float = 12.0
    leftwards: bool = False  # each by itself, from right to left


@dataclass(frozen=True)
class Picture:
    """A grey square."""


Page = Sequence[Text | Glyphs | Picture]


# On a page that is shown turned, what makes its contents upright for the reader.
_UPRIGHT = {
    0: "1 0 0 1 0 0 cm",
    90: f"0 1 -1 0 {HEIGHT - 247} 0 cm",
    180: f"-1 0 0 -1 {WIDTH} {HEIGHT} cm",
    270: f"0 -1 1 0 0 {HEIGHT} cm",
}


def column(text: str, *, x: float = LEFT, y: float = TOP, width: int = 60, indent: int = 0) -> list[Text]:
    """Paragraphs (parted by blank lines) set to lines of at most `width` letters, one below the other."""
    lines: list[Text] = []
    for paragraph in text.split("\n\n"):
        for line in textwrap.wrap(paragraph, width, initial_indent=" " * indent):
            shift = (len(line) - len(line.lstrip())) * LETTER * 10
            lines.append(Text(x + shift, y, line.lstrip()))
            y -= LEADING
        y -= 0 if indent else LEADING
    return lines


def make_pdf(
    pages: Sequence[Page], *, info: str = "", labels: str = "", rotate: int = 0, unicode_map: bool = True
) -> bytes:
    """A PDF file. `info` and `labels` are the insides of the dictionaries of information and of the labels' tree."""
    objects: dict[int, bytes] = {}
    number = count(4)
    fonts = {"F1": next(number)}
    objects[fonts["F1"]] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"
    if any(isinstance(thing, Glyphs) for page in pages for thing in page):
        fonts["F2"] = _unicode_font(objects, number, unicode_map)
    picture = next(number)
    objects[picture] = _stream(
        b"\x80" * 64, "/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    resources = (
        f"<< /Font << {' '.join(f'/{name} {n} 0 R' for name, n in fonts.items())} >> /XObject << /I {picture} 0 R >> >>"
    )
    kids = []
    for page in pages:
        contents, leaf = next(number), next(number)
        drawn = [_UPRIGHT[rotate], *(_drawn(thing) for thing in page)]
        objects[contents] = _stream("\n".join(drawn).encode("cp1252"))
        objects[leaf] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {rotate} "
            f"/Resources {resources} /Contents {contents} 0 R >>"
        ).encode()
        kids.append(f"{leaf} 0 R")
    tree = f"/PageLabels << /Nums [{labels}] >>" if labels else ""
    objects[1] = f"<< /Type /Catalog /Pages 2 0 R {tree} >>".encode()
    objects[2] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    objects[3] = f"<< {info} >>".encode("latin-1")
    return _file(objects)


def _drawn(thing: Text | Glyphs | Picture) -> str:
    if isinstance(thing, Picture):
        return "q 300 0 0 300 100 300 cm /I Do Q"
    if isinstance(thing, Text):
        escaped = thing.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return f"BT /F1 {thing.size} Tf {thing.x:.2f} {thing.y:.2f} Td ({escaped}) Tj ET"
    glyphs, widths = _cmap(), _widths()
    if not thing.leftwards:
        codes = "".join(f"{glyphs[ord(c)]:04X}" for c in thing.text)
        return f"BT /F2 {thing.size} Tf {thing.x:.2f} {thing.y:.2f} Td <{codes}> Tj ET"
    drawn, x = [], thing.x
    for c in thing.text:
        x -= widths[glyphs[ord(c)]] * thing.size
        drawn.append(f"BT /F2 {thing.size} Tf {x:.2f} {thing.y:.2f} Td <{glyphs[ord(c)]:04X}> Tj ET")
    return "\n".join(drawn)


def _stream(content: bytes, entries: str = "") -> bytes:
    packed = zlib.compress(content)
    return f"<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode() + packed + b"\nendstream"


def _file(objects: dict[int, bytes]) -> bytes:
    content = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(content)
        content += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    size = max(objects) + 1
    table = "".join(f"{places.get(n, 0):010d} {'00000 n' if n in places else '65535 f'} \n" for n in range(size))
    start = len(content)
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return content + f"xref\n0 {size}\n{table}{trailer}".encode()


# ---- the Unicode font


@cache
def unicode_font() -> Path | None:
    """The file of DejaVu Sans, which has Arabic and Hebrew letters, if this system has it."""
    return next(iter(sorted(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"))), None)


def _unicode_font(objects: dict[int, bytes], number: Iterator[int], unicode_map: bool) -> int:
    path = unicode_font()
    assert path is not None
    font, descendant, descriptor, file, unicode = (next(number) for _ in range(5))
    objects[file] = _stream(path.read_bytes())
    widths = " ".join(str(round(width * 1000)) for width in _widths())
    objects[descriptor] = (
        f"<< /Type /FontDescriptor /FontName /DejaVuSans /Flags 4 /FontBBox [-1000 -300 1500 1200] /ItalicAngle 0 "
        f"/Ascent 930 /Descent -240 /CapHeight 730 /StemV 80 /FontFile2 {file} 0 R >>"
    ).encode()
    objects[descendant] = (
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /DejaVuSans /CIDToGIDMap /Identity /W [0 [{widths}]] "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R >>"
    ).encode()
    # Without a map, letters have no meaning; here they are then said to be private characters.
    meant = [f"<{glyph:04X}> <{code if unicode_map else 0xE000 + glyph % 6000:04X}>" for code, glyph in _cmap().items()]
    blocks = (meant[at : at + 100] for at in range(0, len(meant), 100))
    ranges = "\n".join(f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar" for block in blocks)
    objects[unicode] = _stream(
        f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{ranges}\nendcmap end end".encode()
    )
    objects[font] = (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /DejaVuSans /Encoding /Identity-H "
        f"/DescendantFonts [{descendant} 0 R] /ToUnicode {unicode} 0 R >>"
    ).encode()
    return font


def _table(tag: bytes) -> bytes:
    path = unicode_font()
    assert path is not None
    content = path.read_bytes()
    for at in range(12, 12 + 16 * struct.unpack(">H", content[4:6])[0], 16):
        if content[at : at + 4] == tag:
            start, length = struct.unpack(">II", content[at + 8 : at + 16])
            return content[start : start + length]
    raise AssertionError(tag)


@cache
def _cmap() -> dict[int, int]:
    """Glyphs by code point, from the font's table of format 4."""
    table = _table(b"cmap")
    for at in range(4, 4 + 8 * struct.unpack(">H", table[2:4])[0], 8):
        part = table[struct.unpack(">I", table[at + 4 : at + 8])[0] :]
        if part[:2] == b"\0\4":
            break
    segments = struct.unpack(">H", part[6:8])[0] // 2
    numbers = struct.unpack(f">{(len(part) - 14) // 2}H", part[14 : 14 + (len(part) - 14) // 2 * 2])
    ends, starts = numbers[:segments], numbers[segments + 1 : 2 * segments + 1]
    deltas, offsets = numbers[2 * segments + 1 : 3 * segments + 1], numbers[3 * segments + 1 : 4 * segments + 1]
    found = {}
    for segment, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offsets[segment]:
                glyph = numbers[3 * segments + 1 + segment + offsets[segment] // 2 + code - start]
            if glyph:
                found[code] = (glyph + deltas[segment]) & 0xFFFF
    return found


@cache
def _widths() -> list[float]:
    """The width of every glyph as a share of the size."""
    em: int = struct.unpack(">H", _table(b"head")[18:20])[0]
    known: int = struct.unpack(">H", _table(b"hhea")[34:36])[0]
    glyphs: int = struct.unpack(">H", _table(b"maxp")[4:6])[0]
    metrics = struct.unpack(f">{2 * known}H", _table(b"hmtx")[: 4 * known])
    widths = [advance / em for advance in metrics[::2]]
    return widths + widths[-1:] * (glyphs - known)
