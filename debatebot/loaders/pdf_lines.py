"""The lines of a PDF page as pdfium sees them: their text and where they stand on the page.

pdfium's own text is the start, as it keeps the spaces and the order of columns. What it leaves to be done: it joins a
hyphenated line to the next, and it mixes up the letters of right-to-left words that a program drew one by one.
"""

from __future__ import annotations

import ctypes
import math
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from debatebot.loaders.hyphens import HYPHEN
from debatebot.loaders.lines import Line
from debatebot.loaders.rtl import Glyph, in_reading_order, is_rtl

_LINE = re.compile(r"[^\r\n\x02\ufffe]*(?:[\x02\ufffe]|\r\n|[\r\n]|$)")
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0xAD, 0xFEFF, 0xFFFE, 0xFFFF))
_CONTROLS |= dict.fromkeys((0x061C, 0x200B, 0x200E, 0x200F, 0x2060, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_UNSEEN = frozenset("\x02\xad\ufffe")
# Bullets of Microsoft's symbol fonts, which have no letters in Unicode.
_BULLETS = dict.fromkeys((0xF0B7, 0xF0A7, 0xF0A8, 0xF0D8, 0xF076, 0xF06E, 0xF0FC, 0xF0E0), "•")
_SPACES = {code: " " for code in range(0x3001) if chr(code).isspace()}
_CLEAN = {**_SPACES, **_CONTROLS, **_BULLETS, 0x09: " "}
# Compatibility letters that are only shapes: fi, fl; Hebrew with points; the joined shapes of Arabic.
_SHAPES = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufbff\ufc00-\ufdcf\ufdf0-\ufdf9\ufe70-\ufefc]+")


def clean(text: str) -> str:
    """Text without control characters and lone surrogates, spaces plain and single, ligatures as letters, in NFC."""
    text = text.translate(_CLEAN)
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = _SHAPES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def lines_of(textpage: Any) -> list[Line]:
    """The lines of a page in reading order; `base` is from the bottom up, in points. `textpage` is pypdfium2's."""
    reader = _Reader(textpage)
    found = [made for start, end in reader.spans() if (made := reader.line(start, end))]
    if not found:
        return []
    # A page may be turned as a whole; a line that is turned otherwise is a stamp in the margin.
    turns = Counter[int]()
    for line, turn in found:
        turns[turn] += len(line.text)
    main = turns.most_common(1)[0][0]
    rtl = sum(is_rtl(line.text) for line, _ in found) * 2 > len(found)
    lines: list[Line] = []
    for line, turn in found:
        line.turned = turn != main
        if rtl:
            line.left, line.right = -line.right, -line.left
        if not (lines and _put_beside(lines[-1], line, rtl)):
            lines.append(line)
    return lines


def _put_beside(last: Line, line: Line, rtl: bool) -> bool:
    """Add a line that only goes on beside the last, such as a raised number or what follows that; whether it did."""
    size = max(last.size, line.size)
    if abs(line.base - last.base) > 0.6 * size or last.turned != line.turned or last.text.endswith(HYPHEN):
        return False
    first, second = (line, last) if rtl and line.left < last.left else (last, line)  # pdfium may have them turned about
    gap = second.left - first.right
    if not -0.3 * size < gap < 1.5 * size:
        return False
    if len(line.text) > len(last.text):
        last.size, last.base = line.size, line.base
    last.text = unicodedata.normalize("NFC", first.text + (" " if gap > 0.15 * size else "") + second.text)
    last.left, last.right = first.left, second.right
    return True


class _Reader:
    """Asks pdfium about single characters: few of each line, for each question takes a microsecond."""

    def __init__(self, textpage: Any) -> None:
        from pypdfium2 import raw  # type: ignore[import-untyped]  # noqa: PLC0415

        self._raw = raw
        self._page = textpage.raw
        count = textpage.count_chars()
        text: str = textpage.get_text_range() if count else ""
        if len(text) != count:  # characters beyond the 16-bit ones, or some that pdfium leaves out
            text = "".join(chr(min(raw.FPDFText_GetUnicode(self._page, i), 0x10FFFF)) for i in range(count))
        self._text = text
        self._box = [ctypes.c_double() for _ in range(4)]
        self._matrix = raw.FS_MATRIX()
        self._loose = raw.FS_RECTF()

    def spans(self) -> Iterator[tuple[int, int]]:
        for match in _LINE.finditer(self._text):
            if match[0].strip():
                yield match.span()

    def line(self, start: int, end: int) -> tuple[Line, int] | None:
        """The line and by how many quarters it is turned, or nothing if nothing is left of it."""
        drawn = self._text[start:end]
        hyphen = drawn.rstrip()[-1:] in {"\x02", "\ufffe", "\xad"}
        at = [self._inked(i, start, end) for i in (start, (start + end) // 2, end - 1)]
        if at[0] < 0:
            return None
        a, b, sizes = self._metrics(at)
        turn = round(math.atan2(b, a) / (math.pi / 2)) % 4
        rtl = is_rtl(drawn)
        glyphs = self._glyphs(start, end) if rtl and turn == 0 else []
        if glyphs:
            drawn = in_reading_order(glyphs, statistics.median(sizes))
        text = clean(drawn)
        if not text:
            return None
        boxes = [self._where(i, turn) for i in at]
        edges = glyphs or [Glyph("", left, right) for left, right, _ in boxes]
        line = Line(
            text + HYPHEN if hyphen else text,
            min(edge.left for edge in edges),
            max(edge.right for edge in edges),
            statistics.median(base for _, _, base in boxes),
            statistics.median(sizes),
        )
        return line, turn

    def _inked(self, at: int, start: int, end: int) -> int:
        """The nearest place of a visible character: forwards from `at`, else backwards; -1 for none."""
        places = (*range(at, end), *range(at, start - 1, -1))
        return next((i for i in places if not self._text[i].isspace() and self._text[i] not in _UNSEEN), -1)

    def _metrics(self, at: list[int]) -> tuple[float, float, list[float]]:
        sizes = []
        for i in at:
            self._raw.FPDFText_GetMatrix(self._page, i, ctypes.byref(self._matrix))
            scale = math.hypot(self._matrix.c, self._matrix.d) or 1.0
            sizes.append(max(1.0, self._raw.FPDFText_GetFontSize(self._page, i) * scale))
        return self._matrix.a, self._matrix.b, sizes

    def _where(self, at: int, turn: int) -> tuple[float, float, float]:
        """Left edge, right edge and base line of a character, seen as the line is read."""
        x, y, *_ = self._box
        left, right, bottom, top = self._edges(at)
        self._raw.FPDFText_GetCharOrigin(self._page, at, ctypes.byref(x), ctypes.byref(y))
        if turn == 1:
            return bottom, top, -x.value
        if turn == 2:
            return -right, -left, -y.value
        if turn == 3:
            return -top, -bottom, x.value
        return left, right, y.value

    def _edges(self, at: int) -> tuple[float, float, float, float]:
        self._raw.FPDFText_GetCharBox(self._page, at, *(ctypes.byref(edge) for edge in self._box))
        left, right, bottom, top = (edge.value for edge in self._box)
        return left, right, bottom, top

    def _room(self, at: int) -> tuple[float, float]:
        """Left and right edge of a character with the room that it takes up in the line, not of its ink alone."""
        left, right, _, _ = self._edges(at)
        self._raw.FPDFText_GetLooseCharBox(self._page, at, ctypes.byref(self._loose))
        return min(left, self._loose.left), max(right, self._loose.right)

    def _glyphs(self, start: int, end: int) -> list[Glyph]:
        """The characters of a line; those that pdfium added, which are spaces, have no width."""
        return [
            Glyph(self._text[i], *self._room(i)) for i in range(start, end) if self._text[i] not in "\r\n\x02\ufffe"
        ]
