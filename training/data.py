"""Training pairs for the stance model, and the parts that are kept aside to develop with.

Reads `shared/training` and the train splits of `shared/benchmarks`; nothing of a test split. Kept
aside: a tenth of `debate-nli` by item, the documents numbered 05 and 10 of each `debate-docs`
file, the library `nuclear-power`, and Perspectrum's own dev split.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from debatebot.pairs import in_context

SUPPORT, REBUT, NEITHER = range(3)
DEV_LIBRARY = "nuclear-power"
DEV_DOCUMENTS = ("05", "10")
DEV_EVERY = 10
LEAVE_OUT_CONTEXT = 0.25


@dataclass(frozen=True, slots=True)
class Pair:
    """A stance, a sentence in context, and the label: an index into `LABELS`."""

    stance: str
    sentence: str
    label: int


@dataclass(frozen=True, slots=True)
class Judged:
    """One stance against all sentences of a library: labels as in `LABELS`, None where arguable."""

    stance: str
    sentences: list[str]
    before: list[str]
    labels: list[int | None]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def nli_items(shared: Path, dev: bool) -> list[list[Pair]]:
    """`debate-nli`, one list of eight pairs an item; every tenth item is kept for development."""
    items = [i for f in sorted((shared / "training/debate-nli").glob("*.jsonl")) for i in _lines(f)]
    chosen = [item for n, item in enumerate(items) if (n % DEV_EVERY == 0) == dev]
    return [
        [
            Pair(stance, item["sentence"], label)
            for label, key in enumerate(("support", "rebut", "neither"))
            for stance in item[key]
        ]
        for item in chosen
    ]


def documents(shared: Path, dev: bool) -> list[list[Judged]]:
    """`debate-docs`, one list of judged stances a document."""
    files = sorted((shared / "training/debate-docs").glob("*.jsonl"))
    docs = [d for f in files for d in _lines(f) if (d["id"][-2:] in DEV_DOCUMENTS) == dev]
    return [[_judge(s, [(str(i), t) for i, t in enumerate(d["sentences"])]) for s in d["stances"]] for d in docs]


def libraries(folder: Path) -> dict[str, list[Judged]]:
    """The libraries of a folder by name, every stance judged against all documents of its library."""
    return {file.stem: _library(file) for file in sorted(folder.glob("*.json"))}


def _library(file: Path) -> list[Judged]:
    library = json.loads(file.read_text(encoding="utf-8"))
    places = [(f"{d['id']}:{i}", t) for d in library["documents"] for i, t in enumerate(d["sentences"])]
    return [_judge(stance, places) for stance in library["stances"]]


def _judge(stance: dict[str, Any], places: list[tuple[str, str]]) -> Judged:
    sides: dict[str, int | None] = {}
    for key, label in (("support", SUPPORT), ("rebut", REBUT), ("either", None)):
        sides |= {str(place): label for place in stance[key]}
    texts = [text for _, text in places]
    first = [place.split(":")[-1] == "0" for place, _ in places]
    before = ["" if start else previous for start, previous in zip(first, ["", *texts], strict=False)]
    return Judged(stance["stance"], texts, before, [sides.get(place, NEITHER) for place, _ in places])


def perspectrum(shared: Path, split: str) -> list[Pair]:
    """Claims with perspectives of one split. From train, texts that also stand in Perspectrum's test
    split or among ArguAna's titles are left out (see the benchmarks' notes on leakage)."""
    folder = shared / "benchmarks/perspectrum"
    splits = json.loads((folder / "dataset_split_v1.0.json").read_text(encoding="utf-8"))
    pool = {
        p["pId"]: p["text"] for p in json.loads((folder / "perspective_pool_v1.0.json").read_text(encoding="utf-8"))
    }
    claims = json.loads((folder / "perspectrum_with_answers_v1.0.json").read_text(encoding="utf-8"))
    pairs: dict[str, list[Pair]] = {"train": [], "dev": [], "test": []}
    for claim in claims:
        for cluster in claim["perspectives"]:
            label = SUPPORT if cluster["stance_label_3"] == "SUPPORT" else REBUT
            pairs[splits[str(claim["cId"])]] += [Pair(claim["text"], pool[i], label) for i in cluster["pids"]]
    if split != "train":
        return pairs[split]
    leaked = {_folded(p.sentence) for p in pairs["test"]} | {
        _folded(row["title"]) for row in _lines(shared / "benchmarks/arguana/corpus.jsonl")
    }
    return [p for p in pairs["train"] if _folded(p.sentence) not in leaked]


def _folded(text: str) -> str:
    return " ".join(text.casefold().strip(" .").split())


def ibm_train(shared: Path) -> list[Pair]:
    """IBM Claim Stance, train topics only: the topic as stance, the claim as sentence."""
    path = shared / "benchmarks/ibm-claim-stance/claim_stance_dataset_v1.json"
    topics = [t for t in json.loads(path.read_text(encoding="utf-8")) if t["split"] == "train"]
    return [
        Pair(t["topicText"], c["claimCorrectedText"], SUPPORT if c["stance"] == "PRO" else REBUT)
        for t in topics
        for c in t["claims"]
    ]


def inference(shared: Path, name: str, splits: tuple[str, ...]) -> list[Pair]:
    """One set of `shared/training/nli`: hypothesis as stance, premise as sentence."""
    labels = {"support": SUPPORT, "rebut": REBUT, "neither": NEITHER}
    rows = _lines(shared / f"training/nli/{name}.jsonl")
    return [Pair(r["hypothesis"], r["premise"], labels[r["label"]]) for r in rows if r["split"] in splits]


def pairs_of(judged: Judged, rng: random.Random, neither: float) -> Iterator[Pair]:
    """The evidence of one stance and a share `neither` of what is none; arguable ones left out."""
    for sentence, before, label in zip(judged.sentences, judged.before, judged.labels, strict=True):
        if label is None or (label == NEITHER and rng.random() >= neither):
            continue
        lead = "" if rng.random() < LEAVE_OUT_CONTEXT else before
        yield Pair(judged.stance, in_context(sentence, lead), label)


def mismatched(pairs: list[Pair], count: int, rng: random.Random) -> list[Pair]:
    """Stances with a random sentence of another pair: neither."""
    return [Pair(rng.choice(pairs).stance, rng.choice(pairs).sentence, NEITHER) for _ in range(count)]


def curriculum(shared: Path, seed: int) -> list[list[Pair]]:
    """The phases of training, each shuffled: single sentences; documents; libraries."""
    rng = random.Random(seed)
    nli = [p for item in nli_items(shared, dev=False) for p in item]
    public = perspectrum(shared, "train") + inference(shared, "explagraphs", ("train", "dev")) + ibm_train(shared)
    first = nli + rng.sample(public, len(public) * 4 // 5) + mismatched(nli + public, 600, rng)
    docs = [j for d in documents(shared, dev=False) for j in d]
    second = [p for j in docs for p in pairs_of(j, rng, 0.45)]
    second += [p for j in docs for p in pairs_of(j, rng, 0.0) if rng.random() < 0.6]
    second += rng.sample(nli, 2200) + rng.sample(public, 1200) + mismatched(second, 300, rng)
    folder = shared / "training/debate-libraries"
    libs = [j for name, stances in libraries(folder).items() if name != DEV_LIBRARY for j in stances]
    third = [p for j in libs for p in pairs_of(j, rng, 0.6)]
    third += [p for j in libs for p in pairs_of(j, rng, 0.0)]
    third += [p for j in docs for p in pairs_of(j, rng, 0.12) if rng.random() < 0.7]
    third += rng.sample(nli, 1200) + rng.sample(public, 500) + mismatched(second, 300, rng)
    for phase in (first, second, third):
        rng.shuffle(phase)
    return [first, second, third]
