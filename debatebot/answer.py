"""A question to the passages that answer it, by nearness alone."""

from __future__ import annotations

from debatebot.brief import EMPTY_LIBRARY, quote_all
from debatebot.embedding import Embedder, Memory
from debatebot.judging import Judged
from debatebot.library import Library
from debatebot.retrieve import retrieve
from debatebot.types import Answer

PASSAGES = 12
NO_ANSWER = "Your library holds nothing that answers this."


def make_answer(  # noqa: PLR0913
    library: Library, embedder: Embedder, memory: Memory, floor: float, question: str, *, count: int
) -> Answer:
    """The passages that answer `question`, each by its nearest sentence, at most `count`.

    Strength is the mean of the question's cosine to the passage and to the sentence; what is not above `floor`
    answers nothing.
    """
    query = embedder.encode([question], query=True)
    candidates = retrieve(library, query, question, PASSAGES + count)
    if not candidates:
        return Answer(question, (), EMPTY_LIBRARY)
    items = [(candidate, sentence) for candidate in candidates for sentence in candidate.passage.sentences]
    cosines = memory.encode([candidate.passage.cut(sentence) for candidate, sentence in items]) @ query[0]
    best: dict[int, tuple[float, Judged]] = {}
    for (candidate, sentence), cosine in zip(items, cosines, strict=True):
        strength = max(0.0, (candidate.cosine + float(cosine)) / 2)
        if strength > best.get(id(candidate), (floor,))[0]:
            best[id(candidate)] = (strength, Judged(candidate, sentence, 0.0, 0.0))
    ranked = sorted(best.values(), key=lambda pair: -pair[0])
    answers = quote_all(library, ((item, strength) for strength, item in ranked[:count]))
    return Answer(question, answers, None if answers else NO_ANSWER, max(0, len(ranked) - count))
