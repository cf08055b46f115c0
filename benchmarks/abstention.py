"""Whether a brief stays empty where a library holds nothing: stances that it says nothing of, beside those it does.

python -m benchmarks.abstention --shared ../shared --json abstention.json
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.baselines import BM25_NAME, COSINE_NAME, Judge, judges
from benchmarks.cases import Case, Sources, shelves, sources_of
from benchmarks.metrics import auc, mean
from benchmarks.product import ALL, Engine, has_evidence
from benchmarks.tables import Figures, Report, by_system, note, options_parser
from debatebot.embedding import Memory, open_embedder
from debatebot.settings import Settings

HOME, SILENT, FOREIGN = "home", "silent", "foreign"
"""Stances that a library has evidence on; its own that it has none on; those of other libraries."""
FOREIGN_EACH = 4
"""Foreign stances that each library is asked about."""
COLUMNS = {
    "AUC, foreign": "auc_foreign",
    "AUC, its own without evidence": "auc_silent",
    "foreign: shows any": "any_foreign",
    "number": "number_foreign",
    "its own without: shows any": "any_silent",
    "number ": "number_silent",
    "with evidence: shows any": "any_home",
    "number  ": "number_home",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A stance that a library is asked about."""

    kind: str
    case: Case


def asked_of(found: dict[str, list[Case]], each: int, seed: int = 1) -> list[Asked]:
    """Each library's own stances, and `each` foreign ones by chance."""
    rng, asked = random.Random(seed), []
    for name, own in found.items():
        asked += [Asked(HOME if has_evidence(case.labels) else SILENT, case) for case in own]
        others = [case.stance for other, cases in found.items() if other != name for case in cases]
        for stance in rng.sample(others, min(each, len(others))):
            asked.append(Asked(FOREIGN, Case(own[0].shelf, stance, own[0].labels)))
    return asked


def strongest(asked: Sequence[Asked], system: Judge) -> dict[str, list[float]]:
    """The strongest strength among what a brief reads, whether it is shown or not, by kind."""
    found: dict[str, list[float]] = {HOME: [], SILENT: [], FOREIGN: []}
    for item in asked:
        found[item.kind].append(float(item.case.shelf.read(system, item.case.stance).strengths.max()))
    return found


def nearest(asked: Sequence[Asked], name: str) -> dict[str, list[float]]:
    """The best cosine or BM25 score of any sentence, by kind."""
    found: dict[str, list[float]] = {HOME: [], SILENT: [], FOREIGN: []}
    for item in asked:
        shelf, stance = item.case.shelf, item.case.stance
        scores = shelf.cosines(stance) if name == COSINE_NAME else shelf.bm25.scores(stance)
        found[item.kind].append(float(np.max(scores)))
    return found


def told_apart(strengths: dict[str, list[float]]) -> Figures:
    """How well stances with evidence are told from the two other kinds."""
    return {f"auc_{kind}": auc(strengths[HOME], strengths[kind]) for kind in (FOREIGN, SILENT)}


def shown_figures(asked: Sequence[Asked], system: Judge) -> Figures:
    """The share of briefs that show any evidence, and how much they show on average, by kind."""
    shown: dict[str, list[int]] = {HOME: [], SILENT: [], FOREIGN: []}
    for item in asked:
        shown[item.kind].append(len(item.case.shelf.shown(system, item.case.stance, ALL)))
    shares = {f"any_{kind}": mean([float(n > 0) for n in numbers]) for kind, numbers in shown.items()}
    return shares | {f"number_{kind}": mean(numbers) for kind, numbers in shown.items()}


def measured(asked: Sequence[Asked], systems: dict[str, Judge], baselines: Sequence[str]) -> Figures:
    """All figures of one set of libraries."""
    found: Figures = {}
    for name, system in systems.items():
        found[name] = told_apart(strongest(asked, system)) | shown_figures(asked, system)
    for key, name in (("cosine", COSINE_NAME), ("bm25", BM25_NAME)):
        if key in baselines:
            found[f"{name}, the best score"] = told_apart(nearest(asked, name))
    return {kind: sum(item.kind == kind for item in asked) for kind in (HOME, SILENT, FOREIGN)} | {"systems": found}


def main(arguments: Sequence[str] | None = None) -> Figures:
    """Print the tables; the figures."""
    parser = options_parser(__doc__)
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    options = parser.parse_args(arguments)
    documents, libraries = sources_of(options.shared, options.part, options.sample and options.sample + 1)
    report = Report("abstention", options, {"documents": len(documents), "libraries": len(libraries)})
    systems = judges(options.baselines, options.shared)
    embedder = open_embedder(Settings())
    sets: dict[str, Sources] = {"documents": documents, "libraries": libraries}
    with shelves(documents | libraries, Engine(embedder, Memory(embedder))) as found:
        everything = asked_of(found, min(FOREIGN_EACH, options.sample or FOREIGN_EACH))
        for name, sources in sets.items():
            own = {id(case.shelf) for source in sources for case in found[source]}
            asked = [item for item in everything if id(item.case.shelf) in own]
            if not asked:
                continue
            note(f"{name}: {len(asked)} stances")
            figures = measured(asked, systems, options.baselines)
            title = (
                f"{name}: {figures[HOME]} stances with evidence, {figures[SILENT]} without, {figures[FOREIGN]} foreign"
            )
            report.add(name, figures, by_system(figures["systems"], COLUMNS), title=title)
    return report.close()


if __name__ == "__main__":
    main()
