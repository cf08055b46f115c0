"""Labelled documents through the product: a library in a folder, and what it makes of each of their sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.baselines import BM25, Judge
from benchmarks.metrics import ARGUABLE, Floats, Labels
from debatebot.brief import NO_VERDICTS, make_brief
from debatebot.embedding import Embedder, Memory
from debatebot.judging import Models, judge, within
from debatebot.library import Library
from debatebot.retrieve import retrieve
from debatebot.settings import Settings
from debatebot.types import Brief, Candidate, Evidence, Passage, Side
from training.data import NEITHER, REBUT, SUPPORT

SIDES = {Side.SUPPORT: SUPPORT, Side.REBUT: REBUT}
READ = Settings().read_sentences
COUNT = Settings().evidence
ALL = 10_000
"""More than any of these libraries holds, or any brief shows."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The embedder, and sentences' vectors at hand."""

    embedder: Embedder
    memory: Memory

    def models(self, system: Judge) -> Models:
        """The product's models with `system` telling the sides."""
        return Models(self.embedder, self.memory, system.model, system.calibration)

    def brief(self, library: Library, system: Judge, stance: str, count: int) -> Brief:
        """A brief as a user gets it."""
        models = self.models(system)
        return make_brief(library, models, stance, sides=tuple(Side), count=count, read=READ)

    def found(self, library: Library, stance: str, whole: bool = False) -> list[Candidate]:
        """The passages that a brief reads; with `whole` all of them."""
        query = self.embedder.encode([stance], query=True)
        if whole:
            return retrieve(library, query, stance, ALL)
        return within(retrieve(library, query, stance, READ), READ)


@dataclass(frozen=True, slots=True)
class Read:
    """What became of each sentence: its strengths (n, 2) for support and rebut, zero where it was not judged, and
    whether it was among those that were read (n,)."""

    strengths: Floats
    read: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence of a brief: its side, its strength, and the sentences that it is."""

    side: int
    strength: float
    sentences: tuple[int, ...]

    def is_right(self, labels: Labels) -> bool | None:
        """Whether it is true evidence on its side; None where a reader could say either."""
        known = labels[list(self.sentences)]
        if not np.isin((self.side, 1 - self.side), known).any() and (known == ARGUABLE).any():
            return None
        return bool((known == self.side).any())

    def on_side(self, labels: Labels) -> tuple[int, ...]:
        """Those of its sentences that are true evidence on its side."""
        return tuple(n for n in self.sentences if labels[n] == self.side)

    def is_wrong_side(self, labels: Labels) -> bool:
        """Whether it is true evidence, but on the other side."""
        known = labels[list(self.sentences)]
        return bool((known == 1 - self.side).any() and not (known == self.side).any())


class Shelf:
    """A library made of documents that are given sentence by sentence."""

    def __init__(self, folder: Path, documents: Sequence[Sequence[str]], engine: Engine) -> None:
        self.engine, self.texts = engine, [sentence for document in documents for sentence in document]
        self._places: dict[str, list[tuple[int, int, int]]] = {}
        corpus = folder / "corpus"
        corpus.mkdir(parents=True)
        number = 0
        for place, document in enumerate(documents):
            name, start = f"{place:03}.txt", 0
            (corpus / name).write_text(" ".join(document), encoding="utf-8", newline="")
            self._places[name] = []
            for sentence in document:
                self._places[name].append((start, start + len(sentence), number))
                start, number = start + len(sentence) + 1, number + 1
        self.library = Library(corpus, folder / "index", engine.embedder)
        self.library.sync()
        self.bm25 = BM25(self.texts)

    def at(self, document: str, start: int, end: int) -> tuple[int, ...]:
        """The given sentences of which the product's sentence holds half or more, or which hold half of it."""
        return tuple(
            n
            for first, last, n in self._places[document]
            if overlap((first, last), (start, end)) >= min(last - first, end - start) / 2
        )

    def read(self, system: Judge, stance: str, whole: bool = False) -> Read:
        """Judge what the product would read; with `whole` everything."""
        candidates = self.engine.found(self.library, stance, whole)
        strengths = np.zeros((len(self.texts), 2))
        for item in judge(self.library, self.engine.models(system), stance, candidates, NO_VERDICTS):
            for n in self.at(item.candidate.passage.document, item.sentence.start, item.sentence.end):
                strengths[n] = np.maximum(strengths[n], (item.support, item.rebut))
        return Read(strengths, self._held(candidate.passage for candidate in candidates))

    def _held(self, passages: Iterable[Passage]) -> npt.NDArray[np.bool_]:
        """Which of the given sentences passages hold, shape (n,)."""
        held = np.zeros(len(self.texts), dtype=bool)
        for passage in passages:
            for sentence in passage.sentences:
                held[list(self.at(passage.document, sentence.start, sentence.end))] = True
        return held

    def shown(self, system: Judge, stance: str, count: int) -> list[Shown]:
        """What a brief shows at the default settings, at most `count` a side."""
        brief = self.engine.brief(self.library, system, stance, count)
        return [self._shown(item, SIDES[side]) for side in Side for item in brief.side(side)]

    def _shown(self, item: Evidence, side: int) -> Shown:
        return Shown(side, item.strength, self.at(item.document, item.start, item.end))

    def cosines(self, stance: str) -> Floats:
        """The cosine of every sentence to the stance, shape (n,)."""
        query = self.engine.embedder.encode([stance], query=True)[0]
        return np.asarray(self.engine.memory.encode(self.texts) @ query, dtype=np.float64)


def overlap(one: tuple[int, int], other: tuple[int, int]) -> int:
    """How many characters two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def flat(labels: Sequence[Sequence[int | None]]) -> Labels:
    """The labels of all sentences in a row, arguable ones as ARGUABLE."""
    return np.array([ARGUABLE if n is None else n for row in labels for n in row], dtype=np.int64)


def has_evidence(labels: Labels) -> bool:
    """Whether any sentence supports or rebuts."""
    return bool(((labels != NEITHER) & (labels != ARGUABLE)).any())
