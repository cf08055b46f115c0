"""What a brief shows of labelled documents: how much is right, how much is lost and where, beside the baselines.

    python -m benchmarks.documents --shared ../shared --json documents.json

Documents and libraries that were kept aside, every sentence judged against every stance by a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.baselines import BM25_NAME, COSINE_NAME, OURS, Judge, judges
from benchmarks.cases import Case, pool, shelves, sources_of
from benchmarks.metrics import ARGUABLE, Floats, Labels, average_precision, mean, reliability, share
from benchmarks.product import ALL, COUNT, Engine, Shown, has_evidence
from benchmarks.tables import Figures, Report, by_system, markdown, note, options_parser
from debatebot.embedding import Memory, open_embedder
from debatebot.settings import Settings
from training.data import NEITHER, REBUT, SUPPORT

BY_CHANCE = ", side by chance"
SHOWN = {
    "shown": "shown",
    "arguable, left out": "arguable",
    "right": "right",
    "wrong side": "wrong_side",
    "of all evidence": "recall",
}
RANKED = {
    "best one right": "best_1_right",
    "wrong side": "best_1_wrong_side",
    "best three right": "best_3_right",
    "wrong side ": "best_3_wrong_side",
    "average precision, support": "average_precision_support",
    "rebut": "average_precision_rebut",
    "side of true evidence": "side",
}
PASSES = {
    "true evidence": "evidence",
    "read": "read",
    "and on its side": "right_side",
    "and above the threshold": "above_threshold",
    f"and among the {COUNT} a side": "shown",
}


@dataclass(slots=True)
class Ranking:
    """What a system's order of all sentences gives, collected over cases."""

    right: dict[int, list[float]] = field(default_factory=lambda: {1: [], 3: []})
    wrong: dict[int, list[float]] = field(default_factory=lambda: {1: [], 3: []})
    precisions: dict[int, list[float]] = field(default_factory=lambda: {SUPPORT: [], REBUT: []})
    sides: list[bool] = field(default_factory=list)

    def add(self, labels: Labels, strengths: Floats, sided: bool) -> None:
        """Add a case by the strengths (n, 2) of its sentences; without `sided` the two are one, the side a coin's."""
        known = labels != ARGUABLE
        labels, strengths = labels[known], strengths[known]
        for side in self.precisions:
            if (labels == side).any():
                self.precisions[side].append(average_precision(labels == side, strengths[:, side]))
        if not has_evidence(labels):
            return
        order, guesses = np.argsort(-strengths.max(1), kind="stable"), strengths.argmax(1)
        for most in self.right:
            for n in order[:most]:
                evidence = float(labels[n] != NEITHER)
                self.right[most].append(float(labels[n] == guesses[n]) if sided else evidence / 2)
                self.wrong[most].append(float(labels[n] == 1 - guesses[n]) if sided else evidence / 2)
        evidence = (labels != NEITHER) & (strengths.max(1) > 0)
        self.sides += (labels[evidence] == guesses[evidence]).tolist() if sided else []

    def figures(self) -> Figures:
        """The measures by name."""
        return {
            "best_1_right": mean(self.right[1]),
            "best_1_wrong_side": mean(self.wrong[1]),
            "best_3_right": mean(self.right[3]),
            "best_3_wrong_side": mean(self.wrong[3]),
            "average_precision_support": mean(self.precisions[SUPPORT]),
            "average_precision_rebut": mean(self.precisions[REBUT]),
            "side": mean([float(right) for right in self.sides]),
        }


def ranked(cases: Sequence[Case], system: Judge, whole: bool) -> Figures:
    """Our or another model's order by strength; what is not read (with `whole` nothing) comes last."""
    ranking = Ranking()
    for case in cases:
        ranking.add(case.labels, case.shelf.read(system, case.stance, whole).strengths, sided=True)
    return ranking.figures()


def ranked_by(cases: Sequence[Case], name: str) -> Figures:
    """The order by cosine or BM25, which know no sides."""
    ranking = Ranking()
    for case in cases:
        shelf = case.shelf
        scores = shelf.cosines(case.stance) if name == COSINE_NAME else shelf.bm25.scores(case.stance)
        ranking.add(case.labels, np.stack([scores, scores], axis=1), sided=False)
    return ranking.figures()


def passes(cases: Sequence[Case], briefs: Sequence[Sequence[Shown]], system: Judge) -> Figures:
    """Of all true evidence, what is left after each pass, as shares; the last is being in the briefs."""
    sums = dict.fromkeys(PASSES.values(), 0)
    for case, brief in zip(cases, briefs, strict=True):
        read = case.shelf.read(system, case.stance)
        evidence = (case.labels == SUPPORT) | (case.labels == REBUT)
        side = np.where(evidence, case.labels, 0)
        seen = evidence & read.read
        right = seen & (read.strengths.argmax(1) == side) & (read.strengths.max(1) > 0)
        above = right & (read.strengths.max(1) > system.calibration.threshold)
        found = {n for item in brief for n in item.on_side(case.labels)}
        counts = evidence.sum(), seen.sum(), right.sum(), above.sum(), len(found)
        sums = {name: sums[name] + int(count) for name, count in zip(sums, counts, strict=True)}
    shares = {name: share(count, sums["evidence"]) for name, count in sums.items() if name != "evidence"}
    return {"evidence": sums["evidence"], **shares}


