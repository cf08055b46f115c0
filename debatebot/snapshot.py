"""The FAISS snapshot of the library's vectors: derived, checked before use, replaced whole.

Beside the FAISS file lies a line of JSON with the generation of the library that it was made from and
its own SHA-256, for FAISS itself can load a damaged file without a word.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
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

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Vectors that are never changed, only replaced. Inner product, so for unit rows the cosine."""

    generation: str
    index: faiss.IndexIDMap2
    numbers: frozenset[int]

    def search(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """The `count` nearest as (passage number, cosine), nearest first; `query` has shape (1, d)."""
        count = min(count, self.index.ntotal)
        if count == 0:
            return []
        scores, numbers = self.index.search(query, count)
        return [(int(n), float(s)) for n, s in zip(numbers[0], scores[0], strict=True)]

    def holds(self, number: int) -> bool:
        """Whether the passage was there when the snapshot was made."""
        return number in self.numbers

    def cosine(self, query: Vectors, number: int) -> float:
        """The cosine of one passage's vector to `query`, shape (1, d)."""
        return float(self.index.reconstruct(number) @ query[0])


def make_snapshot(folder: Path, generation: str, numbers: npt.NDArray[np.int64], vectors: Vectors) -> Snapshot:
    """Index `vectors` (n, d) under their passage `numbers` (n,) and keep the files in `folder`."""
    import faiss  # noqa: PLC0415

    index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1] or 1))
    if len(numbers):
        index.add_with_ids(vectors, numbers)
    new = folder / f"{VECTORS}.{os.getpid()}.new"
    faiss.write_index(index, str(new))
    label = {"generation": generation, "sha256": sha256_of(new)}
    _flush(new)
    new.replace(folder / VECTORS)
    note = folder / f"{LABEL}.{os.getpid()}.new"
    note.write_text(json.dumps(label), encoding="utf-8")
    _flush(note)
    note.replace(folder / LABEL)
    return _snapshot(generation, index)


def load_snapshot(folder: Path, generation: str) -> Snapshot | None:
    """The kept snapshot, or None where it is missing, stale or damaged and must be made again."""
    import faiss  # noqa: PLC0415

    try:
        label = json.loads((folder / LABEL).read_text(encoding="utf-8"))
        kept, digest = label["generation"], label["sha256"]
        if kept != generation:
            return None
        if digest != sha256_of(folder / VECTORS):
            log.warning("%s is damaged; it is made again from the library", folder / VECTORS)
            return None
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        log.warning("%s is damaged; it is made again from the library", folder / LABEL)
        return None
    return _snapshot(generation, cast("faiss.IndexIDMap2", faiss.read_index(str(folder / VECTORS))))


def _snapshot(generation: str, index: faiss.IndexIDMap2) -> Snapshot:
    import faiss  # noqa: PLC0415

    return Snapshot(generation, index, frozenset(faiss.vector_to_array(index.id_map).tolist()))


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
