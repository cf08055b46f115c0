"""The benchmark data, counted before anything is reported. What `training.data` reads is read there."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from training.data import REBUT, SUPPORT, Pair, arguments, ibm_claims, perspectrum

T = TypeVar("T")

COUNTS = {
    "perspectrum": {
        "claims": 907,
        "train claims": 541,
        "dev claims": 139,
        "test claims": 227,
        "perspectives": 11_112,
        "train pairs": 6_978,
        "dev pairs": 2_071,
        "test pairs": 2_773,
        "distinct test texts": 2_566,
        "distinct test texts in train": 653,
    },
    "ibm-claim-stance": {
        "train topics": 25,
        "train claims": 1_039,
        "test topics": 30,
        "test claims": 1_355,
        "articles": 1_056,
        "spans that match": 2_394,
    },
    "argkp": {"train topics": 24, "train arguments": 5_583, "dev topics": 4},
    "arguana": {"documents": 8_782, "queries": 1_406, "judgements": 1_406, "gold documents missing": 5},
}
"""What `shared/benchmarks/README.md` says is there."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim's place in an article, by the path below `articles`, and its side (SUPPORT or REBUT)."""

    document: str
    start: int
    end: int
    side: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of IBM Claim Stance with its annotated claims."""

    number: int
    text: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Texts by id, queries by id, and for each query the ids of what is wanted."""

    texts: dict[str, str]
    queries: dict[str, str]
    gold: dict[str, set[str]]


def check_counts(shared: Path, *names: str) -> dict[str, dict[str, int]]:
    """Count the records of these data sets; stops the program where they are not as many as they should be."""
    counted = {}
    for name in names:
        folder = shared / "benchmarks" / name
        if not folder.is_dir():
            raise SystemExit(f"there is no folder {folder}: name the folder of shared data with --shared")
        counted[name] = COUNTERS[name](shared)
        wrong = [
            f"{k}: {counted[name][k]:,} instead of {n:,}" for k, n in COUNTS[name].items() if counted[name][k] != n
        ]
        if wrong:
            raise SystemExit(f"{folder} is not the data that the figures are for ({'; '.join(wrong)})")
    return counted


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def sampled(items: Sequence[T], count: int | None, seed: int = 1) -> list[T]:
    """`count` of the items, seeded; all of them, in order, for None or where there are no more."""
    return list(items) if count is None or count >= len(items) else random.Random(seed).sample(list(items), count)


# ---- Perspectrum


def bare(text: str) -> str:
    """A text's letters and digits alone, in which way texts of test and train are found the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def perspectives(shared: Path) -> dict[int, str]:
    """The pool, by number."""
    return {p["pId"]: p["text"] for p in _json(shared / "benchmarks/perspectrum/perspective_pool_v1.0.json")}


def claims(shared: Path, split: str) -> dict[str, list[int]]:
    """The claims of a split with the numbers of their perspectives, on whichever side, as often as they are listed."""
    folder = shared / "benchmarks/perspectrum"
    splits = _json(folder / "dataset_split_v1.0.json")
    return {
        claim["text"]: [number for cluster in claim["perspectives"] for number in cluster["pids"]]
        for claim in _json(folder / "perspectrum_with_answers_v1.0.json")
        if splits[str(claim["cId"])] == split
    }


def perspectrum_unseen(shared: Path) -> list[Pair]:
    """The test pairs without those whose text is in train, too."""
    pool = perspectives(shared)
    seen = {bare(pool[number]) for numbers in claims(shared, "train").values() for number in numbers}
    return [pair for pair in perspectrum(shared, "test") if bare(pair.sentence) not in seen]


def _count_perspectrum(shared: Path) -> dict[str, int]:
    folder, pool = shared / "benchmarks/perspectrum", perspectives(shared)
    splits = list(_json(folder / "dataset_split_v1.0.json").values())
    found = {"claims": len(splits), "perspectives": len(pool)}
    texts = {}
    for split in ("train", "dev", "test"):
        numbers = [number for group in claims(shared, split).values() for number in group]
        texts[split] = {bare(pool[number]) for number in numbers}
        found |= {f"{split} claims": splits.count(split), f"{split} pairs": len(numbers)}
    both = texts["test"] & texts["train"]
    return found | {"distinct test texts": len(texts["test"]), "distinct test texts in train": len(both)}


def perspective_retrieval(shared: Path) -> Retrieval:
    """The pool, and Perspectrum's test claims as queries for their perspectives."""
    wanted = claims(shared, "test")
    return Retrieval(
        texts={str(number): text for number, text in perspectives(shared).items()},
        queries={claim: claim for claim in wanted},
        gold={claim: set(map(str, numbers)) for claim, numbers in wanted.items()},
    )


