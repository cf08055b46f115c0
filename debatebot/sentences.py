"""A text cut into paragraphs and sentences; every offset counts characters of that text.

Compared: sentencex 1.0 (MIT, Wikimedia Foundation, 4 MB, no models) is exact on the op-ed (39 sentences) and is kept.
So are livekit-blingfire (but it drops joiners and NULs) and nupunkt (but it cuts "U.S.|Secretary"); pysbd, syntok,
segtok and blingfire were last released in 2021-22. sentencex panics on "S" + no-break space + "." and is
quadratic in open quotes: so it is shown plain spaces and short windows (then 3 million random texts passed).
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import sentencex  # type: ignore[import-untyped]

from debatebot.types import Sentence

WINDOW = 5_000  # characters shown to the splitter at once
LONGEST = 2_000  # characters of a sentence, whatever its tokens (a word of 101 letters is one token)
LONG = 300  # characters of a sentence in which ends are looked for that sentencex left out
PIECE = 700  # characters of a piece of such a sentence: about 150 tokens of English

Span = tuple[int, int]

_SPACES = {code: " " for code in range(0x3001) if chr(code).isspace()}
_LINE_END = re.compile(r"(?:\r\n|[\n\r])?\x0c|\r\n|[\n\r\x0b\x85\u2028\u2029]")
_HEADING = re.compile(r"#{1,6}\s")
_ITEM = re.compile(r"(?:[-*+•‣◦|]|\d{1,2}[.)]|\(?[a-z]\))\s")
_NUMBERING = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxIVX]{1,4})[.)]")
_TITLE = re.compile(r"(?:^|[\s(“\"‘])(?:Mr|Mrs|Ms|Mx|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Capt|Messrs|vs|cf)\.$")
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(])(?:vol|ch|paras?|eds?|pp?|nos?|figs?|secs?|arts?|tab|eq|cl|ca|approx)\.$", re.IGNORECASE
)
_WORD = r"(?:\b[a-z]{3,}|[a-z]{4})"  # no abbreviation such as Inc., Corp. or Sept.
_BRACKETED = re.compile(_WORD + r"[.!?][\"”’]?[)\]]\s+(?=[“\"‘(\[]?[A-Z])")
_INNER = re.compile(_WORD + r"[.!?][\"”’)\]]*\s+(?=[“\"‘(\[]?[A-Z])")
_CLOSERS = re.compile(r"[*_)\]”’»]+(?=\s)")
_ADDRESS = re.compile(r"[/\\@_=]|\w\(|www\.", re.IGNORECASE)
_SUFFIX = re.compile(
    r"(?:txt|pdf|docx?|md|html?|com|org|net|edu|gov|csv|json|xml|zip|png|jpe?g|xlsx?)\b", re.IGNORECASE
)
_STOP = re.compile(r"[.!?…؟۔。！？][\"”’)\]]*\s")


def split_sentences(text: str) -> list[Sentence]:
    """Every sentence of a text, in order, without the white space around it.

    The sentences cover all of the text but white space and do not overlap. None is longer than 2,000 characters.
    """
    return [
        Sentence(*piece)
        for start, end in paragraphs_of(text)
        for span in sentences_of(text, start, end)
        for piece in pieces(text, span)
    ]


# ---- paragraphs


def paragraphs_of(text: str) -> Iterator[Span]:
    """Spans of the paragraphs, not trimmed: runs of lines, ended by a blank line or by a line that does not wrap."""
    run: list[Span] = []
    for start, end in _lines(text):
        if text[start:end].isspace() or start == end:
            yield from _unwrapped(text, run)
            run = []
        else:
            run.append((start, end))
    yield from _unwrapped(text, run)


def _lines(text: str) -> Iterator[Span]:
    """Spans of the lines without their ends; a paragraph separator (U+2029) gives an empty line besides."""
    start = 0
    for match in _LINE_END.finditer(text):
        yield start, match.start()
        start = match.end()
        if match[0] == "\u2029":
            yield start, start
    yield start, len(text)


def _unwrapped(text: str, lines: list[Span]) -> Iterator[Span]:
    """Join the lines that are one paragraph because the text was wrapped at some width, or goes on in lower case."""
    if not lines:
        return
    # The last line of a paragraph may be short, so it says nothing about the width.
    width = statistics.median_high([end - start for start, end in lines[:-1]] or [0])
    wrapped = 40 <= width <= 120
    first = lines[0][0]
    for (start, end), (after, after_end) in pairwise(lines):
        goes_on = (wrapped and end - start >= 0.55 * width) or _continues(text[start:end], text[after:after_end])
        if not goes_on or _stands_alone(text, start, after):
            yield first, end
            first = after
    yield first, lines[-1][1]


def _continues(line: str, following: str) -> bool:
    return following.lstrip()[:1].islower() and line.rstrip()[-1] not in ".!?:"


def _stands_alone(text: str, line: int, following: int) -> bool:
    """Whether the marks of headings, list items or table rows keep a line apart from the one that follows it."""
    return bool(is_heading_line(text, line) or is_heading_line(text, following) or is_item(text, following))


def is_heading_line(text: str, start: int) -> bool:
    """Whether a Markdown heading starts at `start`."""
    return bool(_HEADING.match(text, start))


def is_item(text: str, start: int) -> bool:
    """Whether an item of a list starts at `start`."""
    return bool(_ITEM.match(text, _skip_space(text, start, min(start + 20, len(text)))))


# ---- sentences


def sentences_of(text: str, start: int, end: int) -> list[Span]:
    """Trimmed spans of the sentences of one paragraph."""
    spans: list[Span] = []
    at = _skip_space(text, start, end)
    for stop in _joined(text, at, _boundaries(text, at, end)):
        for cut in [*_missed(text, at, stop), stop]:
            if trimmed := _trim(text, at, cut):
                spans.append(trimmed)
            at = cut
    return spans


def _boundaries(text: str, start: int, end: int) -> Iterator[int]:
    """Where sentencex ends its sentences. It sees a window at a time, and what it left unfinished there once more."""
    while start < end:
        window = text[start : min(start + WINDOW, end)].translate(_SPACES)
        pieces: list[str] = sentencex.segment("en", window)
        if start + len(window) < end and len(pieces) > 1:
            pieces.pop()
        elif start + len(window) < end:
            pieces = [window[: _best_cut(window, 0, len(window), len(window) * 3 // 4)]]
        for piece in pieces:
            start += len(piece)
            yield start


def _joined(text: str, start: int, boundaries: Iterator[int]) -> Iterator[int]:
    """Drop the boundaries that are not ends of sentences: after a title, "vol." before a number, the "1." of a list."""
    last = None
    for stop in boundaries:
        if last is not None and not _false_end(text, start, last, stop):
            # Brackets, quotes and Markdown's stars that close a sentence belong to it.
            closers = _CLOSERS.match(text, last, stop)
            start = closers.end() if closers else last
            yield start
        last = stop
    if last is not None:
        yield last


def _false_end(text: str, start: int, end: int, following: int) -> bool:
    before = text[max(start, end - 40) : end].rstrip()
    after = text[end : min(end + 40, following)]
    if text[end - 1].isspace():
        return bool(
            _TITLE.search(before)
            or (after[:1].isdigit() and _BEFORE_NUMBER.search(before))
            or (end - start < 10 and _NUMBERING.fullmatch(before))
        )
    # No space: right after "Iran." before "There", wrong in a file's name or an address.
    return before[-1:] == "." and _in_address(text, end)


def _missed(text: str, start: int, end: int) -> list[int]:
    """Ends of sentences that sentencex leaves out: "(It was late.) Then", and those inside a long quotation."""
    pattern = _INNER if end - start > LONG else _BRACKETED
    return [
        match.end()
        for match in pattern.finditer(text, start, end)
        if match.end() < end and not _TITLE.search(text[max(start, match.start() - 10) : match.end()].rstrip())
    ]


def _in_address(text: str, at: int) -> bool:
    """Whether the word around `at` looks like a path, a file's name, an address or a name in a program."""
    before = re.split(r"\s", text[max(0, at - 80) : at])[-1]
    after = re.split(r"\s", text[at : at + 80], maxsplit=1)[0]
    return bool(_SUFFIX.match(after) or _ADDRESS.search(before + after))


