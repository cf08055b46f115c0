"""Lines on pages made into paragraphs: which lines go together is told from gaps, indents, sizes and short lines."""

from __future__ import annotations

import re
from itertools import pairwise

from debatebot.loaders.hyphens import HYPHEN, Words
from debatebot.loaders.lines import Line, Margins, body_size, leading, rounded, same_size
from debatebot.types import Page

Paragraph = list[Line]

_END = re.compile(r"[.!?:;…؟۔。！？][\"'”’»)\]]*\d{0,3}$")
_STOP = re.compile(r"[.!?…؟۔。！？:][\"'”’»)\]]*\d{0,3}$")
_ITEM = re.compile(r"(?:[•‣◦▪■●○–—*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|\[\d{1,3}\])\s")
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\S{1,8}$")  # a line of a table of contents
_CAPTION = re.compile(r"(?:fig(?:ure|\.)?|table|tab\.|abb(?:ildung|\.)|tabelle|tableau|box|chart)\s*\d", re.IGNORECASE)


def compose(pages: list[list[Line]], labels: list[str]) -> tuple[str, tuple[Page, ...]]:
    """The text of all pages, paragraphs parted by blank lines, and where in it each page stands.

    A paragraph that goes on over a page break is not broken, so a page may begin within a sentence or a word.
    """
    grouped = _Grouping(pages).paragraphs()
    words = Words(line.text for lines in pages for line in lines)
    text = _Text(words)
    found: list[Page] = []
    for number, (label, paragraphs) in enumerate(zip(labels, grouped, strict=True)):
        goes_on = bool(number and paragraphs and _over_the_break(_last(grouped[:number]), paragraphs[0]))
        first = len(text)
        for at, paragraph in enumerate(paragraphs):
            start = text.add(paragraph, goes_on=goes_on and not at)
            first = start if not at else first
        found.append(Page(label, first, len(text)))
    return text.finished(), tuple(_tiled(found))


def _tiled(pages: list[Page]) -> list[Page]:
    """The pages, none of them reaching behind the next one's start (where a hyphen between them has gone since)."""
    tiled: list[Page] = []
    most = max((page.end for page in pages), default=0)
    for page in reversed(pages):
        start = min(page.start, most)
        tiled.append(Page(page.label, start, max(start, min(page.end, most))))
        most = start
    return tiled[::-1]


def _last(pages: list[list[Paragraph]]) -> Paragraph:
    return next((paragraphs[-1] for paragraphs in reversed(pages) if paragraphs), [])


class _Text:
    """Grows a text line by line."""

    def __init__(self, words: Words) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._words = words

    def __len__(self) -> int:
        return self._length

    def finished(self) -> str:
        """All of it; a hyphen at the very end is taken for one."""
        self._close()
        return "".join(self._parts)

    def add(self, paragraph: Paragraph, goes_on: bool) -> int:
        """Add a paragraph, or the rest of one, and return where it starts."""
        start = -1
        for at, line in enumerate(paragraph):
            if at or goes_on:
                self._join(line.text)
            elif self._parts:
                self._close()
                self._put("\n\n")
            if start < 0:
                start = self._length
            self._put(line.text)
        return start

    def _join(self, following: str) -> None:
        before = self._parts[-1]
        if (joined := self._words.joined(before, following)) is None:
            self._put(" ")
        else:
            self._replace(joined)

    def _close(self) -> None:
        if self._parts and self._parts[-1].endswith(HYPHEN):
            self._replace(self._parts[-1][:-1] + "-")

    def _replace(self, last: str) -> None:
        self._length += len(last) - len(self._parts[-1])
        self._parts[-1] = last

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


