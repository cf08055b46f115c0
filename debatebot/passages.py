"""A document's text cut into paragraphs, sentences and passages; every offset counts characters of that text.

Compared: sentencex 1.0 (MIT, Wikimedia Foundation, 4 MB, no models) is exact on the op-ed (39 sentences) and is kept.
So are livekit-blingfire (but it drops joiners and NULs) and nupunkt (but it cuts "U.S.|Secretary"); pysbd, syntok,
segtok and blingfire were last released in 2021-22. sentencex panics on "S" + no-break space + "." and is
quadratic in open quotes: so it is shown plain spaces and short windows (then 3 million random texts passed).
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import pairwise

import sentencex  # type: ignore[import-untyped]

from debatebot.types import Document, Page, Passage, Sentence

CHUNKING_VERSION = "1"
"""Goes up whenever the same text would be cut differently: the library stores it and notices."""

CountTokens = Callable[[list[str]], list[int]]
"""Tokens of each text by the embedding model's tokenizer."""

SENTENCE_TOKENS = 180  # a longer sentence is cut
PASSAGE_TOKENS = 185  # the model's own limit is 256; counts of parts may add up a little short of the whole
AIM_TOKENS = 100
MOST_SENTENCES = 4
WINDOW = 5_000  # characters shown to the splitter at once
LONGEST = 2_000  # characters of a sentence, whatever its tokens (a word of 101 letters is one token)
LONG = 300  # characters of a sentence in which ends are looked for that sentencex left out
PIECE = 700  # characters of a piece of such a sentence: about 150 tokens of English
BATCH = 1_000  # texts per call of the tokenizer

Span = tuple[int, int]

_SPACES = {code: " " for code in range(0x3001) if chr(code).isspace()}
_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_HEADING = re.compile(r"#{1,6}\s")
_ITEM = re.compile(r"(?:[-*+•‣◦]|\d{1,2}[.)]|\(?[a-z]\))\s")
_NUMBERING = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})[.)]")
_TITLE = re.compile(r"(?:^|[\s(“\"‘])(?:Mr|Mrs|Ms|Mx|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Capt|Messrs|vs|cf)\.$")
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(])(?:vol|ch|paras?|eds?|pp?|nos?|figs?|secs?|arts?|tab|eq|cl|ca|approx)\.$", re.IGNORECASE
)
_BRACKETED = re.compile(r"[a-z]{4}[.!?][\"”’]?[)\]]\s+(?=[“\"‘(\[]?[A-Z])")
_INNER = re.compile(r"[a-z]{3}[.!?][\"”’)\]]*\s+(?=[“\"‘(\[]?[A-Z])")
_ADDRESS = re.compile(r"[/\\@_=]|www\.", re.IGNORECASE)
_SUFFIX = re.compile(
    r"(?:txt|pdf|docx?|md|html?|com|org|net|edu|gov|csv|json|xml|zip|png|jpe?g|xlsx?)\b", re.IGNORECASE
)
_STOP = re.compile(r"[.!?…؟۔。！？][\"”’)\]]*\s")


def split_passages(document: Document, count_tokens: CountTokens) -> list[Passage]:
    """Cut a document into passages of whole consecutive sentences of one paragraph.

    A passage has up to about 100 tokens and 4 sentences, never over 190 tokens. Every sentence is in exactly one.
    A heading goes with the passage that follows it. Paragraphs count from 1.
    """
    text = document.text
    paragraphs = list(_paragraphs(text))
    spans = [_sentences_of(text, start, end) for start, end in paragraphs]
    counted = _fitting(text, spans, count_tokens)
    passages = []
    for number, sentences in _with_headings(text, counted):
        for group in _groups([tokens for _, tokens in sentences]):
            passages.append(_passage(document, number, [span for span, _ in sentences[group]]))
    return passages


def split_sentences(text: str) -> list[Sentence]:
    """Every sentence of a text, in order, without the white space around it.

    The sentences cover all of the text but white space and do not overlap. None is longer than 2,000 characters.
    """
    return [
        Sentence(*piece)
        for start, end in _paragraphs(text)
        for span in _sentences_of(text, start, end)
        for piece in ([span] if span[1] - span[0] <= LONGEST else _cut(text, span, PIECE))
    ]


# ---- paragraphs


