"""Whether a quotation really stands in the library: to the letter, nearly (and what differs), elsewhere, or nowhere.

White space, and the shapes of quotation marks, dashes and ellipses, make no difference; nor do quotation marks
around the whole and punctuation at its ends. Every other character does: what differs in a capital is near.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from debatebot.errors import InputError
from debatebot.library import Library
from debatebot.retrieve import FUNCTION_WORDS, fts_query
from debatebot.types import Document, Evidence, Passage

LONGEST = 5_000
"""Characters of a quotation; beyond that it is a document."""
PHRASE_WORDS = 12
"""Of a longer quotation its first and its last so many words are looked for as they stand."""
TELLING_WORDS = 12
PHRASED, LIKELY, COMPARED = 20, 40, 8
"""Passages: that a phrase may bring, that telling words may bring, and that are compared word by word."""
LEFT_OUT = 600
"""Characters that an ellipsis may stand for."""
NEAR = 0.75
"""Weight of the words in the same order over that of both (Dice) from which two texts are one quotation, altered."""
FUNCTION_WEIGHT = 0.25
FEWEST_NEAR = 4
"""Words; of a shorter quotation that is not there to the letter nothing can be said."""
DASH, ELLIPSIS, MARKS = "-‐‑‒–—―−", "…", "\"'“”„‟«»‘’‚‛‹›`´′″"
TO_THE_LETTER = 1.0
ALTERED = 0.999
"""The most that what is not to the letter is like."""
ENDS = rf"[\s.,;:!?{ELLIPSIS}{MARKS}]+"
SHAPES = {
    "dash": rf"\s*[{DASH}]+\s*",
    "dots": rf"\s*(?:\.\s?\.\s?\.|{ELLIPSIS})\s*",
    "mark": f"[{MARKS}]",
    "gap": r"\s+",
}
PIECE = re.compile("|".join(f"(?P<{name}>{shape})" for name, shape in SHAPES.items()))
WORD = re.compile(rf"\w+(?:[{MARKS}]\w+)*")
TOKEN = re.compile(rf"{WORD.pattern}|[^\w\s]")


class QuoteStatus(StrEnum):
    """What becomes of a quotation that is looked up."""

    EXACT = "exact"
    NEAR = "near"
    ELSEWHERE = "elsewhere"
    """It stands in the library to the letter or nearly, but not in the document that was named."""
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Change:
    """Where a quotation leaves its source: the words that it has and those that the source has; either may be ""."""

    quoted: str
    stored: str


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """What became of a quotation. Where it stands is `found`, a slice of the stored document, whose strength is how
    like the two are; None where it is nowhere. `changes` is where they differ, in order."""

    quote: str
    status: QuoteStatus
    found: Evidence | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    document: Document
    start: int
    end: int
    likeness: float


def check_quote(library: Library, text: str, document: str = "") -> QuoteCheck:
    """Look a quotation up; `document` names the one that it is said to be from.

    Found to the letter goes before nearly, and the named document before the others. Raises InputError for a text
    without words or too long, DocumentError where there is no document of that name.
    """
    quote = re.sub(rf"^{ENDS}|{ENDS}$", "", text)
    if not WORD.search(quote):
        raise InputError("there is no quotation here; give the words that you want to be looked up")
    if len(quote) > LONGEST:
        raise InputError(
            f"this has {len(quote):,} characters, and {LONGEST:,} are the most of a quotation; check a part"
        )
    named = library.document(document) if document else None
    phrased, likely = _phrased(library, quote), _likely(library, quote)
    names = list(dict.fromkeys([*([named.name] if named else []), *(p.document for p in (*phrased, *likely))]))
    place = (
        _as_written(_pattern(quote), map(library.document, names), TO_THE_LETTER)
        or _as_written(_pattern(quote, leaving_out=True), map(library.document, names), ALTERED)
        or _near(library, quote, likely, named)
    )
    if place is None:
        return QuoteCheck(text, QuoteStatus.NOWHERE)
    found = _evidence(library, place)
    exact = place.likeness == TO_THE_LETTER
    status = QuoteStatus.EXACT if exact else QuoteStatus.NEAR
    if named and place.document.sha256 != named.sha256:
        status = QuoteStatus.ELSEWHERE
    return QuoteCheck(text, status, found, () if exact else tuple(_changes(quote, found.quote)))


def _evidence(library: Library, place: _Place) -> Evidence:
    document = place.document
    passage = library.store.passage_at(document.name, place.start)
    assert passage is not None  # passages leave nothing but white space out
    return Evidence(
        quote=document.text[place.start : place.end],
        document=document.name,
        start=place.start,
        end=place.end,
        strength=place.likeness,
        passage=passage,
        source=document.source,
        page=document.page_at(place.start),
        also=library.also(document),
    )


def _phrased(library: Library, quote: str) -> list[Passage]:
    """Passages that hold its beginning or its end, apart from the forms of words."""
    words = re.findall(r"\w+", quote)
    phrases = dict.fromkeys([" ".join(words[:PHRASE_WORDS]), " ".join(words[-PHRASE_WORDS:])])
    return _matching(library, [f'"{phrase}"' for phrase in phrases], PHRASED)


def _likely(library: Library, quote: str) -> list[Passage]:
    """The passages that share most of its words."""
    words = set(_folded(quote))
    telling = sorted(words - FUNCTION_WORDS, key=lambda word: (-len(word), word))[:TELLING_WORDS]
    found = _matching(library, [fts_query(" ".join(telling))], LIKELY)
    return sorted(found, key=lambda passage: -len(words.intersection(_folded(passage.text))))[:COMPARED]


def _matching(library: Library, queries: list[str], count: int) -> list[Passage]:
    numbers = [number for query in queries if query for number in library.store.matching(query, count)]
    found = library.store.passages(numbers)
    return [found[number] for number in dict.fromkeys(numbers) if number in found]


def _as_written(pattern: re.Pattern[str], documents: Iterable[Document], likeness: float) -> _Place | None:
    """The first place where a pattern stands."""
    for document in documents:
        if found := pattern.search(document.text):
            return _Place(document, *found.span(), likeness)
    return None


def _pattern(quote: str, leaving_out: bool = False) -> re.Pattern[str]:
    """What a quotation may look like in a document; with `leaving_out`, an ellipsis in it stands for any words."""
    parts, at = [r"(?<!\w)"], 0
    shapes = SHAPES | ({"dots": rf".{{0,{LEFT_OUT}}}?"} if leaving_out else {})
    for piece in PIECE.finditer(quote):
        parts += [re.escape(quote[at : piece.start()]), shapes[piece.lastgroup or "gap"]]
        at = piece.end()
    return re.compile("".join([*parts, re.escape(quote[at:]), r"(?!\w)"]), re.DOTALL)


def _near(library: Library, quote: str, passages: list[Passage], named: Document | None) -> _Place | None:
    """The place that is most like the quotation, if one is like enough: in the named document before others."""
    words, places = _folded(quote), []
    if len(words) < FEWEST_NEAR:
        return None
    for passage in passages:
        document = library.document(passage.document)
        start = max(0, passage.start - len(quote))
        if found := _likest(words, document.text[start : passage.end + len(quote)]):
            places.append(_Place(document, start + found[0], start + found[1], found[2]))
    return max(
        places, key=lambda p: (named is not None and p.document.sha256 == named.sha256, p.likeness), default=None
    )


def _likest(words: list[str], text: str) -> tuple[int, int, float] | None:
    """The stretch of a text that is most like the words, with its likeness; None where it is not like enough."""
    tokens = list(WORD.finditer(text))
    others = [_fold(token.group()) for token in tokens]
    blocks = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    found = [block for block in blocks if block.size]
    best = (0.0, 0, 0)
    for n, first in enumerate(found):
        matched = 0.0
        for block in found[n:]:
            begin, stop = first.b, block.b + block.size
            matched += _weight(others[block.b : stop])
            best = max(best, (2 * matched / (_weight(words) + _weight(others[begin:stop])), begin, stop))
    likeness, begin, stop = best
    if likeness < NEAR:
        return None
    return tokens[begin].start(), tokens[stop - 1].end(), min(likeness, ALTERED)


def _weight(words: list[str]) -> float:
    return sum(FUNCTION_WEIGHT if word in FUNCTION_WORDS else 1.0 for word in words)


def _changes(quote: str, stored: str) -> Iterator[Change]:
    """What differs between a quotation and the words that it is near to, in order."""
    sides = [list(TOKEN.finditer(text)) for text in (quote, stored)]
    shapes = [[_shape(token.group()) for token in side] for side in sides]
    for kind, *spans in SequenceMatcher(None, shapes[0], shapes[1], autojunk=False).get_opcodes():
        if kind != "equal":
            yield Change(_cut(quote, sides[0][spans[0] : spans[1]]), _cut(stored, sides[1][spans[2] : spans[3]]))


def _cut(text: str, tokens: list[re.Match[str]]) -> str:
    return text[tokens[0].start() : tokens[-1].end()] if tokens else ""


def _shape(token: str) -> str:
    """A token with the shapes of its marks and dashes folded."""
    return re.sub(f"[{MARKS}]", "'", re.sub(f"[{DASH}]", "-", token))


def _fold(word: str) -> str:
    return _shape(word).casefold()


def _folded(text: str) -> list[str]:
    return [_fold(word) for word in WORD.findall(text)]
