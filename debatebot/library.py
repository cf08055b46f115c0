"""Documents in, documents out, and search over what is in.

SQLite is the truth (`store.py`); the FAISS index is made from it (`snapshot.py`) and swapped whole when the
library has changed, by this process or another.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from debatebot.embedding import Embedder
from debatebot.errors import DamagedError, DocumentError, LibraryError
from debatebot.loaders import LIMITS, find_files, load
from debatebot.loaders.loaded import Limits
from debatebot.passages import CHUNKING_VERSION, split_passages
from debatebot.sentences import split_sentences
from debatebot.sidecar import sidecar_names
from debatebot.snapshot import Snapshot, load_snapshot, make_snapshot
from debatebot.store import FORMAT, Known, Store
from debatebot.types import Document, Entry, Passage, Progress, Refusal, Sentence, SyncReport

KEPT_DOCUMENTS = 16
LONGEST_LEAD = 500
"""Characters before a passage among which the sentence before it is looked for."""

log = logging.getLogger(__name__)


class Library:
    """The documents of one corpus folder, and the index that is made of them in another."""

    def __init__(self, corpus: Path, index: Path, embedder: Embedder, limits: Limits = LIMITS) -> None:
        self.corpus, self.index, self.embedder, self.limits = corpus, index, embedder, limits
        self.store = Store(index)
        self._snapshot: Snapshot | None = None
        self._lock = Lock()
        self._documents: OrderedDict[tuple[str, str], Document] = OrderedDict()
        if not corpus.is_dir():
            raise LibraryError(
                f"there is no corpus folder {corpus}; make it and put .txt or .md files into it, "
                "or name another with --corpus"
            )

    @property
    def made_by(self) -> dict[str, str]:
        """What the index depends on besides the documents."""
        return {"embedder": self.embedder.name, "chunking": CHUNKING_VERSION}

    def sync(self, progress: Progress | None = None, rebuild: bool = False) -> SyncReport:
        """Make the index match the corpus folder, embedding only what is new or changed.

        A damaged index is made again, and the report says so. One made with another model or another
        way of cutting passages raises LibraryError unless `rebuild` is given.
        """
        notes = self._prepare(rebuild)
        files, refused = find_files(self.corpus)
        known = self.store.known()
        done: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
        kept = set()
        for count, path in enumerate(files):
            if progress:
                progress(count, len(files))
            name = path.relative_to(self.corpus).as_posix()
            try:
                done[self._take(path, known.get(name))].append(name)
                kept.add(name)
            except DocumentError as error:
                refused.append(Refusal(name, str(error)))
        gone = [name for name in known if name not in kept]
        if gone:
            self.store.remove(gone)
        self.snapshot()
        return SyncReport(
            tuple(done["added"]), tuple(done["updated"]), tuple(done["unchanged"]), tuple(gone), tuple(refused), notes
        )

    def _prepare(self, rebuild: bool) -> tuple[str, ...]:
        """An index file that is whole and made the present way; notes say what had to be done for that."""
        notes: tuple[str, ...] = ()
        if rebuild:
            self.store.delete()
        try:
            if self.store.exists():
                self.store.check()
                self._check_made_by()
        except DamagedError as error:
            log.warning("%s", error)
            notes = ("the index was damaged and has been made again from the corpus",)
            self.store.delete()
        if not self.store.exists():
            self.store.create(self.made_by)
        return notes

    def _check_made_by(self) -> None:
        meta = self.store.meta()
        wanted = {"format": FORMAT, **self.made_by}
        changed = [f"{key} {meta.get(key)!r}, now {value!r}" for key, value in wanted.items() if meta.get(key) != value]
        if changed:
            raise LibraryError(
                f"the index in {self.index} was made with {'; '.join(changed)}; "
                "`debatebot sync --rebuild` makes it again from the corpus"
            )

    def _take(self, path: Path, known: Known | None) -> str:
        """Bring one file's document up to date; says what that was: added, updated or unchanged."""
        stamp = _stamp(path)
        if known and known.stamp == stamp:
            return "unchanged"
        document = load(self.corpus, path, self.limits)
        if known and known.sha256 == document.sha256:
            self.store.update(document, stamp)
            return "unchanged" if known.source == document.source else "updated"
        passages = split_passages(document, self.embedder.count_tokens)
        if not passages:
            raise DocumentError(f"{path} holds no sentences; put text into it or take it out of the corpus")
        vectors = self.embedder.encode([passage.text for passage in passages])
        self.store.put(document, passages, vectors, stamp)
        return "updated" if known else "added"

    def snapshot(self) -> Snapshot:
        """The vectors as they are now, for searching; made again where the kept ones are not of now."""
        with self._lock:
            generation = self.store.generation()
            if self._snapshot is None or self._snapshot.generation != generation:
                self._snapshot = load_snapshot(self.index, generation) or make_snapshot(
                    self.index, *self.store.vectors()
                )
            return self._snapshot

    def document(self, name: str) -> Document:
        """A stored document, from a small cache; raises DocumentError if there is none of that name."""
        key = (name, self.store.generation())
        with self._lock:
            if key in self._documents:
                self._documents.move_to_end(key)
                return self._documents[key]
        document = self.store.document(name)
        with self._lock:
            self._documents[key] = document
            while len(self._documents) > KEPT_DOCUMENTS:
                self._documents.popitem(last=False)
        return document

    def quote(self, passage: Passage, start: int, end: int) -> str | None:
        """The words of the stored document from `start` to `end`; None, and a line in the log, where they
        are no longer the passage's words."""
        try:
            words = self.document(passage.document).text[start:end]
        except DocumentError:
            words = ""
        if not words or words != passage.text[start - passage.start : end - passage.start]:
            log.error("dropped a quotation that no longer matches: %s %d-%d", passage.document, start, end)
            return None
        return words

    def before(self, passage: Passage, sentence: Sentence) -> str:
        """The sentence that stands before one of a passage's in the document, or "" for the first."""
        place = passage.sentences.index(sentence)
        if place:
            return passage.cut(passage.sentences[place - 1])
        lead = self.document(passage.document).text[max(0, passage.start - LONGEST_LEAD) : passage.start]
        sentences = split_sentences(lead)
        return lead[sentences[-1].start : sentences[-1].end] if sentences else ""

    def entries(self) -> list[Entry]:
        """What is in the library, by name."""
        return self.store.entries()


def _stamp(path: Path) -> str:
    """Sizes and times of a document's file and of its sidecars: equal stamps mean that nothing changed."""
    found = []
    for file in (path, *sidecar_names(path)):
        try:
            state = file.stat()
        except FileNotFoundError:
            continue
        found.append(f"{file.name}:{state.st_size}:{state.st_mtime_ns}")
    return "/".join(found)
