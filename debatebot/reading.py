"""Files to stored documents, streaming: read ahead in a process of its own, cut, embedded many at a time, stored."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import numpy as np

from debatebot.embedding import Embedder
from debatebot.errors import DocumentError
from debatebot.extraction import Extractor
from debatebot.loaders import format_of, shown
from debatebot.loaders.loaded import Limits
from debatebot.loaders.reading import read_bytes
from debatebot.passages import split_passages
from debatebot.records import Content
from debatebot.sidecar import read_source
from debatebot.store import Store
from debatebot.types import Document, Headway, Passage, ReadingProgress

AHEAD = 2
"""Files that are read while earlier ones are embedded."""
BATCH = 512
"""Passages that are embedded together: sorted by length, so that little is padded."""
SLICE = 128
"""Of them, how many between two words on how far it is."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: `path` below `root`, which it may not leave."""

    path: Path
    root: Path

    @property
    def name(self) -> str:
        """Its path below the root, with slashes."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def size(self) -> int:
        """In bytes; 0 where it cannot be told."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read: its document, and the number of the content in the store."""

    file: File
    document: Document
    content: int


@dataclass(slots=True)
class _Waiting:
    """A document that waits to be embedded with others."""

    file: File
    document: Document
    passages: list[Passage]


class Reader:
    """Reads files into a store. What the store holds already, made the present way, is not made again."""

    def __init__(self, store: Store, embedder: Embedder, limits: Limits, made_by: str) -> None:
        self._store, self._embedder, self._limits, self._made_by = store, embedder, limits, made_by

    def read(self, files: Sequence[File], progress: ReadingProgress | None) -> Iterator[Read | tuple[File, str]]:
        """Each file once: as read and stored, or with the reason for which it is refused."""
        pace = _Pace(files, progress)
        waiting: list[_Waiting] = []
        for file, outcome in self._ahead(files):
            if isinstance(outcome, DocumentError):
                pace.finished(file)
                yield file, str(outcome)
                continue
            if any(other.document.sha256 == outcome.sha256 for other in waiting):
                yield from self._store_all(waiting, pace)
            if known := self._stored(outcome.sha256, outcome.format):
                pace.finished(file)
                yield Read(file, outcome, known.number)
                continue
            pace.begun(file)
            passages = split_passages(outcome, self._embedder.count_tokens)
            if not passages:
                pace.finished(file)
                yield file, f"{shown(file.name)} holds no sentences; put text into it or take it out"
                continue
            waiting.append(_Waiting(file, outcome, passages))
            if sum(len(item.passages) for item in waiting) >= BATCH:
                yield from self._store_all(waiting, pace)
        yield from self._store_all(waiting, pace)

    def _ahead(self, files: Sequence[File]) -> Iterator[tuple[File, Document | DocumentError]]:
        """The files as documents, or why not, in order; the next ones are being read meanwhile."""
        stopped = Event()
        with Extractor(self._limits) as extractor, ThreadPoolExecutor(1, "debatebot-read") as pool:
            begun: list[tuple[File, Future[Document]]] = []
            rest = iter(files)
            try:
                while True:
                    for file in rest:
                        begun.append((file, pool.submit(self._load, extractor, file, stopped)))
                        if len(begun) > AHEAD:
                            break
                    if not begun:
                        return
                    file, future = begun.pop(0)
                    try:
                        yield file, future.result()
                    except DocumentError as error:
                        yield file, error
            finally:
                stopped.set()
                for _, future in begun:
                    future.cancel()
                extractor.close()  # before the pool waits for the reading that is under way

    def _load(self, extractor: Extractor, file: File, stopped: Event) -> Document:
        """A file's document: from the store if its content lies there, else from the file."""
        sha256 = hashlib.sha256(read_bytes(file.path, file.root, self._limits.bytes)).hexdigest()
        if known := self._stored(sha256, format_of(file.path)):
            return replace(known.document, name=file.name, source=read_source(file.path, known.document.own))
        if stopped.is_set():
            raise DocumentError(f"{shown(file.name)} was not read on; add it again")
        return extractor.load(file.root, file.path)

    def _stored(self, sha256: str, form: str) -> Content | None:
        """What the store holds of a file with these bytes, if it was made the present way."""
        known = self._store.content(sha256, form)
        return known if known and known.made_by == self._made_by else None

    def _store_all(self, waiting: list[_Waiting], pace: _Pace) -> Iterator[Read]:
        """Embed what waits, all together, and store it one document after the other."""
        files = [item.file for item in waiting]
        texts = [passage.text for item in waiting for passage in item.passages]
        rows = np.empty((0, 0), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        for start in range(0, len(order), SLICE):
            places = order[start : start + SLICE]
            vectors = self._embedder.encode([texts[place] for place in places])
            if not start:
                rows = np.empty((len(texts), vectors.shape[1]), dtype=np.float32)
            rows[places] = vectors
            pace.embedded(files, (start + len(places)) / len(texts))
        for item in waiting:
            own, rows = rows[: len(item.passages)], rows[len(item.passages) :]
            content = self._store.put(item.document, self._made_by, item.passages, own)
            pace.finished(item.file)
            yield Read(item.file, item.document, content)
        waiting.clear()


class _Pace:
    """Tells how far it is, and from the bytes that are done how long it may take."""

    def __init__(self, files: Sequence[File], progress: ReadingProgress | None) -> None:
        self._sizes = {file: file.size + 1 for file in files}  # one more, so that empty files count as well
        self._all, self._of, self._done, self._bytes = sum(self._sizes.values()), len(files), 0, 0
        self._told = 0
        self._progress, self._began = progress, time.monotonic()

    def begun(self, file: File) -> None:
        """A file is in hand."""
        self._tell(file, 0.0)

    def embedded(self, files: Sequence[File], part: float) -> None:
        """Of some files together a part is embedded."""
        self._tell(files[-1], part, int(part * len(files)), int(part * sum(self._sizes[file] for file in files)))

    def finished(self, file: File) -> None:
        """A file is stored, or refused."""
        self._done += 1
        self._bytes += self._sizes[file]
        self._tell(file, 1.0)

    def _tell(self, file: File, part: float, files: int = 0, underway: int = 0) -> None:
        if self._progress is None:
            return
        done = self._bytes + underway
        left = (time.monotonic() - self._began) * (self._all - done) / done if done else None
        self._told = max(self._told, self._done + files)
        self._progress(Headway(self._told, self._of, file.name, part, left))
