"""Finding texts: Perspectrum's perspectives for a claim, ArguAna's counterargument to an argument.

    python -m benchmarks.retrieval --shared ../shared --index runs/retrieval --json retrieval.json

Both go through a library with a document for each text; indexing them takes long, and `--index` keeps them.

debatebot on Perspectrum: the passages that a brief reads, in the order of their stronger side. On ArguAna it does what
it does to find what rebuts: retrieval by the argument's whole words, then the rebut strength against the argument's
first sentence, which is its claim; a document is worth its best sentence. The stance model reads for seconds a query,
so that is measured on `--reranked` queries, and everything else there on the same.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.baselines import BM25, BM25_NAME, COSINE_NAME, OURS, Judge, judges
from benchmarks.data import Retrieval, arguana, check_counts, perspective_retrieval, sampled
from benchmarks.metrics import at_k, ndcg
from benchmarks.product import Engine
from benchmarks.tables import Figures, Report, by_system, note, options_parser, positive, progress
from debatebot.brief import NO_VERDICTS
from debatebot.embedding import Memory, Vectors, open_embedder
from debatebot.judging import judge
from debatebot.library import Library
from debatebot.retrieve import retrieve
from debatebot.sentences import split_sentences
from debatebot.settings import Settings
from debatebot.types import Candidate

CUTS = (5, 10, 20)
FIRST = 10
PASSAGES = 200
"""Passages that are retrieved to have enough documents."""
DEEPEST = 50
"""Documents of a ranking that are kept: more than any cut needs."""
PADDING = 10
"""Texts beside each wanted one in a slice."""
ALONE = f"{OURS}, retrieval alone"
BASELINES = ("bm25", "cosine")

Ranker = Callable[[str], list[str]]
"""The id of a query to the ids of texts, best first."""


def open_library(folder: Path, data: Retrieval, engine: Engine) -> Library:
    """A library with a document for each text; what a kept folder holds already is not embedded again."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    held = {file.stem for file in corpus.iterdir()}
    if held - data.texts.keys():
        raise SystemExit(f"{folder} holds other texts than these; name another folder with --index, or delete it")
    for name in data.texts.keys() - held:
        (corpus / f"{name}.txt").write_text(data.texts[name], encoding="utf-8", newline="")
    library = Library(corpus, folder / "index", engine.embedder)
    note(f"indexing {len(data.texts):,} texts")
    library.sync(progress(500))
    return library


def documents(library: Library, candidates: Sequence[Candidate]) -> list[str]:
    """The ids of the candidates' documents in their order, with those of the very same content."""
    names = list(dict.fromkeys(candidate.passage.document for candidate in candidates))[:DEEPEST]
    every = [name for first in names for name in (first, *(known.name for known in library.store.namesakes(first)))]
    return [name.removesuffix(".txt") for name in every]


def retrieved(library: Library, engine: Engine, data: Retrieval) -> Ranker:
    """The product's retrieval alone: documents by their best passage."""

    def rank(query: str) -> list[str]:
        text = data.queries[query]
        return documents(library, retrieve(library, engine.embedder.encode([text], query=True), text, PASSAGES))

    return rank


def reranked(library: Library, engine: Engine, data: Retrieval, system: Judge, rebut: bool) -> Ranker:
    """What a brief reads, by its strength: on the stronger side, or for `rebut` against the query's first sentence."""

    def rank(query: str) -> list[str]:
        text = data.queries[query]
        stance = first_sentence(text) if rebut else text
        candidates = engine.found(library, text)
        best: dict[str, float] = {}
        items = judge(library, engine.models(system), stance, candidates, NO_VERDICTS)
        for item in items:
            name = item.candidate.passage.document
            best[name] = max(best.get(name, 0.0), item.rebut if rebut else max(item.support, item.rebut))
        # What holds no sentence long enough to judge comes last.
        order = sorted(candidates, key=lambda c: -best.get(c.passage.document, 0.0))
        return documents(library, order)

    return rank


def first_sentence(text: str) -> str:
    """The first sentence of a text."""
    sentence = split_sentences(text)[0]
    return " ".join(text[sentence.start : sentence.end].split())


def by_bm25(data: Retrieval) -> Ranker:
    """All texts by BM25."""
    names, index = list(data.texts), BM25(list(data.texts.values()))
    return lambda query: [names[n] for n in np.argsort(-index.scores(data.queries[query]), kind="stable")[:PASSAGES]]


def by_cosine(data: Retrieval, engine: Engine, folder: Path) -> Ranker:
    """All texts by the cosine of the whole text, as far as the model reads it; vectors are kept in `folder`."""
    file, names = folder / "texts.npy", list(data.texts)
    if not file.exists():
        note(f"embedding {len(names):,} texts")
        np.save(file, engine.embedder.encode(list(data.texts.values())))
    vectors: Vectors = np.load(file)

    def rank(query: str) -> list[str]:
        scores = vectors @ engine.embedder.encode([data.queries[query]], query=True)[0]
        return [names[n] for n in np.argsort(-scores, kind="stable")[:PASSAGES]]

    return rank


