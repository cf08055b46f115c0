"""What changes a library: making it match the corpus, adding files, describing and removing documents.

Each runs under the lock of the index folder, so that one process writes at a time; who reads is never held up.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from debatebot import corpus as files
from debatebot.embedding import Embedder
from debatebot.errors import DamagedError, DocumentError, OutdatedError
from debatebot.loaders import find_files, is_sidecar, shown
from debatebot.loaders.loaded import Limits
from debatebot.loaders.reading import read_bytes
from debatebot.reading import File, Read, Reader
from debatebot.records import FORMAT, Known
from debatebot.sidecar import find_sidecar, read_source, sidecar_names, tidy, write_source
from debatebot.store import Store
from debatebot.types import ReadingProgress, Refusal, Source, SyncReport

log = logging.getLogger(__name__)
MADE_AGAIN = "the index was damaged and has been made again from the corpus"
REBUILD = "`debatebot sync --rebuild`"


@dataclass(slots=True)
class Tally:
    """A report in the making."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    placed: list[tuple[Path, str]] = field(default_factory=list)

    def report(self) -> SyncReport:
        """The report."""
        parts = (self.added, self.updated, self.unchanged, self.removed, self.refused, self.notes, self.placed)
        return SyncReport(*map(tuple, parts))  # type: ignore[arg-type]


