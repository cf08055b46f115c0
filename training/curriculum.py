"""The examples of a run, laid out: what is shown how often, cut into passages, turned round, mixed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from debatebot.frames import Reading
from training.data import (
    NEITHER,
    REBUT,
    SUPPORT,
    Example,
    Gold,
    Pair,
    arguments,
    by_stance,
    documents,
    ibm_claims,
    inference,
    libraries,
    nli_items,
    perspectrum,
)
from training.negate import negated

SIZES, SIZE_WEIGHTS = (1, 2, 3, 4), (1, 3, 6, 10)
PASSAGE_WORDS = 110
WITHOUT_LEAD = 0.2
PACK = 4
SIDES = (SUPPORT, REBUT)
FOREIGN = 0.2

Group = list[Example]
"""What one batch holds together: the same sentences under different stances, so that they can be compared."""


def passages_of(judged: Gold, rng: random.Random, empty: float) -> Iterator[Example]:
    """A stance's documents cut at random into passages such as the product reads.

    All that hold evidence, and a share `empty` of those that hold none.
    """
    for sentences, labels in zip(judged.documents, judged.labels, strict=True):
        at = 0
        while at < len(sentences):
            end = at + rng.choices(SIZES, SIZE_WEIGHTS)[0]
            while end - at > 1 and len(" ".join(sentences[at:end]).split()) > PASSAGE_WORDS:
                end -= 1
            before = sentences[at - 1] if at and rng.random() >= WITHOUT_LEAD else ""
            found = tuple(labels[at:end])
            if any(label in SIDES for label in found) or (NEITHER in found and rng.random() < empty):
                yield Example(judged.stance, Reading(tuple(sentences[at:end]), before), found)
            at = end


def packs(pairs: list[Pair], rng: random.Random) -> Iterator[Example]:
    """Pairs of one stance read together, one in five of the sentences that of another stance: neither."""
    for stance, group in by_stance(pairs):
        rng.shuffle(group)
        at = 0
        while at < len(group):
            size = rng.randint(1, PACK)
            chosen = [(p.sentence, p.label) for p in group[at : at + size]]
            chosen = [(_foreign(pairs, stance, rng), NEITHER) if rng.random() < FOREIGN else c for c in chosen]
            yield Example(stance, Reading(tuple(s for s, _ in chosen)), tuple(label for _, label in chosen))
            at += size


def _foreign(pairs: list[Pair], stance: str, rng: random.Random) -> str:
    while (pair := rng.choice(pairs)).stance == stance:
        pass
    return pair.sentence


def alone(pairs: list[Pair]) -> Iterator[Example]:
    """Each pair as an example of its own."""
    return (Example(p.stance, Reading((p.sentence,)), (p.label,)) for p in pairs)


def foreign(examples: list[Example], count: int, rng: random.Random) -> Iterator[Example]:
    """Passages under a stance of somewhere else: neither."""
    for _ in range(count):
        reading = rng.choice(examples).reading
        yield Example(rng.choice(examples).stance, reading, (NEITHER,) * len(reading.sentences))


def turned(example: Example, rng: random.Random) -> Example:
    """The example under the opposite stance, its sides exchanged."""
    labels = tuple(label if label is None or label == NEITHER else 1 - label for label in example.labels)
    return Example(negated(example.stance, rng), example.reading, labels)


def both(example: Example, rng: random.Random, share: float) -> Group:
    """The example with its opposite, for a share of those that hold evidence; else the example alone."""
    sided = any(label in SIDES for label in example.labels)
    return [example, turned(example, rng)] if sided and rng.random() < share else [example]


def contrasted(item: list[Pair], rng: random.Random) -> Group:
    """An item's sentence under all its stances, half of them turned round."""
    return [turned(e, rng) if rng.random() < 0.5 else e for e in alone(item)]


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of each kind of data a run sees: of passages with evidence and without, of items and of pairs,
    and which share of what holds evidence is shown with its opposite."""

    libraries: float = 0.5
    libraries_empty: float = 0.12
    documents: float = 0.3
    documents_empty: float = 0.08
    items: float = 1.0
    public: float = 0.12
    inference: float = 0.1
    opposite: float = 0.6


def curriculum(shared: Path, seed: int, shares: Shares) -> list[Group]:
    """One mix of everything, shuffled: libraries whole, documents, items, single sentences."""
    rng = random.Random(seed)

    def some(judged: Gold, full: float, empty: float) -> list[Example]:
        passages = passages_of(judged, rng, empty)
        return [p for p in passages if rng.random() < full or not any(label in SIDES for label in p.labels)]

    read = [
        passage
        for library in libraries(shared, "train").values()
        for judged in library
        for passage in some(judged, shares.libraries, shares.libraries_empty)
    ]
    read += [
        passage
        for document in documents(shared, "train")
        for judged in document
        for passage in some(judged, shares.documents, shares.documents_empty)
    ]
    read += list(foreign(read, len(read) // 25, rng))
    public = perspectrum(shared, "train") + ibm_claims(shared, "train") + arguments(shared, "train")
    packed = [*packs(public, rng), *alone(inference(shared, "explagraphs", ("train", "dev")))]
    read += rng.sample(packed, int(len(packed) * shares.public))
    inferred = list(alone(inference(shared, "cad-nli", ("train",))))
    read += rng.sample(inferred, int(len(inferred) * shares.inference))
    groups = [both(example, rng, shares.opposite) for example in read]
    items = nli_items(shared, dev=False)
    groups += [contrasted(item, rng) for item in rng.sample(items, int(len(items) * shares.items))]
    rng.shuffle(groups)
    return groups