def pieces(text: str, span: Span) -> list[Span]:
    """The sentence itself, or what it is cut into where it has over 2,000 characters."""
    return [span] if span[1] - span[0] <= LONGEST else cut(text, span, PIECE)


def cut(text: str, span: Span, length: int) -> list[Span]:
    """Cut a span into pieces of about `length` characters, at the best places there are."""
    start, end = span
    pieces = []
    while start < end:
        stop = end if end - start <= length * 5 // 4 else _best_cut(text, start, end, start + length)
        if trimmed := _trim(text, start, stop):
            pieces.append(trimmed)
        start = stop
    return pieces


def _best_cut(text: str, start: int, end: int, ideal: int) -> int:
    """The best place to cut near `ideal`: a stop, semicolon, comma, white space, else between characters."""
    reach = max(1, (ideal - start) // 3)
    low, high = max(start + 1, ideal - reach), min(end - 1, ideal + reach)
    near = text[low:high]
    if stops := [match.end() for match in _STOP.finditer(near)]:
        return low + stops[-1]
    for mark in ("; ", ", "):
        if (found := near.translate(_SPACES).rfind(mark)) >= 0:
            return low + found + len(mark)
    if found := near.translate(_SPACES).rfind(" ") + 1:
        return low + found
    return next((at for at in range(ideal, low, -1) if not _within_character(text, at)), ideal)


def _within_character(text: str, at: int) -> bool:
    """Whether a cut at `at` would part a mark, joiner or skin tone from its base."""
    return (
        unicodedata.category(text[at]) in {"Mn", "Mc", "Me", "Cf"}
        or "\U0001f3fb" <= text[at] <= "\U0001f3ff"
        or text[at - 1] == "\u200d"
    )


def _trim(text: str, start: int, end: int) -> Span | None:
    start = _skip_space(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None


def _skip_space(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start
