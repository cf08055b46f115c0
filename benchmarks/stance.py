"""Which side a single text is on: debatebot's stance model beside the baselines, on public sets.

python -m benchmarks.stance --shared ../shared --json stance.json
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.baselines import BM25, BM25_NAME, COSINE_NAME, judges
from benchmarks.data import bare, check_counts, perspectrum_unseen, sampled
from benchmarks.metrics import Floats, Labels, classified
from benchmarks.tables import Figures, Report, by_system, note, options_parser
from debatebot.embedding import Embedder, open_embedder
from debatebot.frames import LABELS, Reading
from debatebot.settings import Settings
from debatebot.stance import Logits, StanceModel
from training.data import NEITHER, REBUT, SUPPORT, Pair, by_stance, ibm_claims, nli_items, perspectrum
from training.data import arguments as argkp

ALWAYS = "always support"
CHANCE = f"{COSINE_NAME} or {BM25_NAME}: no side in them, so by chance"
ASIDE = "debate-nli kept aside"
SECONDS = "seconds_per_1000"
COLUMNS = {"accuracy": "accuracy", "macro-F1": "macro_f1"}
FEWEST = 12
"""Pairs of a slice, so that there are some of each label."""

Key = tuple[str, str]
"""A stance and a text."""


@dataclass(frozen=True, slots=True)
class Read:
    """A model's logits (3,) by stance and text, and the seconds that they took."""

    logits: dict[Key, Logits]
    seconds: float

    def of(self, pairs: Sequence[Pair]) -> Logits:
        """The logits (n, 3) of pairs."""
        return np.stack([self.logits[pair.stance, pair.sentence] for pair in pairs])


def stance_sets(shared: Path) -> dict[str, list[Pair]]:
    """The sets for side alone, by name."""
    return {
        "Perspectrum test": perspectrum(shared, "test"),
        "Perspectrum test, texts not in train": perspectrum_unseen(shared),
        "IBM Claim Stance test": ibm_claims(shared, "test"),
        "ArgKP dev": argkp(shared, "dev"),
    }


def kept_aside(shared: Path) -> list[Pair]:
    """The pairs of `debate-nli` that are kept aside: three that support, three that rebut, two that do neither."""
    return [pair for item in nli_items(shared, dev=True) for pair in item]


def with_neither(pairs: list[Pair], seed: int = 1) -> list[Pair]:
    """A third each of support, rebut and neither: a text of another stance, taken for the stances as they come."""
    rng = random.Random(seed)
    sides = [[pair for pair in pairs if pair.label == side] for side in (SUPPORT, REBUT)]
    size = min(map(len, sides))
    own = {stance: {bare(pair.sentence) for pair in group} for stance, group in by_stance(pairs)}
    neither = []
    for pair in rng.sample(pairs, size):
        other = rng.choice(pairs)
        while bare(other.sentence) in own[pair.stance]:
            other = rng.choice(pairs)
        neither.append(Pair(pair.stance, other.sentence, NEITHER))
    return rng.sample(sides[SUPPORT], size) + rng.sample(sides[REBUT], size) + neither


def read(model: StanceModel, pairs: Sequence[Pair]) -> Read:
    """The logits (3,) of each pair's text, read as a passage of one sentence, and the seconds that all took."""
    begun = time.perf_counter()
    found: dict[Key, Logits] = {}
    for stance, group in by_stance(list(pairs)):
        texts = list(dict.fromkeys(pair.sentence for pair in group))
        rows = model.score(stance, [Reading((text,)) for text in texts])
        found |= {(stance, text): row[0] for text, row in zip(texts, rows, strict=True)}
    return Read(found, time.perf_counter() - begun)


def nearness(pairs: Sequence[Pair], embedder: Embedder) -> Floats:
    """The cosine of each text to its stance, shape (n,)."""
    stances = embedder.encode([pair.stance for pair in pairs], query=True)
    texts = embedder.encode([pair.sentence for pair in pairs])
    return np.asarray((stances * texts).sum(1), dtype=np.float64)


def bm25_scores(pairs: Sequence[Pair]) -> Floats:
    """The BM25 score of each text for its stance among all texts of the set, shape (n,)."""
    index = BM25([pair.sentence for pair in pairs])
    scores = {stance: index.scores(stance) for stance, _ in by_stance(list(pairs))}
    return np.array([scores[pair.stance][n] for n, pair in enumerate(pairs)])