class _Grouping:
    """Tells paragraphs from what is usual in the document."""

    def __init__(self, pages: list[list[Line]]) -> None:
        self._pages = pages
        self._body = body_size(pages)
        self._margins = Margins(line for lines in pages for line in lines)
        self._usual = leading(pair for lines in pages for pair in pairwise(lines))

    def paragraphs(self) -> list[list[Paragraph]]:
        grouped = [self._page(lines) for lines in self._pages]
        for number, following in enumerate(grouped[1:]):
            _notes_before_what_goes_on(grouped[number], following, self._body)
        return grouped

    def _page(self, lines: list[Line]) -> list[Paragraph]:
        steps = {**self._usual, **leading(pairwise(lines), least=8)}
        margins = Margins(lines, self._margins)
        paragraphs: list[Paragraph] = []
        for at, line in enumerate(lines):
            following = lines[at + 1 : at + 3]
            if paragraphs and self._goes_on(paragraphs[-1], line, following, steps, margins):
                paragraphs[-1].append(line)
            else:
                paragraphs.append([line])
        return paragraphs

    def _goes_on(
        self, paragraph: Paragraph, line: Line, following: list[Line], steps: dict[float, float], margins: Margins
    ) -> bool:
        last = paragraph[-1]
        if last.turned != line.turned or not same_size(last, line) or _LEADER.search(last.text[-60:]):
            return False
        down = last.base - line.base
        if down < 0.3 * line.size:  # up the page again: another column
            return _over_the_break(paragraph, [line, *following])
        near = [other for other in following if same_size(other, line) and abs(other.left - line.left) < 4 * line.size]
        local = [*paragraph[-3:-1], line, *near]
        edge = margins.at(last) or max(other.right for other in [last, *local])
        short = _has_room(last, line, edge) and not _narrower(last, local)
        long = not short or last.right - last.left > 0.6 * (edge - last.left)
        sure = last.text.endswith(HYPHEN) or (long and not _END.search(last.text) and line.text[:1].islower())
        if down > (2.2 if sure else 1.3) * steps.get(rounded(line.size), 1.25 * line.size):
            return False
        heading = line.size > 1.12 * self._body and not _STOP.search(last.text)
        if sure or heading:
            return True
        item = _ITEM.match(line.text) and (short or _STOP.search(last.text) or line.left < last.left - 0.5 * line.size)
        return not item and not short and not _indented(paragraph, line, near)


def _indented(paragraph: Paragraph, line: Line, following: list[Line]) -> bool:
    """Whether a paragraph begins with a line that stands further in than those around it, or with one further out."""
    last = paragraph[-1]
    step = 0.7 * line.size
    if line.left - last.left > step:
        # Further in than the line before: a new paragraph, unless it is the second line of one that hangs.
        hangs = bool(following) and abs(following[0].left - line.left) <= step
        return not hangs and (len(paragraph) > 1 or bool(_STOP.search(last.text)))
    # Further out: the second line of an indented paragraph, or else the next one that hangs.
    return last.left - line.left > step and len(paragraph) > 1


def _has_room(last: Line, line: Line, edge: float) -> bool:
    """Whether the first word of `line` would still have fitted on the line before: so that was ended on purpose."""
    width = (line.right - line.left) / max(1, len(line.text))
    word = len(line.text.split(maxsplit=1)[0]) + 1
    return last.right + word * width < edge - 0.6 * line.size


def _narrower(last: Line, others: list[Line]) -> bool:
    """Whether a line ends where those around it do, in a block of text that is narrower than the page's."""
    even = sum(abs(other.right - last.right) < 0.7 * last.size for other in others)
    return even >= 2 and all(other.right < last.right + last.size for other in others)


def _over_the_break(paragraph: Paragraph, following: Paragraph) -> bool:
    """Whether a paragraph goes on at the top of the next column or page."""
    if not paragraph or not following:
        return False
    last, line = paragraph[-1], following[0]
    if last.turned or line.turned or not same_size(last, line) or _CAPTION.match(line.text):
        return False
    if last.text.endswith(HYPHEN):
        return True
    if _STOP.search(last.text) or _ITEM.match(line.text):
        return False
    indented = len(following) > 1 and line.left - following[1].left > 0.7 * line.size
    width = max(other.right - other.left for other in paragraph)
    full = len(paragraph) > 1 and last.right - last.left > 0.9 * width
    return line.text[:1].islower() or (full and not indented)


def _notes_before_what_goes_on(paragraphs: list[Paragraph], following: list[Paragraph], body: float) -> None:
    """Put a page's footnotes before its last paragraph where that goes on overleaf, so that it stays whole."""
    notes = len(paragraphs)
    while notes > 1 and paragraphs[notes - 1][0].size < 0.93 * body and not paragraphs[notes - 1][0].turned:
        notes -= 1
    at = notes - 1
    if notes == len(paragraphs) or at < 1 or not following or paragraphs[notes][0].base > paragraphs[at][-1].base:
        return
    if _over_the_break(paragraphs[at], following[0]):
        paragraphs.append(paragraphs.pop(at))
