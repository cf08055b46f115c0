"""Briefs over 1,056 Wikipedia articles: do they find the claims that readers annotated, and on their side?

    python -m benchmarks.briefs --shared ../shared --index runs/ibm --json briefs.json

IBM Claim Stance's articles as one library, and of each test topic a brief as a user asks for it. Indexing all takes
25 minutes on two cores; `--index` keeps it. `--articles` takes whole test topics until there are so many articles.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.baselines import BM25, BM25_NAME, COSINE_NAME, Judge, judges
from benchmarks.data import Claim, Topic, articles_folder, check_counts, topics
from benchmarks.metrics import mean, share
from benchmarks.product import SIDES, Engine, overlap
from benchmarks.tables import Figures, Report, by_system, note, options_parser, positive, progress
from debatebot.embedding import Memory, open_embedder
from debatebot.frames import Reading
from debatebot.library import Library
from debatebot.settings import Settings
from debatebot.types import Passage, Side
from training.data import SUPPORT

ASKED = 50
"""The count of a brief: so many a side."""
CUTS = (10, 50)
NEAREST = 100
"""Passages whose sentences are ranked by cosine."""
BASELINES = ("bm25", "cosine", "part1")
ALWAYS = ", always support"
COLUMNS = {
    "claims in the best 10": "recall_at_10",
    "in the best 50": "recall_at_50",
    "shown a brief": "shown",
    "of these on a claim": "on_a_claim",
    "of those right side": "right_side",
    "wrong side, of all shown": "wrong_side",
    "no support": "empty_support",
    "no rebut": "empty_rebut",
    "neither": "empty",
    "seconds, median": "seconds_median",
    "95th of 100": "seconds_95",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of evidence: the documents that have it (copies go by several names), where, and its side."""

    documents: tuple[str, ...]
    start: int
    end: int
    side: int

    def has(self, claim: Claim) -> bool:
        """Whether it and the claim share half or more of the shorter one."""
        shared = overlap((self.start, self.end), (claim.start, claim.end))
        return claim.document in self.documents and shared >= min(self.end - self.start, claim.end - claim.start) / 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system finds for a topic, best first, and the seconds it takes."""

    topic: Topic
    found: list[Found]
    seconds: float


def briefs(library: Library, engine: Engine, system: Judge, chosen: Sequence[Topic]) -> list[Answer]:
    """A brief for each topic, both sides together by strength."""
    answers = []
    for number, topic in enumerate(chosen, 1):
        begun = time.perf_counter()
        brief = engine.brief(library, system, topic.text, ASKED)
        seconds = time.perf_counter() - begun
        items = sorted(((item, SIDES[s]) for s in Side for item in brief.side(s)), key=lambda pair: -pair[0].strength)
        names = [(item.document, *(name for name, _ in item.also)) for item, _ in items]
        found = [Found(n, item.start, item.end, side) for n, (item, side) in zip(names, items, strict=True)]
        answers.append(Answer(topic, found, seconds))
        note(f"topic {number} of {len(chosen)}: {len(found)} shown, {seconds:.1f} s")
    return answers


def by_cosine(library: Library, engine: Engine, chosen: Sequence[Topic]) -> list[Answer]:
    """The sentences of the nearest passages in the order of their own cosine."""
    answers, snapshot = [], library.snapshot()
    for topic in chosen:
        begun = time.perf_counter()
        query = engine.embedder.encode([topic.text], query=True)
        near = library.store.passages([number for number, _ in snapshot.search(query, NEAREST)])
        places = sentences(library, list(near.values()))
        order = np.argsort(-(engine.memory.encode([words for _, words in places]) @ query[0]), kind="stable")
        answers.append(Answer(topic, [places[n][0] for n in order[:ASKED]], time.perf_counter() - begun))
    return answers


def by_bm25(library: Library, chosen: Sequence[Topic]) -> list[Answer]:
    """All sentences of the library in the order of BM25."""
    places = sentences(library, list(library.store.passages().values()))
    index, answers = BM25([words for _, words in places]), []
    for topic in chosen:
        begun = time.perf_counter()
        order = np.argsort(-index.scores(topic.text), kind="stable")
        answers.append(Answer(topic, [places[n][0] for n in order[:ASKED]], time.perf_counter() - begun))
    return answers


def sentences(library: Library, passages: Sequence[Passage]) -> list[tuple[Found, str]]:
    """The places and words of all sentences of passages, taken for support."""
    copies: dict[str, tuple[str, ...]] = {}
    for name in {passage.document for passage in passages}:
        copies[name] = (name, *(known.name for known in library.store.namesakes(name)))
    return [
        (Found(copies[passage.document], place.start, place.end, SUPPORT), passage.cut(place))
        for passage in passages
        for place in passage.sentences
    ]


def figures_of(answers: Sequence[Answer]) -> Figures:
    """The measures by name: recall is of all topics' claims together."""
    claims = sum(len(answer.topic.claims) for answer in answers)
    hits = dict.fromkeys(CUTS, 0)
    right = wrong = 0
    for answer in answers:
        for cut in CUTS:
            best = answer.found[:cut]
            hits[cut] += sum(any(item.has(claim) for item in best) for claim in answer.topic.claims)
        for item in answer.found:
            sides = {claim.side for claim in answer.topic.claims if item.has(claim)}
            right += item.side in sides
            wrong += bool(sides) and item.side not in sides
    shown = [len(answer.found) for answer in answers]
    seconds = [answer.seconds for answer in answers]
    empty = {side: sum(all(f.side != n for f in a.found) for a in answers) for side, n in SIDES.items()}
    return {
        **{f"recall_at_{cut}": share(hits[cut], claims) for cut in CUTS},
        "shown": mean(shown),
        "on_a_claim": share(right + wrong, sum(shown)),
        "right_side": share(right, right + wrong),
        "wrong_side": share(wrong, sum(shown)),
        "empty_support": empty[Side.SUPPORT],
        "empty_rebut": empty[Side.REBUT],
        "empty": sum(not number for number in shown),
        "seconds_median": float(np.median(seconds)),
        "seconds_95": float(np.percentile(seconds, 95)),
    }