def shown_figures(cases: Sequence[Case], briefs: Sequence[Sequence[Shown]]) -> Figures:
    """Precision, wrong-side rate and recall of what the briefs of the cases show; what is arguable is left out."""
    pairs = [(case, item) for case, brief in zip(cases, briefs, strict=True) for item in brief]
    right = [item.is_right(case.labels) for case, item in pairs]
    wrong = sum(item.is_wrong_side(case.labels) for case, item in pairs)
    decided = [value for value in right if value is not None]
    evidence = sum(int(np.isin(case.labels, (SUPPORT, REBUT)).sum()) for case in cases)
    found = [
        len({n for item in brief for n in item.on_side(case.labels)}) for case, brief in zip(cases, briefs, strict=True)
    ]
    return {
        "shown": len(pairs),
        "arguable": len(pairs) - len(decided),
        "right": share(sum(decided), len(decided)),
        "wrong_side": share(wrong, len(decided)),
        "recall": share(sum(found), evidence),
    }


def trusted(cases: Sequence[Case], briefs: Sequence[Sequence[Shown]]) -> list[dict[str, Any]]:
    """The reliability of the strengths of what is shown; what is arguable is left out."""
    pairs = [(item.strength, item.is_right(c.labels)) for c, brief in zip(cases, briefs, strict=True) for item in brief]
    decided = [(strength, right) for strength, right in pairs if right is not None]
    return reliability([strength for strength, _ in decided], [right for _, right in decided])


def measured(cases: Sequence[Case], systems: dict[str, Judge], baselines: Sequence[str], pooled: bool) -> Figures:
    """All figures of one set; in the pool a model's order is of what it reads, the rest behind."""
    every = [case.shelf.shown(systems[OURS], case.stance, ALL) for case in cases]
    few = [case.shelf.shown(systems[OURS], case.stance, COUNT) for case in cases]
    orders = {name: ranked(cases, system, whole=not pooled) for name, system in systems.items()}
    for key, name in (("cosine", COSINE_NAME), ("bm25", BM25_NAME)):
        if key in baselines:
            orders[name + BY_CHANCE] = ranked_by(cases, name)
    return {
        "stances": len(cases),
        "stances_with_evidence": sum(has_evidence(case.labels) for case in cases),
        "shown": {
            "all above the threshold": shown_figures(cases, every),
            f"at most {COUNT} a side": shown_figures(cases, few),
        },
        "ranked": orders,
        "passes": {OURS: passes(cases, few, systems[OURS])},
        "reliability": trusted(cases, every),
    }


def main(arguments: Sequence[str] | None = None) -> Figures:
    """Print the tables; the figures."""
    parser = options_parser(__doc__)
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    options = parser.parse_args(arguments)
    documents, libraries = sources_of(options.shared, options.part, options.sample)
    counts = {name: len(group) for name, group in (("documents", documents), ("libraries", libraries))}
    report = Report("documents", options, counts)
    systems = judges(options.baselines, options.shared)
    embedder = open_embedder(Settings())
    engine = Engine(embedder, Memory(embedder))
    sets = {"documents": documents, "libraries": libraries, "pooled": {"pool": pool(documents | libraries)}}
    for name, sources in sets.items():
        if not sources:
            continue
        note(f"{name}: {len(sources)} to index and read")
        with shelves(sources, engine) as found:
            cases = [case for group in found.values() for case in group]
            figures = measured(cases, systems, options.baselines, name == "pooled")
            sizes = {"sentences": sum(len(group[0].labels) for group in found.values()), "libraries": len(found)}
        report.add(name, sizes | figures, *tables(figures), title=headline(name, sizes, figures))
    return report.close()


def headline(name: str, sizes: Figures, figures: Figures) -> str:
    """What a set is, in numbers."""
    stances, useful = figures["stances"], figures["stances_with_evidence"]
    return f"{name}: {sizes['sentences']:,} sentences, {stances:,} stances, {useful:,} of them with evidence"


def tables(figures: Figures) -> list[str]:
    """The tables of a set."""
    bins = [(f"{row['from']:.1f} to {row['to']:.1f}", row["shown"], row["right"]) for row in figures["reliability"]]
    return [
        by_system(figures["shown"], SHOWN),
        by_system(figures["ranked"], RANKED),
        by_system(figures["passes"], PASSES),
        markdown(["strength", "shown", "right"], bins),
    ]


if __name__ == "__main__":
    main()
