"""The FAISS index of the library's vectors: derived, checked before use, never changed, only replaced.

A library's passage numbers are never used twice and a passage never changes, so an index that is behind is brought
up to date by what is gone and what is new alone. The kept file may be behind too. Beside it lies a line of JSON with
the library it is of and its SHA-256, for FAISS itself can load a damaged file without a word.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from debatebot.embedding import Vectors
from debatebot.models import sha256_of

if TYPE_CHECKING:
    import faiss

VECTORS = "vectors.faiss"
LABEL = "vectors.json"
DRIFT = 0.02
"""The share of passages that may have changed before the kept file is written anew."""

Numbers = npt.NDArray[np.int64]
Fetch = Callable[[Numbers], tuple[Numbers, Vectors]]
"""Numbers of passages to those of them that are there (n,), and their vectors (n, d)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The vectors of one moment, by passage number. Inner product, so for unit rows the cosine.

    `numbers` (n,) are in order; `changes` counts the passages by which it differs from the kept file.
    """

    generation: str
    index: faiss.IndexIDMap2 | None = None
    numbers: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    changes: int = 0

    @property
    def library(self) -> str:
        """Which library it is of; another one counts its passages anew."""
        return self.generation.rpartition("-")[0]

    def search(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """The `count` nearest as (passage number, cosine), nearest first; `query` has shape (1, d)."""
        count = min(count, len(self.numbers))
        if self.index is None or count == 0:
            return []
        scores, numbers = self.index.search(query, count)
        return [(int(n), float(s)) for n, s in zip(numbers[0], scores[0], strict=True)]

    def holds(self, number: int) -> bool:
        """Whether the passage was there when the snapshot was made."""
        place = int(np.searchsorted(self.numbers, number))
        return place < len(self.numbers) and bool(self.numbers[place] == number)

    def cosine(self, query: Vectors, number: int) -> float:
        """The cosine of one passage's vector to `query`, shape (1, d)."""
        assert self.index is not None
        return float(self.index.reconstruct(number) @ query[0])


def bring_up_to_date(snapshot: Snapshot, generation: str, numbers: Numbers, fetch: Fetch) -> Snapshot:
    """The snapshot of `generation`, which holds the passages `numbers` (n,); only what is new is fetched."""
    gone = np.setdiff1d(snapshot.numbers, numbers, assume_unique=True)
    new, vectors = fetch(np.setdiff1d(numbers, snapshot.numbers, assume_unique=True))
    changes = snapshot.changes + len(gone) + len(new)
    if not len(gone) and not len(new):
        return replace(snapshot, generation=generation)
    index = _changed(snapshot, gone, new, vectors)
    return Snapshot(generation, index, _numbers(index), changes)


def _changed(snapshot: Snapshot, gone: Numbers, new: Numbers, vectors: Vectors) -> faiss.IndexIDMap2:
    """A copy of the index without the passages `gone` and with those that are `new`: the old one may be in use."""
    import faiss  # noqa: PLC0415

    if snapshot.index is None or len(gone) == len(snapshot.numbers):
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1] or 1))
    else:
        index = cast("faiss.IndexIDMap2", faiss.clone_index(snapshot.index))
        if len(gone):
            index.remove_ids(gone)  # type: ignore[arg-type]
    if len(new):
        index.add_with_ids(vectors, new)
    return index


def needs_saving(snapshot: Snapshot, folder: Path) -> bool:
    """Whether the kept file is too far behind, or not there."""
    kept = (folder / LABEL).exists() and (folder / VECTORS).exists()
    return not kept or snapshot.changes > DRIFT * len(snapshot.numbers)


def save_snapshot(folder: Path, snapshot: Snapshot) -> Snapshot:
    """Keep a snapshot in `folder`, in place of the one there."""
    import faiss  # noqa: PLC0415

    new = folder / f"{VECTORS}.new"
    faiss.write_index(snapshot.index or faiss.IndexIDMap2(faiss.IndexFlatIP(1)), str(new))
    label = {"generation": snapshot.generation, "sha256": sha256_of(new)}
    _flush(new)
    note = folder / f"{LABEL}.new"
    note.write_text(json.dumps(label), encoding="utf-8")
    _flush(note)
    new.replace(folder / VECTORS)
    note.replace(folder / LABEL)
    return replace(snapshot, changes=0)


def load_snapshot(folder: Path, library: str) -> Snapshot | None:
    """The kept snapshot, or None where it is missing, damaged or of another library."""
    import faiss  # noqa: PLC0415

    try:
        label = json.loads((folder / LABEL).read_text(encoding="utf-8"))
        empty = Snapshot(label["generation"])
        if empty.library != library:
            return None
        if label["sha256"] != sha256_of(folder / VECTORS):
            # Also between the two replacements of `save_snapshot`.
            log.warning("%s is damaged; it is made again from the library", folder / VECTORS)
            return None
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        log.warning("%s is damaged; it is made again from the library", folder / LABEL)
        return None
    index = cast("faiss.IndexIDMap2", faiss.read_index(str(folder / VECTORS)))
    return Snapshot(label["generation"], index, _numbers(index))


def _numbers(index: faiss.IndexIDMap2) -> Numbers:
    import faiss  # noqa: PLC0415

    return np.sort(faiss.vector_to_array(index.id_map).astype(np.int64))


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