def candidates_recall(library: Library, engine: Engine, chosen: Sequence[Topic]) -> float | None:
    """The share of the claims that stand in the passages which a brief reads."""
    hits = 0
    for topic in chosen:
        read = sentences(library, [c.passage for c in engine.found(library, topic.text)])
        hits += sum(any(place.has(claim) for place, _ in read) for claim in topic.claims)
    return share(hits, sum(len(topic.claims) for topic in chosen))


def chosen_articles(shared: Path, least: int | None, sample: int | None) -> tuple[list[Topic], list[Path]]:
    """Topics, and the articles of the library: all; those of the first topics until there are `least`; or, for a
    sample, of so many topics the so many shortest articles that hold a claim."""
    folder, found = articles_folder(shared), topics(shared, "test")
    if sample:
        found = [Topic(t.number, t.text, within(t, shortest(folder, t, sample))) for t in found[:sample]]
        return found, sorted({folder / claim.document for topic in found for claim in topic.claims})
    if least is None:
        return found, sorted(folder.rglob("*.txt"))
    kept: list[Topic] = []
    files: list[Path] = []
    for topic in found:
        if len(files) < least:
            kept.append(topic)
            files += sorted((folder / f"t{topic.number}").glob("*.txt"))
    return kept, files


def shortest(folder: Path, topic: Topic, count: int) -> list[str]:
    """The topic's shortest articles that hold a claim."""
    return sorted({c.document for c in topic.claims}, key=lambda name: (folder / name).stat().st_size)[:count]


def within(topic: Topic, documents: Sequence[str]) -> tuple[Claim, ...]:
    """Those of the topic's claims that stand in these documents."""
    return tuple(claim for claim in topic.claims if claim.document in documents)


def open_library(folder: Path, files: Sequence[Path], root: Path, engine: Engine) -> Library:
    """A library of these files; in a folder that is kept, what is there already is not embedded again."""
    for file in files:
        target = folder / "corpus" / file.relative_to(root)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    held = {path.relative_to(folder / "corpus") for path in (folder / "corpus").rglob("*.txt")}
    if held != {file.relative_to(root) for file in files}:
        raise SystemExit(f"{folder} holds other articles than these; name another folder with --index, or delete it")
    library = Library(folder / "corpus", folder / "index", engine.embedder)
    note(f"indexing {len(files):,} articles")
    library.sync(progress(50))
    return library


def main(arguments: Sequence[str] | None = None) -> Figures:
    """Print the table; the figures."""
    parser = options_parser(__doc__, BASELINES)
    parser.add_argument("--articles", type=positive, help="whole test topics until there are so many articles")
    parser.add_argument("--index", type=Path, help="a folder that keeps the library")
    options = parser.parse_args(arguments)
    report = Report("briefs", options, check_counts(options.shared, "ibm-claim-stance"))
    chosen, files = chosen_articles(options.shared, options.articles, options.sample)
    embedder = open_embedder(Settings())
    engine = Engine(embedder, Memory(embedder))
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.index or Path(scratch)
        library = open_library(folder, files, articles_folder(options.shared), engine)
        answers = {}
        for name, system in judges(options.baselines, options.shared).items():
            system.model.score("It is warm.", [Reading(("It is warm today.",))])
            # each with sentences' vectors of its own, so that none is the quicker for coming later
            answers[name] = briefs(library, Engine(embedder, Memory(embedder)), system, chosen)
        if "cosine" in options.baselines:
            answers[COSINE_NAME + ALWAYS] = by_cosine(library, engine, chosen)
        if "bm25" in options.baselines:
            answers[BM25_NAME + ALWAYS] = by_bm25(library, chosen)
        sizes = {"articles": len(files), "topics": len(chosen), "claims": sum(len(t.claims) for t in chosen)}
        figures: Figures = {
            **sizes,
            "claims_read": candidates_recall(library, engine, chosen),
            "systems": {name: figures_of(found) for name, found in answers.items()},
        }
    title = ", ".join(f"{n:,} {what}" for what, n in sizes.items())
    remarks = (
        f"Of the claims, {figures['claims_read'] or 0:.3f} stand in the passages that a brief reads. "
        "Sentences that nobody annotated are unjudged, not wrong: they count as shown, on neither side."
    )
    report.add("briefs", figures, by_system(figures["systems"], COLUMNS), remarks, title=title)
    return report.close()


if __name__ == "__main__":
    main()
