"""Documents in, documents out, and search over what is in.

SQLite is the truth (`store.py`); the FAISS index is made from it (`snapshot.py`) and swapped whole when the
library has changed, by this process or another. What writes is in `indexing.py`.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from threading import Lock
from typing import TypeVar

from debatebot import corpus as files
from debatebot.embedding import Embedder
from debatebot.errors import DamagedError, DocumentError, LibraryError
from debatebot.indexing import Indexer
from debatebot.loaders import LIMITS, LOADING_VERSION
from debatebot.loaders.loaded import Limits
from debatebot.lock import one_writer
from debatebot.passages import CHUNKING_VERSION
from debatebot.sentences import split_sentences
from debatebot.sidecar import NOTHING, checked
from debatebot.snapshot import Snapshot, bring_up_to_date, load_snapshot, needs_saving, save_snapshot
from debatebot.store import Store
from debatebot.types import Document, Entry, Passage, ReadingProgress, Source, SyncReport
from debatebot.upkeep import MADE_AGAIN, Upkeep

T = TypeVar("T")
Say = Callable[[str], None]

KEPT_DOCUMENTS = 16
LONGEST_LEAD = 500
"""Characters before a passage among which the sentence before it is looked for."""

log = logging.getLogger(__name__)


class Library:
    """The documents of one corpus folder, and the index that is made of them in another."""

    def __init__(self, corpus: Path, index: Path, embedder: Embedder, limits: Limits = LIMITS) -> None:
        self.corpus, self.index, self.embedder = corpus, index, embedder
        self.store = Store(index)
        parts = {"embedder": embedder.name, "chunking": CHUNKING_VERSION, "loading": LOADING_VERSION}
        upkeep = Upkeep(self.store, parts)
        self._indexer = Indexer(corpus, self.store, embedder, limits, upkeep)
        self._made_by = upkeep.made_by
        self._snapshot: Snapshot | None = None
        self._seen = ""
        self._lock = Lock()
        self._documents: OrderedDict[tuple[str, str], Document] = OrderedDict()
        if index.resolve().is_relative_to(corpus.resolve()):
            raise LibraryError(
                f"the index folder {index} lies in the corpus folder {corpus}; name one outside with --index"
            )
        if not corpus.is_dir():
            raise LibraryError(
                f"there is no corpus folder {corpus}; make it and put your documents into it, "
                "or name another with --corpus"
            )

    # ---- what writes; `say` hears what is being waited for

    def sync(
        self,
        progress: ReadingProgress | None = None,
        rebuild: bool = False,
        say: Say = lambda _: None,
        wait: float | None = None,
    ) -> SyncReport:
        """Make the index match the corpus folder, embedding only what is new or changed.

        A damaged index is made again, and the report says so. One made with another model or another way of cutting
        passages raises OutdatedError unless `rebuild` is given. Waits for another writer, or raises BusyError after
        `wait` seconds.
        """
        with one_writer(self.index, "sync", say, wait):
            seen = files.fingerprint(self.corpus)
            report = self._mended(lambda: self._indexer.sync(progress, rebuild))
            self._seen = seen
            if report.added or report.updated or report.removed or not (self.index / "vectors.json").exists():
                self._keep_snapshot()
            return report

    def add(
        self,
        paths: Sequence[Path],
        source: Source = NOTHING,
        progress: ReadingProgress | None = None,
        say: Say = lambda _: None,
    ) -> SyncReport:
        """Copy files into the corpus, folders with all that is in them, and index them.

        What cannot be read is refused and not copied; what is in the library already is named in the notes.
        """
        checked({key: value for key, value in asdict(source).items() if value})
        with one_writer(self.index, "add", say):
            report = self._mended(lambda: self._indexer.add(paths, source, progress))
            self._keep_snapshot()
            return report

    def describe(self, document: str, changes: Mapping[str, str], say: Say = lambda _: None) -> None:
        """Change what is known of a document for its citation: keys of `Source` to texts. It goes to its sidecar."""
        with one_writer(self.index, "edit", say):
            self._indexer.describe(document, changes)

    def remove(self, documents: Sequence[str], say: Say = lambda _: None) -> None:
        """Take documents out for good; raises DocumentError, and takes none, where one is not there."""
        with one_writer(self.index, "remove", say):
            self._indexer.remove(documents)

    def changed(self) -> bool:
        """Whether the corpus folder differs from what was last seen of it; cheap, for nothing is read."""
        return not self.store.path.exists() or files.fingerprint(self.corpus) != self._seen

    def _mended(self, work: Callable[[], SyncReport]) -> SyncReport:
        """Do `work`; where the store turns out damaged, once more on a new one."""
        try:
            return work()
        except DamagedError as error:
            log.warning("%s", error)
            self.store.delete()
            report = work()
            return replace(report, notes=(MADE_AGAIN, *report.notes))

    def _keep_snapshot(self) -> None:
        snapshot = self.snapshot()
        if needs_saving(snapshot, self.index):
            snapshot = save_snapshot(self.index, snapshot)
            with self._lock:
                self._snapshot = snapshot

    # ---- what reads

    def snapshot(self) -> Snapshot:
        """The vectors as they are now, for searching."""
        with self._lock:
            generation = self.store.generation()
            if self._snapshot is None or self._snapshot.generation != generation:
                generation, numbers = self.store.numbers(self._made_by)
                library = generation.rpartition("-")[0]
                if self._snapshot is None or self._snapshot.library != library:
                    self._snapshot = load_snapshot(self.index, library) or Snapshot(generation)
                self._snapshot = bring_up_to_date(self._snapshot, generation, numbers, self.store.vectors)
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

    def quote(self, passage: Passage, start: int, end: int) -> tuple[Document, str] | None:
        """The stored document and its words from `start` to `end`; None, and a line in the log, where they are no
        longer the passage's words."""
        try:
            document = self.document(passage.document)
        except DocumentError:
            document = None
        words = document.text[start:end] if document else ""
        if not document or not words or words != passage.text[start - passage.start : end - passage.start]:
            log.error("dropped a quotation that no longer matches: %s %d-%d", passage.document, start, end)
            return None
        return document, words

    def before(self, passage: Passage) -> str:
        """The sentence that stands before a passage in its document, or "" for the first."""
        try:
            text = self.document(passage.document).text
        except DocumentError:
            return ""  # taken out meanwhile; the quotation will be dropped
        lead = text[max(0, passage.start - LONGEST_LEAD) : passage.start]
        sentences = split_sentences(lead)
        return lead[sentences[-1].start : sentences[-1].end] if sentences else ""

    def passage_of(self, document: str, quote: str) -> Passage | None:
        """The passage that has these words for a sentence, however their white space falls; None where none has."""
        try:
            text = self.document(document).text
        except DocumentError:
            return None
        words = quote.split()
        for found in re.finditer(r"\s+".join(map(re.escape, words)), text):
            passage = self.store.passage_at(document, found.start())
            if passage and words in (passage.cut(sentence).split() for sentence in passage.sentences):
                return passage
        return None

    def stored_as(self, document: str) -> str:
        """The name by which a document's passages go: of several with the very same content, the first."""
        return min([document, *(known.name for known in self.store.namesakes(document))])

    def also(self, document: Document) -> tuple[tuple[str, Source], ...]:
        """The other names under which the very same content is in the library, with their sources."""
        return tuple((known.name, known.source) for known in self.store.namesakes(document.name))

    def entries(self) -> list[Entry]:
        """What is in the library, by name."""
        return self.store.entries()
