"""A stance or question to the passages worth reading: near in meaning or sharing words, fused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from debatebot.embedding import Vectors
from debatebot.library import Library
from debatebot.types import Candidate

T = TypeVar("T")
Triples = frozenset[tuple[str, ...]]

RANK_CONSTANT = 60
"""Of reciprocal rank fusion: Cormack, Clarke and Büttcher (SIGIR 2009) found 60 to serve widely."""
FEWEST_RANKED = 50
SAME = 0.9
"""Passages that share this much of their word triples (Jaccard) are taken for one."""
FUNCTION_WORDS = frozenset(
    """
    a about all an and any are as at be been but by can could did do does for from had has have how i if in into
    is it its may might more most must no not of on or our should so some such than that the their them then there
    these they this those to up was we were what when where which who whom why will with would you your
    """.split()  # noqa: SIM905
)


def retrieve(library: Library, query: Vectors, text: str, count: int) -> list[Candidate]:
    """The `count` best passages for a query by its vector (1, d) and its words, best first.

    Dense and lexical ranks are fused as `sum(1 / (60 + rank))`. Near-duplicate passages are left out,
    the better one stays. The whole library is ranked where it holds no more than `count`.
    """
    snapshot, words = library.snapshot(), fts_query(text)
    wide = max(2 * count, FEWEST_RANKED)
    rankings = [
        [number for number, _ in snapshot.search(query, wide)],
        library.store.matching(words, wide) if words else [],
    ]
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (RANK_CONSTANT + rank)
    passages = library.store.passages(list(scores))
    found = [
        Candidate(passages[number], scores[number], snapshot.cosine(query, number))
        for number in sorted(passages, key=lambda number: (-scores[number], number))
        if snapshot.holds(number)
    ]
    return distinct(found, lambda candidate: candidate.passage.text, count)


def fts_query(text: str) -> str:
    """An FTS5 query for any of the text's telling words; empty where it has none."""
    words = dict.fromkeys(w for w in re.findall(r"\w+", text.casefold()) if w not in FUNCTION_WORDS)
    return " OR ".join(f'"{word}"' for word in words)


def distinct(items: Iterable[T], words: Callable[[T], str], most: int | None = None) -> list[T]:
    """The items, `most` at most, without those that repeat an earlier one nearly word for word.

    `words` gives an item's text.
    """
    kept: list[T] = []
    seen: list[Triples] = []
    for item in items:
        if len(kept) == most:
            break
        triples = _triples(words(item))
        if not any(_alike(triples, other) for other in seen):
            kept.append(item)
            seen.append(triples)
    return kept


def _triples(text: str) -> Triples:
    """The sets of three words in a row, folded; all words as one where there are fewer than three."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset([tuple(words)])


def _alike(one: Triples, other: Triples) -> bool:
    if min(len(one), len(other)) < SAME * max(len(one), len(other)):
        return False
    return len(one & other) >= SAME * len(one | other)
