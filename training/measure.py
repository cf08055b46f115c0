"""Measure an adapter on what was kept aside, and keep its logits for `training.calibrate`.

    python -m training.measure --shared ../shared --adapter training/runs/second/shipped --out training/runs/second

Prints a table; writes `logits.npz`. Documents and libraries go through the product's own passages,
retrieval and judging, every sentence against every stance.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score  # type: ignore[import-untyped]

from debatebot.answer import make_answer
from debatebot.calibration import softmax
from debatebot.embedding import Memory, open_embedder
from debatebot.frames import Reading
from debatebot.judging import judge_logits
from debatebot.library import Library
from debatebot.retrieve import retrieve
from debatebot.settings import Settings
from debatebot.stance import CrossEncoder, StanceModel, ready_folder
from training.data import NEITHER, Gold, Pair, by_stance, documents, libraries, nli_items, perspectrum

Row = tuple[str, str, int, float, npt.NDArray[np.float32]]
"""Set, stance, label (-1 for arguable), cosine, logits."""
NO_FLOOR = 0.0


def single(model: StanceModel, name: str, pairs: list[Pair]) -> list[Row]:
    """Rows for pairs of a stance and a sentence that stands alone."""
    rows: list[Row] = []
    for stance, group in by_stance(pairs):
        logits = model.score(stance, [Reading((p.sentence,)) for p in group])
        rows += [(name, stance, p.label, 0.0, row[0]) for p, row in zip(group, logits, strict=True)]
    return rows


def through_product(
    model: StanceModel, name: str, judged: list[Gold], foreign: list[str], nearness: dict[str, list[float]]
) -> list[Row]:
    """Rows for one library: its own stances, and `foreign` ones that it says nothing of.

    Into `nearness` goes how near the best answer to each came, were it a question.
    """
    embedder = open_embedder(Settings())
    memory = Memory(embedder)
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch, "corpus")
        corpus.mkdir()
        for number, sentences in enumerate(judged[0].documents):
            (corpus / f"{number}.txt").write_text(" ".join(sentences), encoding="utf-8")
        library = Library(corpus, Path(scratch, "index"), embedder)
        library.sync()
        rows: list[Row] = []
        for stance, home in [(j.stance, j) for j in judged] + [(s, None) for s in foreign]:
            known = dict(zip(chain(*home.documents), chain(*home.labels), strict=True)) if home else {}
            best = make_answer(library, embedder, memory, NO_FLOOR, stance, count=1).answers
            nearness["home" if home else "foreign"] += [item.strength for item in best]
            candidates = retrieve(library, embedder.encode([stance], query=True), stance, 10_000)
            for (candidate, place), logits in judge_logits(library, model, stance, candidates):
                label = known.get(candidate.passage.cut(place)) if home else NEITHER
                kind = name if home else "foreign"
                rows.append((kind, stance, -1 if label is None else label, candidate.cosine, logits))
        return rows


def collect(model: StanceModel, shared: Path, every: int) -> tuple[list[Row], dict[str, list[float]]]:
    """All rows of all development sets (of documents and libraries, each `every`th stance), and the nearness of
    answers."""
    nearness: dict[str, list[float]] = {"home": [], "foreign": []}
    rng = random.Random(1)
    rows = single(model, "debate-nli", [p for item in nli_items(shared, dev=True) for p in item])
    rows += single(model, "perspectrum dev", rng.sample(perspectrum(shared, "dev"), 300))
    docs = [doc[::every] for doc in documents(shared, "dev")]
    libs = {name: lib[::every] for name, lib in libraries(shared, "dev").items()}
    stances = [j.stance for doc in docs for j in doc]
    for number, doc in enumerate(docs):
        own = {j.stance for j in doc}
        rows += through_product(
            model, "debate-docs", doc, rng.sample([s for s in stances if s not in own], 2), nearness
        )
        print(f"document {number + 1} of {len(docs)}", flush=True)
    for name, lib in libs.items():
        rows += through_product(model, name, lib, rng.sample(stances, 3), nearness)
        print(name, flush=True)
    return rows, nearness


def table(rows: list[Row]) -> str:
    """The measures of each set, a line each."""
    lines = ["set | pairs | side | three-way | average precision support / rebut | best three right / wrong side"]
    for name in dict.fromkeys(row[0] for row in rows):
        chosen = [row for row in rows if row[0] == name and row[2] >= 0]
        labels = np.array([row[2] for row in chosen])
        logits = np.array([row[4] for row in chosen])
        sided = labels != NEITHER
        side = np.mean(logits[sided, :2].argmax(1) == labels[sided]) if sided.any() else float("nan")
        three = np.mean(logits.argmax(1) == labels)
        lines.append(f"{name} | {len(labels)} | {side:.3f} | {three:.3f} | {_ranking(chosen)}")
    return "\n".join(lines)


def _ranking(rows: list[Row]) -> str:
    if not any(row[3] for row in rows) or all(row[2] == NEITHER for row in rows):
        return "- | -"
    precision: dict[int, list[float]] = {0: [], 1: []}
    right, wrong, shown = 0, 0, 0
    for stance in dict.fromkeys(row[1] for row in rows):
        chosen = [row for row in rows if row[1] == stance]
        labels = np.array([row[2] for row in chosen])
        chances = softmax(np.array([row[4] for row in chosen]))
        for side in (0, 1):
            if (labels == side).any():
                precision[side].append(average_precision_score(labels == side, chances[:, side]))
        if (labels != NEITHER).any():
            for place in np.argsort(-chances[:, :2].max(1))[:3]:
                guess = chances[place, :2].argmax()
                right += labels[place] == guess
                wrong += labels[place] == 1 - guess
                shown += 1
    means = " / ".join(f"{np.mean(values):.3f}" for values in precision.values())
    return f"{means} | {right / shown:.3f} / {wrong / shown:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--every", type=int, default=2, help="read each so manyth stance of documents and libraries")
    options = parser.parse_args()
    rows, nearness = collect(CrossEncoder(ready_folder(print, options.adapter)), options.shared, options.every)
    np.savez_compressed(
        options.out / "logits.npz",
        sets=np.array([row[0] for row in rows]),
        stances=np.array([row[1] for row in rows]),
        labels=np.array([row[2] for row in rows]),
        cosines=np.array([row[3] for row in rows]),
        logits=np.array([row[4] for row in rows]),
        nearness_home=np.array(nearness["home"]),
        nearness_foreign=np.array(nearness["foreign"]),
    )
    text = table(rows)
    (options.out / "measures.txt").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
