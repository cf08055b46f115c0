"""What debatebot is compared with. Each is described in README.md."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import bm25s  # type: ignore[import-untyped]
import numpy as np

from benchmarks import part1
from benchmarks.metrics import Floats
from benchmarks.plain_cross_encoder import plain_cross_encoder
from benchmarks.tables import note
from debatebot.calibration import Calibration, load_calibration
from debatebot.stance import ADAPTER, StanceModel, open_stance_model

OURS = "debatebot"
BM25_NAME = "BM25"
COSINE_NAME = "MiniLM cosine"
PLAIN_NAME = "plain MiniLM cross-encoder"
PART1_NAME = "part-1 stance model"

K1, B = 0.9, 0.4
"""Anserini's defaults (Trotman, Puurula and Burgess 2014), with which BM25 is published on ArguAna."""
SOFTMAX = Calibration(slope=1.0, weight=0.0, prior=0.0, threshold=0.5, unclear=1.0, answer_floor=0.0)
"""For a model without a calibration: its own chances, and what is likelier than not is shown."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A model of sides, and what its logits are worth."""

    model: StanceModel
    calibration: Calibration


@cache
def ours() -> Judge:
    """debatebot's own model with its calibration, loaded once."""
    return Judge(open_stance_model(note), load_calibration(ADAPTER))


def judges(chosen: Collection[str], shared: Path) -> dict[str, Judge]:
    """debatebot, and of the chosen baselines those that tell sides, by the names of their rows."""
    found = {OURS: ours()}
    if "plain" in chosen:
        found[PLAIN_NAME] = Judge(plain_cross_encoder(shared), SOFTMAX)
    if "part1" in chosen:
        folder = part1.adapter()
        found[PART1_NAME] = Judge(part1.Part1(folder), part1.calibration(folder))
    return found


class BM25:
    """Okapi BM25 (Robertson and Zaragoza 2009) in Lucene's form, by bm25s; without stop words, unstemmed."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        # A collection of stop words alone has nothing to index.
        tokens = bm25s.tokenize(list(texts), stopwords="en", return_ids=False, show_progress=False)
        self._known = {token for words in tokens for token in words}
        self._index = bm25s.BM25(k1=K1, b=B, method="lucene")
        if self._known:
            self._index.index(tokens, show_progress=False)

    def scores(self, query: str) -> Floats:
        """The score of every text, shape (n,)."""
        tokens = bm25s.tokenize([query], stopwords="en", return_ids=False, show_progress=False)[0]
        known = [token for token in tokens if token in self._known]
        if not known:
            return np.zeros(self._size)
        return np.asarray(self._index.get_scores(known), dtype=np.float64)