class Indexer:
    """Writes one library. To be used under its lock (`Library` sees to that)."""

    def __init__(self, corpus: Path, store: Store, embedder: Embedder, limits: Limits, made_by: dict[str, str]) -> None:
        self._corpus, self._store, self._limits = corpus, store, limits
        self._parts, self._made_by = made_by, json.dumps(made_by)
        self._reader = Reader(store, embedder, limits, self._made_by)

    def prepare(self, rebuild: bool = False, embeds: bool = True) -> list[str]:
        """A store that is whole; the notes say what had to be done for that.

        Raises OutdatedError where it was made another way, unless `rebuild` is given or nothing is to be embedded.
        """
        notes: list[str] = []
        try:
            if self._store.exists():
                notes += self._renewed()
                if embeds:
                    self._store.check()
                    self._check_made_by(rebuild)
        except DamagedError as error:
            log.warning("%s", error)
            notes.append(MADE_AGAIN)
            self._store.delete()
        if not self._store.exists():
            self._store.create()
        return notes

    def _renewed(self) -> list[str]:
        """An empty file in place of one that is laid out another way; the note on it."""
        if self._store.format() == FORMAT:
            return []
        self._store.delete()
        self._store.create()
        return ["the index was of another version of debatebot and has been made again from the corpus"]

    def _check_made_by(self, rebuild: bool) -> None:
        known = self._store.known().values()
        other = [item.made_by for item in known if item.made_by != self._made_by]
        if rebuild and not other:
            self._store.outdate()
        elif other and not rebuild:
            mend = "makes it again from the corpus" if other[0] else "goes on with it"
            left = f"{len(other)} of {len(known)} documents to be made again"
            raise OutdatedError(f"{self._changed(other[0])} ({left}); {REBUILD} {mend}")

    def _changed(self, made_by: str) -> str:
        if not made_by:
            return f"making the index in {self._store.path.parent} again was interrupted"
        was = json.loads(made_by)
        parts = [f"{key} {was.get(key)!r}, now {now!r}" for key, now in self._parts.items() if was.get(key) != now]
        return f"the index in {self._store.path.parent} was made with {'; '.join(parts)}"

    # ---- the corpus folder

    def sync(self, progress: ReadingProgress | None, rebuild: bool) -> SyncReport:
        """Make the library match the corpus folder, embedding only what is new or changed."""
        tally = Tally(notes=self.prepare(rebuild))
        files.clear_parts(self._corpus)
        paths, refused = find_files(self._corpus)
        tally.refused += refused
        known = self._store.known()
        stamps = {File(path, self._corpus): files.stamp(path) for path in paths}
        gone = known.keys() - {file.name for file in stamps}
        if gone:
            self._store.remove(gone)
        tally.removed += sorted(gone)
        todo = [file for file, stamp in stamps.items() if not self._is_done(known.get(file.name), stamp)]
        tally.unchanged += [file.name for file in stamps if file not in set(todo)]
        for item in self._reader.read(todo, progress):
            if isinstance(item, Read):
                self._record(item, known.get(item.file.name), stamps[item.file], tally)
            else:
                file, reason = item
                tally.refused.append(Refusal(shown(file.name), reason))
                self._store.remove([file.name])
        self._store.collect()
        return tally.report()

    def _is_done(self, known: Known | None, stamp: str) -> bool:
        return known is not None and known.stamp == stamp and known.made_by == self._made_by

    def _record(self, item: Read, known: Known | None, stamp: str, tally: Tally) -> None:
        """Have a document of the corpus go by its name."""
        name, document = item.file.name, item.document
        self._store.name(name, item.content, document.source, stamp)
        now = (document.sha256, document.source, self._made_by)
        same = known is not None and (known.sha256, known.source, known.made_by) == now
        (tally.unchanged if same else tally.updated if known else tally.added).append(name)
        tally.notes += [f"{name}: {note}" for note in document.notes if not same]

    # ---- single documents

    def add(self, paths: Sequence[Path], given: Source, progress: ReadingProgress | None) -> SyncReport:
        """Copy files into the corpus, folders with all that is in them, and store them; `given` goes into sidecars."""
        tally = Tally(notes=self.prepare())
        targets: dict[File, str] = {}
        for path in paths:
            targets |= self._targets(path, tally)
        known = self._store.known()
        for item in self._reader.read(list(targets), progress):
            if not isinstance(item, Read):
                tally.refused.append(Refusal(shown(str(item[0].path)), item[1]))
                continue
            try:
                self._take(item, targets[item.file], known, given, tally)
            except DocumentError as error:
                tally.refused.append(Refusal(shown(str(item.file.path)), str(error)))
        self._store.collect()
        return tally.report()

    def _targets(self, path: Path, tally: Tally) -> dict[File, str]:
        """The files that a given path means, each with the name it is to have in the corpus."""
        if reason := _unusable(path):
            tally.refused.append(Refusal(shown(str(path)), reason))
            return {}
        if not path.is_dir():
            beside = [file.name for file in path.parent.iterdir()]
            return {} if is_sidecar(path, beside) else {self._file(path, path.parent): files.safe_name(path.name)}
        found, refused = find_files(path, storable=False)
        tally.refused += [Refusal(shown(str(path / item.document)), item.reason) for item in refused]
        top = path.resolve().name
        return {self._file(item, path): files.safe_name(f"{top}/{item.relative_to(path)}") for item in found}

    def _file(self, path: Path, root: Path) -> File:
        """A file as it is given, or as one of the corpus where it lies there already."""
        # Not `resolve`, which raises for a loop of links before Python 3.13; reading such a one will say so.
        whole, home = Path(os.path.realpath(path)), self._corpus.resolve()
        if whole.is_relative_to(home):
            return File(self._corpus / whole.relative_to(home), self._corpus)
        return File(path, root)

    def _take(self, item: Read, name: str, known: dict[str, Known], given: Source, tally: Tally) -> None:
        file, changes = item.file, {key: value for key, value in asdict(given).items() if value}
        if file.root == self._corpus:
            self._describe(file.path, changes)
            tally.placed.append((file.path, file.name))
            self._record(self._described(item), known.get(file.name), files.stamp(file.path), tally)
            return
        same = [other for other, _ in self._store.names(item.document.sha256) if (self._corpus / other).exists()]
        if same:
            tally.notes.append(f"{shown(str(file.path))} is already in the library, as {same[0]}")
            (tally.updated if changes else tally.unchanged).append(same[0])
            tally.placed.append((file.path, same[0]))
            if changes:
                self.describe(same[0], changes)
            return
        path = self._copy(file, name, item.document.sha256)
        placed = Read(File(path, self._corpus), item.document, item.content)
        tally.placed.append((file.path, placed.file.name))
        self._describe(path, changes)
        self._record(self._described(placed), None, files.stamp(path), tally)

    def _copy(self, file: File, name: str, sha256: str) -> Path:
        """Copy a file and its sidecar into the corpus."""
        content = read_bytes(file.path, file.root, self._limits.bytes)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DocumentError(f"{file.name} changed while it was being read; add it again")
        path = files.put_in(self._corpus, name, content)
        if sidecar := find_sidecar(file.path):
            beside = sidecar_names(path)[0].relative_to(self._corpus).as_posix()
            files.put_in(self._corpus, beside, sidecar.read_bytes())
        return path

    def _described(self, item: Read) -> Read:
        """A file of the corpus with what its sidecar says now."""
        source = read_source(item.file.path, item.document.own)
        return replace(item, document=replace(item.document, name=item.file.name, source=source))

    def _describe(self, path: Path, changes: dict[str, str]) -> None:
        if changes:
            write_source(path, changes)

    def describe(self, name: str, changes: Mapping[str, str]) -> None:
        """Change what is known of a document for its citation, in its sidecar and in the library."""
        document = self._store.document(name)
        path = self._corpus / name
        current = asdict(document.source)
        self._describe(path, {key: value for key, value in changes.items() if tidy(value) != current.get(key)})
        content = self._store.known()[name].content
        self._store.name(name, content, read_source(path, document.own), files.stamp(path))

    def remove(self, names: Sequence[str]) -> None:
        """Take documents out for good: file, sidecar, and all that was made of them."""
        known = self._store.known()
        for name in names:
            if name not in known:
                raise DocumentError(_unknown(name, known))
        for name in names:
            files.take_out(self._corpus, name)
            self._store.remove([name])
        self._store.collect()


def _unusable(path: Path) -> str:
    """Why a path that was given cannot be added, or an empty string."""
    if path.is_symlink():
        return "it is a link; name the file or folder that it leads to"
    if not path.exists():
        return "there is no such file; check the path"
    return ""


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "`debatebot list` names those it holds"
    return f"the library holds no document {name!r}; {hint}"