# ---- IBM Claim Stance


def articles_folder(shared: Path) -> Path:
    """Where the articles lie, one folder a topic."""
    return shared / "benchmarks/ibm-claim-stance/articles"


def topics(shared: Path, split: str) -> list[Topic]:
    """The topics of one split with the places of their claims."""
    found = _json(shared / "benchmarks/ibm-claim-stance/claim_stance_dataset_v1.json")
    return [
        Topic(t["topicId"], t["topicText"], tuple(_claim(c) for c in t["claims"])) for t in found if t["split"] == split
    ]


def _claim(claim: dict[str, Any]) -> Claim:
    place, span = claim["article"]["cleanFile"].removeprefix("articles/"), claim["article"]["cleanSpan"]
    return Claim(place, span["start"], span["end"], SUPPORT if claim["stance"] == "PRO" else REBUT)


def _count_ibm(shared: Path) -> dict[str, int]:
    folder = articles_folder(shared)
    # decoded from bytes: reading as text would fold line ends, and move the claims' offsets
    texts = {file.relative_to(folder).as_posix(): file.read_bytes().decode() for file in folder.rglob("*.txt")}
    found = {"articles": len(texts), "spans that match": 0}
    for split in ("train", "test"):
        pairs = ibm_claims(shared, split)
        found |= {f"{split} topics": len({pair.stance for pair in pairs}), f"{split} claims": len(pairs)}
    for topic in _json(folder.parent / "claim_stance_dataset_v1.json"):
        for claim in topic["claims"]:
            place = _claim(claim)
            found["spans that match"] += texts[place.document][place.start : place.end] == claim["claimOriginalText"]
    return found


# ---- ArgKP and ArguAna


def _count_argkp(shared: Path) -> dict[str, int]:
    with (shared / "benchmarks/argkp/arguments_train.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    dev = arguments(shared, "dev")
    return {
        "train topics": len({row["topic"] for row in rows}),
        "train arguments": len(rows),
        "dev topics": len({pair.stance for pair in dev}),
        "dev arguments": len(dev),
    }


def arguana(shared: Path) -> Retrieval:
    """ArguAna (rebuilt): a text is its title, if it has one, and its body."""
    folder = shared / "benchmarks/arguana"
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    gold: dict[str, set[str]] = {}
    for row in rows:
        gold.setdefault(row["query-id"], set()).add(row["corpus-id"])
    return Retrieval(
        texts={d["_id"]: f"{d.get('title', '')}\n\n{d['text']}".strip() for d in _lines(folder / "corpus.jsonl")},
        queries={q["_id"]: q["text"] for q in _lines(folder / "queries.jsonl")},
        gold=gold,
    )


def _count_arguana(shared: Path) -> dict[str, int]:
    data = arguana(shared)
    wanted = [(query, document) for query, documents in data.gold.items() for document in documents]
    return {
        "documents": len(data.texts),
        "queries": len(data.queries),
        "judgements": len(wanted),
        "gold documents missing": sum(document not in data.texts for _, document in wanted),
    }


COUNTERS = {
    "perspectrum": _count_perspectrum,
    "ibm-claim-stance": _count_ibm,
    "argkp": _count_argkp,
    "arguana": _count_arguana,
}