def _paragraphs(text: str) -> Iterator[Span]:
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
    """Whether a mark at the start of a line keeps it apart from the next: a Markdown heading, or a list item next."""
    return bool(_HEADING.match(text, line) or _HEADING.match(text, following) or _item(text, following))


def _item(text: str, start: int) -> bool:
    return bool(_ITEM.match(text, _skip_space(text, start, min(start + 20, len(text)))))


# ---- sentences


def _sentences_of(text: str, start: int, end: int) -> list[Span]:
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
            yield last
            start = last
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


# ---- sentences that are too long


def _fitting(text: str, paragraphs: list[list[Span]], count_tokens: CountTokens) -> list[list[tuple[Span, int]]]:
    """Each paragraph's sentences with their tokens; those that do not fit the model are cut until they do."""
    spans = [
        (number, piece)
        for number, sentences in enumerate(paragraphs)
        for span in sentences
        for piece in ([span] if span[1] - span[0] <= LONGEST else _cut(text, span, PIECE))
    ]
    done: list[list[tuple[Span, int]]] = [[] for _ in paragraphs]
    while spans:
        counts = _count(text, [span for _, span in spans], count_tokens)
        again = []
        for (number, span), tokens in zip(spans, counts, strict=True):
            if tokens <= SENTENCE_TOKENS or span[1] - span[0] == 1:
                done[number].append((span, tokens))
            else:
                parts = -(-tokens // (SENTENCE_TOKENS * 5 // 6))
                again += [(number, piece) for piece in _cut(text, span, -(-(span[1] - span[0]) // parts))]
        spans = again
    return [sorted(sentences) for sentences in done]


def _count(text: str, spans: list[Span], count_tokens: CountTokens) -> list[int]:
    counts: list[int] = []
    for at in range(0, len(spans), BATCH):
        counts += count_tokens([text[start:end] for start, end in spans[at : at + BATCH]])
    return counts


def _cut(text: str, span: Span, length: int) -> list[Span]:
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


# ---- passages


def _with_headings(text: str, paragraphs: list[list[tuple[Span, int]]]) -> Iterator[tuple[int, list[tuple[Span, int]]]]:
    """Number the paragraphs from 1 and put headings before the sentences of the paragraph they stand over."""
    waiting: list[tuple[Span, int]] = []
    for number, sentences in enumerate(paragraphs, start=1):
        heading = number < len(paragraphs) and len(sentences) == 1 and _is_heading(text, *sentences[0][0])
        waiting += sentences
        # A long row of short lines is no heading but a list or a table.
        if not heading or len(waiting) == MOST_SENTENCES:
            yield number, waiting
            waiting = []


def _is_heading(text: str, start: int, end: int) -> bool:
    if _HEADING.match(text, start):
        return True
    return end - start <= 100 and text[end - 1] not in '.!?…,;"”' and not _item(text, start)


def _groups(tokens: list[int]) -> list[slice]:
    """The best way to group consecutive sentences: nearest to 100 tokens each, no short sentence alone."""
    best: list[tuple[int, int]] = [(0, 0)]  # cost of the sentences up to here, and where the last group starts
    for end in range(1, len(tokens) + 1):
        options = []
        for start in range(max(0, end - MOST_SENTENCES), end):
            total = sum(tokens[start:end])
            if total <= PASSAGE_TOKENS or end - start == 1:
                options.append((best[start][0] + _cost(total, end - start), start))
        best.append(min(options))
    groups = []
    end = len(tokens)
    while end:
        start = best[end][1]
        groups.append(slice(start, end))
        end = start
    return groups[::-1]


def _cost(tokens: int, sentences: int) -> int:
    off = (tokens - AIM_TOKENS) ** 2
    alone = 20_000 if sentences == 1 and tokens < AIM_TOKENS * 6 // 10 else 0
    return alone + (off * 3 if tokens > AIM_TOKENS else off)


def _passage(document: Document, paragraph: int, spans: list[Span]) -> Passage:
    start, end = spans[0][0], spans[-1][1]
    return Passage(
        document=document.name,
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=tuple(Sentence(*span) for span in spans),
        paragraph=paragraph,
        page=_page_at(document.pages, start),
    )


def _page_at(pages: tuple[Page, ...], offset: int) -> str | None:
    found = bisect_right(pages, offset, key=lambda page: page.start)
    return pages[max(found - 1, 0)].label if pages else None