def sliced(data: Retrieval, sample: int | None) -> Retrieval:
    """A few queries with what they want and some other texts; everything for None."""
    if sample is None:
        return data
    queries = sampled(list(data.queries), sample)
    wanted = {name for query in queries for name in (*data.gold[query], query) if name in data.texts}
    others = sampled([name for name in data.texts if name not in wanted], PADDING * sample)
    texts = {name: text for name, text in data.texts.items() if name in wanted | set(others)}
    return Retrieval(texts, {q: data.queries[q] for q in queries}, {q: data.gold[q] for q in queries})


def precision_figures(data: Retrieval, rankers: dict[str, Ranker]) -> Figures:
    """Precision, recall and F1 at each cut, means over queries."""
    found: Figures = {}
    for name, rank in rankers.items():
        note(f"Perspectrum: {name}")
        rankings = {query: rank(query) for query in data.queries}
        found[name] = {}
        for cut in CUTS:
            values = np.mean([at_k(ranked, data.gold[query], cut) for query, ranked in rankings.items()], axis=0)
            keys = (f"precision_at_{cut}", f"recall_at_{cut}", f"f1_at_{cut}")
            found[name] |= dict(zip(keys, values.tolist(), strict=True))
    return found


def ndcg_figures(data: Retrieval, rankers: dict[str, Ranker], queries: Sequence[str]) -> Figures:
    """nDCG@10, the query's own document dropped; a query whose gold is missing counts 0, as in BEIR."""
    found: Figures = {}
    for name, rank in rankers.items():
        note(f"ArguAna: {name}, {len(queries):,} queries")
        values = [ndcg([n for n in rank(query) if n != query], data.gold[query], FIRST) for query in queries]
        found[name] = {"ndcg_at_10": float(np.mean(values))}
    return found


def baselines(chosen: Sequence[str], data: Retrieval, engine: Engine, folder: Path) -> dict[str, Ranker]:
    """The chosen baselines by name."""
    found: dict[str, Ranker] = {}
    if "bm25" in chosen:
        found[BM25_NAME] = by_bm25(data)
    if "cosine" in chosen:
        found[COSINE_NAME] = by_cosine(data, engine, folder)
    return found


def add_perspectrum(report: Report, data: Retrieval, rankers: dict[str, Ranker]) -> None:
    """Measure and print Perspectrum."""
    systems = precision_figures(data, rankers)
    columns = {f"{k[0].upper()} at {cut}": f"{k}_at_{cut}" for cut in CUTS for k in ("precision", "recall", "f1")}
    title = f"Perspectrum: {len(data.queries):,} test claims, {len(data.texts):,} perspectives"
    figures = {"queries": len(data.queries), "texts": len(data.texts), "systems": systems}
    report.add("perspectrum", figures, by_system(systems, columns), title=title)


def main(arguments: Sequence[str] | None = None) -> Figures:
    """Print the tables; the figures."""
    parser = options_parser(__doc__, BASELINES)
    parser.add_argument("--index", type=Path, help="a folder that keeps the two libraries")
    parser.add_argument("--reranked", type=positive, default=100, help="queries of ArguAna that the stance model reads")
    options = parser.parse_args(arguments)
    report = Report("retrieval", options, check_counts(options.shared, "perspectrum", "arguana"))
    ours = judges((), options.shared)[OURS]
    embedder = open_embedder(Settings())
    engine = Engine(embedder, Memory(embedder))
    with tempfile.TemporaryDirectory() as scratch:
        place: Path = options.index or Path(scratch)
        data, folder = sliced(perspective_retrieval(options.shared), options.sample), place / "perspectrum"
        library = open_library(folder, data, engine)
        rankers = {OURS: reranked(library, engine, data, ours, rebut=False), ALONE: retrieved(library, engine, data)}
        add_perspectrum(report, data, rankers | baselines(options.baselines, data, engine, folder))
        data, folder = sliced(arguana(options.shared), options.sample), place / "arguana"
        library = open_library(folder, data, engine)
        rankers = {ALONE: retrieved(library, engine, data), **baselines(options.baselines, data, engine, folder)}
        few = sorted(random.Random(1).sample(sorted(data.queries), min(options.reranked, len(data.queries))))
        by_rebuttal = {OURS: reranked(library, engine, data, ours, rebut=True)}
        for name, group, queries in (
            ("arguana", rankers, list(data.queries)),
            ("arguana, re-ranked", by_rebuttal | rankers, few),
        ):
            systems = ndcg_figures(data, group, queries)
            figures = {"queries": len(queries), "texts": len(data.texts), "systems": systems}
            title = (
                f"ArguAna (rebuilt){name.removeprefix('arguana')}: {len(queries):,} queries, {len(data.texts):,} texts"
            )
            report.add(name, figures, by_system(systems, {"nDCG@10": "ndcg_at_10"}), title=title)
    return report.close()


if __name__ == "__main__":
    main()