def side_figures(truth: Labels, models: dict[str, Logits]) -> Figures:
    """Accuracy and macro-F1 of side; `truth` (n,) holds sides alone."""
    coins = np.random.default_rng(1).integers(0, 2, len(truth))
    found: Figures = {name: classified(truth, logits[:, :2].argmax(1), 2) for name, logits in models.items()}
    return found | {
        ALWAYS: classified(truth, np.full(len(truth), SUPPORT), 2),
        CHANCE: classified(truth, coins, 2),
    }


def three_way_figures(truth: Labels, models: dict[str, Logits], scores: dict[str, Floats]) -> Figures:
    """Accuracy and macro-F1 of support, rebut and neither; `scores` are of what can only tell the last."""
    classes = len(LABELS)
    found: Figures = {name: classified(truth, logits.argmax(1), classes) for name, logits in models.items()}
    for name, values in scores.items():
        found[f"{name}: neither below its best cut on this set, else support"] = classified(
            truth, best_cut(truth, values), classes
        )
    return found | {ALWAYS: classified(truth, np.full(len(truth), SUPPORT), classes)}


def best_cut(truth: Labels, scores: Floats) -> Labels:
    """Support from that score up which gives the most accuracy, neither below: more than a threshold fitted
    elsewhere could do."""
    cuts = [np.where(scores >= cut, SUPPORT, NEITHER) for cut in np.unique(scores)]
    return max(cuts, key=lambda guesses: float(np.mean(guesses == truth))).astype(np.int64)


def main(arguments: Sequence[str] | None = None) -> Figures:
    """Print the tables; the figures."""
    options = options_parser(__doc__).parse_args(arguments)
    report = Report("stance", options, check_counts(options.shared, "perspectrum", "ibm-claim-stance", "argkp"))
    size = options.sample and max(options.sample, FEWEST)
    aside = sampled(kept_aside(options.shared), size)
    sided: dict[str, list[Pair]] = {}
    three: dict[str, list[Pair]] = {}
    for name, pairs in stance_sets(options.shared).items():
        sided[name], three[name] = sampled(pairs, size), sampled(with_neither(pairs), size)
    sided[ASIDE], three[ASIDE] = [pair for pair in aside if pair.label != NEITHER], aside
    everything = [pair for group in (sided, three) for pairs in group.values() for pair in pairs]
    known = {}
    for name, system in judges(options.baselines, options.shared).items():
        note(f"{name} reads {len({(pair.stance, pair.sentence) for pair in everything}):,} pairs")
        known[name] = read(system.model, everything)
    seconds: Figures = {name: {SECONDS: 1000 * r.seconds / len(r.logits)} for name, r in known.items()}
    embedder = open_embedder(Settings())
    for name, pairs in sided.items():
        add_side(report, name, pairs, known)
        add_three_way(report, f"{name}, with neither", three[name], known, rankings(three[name], options, embedder))
    report.add(SECONDS, seconds, by_system(seconds, {"seconds": SECONDS}), title="Seconds for 1,000 pairs")
    return report.close()


def rankings(pairs: list[Pair], options: argparse.Namespace, embedder: Embedder) -> dict[str, Floats]:
    """The scores of those chosen baselines that know no sides."""
    found: dict[str, Floats] = {}
    if "cosine" in options.baselines:
        found[COSINE_NAME] = nearness(pairs, embedder)
    if "bm25" in options.baselines:
        found[BM25_NAME] = bm25_scores(pairs)
    return found


def add_side(report: Report, name: str, pairs: list[Pair], known: dict[str, Read]) -> None:
    """Measure side on a set and print its table."""
    truth = np.array([pair.label for pair in pairs], dtype=np.int64)
    figures: Figures = {"pairs": len(pairs), "support": int((truth == SUPPORT).sum())}
    figures["systems"] = side_figures(truth, {system: r.of(pairs) for system, r in known.items()})
    title = f"{name}: side, {len(pairs):,} pairs, {figures['support']:,} of them support"
    report.add(name, figures, by_system(figures["systems"], COLUMNS), title=title)


def add_three_way(
    report: Report, name: str, pairs: list[Pair], known: dict[str, Read], scores: dict[str, Floats]
) -> None:
    """Measure support, rebut and neither on a set and print its table."""
    truth = np.array([pair.label for pair in pairs], dtype=np.int64)
    sizes = {label: int((truth == n).sum()) for n, label in enumerate(LABELS)}
    figures: Figures = {"pairs": len(pairs), **sizes}
    figures["systems"] = three_way_figures(truth, {system: r.of(pairs) for system, r in known.items()}, scores)
    title = f"{name}: three-way, " + ", ".join(f"{size:,} {label}" for label, size in sizes.items())
    report.add(name, figures, by_system(figures["systems"], COLUMNS), title=title)


if __name__ == "__main__":
    main()
