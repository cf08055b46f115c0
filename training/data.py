"""Training examples for the stance model, and the parts that are kept aside.

Reads `shared/training`, `training/libraries` and the train splits of `shared/benchmarks`; nothing of a test
split. Kept aside to develop with (`DEV`): a tenth of `debate-nli` by item, the documents numbered 05 of each
`debate-docs` file, three libraries, Perspectrum's dev split. Kept aside to report (`TEST`): the documents
numbered 10, and three more libraries.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from debatebot.frames import Reading

SUPPORT, REBUT, NEITHER = range(3)
OWN_LIBRARIES = Path(__file__).parent / "libraries"
OWN_ITEMS = Path(__file__).parent / "items"
DEV_LIBRARIES = ("nuclear-power", "carbon-tax", "sanctions")
TEST_LIBRARIES = ("defence-pact", "arms-sales", "wolf-return")
DEV_DOCUMENTS, TEST_DOCUMENTS = "05", "10"
NLI_DEV_EVERY = 10
ON_IBM_TEST_TOPICS = ("intellectual property", "mandatory retirement", "atheism")


@dataclass(frozen=True, slots=True)
class Example:
    """A stance, consecutive sentences, and a label for each: an index into `LABELS`, None where it is arguable."""

    stance: str
    reading: Reading
    labels: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A stance and a sentence that stands alone."""

    stance: str
    sentence: str
    label: int


@dataclass(frozen=True, slots=True)
class Gold:
    """One stance against documents, each a list of sentences: labels as in `LABELS`, None where arguable."""

    stance: str
    documents: list[list[str]]
    labels: list[list[int | None]]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def nli_items(shared: Path, dev: bool) -> list[list[Pair]]:
    """`debate-nli`, one list of eight pairs an item; every tenth item is kept for development.

    The project's own items in the same manner are for training alone.
    """
    items = [i for f in sorted((shared / "training/debate-nli").glob("*.jsonl")) for i in _lines(f)]
    chosen = [item for n, item in enumerate(items) if (n % NLI_DEV_EVERY == 0) == dev]
    chosen += [] if dev else [item for file in sorted(OWN_ITEMS.glob("*.jsonl")) for item in _lines(file)]
    return [
        [
            Pair(stance, item["sentence"], label)
            for label, key in enumerate(("support", "rebut", "neither"))
            for stance in item[key]
        ]
        for item in chosen
    ]


def documents(shared: Path, part: str) -> list[list[Gold]]:
    """`debate-docs`, one list of judged stances a document; `part` is train, dev or test."""
    parts = {DEV_DOCUMENTS: "dev", TEST_DOCUMENTS: "test"}
    files = sorted((shared / "training/debate-docs").glob("*.jsonl"))
    docs = [d for f in files for d in _lines(f) if parts.get(d["id"][-2:], "train") == part]
    return [[_judge(s, {"": d["sentences"]}) for s in d["stances"]] for d in docs]


def libraries(shared: Path, part: str) -> dict[str, list[Gold]]:
    """The libraries of `part` (train, dev or test) by name, every stance judged against all their documents."""
    files = [*(shared / "training/debate-libraries").glob("*.json"), *OWN_LIBRARIES.glob("*.json")]
    parts = dict.fromkeys(DEV_LIBRARIES, "dev") | dict.fromkeys(TEST_LIBRARIES, "test")
    return {f.stem: _library(f) for f in sorted(files, key=lambda f: f.stem) if parts.get(f.stem, "train") == part}


def _library(file: Path) -> list[Gold]:
    library = json.loads(file.read_text(encoding="utf-8"))
    texts = {f"{d['id']}:": d["sentences"] for d in library["documents"]}
    return [_judge(stance, texts) for stance in library["stances"]]


def _judge(stance: dict[str, Any], texts: dict[str, list[str]]) -> Gold:
    sides: dict[str, int | None] = {}
    for key, label in (("support", SUPPORT), ("rebut", REBUT), ("either", None)):
        sides |= {str(place): label for place in stance[key]}
    labels = [[sides.get(f"{name}{n}", NEITHER) for n in range(len(text))] for name, text in texts.items()]
    return Gold(stance["stance"], list(texts.values()), labels)


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
    leaked = {folded(p.sentence) for p in pairs["test"]} | {
        folded(row["title"]) for row in _lines(shared / "benchmarks/arguana/corpus.jsonl")
    }
    return [p for p in pairs["train"] if folded(p.sentence) not in leaked]


def folded(text: str) -> str:
    """A text as it is compared for leaks."""
    return " ".join(text.casefold().strip(" .").split())


def ibm_claims(shared: Path, split: str) -> list[Pair]:
    """IBM Claim Stance, the topics of one split: the topic as stance, the claim as sentence."""
    path = shared / "benchmarks/ibm-claim-stance/claim_stance_dataset_v1.json"
    topics = [t for t in json.loads(path.read_text(encoding="utf-8")) if t["split"] == split]
    return [
        Pair(t["topicText"], c["claimCorrectedText"], SUPPORT if c["stance"] == "PRO" else REBUT)
        for t in topics
        for c in t["claims"]
    ]


def arguments(shared: Path, split: str) -> list[Pair]:
    """ArgKP's arguments; from train, topics that IBM's test topics share are left out."""
    path = shared / f"benchmarks/argkp/arguments_{split}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Pair(row["topic"], row["argument"], SUPPORT if row["stance"] == "1" else REBUT)
        for row in rows
        if split != "train" or not any(words in row["topic"] for words in ON_IBM_TEST_TOPICS)
    ]


def inference(shared: Path, name: str, splits: tuple[str, ...]) -> list[Pair]:
    """One set of `shared/training/nli`: hypothesis as stance, premise as sentence."""
    labels = {"support": SUPPORT, "rebut": REBUT, "neither": NEITHER}
    rows = _lines(shared / f"training/nli/{name}.jsonl")
    return [Pair(r["hypothesis"], r["premise"], labels[r["label"]]) for r in rows if r["split"] in splits]


def by_stance(pairs: list[Pair]) -> Iterator[tuple[str, list[Pair]]]:
    """The pairs of each stance, in the order of their first."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(pair.stance, []).append(pair)
    yield from groups.items()
