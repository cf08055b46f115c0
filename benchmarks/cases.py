"""The labelled documents and libraries that were kept aside, as libraries of the product."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.metrics import Labels
from benchmarks.product import Engine, Shelf, flat
from training import data as training
from training.data import NEITHER, Gold

Sources = dict[str, list[Gold]]
"""Names of documents or libraries to the stances that were judged against them."""


@dataclass(frozen=True, slots=True)
class Case:
    """One stance against a shelf: the labels (n,) of its sentences."""

    shelf: Shelf
    stance: str
    labels: Labels


@contextmanager
def shelves(sources: Sources, engine: Engine) -> Iterator[dict[str, list[Case]]]:
    """The cases of each source against its own library, while the context lasts."""
    with tempfile.TemporaryDirectory() as scratch:
        found = {}
        for number, (name, judged) in enumerate(sources.items()):
            shelf = Shelf(Path(scratch, str(number)), judged[0].documents, engine)
            found[name] = [Case(shelf, item.stance, flat(item.labels)) for item in judged]
        yield found


def pool(sources: Sources) -> list[Gold]:
    """All sources as one: each stance against all documents, of which those of other sources say nothing of it."""
    documents = [document for judged in sources.values() for document in judged[0].documents]
    found = []
    for name, judged in sources.items():
        for item in judged:
            labels: list[list[int | None]] = []
            for other, group in sources.items():
                labels += item.labels if other == name else [[NEITHER] * len(d) for d in group[0].documents]
            found.append(Gold(item.stance, documents, labels))
    return found


def sources_of(shared: Path, part: str, sample: int | None) -> tuple[Sources, Sources]:
    """Documents and libraries of a part by name; for a sample so many, their first stances and documents."""
    documents = {f"document {n}": judged for n, judged in enumerate(training.documents(shared, part), 1)}
    libraries = training.libraries(shared, part)
    if not documents and not libraries:
        raise SystemExit(f"{shared / 'training'} holds no documents and no libraries of the part {part}")
    return cut(documents, sample), cut(libraries, sample)


def cut(sources: Sources, sample: int | None) -> Sources:
    """The first `sample` sources, stances and documents."""
    if sample is None:
        return sources
    return {
        name: [Gold(item.stance, item.documents[:sample], item.labels[:sample]) for item in judged[:sample]]
        for name, judged in list(sources.items())[:sample]
    }
