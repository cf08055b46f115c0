"""The stance model's judgement of every sentence of the candidates, and the person's own where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from debatebot.calibration import Calibration
from debatebot.corrections import Verdict, quote_key
from debatebot.embedding import Embedder, Memory
from debatebot.frames import Reading, needs_lead
from debatebot.library import Library
from debatebot.stance import Logits, StanceModel
from debatebot.types import FEWEST_WORDS, Candidate, Passage, Progress, Sentence, Side

Verdicts = Mapping[tuple[str, str], Verdict]
"""The person's word on quotations, by `quote_key`."""


@dataclass(frozen=True, slots=True)
class Models:
    """What reads: vectors of passages and of sentences, sides of sentences, and what those are worth."""

    embedder: Embedder
    memory: Memory
    stance: StanceModel
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence of a candidate with its chances of support and rebut."""

    candidate: Candidate
    sentence: Sentence
    support: float
    rebut: float
    corrected: bool = False

    def strength(self, side: Side) -> float:
        """The chance that it is evidence on `side`."""
        return self.support if side is Side.SUPPORT else self.rebut

    @property
    def side(self) -> Side:
        """The likelier side."""
        return Side.SUPPORT if self.support >= self.rebut else Side.REBUT

    @property
    def bearing(self) -> float:
        """The chance that it bears on the stance, on whichever side."""
        return self.support + self.rebut

    @property
    def words(self) -> str:
        """The sentence as its passage has it."""
        return self.candidate.passage.cut(self.sentence)


def within(candidates: Iterable[Candidate], read: int) -> list[Candidate]:
    """The best candidates that hold at most `read` sentences together, and one at the least."""
    kept: list[Candidate] = []
    total = 0
    for candidate in candidates:
        total += len(candidate.passage.sentences)
        if kept and total > read:
            break
        kept.append(candidate)
    return kept


def judge(  # noqa: PLR0913, PLR0917
    library: Library,
    models: Models,
    stance: str,
    candidates: Sequence[Candidate],
    verdicts: Verdicts,
    progress: Progress | None = None,
) -> list[Judged]:
    """Every sentence of the candidates that is long enough to quote, judged against the stance."""
    read = judge_logits(library, models.stance, stance, candidates, progress)
    if not read:
        return []
    logits, cosines = np.stack([row for _, row in read]), np.array([c.cosine for (c, _), _ in read])
    chances = models.calibration.strengths(logits, cosines)
    judged = [Judged(c, s, float(p[0]), float(p[1])) for ((c, s), _), p in zip(read, chances, strict=True)]
    return [_corrected(item, verdicts) for item in judged] if verdicts else judged


def judge_logits(
    library: Library,
    model: StanceModel,
    stance: str,
    candidates: Sequence[Candidate],
    progress: Progress | None = None,
) -> list[tuple[tuple[Candidate, Sentence], Logits]]:
    """The stance model's logits (3,) for the sentences of the candidates that are long enough to quote."""
    passages = [candidate.passage for candidate in candidates]
    readings = [_reading(library, passage) for passage in passages]
    return [
        ((candidate, sentence), row)
        for candidate, rows in zip(candidates, model.score(stance, readings, progress), strict=True)
        for sentence, row in zip(candidate.passage.sentences, rows, strict=True)
        if len(candidate.passage.cut(sentence).split()) >= FEWEST_WORDS
    ]


def _reading(library: Library, passage: Passage) -> Reading:
    sentences = tuple(passage.cut(sentence) for sentence in passage.sentences)
    return Reading(sentences, library.before(passage) if needs_lead(sentences[0]) else "")


def _corrected(item: Judged, verdicts: Verdicts) -> Judged:
    """The item as the person wants it, where there is a word on it."""
    verdict = verdicts.get(quote_key(item.candidate.passage.document, item.words))
    if verdict is None:
        return item
    sides = {Verdict.SUPPORT: (1.0, 0.0), Verdict.REBUT: (0.0, 1.0), Verdict.NEITHER: (0.0, 0.0)}
    support, rebut = sides[verdict]
    return replace(item, support=support, rebut=rebut, corrected=True)
