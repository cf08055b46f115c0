"""Running heads, running feet and page numbers, told from body text by what repeats from page to page."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable

from debatebot.loaders.lines import Line, body_size

LEAST = 3  # pages on which something must repeat
SHARE = 0.4  # of the pages from the first of them to the last: left and right heads alternate
LONGEST = 150  # characters of a head

_ROMAN = re.compile(r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_BARE = re.compile(
    r"(?:page|seite|p\.|s\.)?[\s\[(\-–—|·]*([\w.:-]*\w)[\s\])\-–—|·]*(?:(?:of|/|von|de|sur)\s*\d{1,5})?", re.IGNORECASE
)

Row = list[Line]


def without_running_heads(pages: list[list[Line]], labels: list[str]) -> list[list[Line]]:
    """The pages without what repeats in their first and last two rows, digits aside, and without page numbers."""
    rest = pages
    largest = 1.15 * body_size(pages)
    for _ in range(2):
        rows = [_outermost(lines, whole, largest) for lines, whole in zip(rest, pages, strict=True)]
        drop = _repeated(rows, labels) | _bare_numbers(rows, labels)
        rest = [[line for line in lines if id(line) not in drop] for lines in rest]
    return rest


def _repeated(pages: list[tuple[Row, Row]], labels: list[str]) -> set[int]:
    """The `id` of lines in the outermost rows that repeat, or that hold the page's number where others do."""
    slots: dict[Hashable, list[tuple[int, Row]]] = defaultdict(list)
    for number, rows in enumerate(pages):
        for zone, row in enumerate(rows):
            text = " ".join(line.text for line in row)
            if not row or len(text) > LONGEST:
                continue
            for line in row:
                if key := _key(line.text):
                    slots[zone, key].append((number, [line]))
            if key := _key(text):
                slots[zone, key].append((number, row))
            for offset in _offsets(text, number, labels[number]):
                slots[zone, offset].append((number, row))
    drop: set[int] = set()
    for found in slots.values():
        drop |= {id(line) for _, row in _recurring(found) for line in row}
    return drop


def _recurring(found: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    """Those that stand at much the same height on enough pages not far from each other."""
    kept: list[tuple[int, Row]] = []
    by_height = sorted(found, key=lambda pair: pair[1][0].base)
    heights = [row[0].base for _, row in by_height]
    at = 0
    while at < len(by_height):
        tolerance = 0.5 * by_height[at][1][0].size
        end = bisect_right(heights, heights[at] + tolerance)
        kept += _dense(sorted(by_height[at:end], key=lambda pair: pair[0]))
        at = end
    return kept


def _dense(found: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    """Runs of pages in which the thing stands on a good share."""
    numbers = sorted({number for number, _ in found})
    good: set[int] = set()
    for at, number in enumerate(numbers):
        # From here, the furthest page to which the share holds, looking no further than a few pages at a time.
        end = bisect_left(numbers, number + int(LEAST / SHARE) + 1)
        run = numbers[at:end]
        if len(run) >= LEAST and len(run) >= SHARE * (run[-1] - run[0] + 1):
            good.update(run)
    return [pair for pair in found if pair[0] in good]


def _bare_numbers(pages: list[tuple[Row, Row]], labels: list[str]) -> set[int]:
    """The `id` of lines in the outermost rows that are only the page's number or label."""
    drop = set()
    for number, rows in enumerate(pages):
        for row in rows:
            for line in row:
                found = _BARE.fullmatch(line.text[:LONGEST])
                if found and found[1].casefold() in {labels[number].casefold(), str(number + 1)}:
                    drop.add(id(line))
    return drop


def _outermost(lines: list[Line], whole: list[Line], largest: float) -> tuple[Row, Row]:
    """The topmost and the lowest row of a page, whatever their place in the reading order.

    `lines` are what is left of the `whole` page: a second row counts only where it stands near the first, and well
    apart from the rest. Letters over the `largest` size are a heading's.
    """
    return tuple(_edge_row(lines, whole, largest, sign) for sign in (1, -1))  # type: ignore[return-value]


def _edge_row(lines: list[Line], whole: list[Line], largest: float, sign: int) -> Row:
    """The topmost row, or the lowest where `sign` is -1; empty where it can be no head."""
    rest = sorted((line for line in lines if not line.turned), key=lambda line: -sign * line.base)
    if not rest:
        return []
    edge = rest[0]
    row = [line for line in rest if abs(line.base - edge.base) < 0.4 * edge.size]
    dropped = [line for line in whole if not line.turned and sign * (line.base - edge.base) > 0.4 * edge.size]
    if dropped and len(rest) > len(row):
        before = min(abs(line.base - edge.base) for line in dropped)
        after = abs(rest[len(row)].base - edge.base)
        if before > min(2.5 * edge.size, after):
            return []
    return sorted(row, key=lambda line: line.left) if max(line.size for line in row) <= largest else []


def _key(text: str) -> str:
    """What remains of a head when the numbers in it are taken out."""
    words = re.sub(r"[^\w\s]|\d", " ", text.casefold()).split()
    return " ".join(word for word in words if not _ROMAN.fullmatch(word))


def _offsets(text: str, number: int, label: str) -> set[Hashable]:
    """How far the numbers at the row's ends are from the page's place in the file."""
    words = [bare for word in text.casefold().split() if (bare := word.strip("[]()-–—|·.,"))]
    found: set[Hashable] = set()
    for bare in {*words[:1], *words[-1:]}:
        if bare == label.casefold():
            found.add("label")
        if bare.isdecimal() and len(bare) <= 5:
            found.add(int(bare) - number)
    return found
