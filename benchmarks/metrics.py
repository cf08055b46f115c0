"""The measures, each with where its formula comes from."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (  # type: ignore[import-untyped]
    accuracy_score,
    average_precision_score,
    f1_score,
    roc_auc_score,
)

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
"""Indices into `debatebot.frames.LABELS`; ARGUABLE where a reader could say either."""
ARGUABLE = -1
BINS = 10


def mean(values: Sequence[float]) -> float | None:
    """The mean, or None of nothing."""
    return float(np.mean(values)) if len(values) else None


def share(part: float, whole: float) -> float | None:
    """A part of a whole, or None of nothing."""
    return float(part / whole) if whole else None


def classified(truth: Sequence[int] | Labels, guesses: Sequence[int] | Labels, classes: int) -> dict[str, float]:
    """Accuracy, and macro-F1: the unweighted mean of F1 over all classes (scikit-learn's `average="macro"`)."""
    macro = f1_score(truth, guesses, labels=list(range(classes)), average="macro", zero_division=0.0)
    return {"accuracy": float(accuracy_score(truth, guesses)), "macro_f1": float(macro)}


def ndcg(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """nDCG@k with gain 1 and discount 1/log2(rank + 1) (Järvelin and Kekäläinen 2002, as in trec_eval)."""
    gain = sum(1 / np.log2(rank + 1) for rank, item in enumerate(ranked[:k], 1) if item in relevant)
    ideal = sum(1 / np.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return float(gain / ideal) if ideal else 0.0


def at_k(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> tuple[float, float, float]:
    """Precision, recall and F1 of the first k (Manning, Raghavan and Schütze 2008, chapter 8).

    Precision is over k even where fewer were found.
    """
    hits = len(set(ranked[:k]) & set(relevant))
    precision, recall = hits / k, hits / len(relevant) if relevant else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def average_precision(truth: npt.NDArray[np.bool_], scores: Floats) -> float:
    """Area under the precision-recall curve, `sum (R_n - R_{n-1}) P_n` (scikit-learn); something must be true."""
    return float(average_precision_score(truth, scores))


def auc(higher: Sequence[float], lower: Sequence[float]) -> float | None:
    """The chance that one of `higher` is above one of `lower`, ties as a half (Hanley and McNeil 1982)."""
    if not len(higher) or not len(lower):
        return None
    truth = [1] * len(higher) + [0] * len(lower)
    return float(roc_auc_score(truth, [*higher, *lower]))


def reliability(strengths: Sequence[float], right: Sequence[bool]) -> list[dict[str, Any]]:
    """How many strengths lie in each bin 0.1 wide, their mean, and the share that is right (DeGroot and Fienberg 1983).

    A bin holds its lower bound; the last holds 1, too.
    """
    # Strengths have four decimals; without rounding 0.3 * 10 may fall below 3.
    places = np.minimum(np.floor(np.round(np.asarray(strengths, dtype=float) * BINS, 6)), BINS - 1).astype(int)
    rows = []
    for place in range(BINS):
        inside = places == place
        rows.append(
            {
                "from": place / BINS,
                "to": (place + 1) / BINS,
                "shown": int(inside.sum()),
                "strength": mean(np.asarray(strengths)[inside].tolist()),
                "right": mean(np.asarray(right, dtype=float)[inside].tolist()),
            }
        )
    return rows
