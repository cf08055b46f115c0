"""Sentences grouped into passages; every offset counts characters of the document's text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from debatebot.sentences import Span, cut, is_heading_line, is_item, paragraphs_of, pieces, sentences_of
from debatebot.types import Document, Passage, Sentence

CHUNKING_VERSION = "1"
"""Goes up whenever the same text would be cut differently: the library stores it and notices."""

CountTokens = Callable[[list[str]], list[int]]
"""Tokens of each text by the embedding model's tokenizer."""

SENTENCE_TOKENS = 180  # a longer sentence is cut
PASSAGE_TOKENS = 185  # the model's own limit is 256; counts of parts may add up a little short of the whole
AIM_TOKENS = 100
MOST_SENTENCES = 4
BATCH = 1_000  # texts per call of the tokenizer


def split_passages(document: Document, count_tokens: CountTokens) -> list[Passage]:
    """Cut a document into passages of whole consecutive sentences of one paragraph.

    A passage has up to about 100 tokens and 4 sentences, never over 190 tokens. Every sentence is in exactly one.
    A heading goes with the passage that follows it. Paragraphs count from 1.
    """
    text = document.text
    paragraphs = list(paragraphs_of(text))
    spans = [sentences_of(text, start, end) for start, end in paragraphs]
    counted = _fitting(text, spans, count_tokens)
    passages = []
    for number, sentences in _with_headings(text, counted):
        for group in _groups([tokens for _, tokens in sentences]):
            passages.append(_passage(document, number, [span for span, _ in sentences[group]]))
    return passages


def _fitting(text: str, paragraphs: list[list[Span]], count_tokens: CountTokens) -> list[list[tuple[Span, int]]]:
    """Each paragraph's sentences with their tokens; those that do not fit the model are cut until they do."""
    spans = [
        (number, piece)
        for number, sentences in enumerate(paragraphs)
        for span in sentences
        for piece in pieces(text, span)
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
                again += [(number, piece) for piece in cut(text, span, -(-(span[1] - span[0]) // parts))]
        spans = again
    return [sorted(sentences) for sentences in done]


def _count(text: str, spans: list[Span], count_tokens: CountTokens) -> list[int]:
    """Tokens of each span without those that any text has, so that they add up."""
    always = count_tokens([""])[0]
    counts: list[int] = []
    for at in range(0, len(spans), BATCH):
        counts += count_tokens([text[start:end] for start, end in spans[at : at + BATCH]])
    return [count - always for count in counts]


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
    if is_heading_line(text, start):
        return True
    return end - start <= 100 and text[end - 1] not in '.!?…,;"”' and not is_item(text, start)


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
        page=document.page_at(start),
    )
