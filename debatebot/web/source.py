"""The source beside the chat: a stored document with the quoted sentence marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from debatebot.types import Document, Page, Source
from debatebot.web.view import error, quote_check, source_link, text

REACH = 6_000
"""Characters shown on each side of the quotation, so that a book opens as quickly as a page."""
SLACK = 1_000
"""How far from there a paragraph's bound may lie to be the better place to cut."""
CHANGED = "This document has changed since that answer. Ask again."

PARAGRAPH = re.compile(r"[^\n]*(?:\n\r?)*")


@dataclass(frozen=True, slots=True)
class Place:
    """What to show: the quotation's offsets (both 0 for none), its print, and where the window's middle is."""

    start: int = 0
    end: int = 0
    check: str = ""
    at: int | None = None

    def fits(self, document: Document) -> bool:
        """Whether the stored text still has the quotation there."""
        if not self.check:
            return True
        quote = document.text[self.start : self.end]
        return 0 <= self.start < self.end <= len(document.text) and quote_check(quote) == self.check


def panel(document: Document, place: Place) -> str:
    """The panel's inside."""
    if not place.fits(document):
        return message(CHANGED)
    start, end = (place.start, place.end) if place.at is None else (place.at, place.at)
    low, high = window(document.text, start, end)
    earlier = _step(document, place, low - REACH, "Earlier text") if low else ""
    later = _step(document, place, high + REACH, "Later text") if high < len(document.text) else ""
    body = "".join(_paragraphs(document, low, high, place))
    return f'{_head(document)}{earlier}<div class="source-text" dir="auto">{body}</div>{later}'


def message(words: str) -> str:
    """The panel where there is no text to show."""
    return f'<div class="panel-head"><h2>Source</h2>{CLOSE}</div>{error(words)}'


CLOSE = '<button type="button" class="close" data-close aria-label="Close the source">Close</button>'


def page(inside: str) -> str:
    """The panel as a page of its own, for a link that is opened in a new tab."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Source · debatebot</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="style.css"></head><body class="own-page"><main>{inside}</main></body></html>'
    )


def window(whole: str, start: int, end: int) -> tuple[int, int]:
    """Where to cut a text to show `start` to `end` with about REACH characters around, at paragraph bounds."""
    low, high = max(0, start - REACH), min(len(whole), end + REACH)
    if low:
        low = _bound(whole, low, start)
    if high < len(whole):
        high = _bound(whole, high, min(len(whole), high + SLACK))
    return low, high


def _bound(whole: str, low: int, limit: int) -> int:
    """The first place from `low`, not far on, where a paragraph begins, else a word, else `low` itself."""
    for mark in ("\n", " "):
        found = whole.find(mark, low - 1, min(limit, low + SLACK))
        if found >= 0:
            return found + 1
    return low


def _head(document: Document) -> str:
    source = document.source
    title = source.title or document.name
    by = " · ".join(f"<bdi>{text(part)}</bdi>" for part in (source.author, source.qualifications) if part)
    where = " · ".join(f"<bdi>{text(part)}</bdi>" for part in (source.source, source.date) if part)
    lines = [f'<p class="quiet">{line}</p>' for line in (by, where, _link(source)) if line]
    rights = " ".join(part for part in (source.attribution, source.licence) if part)
    if rights:
        lines.append(f'<p class="quiet rights"><bdi>{text(rights)}</bdi></p>')
    return (
        f'<div class="panel-head"><h2 dir="auto">{text(title)}</h2>{CLOSE}</div>'
        f'<div class="about-source">{"".join(lines)}</div>'
    )


def _link(source: Source) -> str:
    """The document's own address, where it is one of the web; any other scheme could run something."""
    if not re.match(r"https?://[^\s/]", source.url):
        return ""
    return f'<a href="{text(source.url)}" target="_blank" rel="noopener noreferrer">{text(source.url)}</a>'


def _step(document: Document, place: Place, at: int, words: str) -> str:
    quote = document.text[place.start : place.end] if place.check else ""
    link = f"{source_link(document.name, place.start, place.end, quote)}&at={min(max(at, 0), len(document.text))}"
    return f'<p class="more-text"><a class="window" href="{text(link)}">{words}</a></p>'


def _paragraphs(document: Document, low: int, high: int, place: Place) -> Iterator[str]:
    """`text[low:high]`, every character of it in order, as paragraphs with the quotation and the pages marked."""
    for found in PARAGRAPH.finditer(document.text, low, high):
        if found.end() > found.start():
            yield f'<p dir="auto">{_marked(document, found.start(), found.end(), place)}</p>'


def _marked(document: Document, low: int, high: int, place: Place) -> str:
    pages = {max(page.start, low): page for page in document.pages if low <= page.start < high}
    cuts = sorted({low, high, *pages, *(cut for cut in (place.start, place.end) if low < cut < high)})
    parts = []
    for start, end in pairwise(cuts):
        piece = text(document.text[start:end])
        if place.check and place.start <= start < end <= place.end:
            first = ' id="quote"' if start == place.start else ""
            piece = f"<mark{first}>{piece}</mark>"
        parts.append(_page_mark(pages.get(start)) + piece)
    return "".join(parts)


def _page_mark(page: Page | None) -> str:
    # The label is an attribute, drawn by the style sheet: the text stays exactly the document's.
    return f'<span class="page-mark" role="img" aria-label="page {text(page.label)}"></span>' if page else ""
