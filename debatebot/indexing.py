"""What changes a library: making it match the corpus, adding files, describing and removing documents.

Each runs under the lock of the index folder, so that one process writes at a time; who reads is never held up.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from debatebot import corpus as files
from debatebot.embedding import Embedder
from debatebot.errors import DocumentError
from debatebot.loaders import LOADING_VERSION, find_files, is_sidecar, shown, unfit
from debatebot.loaders.loaded import Limits
from debatebot.loaders.reading import read_bytes
from debatebot.reading import File, Read, Reader
from debatebot.records import FORMAT, Known
from debatebot.sidecar import find_sidecar, read_source, sidecar_names, tidy, write_source
from debatebot.store import Store
from debatebot.types import ReadingProgress, Refusal, Source, SyncReport
from debatebot.upkeep import Upkeep


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

    def renew(self, added: Collection[str]) -> None:
        """Count what came in just before among the added."""
        for names in (self.updated, self.unchanged):
            self.added += [name for name in names if name in added]
            names[:] = [name for name in names if name not in added]

    def report(self) -> SyncReport:
        """The report."""
        return SyncReport(
            added=tuple(self.added),
            updated=tuple(self.updated),
            unchanged=tuple(self.unchanged),
            removed=tuple(self.removed),
            refused=tuple(self.refused),
            notes=tuple(self.notes),
            placed=tuple(self.placed),
        )


class Indexer:
    """Writes one library. To be used under its lock (`Library` sees to that)."""

    def __init__(self, corpus: Path, store: Store, embedder: Embedder, limits: Limits, upkeep: Upkeep) -> None:
        self._corpus, self._store, self._limits = corpus, store, limits
        self._upkeep, self._made_by = upkeep, upkeep.made_by
        self._reader = Reader(store, embedder, limits, self._made_by)

    def _opened(self, progress: ReadingProgress | None = None) -> SyncReport:
        """Have the store whole; where it had to be made new, with all that is in the corpus, which is reported."""
        notes = self._upkeep.prepare() if self._store.exists() else []
        if self._store.exists() and not notes:
            return SyncReport()
        report = self.sync(progress, rebuild=False)
        return replace(report, notes=(*notes, *report.notes))

    # ---- the corpus folder

    def sync(self, progress: ReadingProgress | None, rebuild: bool) -> SyncReport:
        """Make the library match the corpus folder, embedding only what is new or changed."""
        tally = Tally(notes=self._upkeep.prepare(rebuild))
        files.clear_parts(self._corpus)
        paths, refused = find_files(self._corpus)
        tally.refused += refused
        known, before = self._store.known(), self._store.refusals()
        stamps = {File(path, self._corpus): files.stamp(path) for path in paths}
        # What lies in a folder that cannot be read is not gone.
        hidden = tuple(f"{refusal.document}/" for refusal in refused)
        gone = {name for name in known.keys() - {file.name for file in stamps} if not name.startswith(hidden)}
        if gone:
            self._store.remove(gone)
        tally.removed += sorted(gone)
        done = {file for file, stamp in stamps.items() if self._is_done(known.get(file.name), stamp)}
        tally.unchanged += [file.name for file in stamps if file in done]
        refusals = {f.name: before[f.name] for f, stamp in stamps.items() if self._is_refused(before, f, stamp)}
        todo = [file for file in stamps if file not in done and (rebuild or file.name not in refusals)]
        for item in self._reader.read(todo, progress):
            if isinstance(item, Read):
                self._record(item, known.get(item.file.name), stamps[item.file], tally)
            else:
                file, reason = item
                refusals[file.name] = self._tried(stamps[file]), reason
                if file.name in known:
                    self._store.remove([file.name])
        tally.refused += [Refusal(shown(name), reason) for name, (_, reason) in sorted(refusals.items())]
        if refusals != before:
            self._store.keep_refusals(refusals)
        self._store.collect()
        return tally.report()

    def _is_done(self, known: Known | None, stamp: str) -> bool:
        return known is not None and known.stamp == stamp and known.made_by == self._made_by

    def _is_refused(self, before: Mapping[str, tuple[str, str]], file: File, stamp: str) -> bool:
        return file.name in before and before[file.name][0] == self._tried(stamp)

    def _tried(self, stamp: str) -> str:
        """What a refusal holds for: the file as it is, read in this way, under these limits."""
        return f"{stamp} {LOADING_VERSION} {self._limits}"

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
        opened = self._opened(progress)
        tally = Tally(notes=list(opened.notes))
        targets: dict[File, str] = {}
        for path in paths:
            targets |= self._targets(path, tally)
        stamps = {file: files.stamp(file.path) for file in targets}
        for item in self._reader.read(list(targets), progress):
            try:
                if not isinstance(item, Read):
                    raise DocumentError(item[1])
                self._take(item, targets[item.file], stamps[item.file], given, tally)
            except DocumentError as error:
                file = item.file if isinstance(item, Read) else item[0]
                tally.refused.append(Refusal(shown(str(file.path)), str(error)))
        self._store.collect()
        # Of the corpus's own files, those that came in with the rest just before count as added by this.
        tally.renew({name for path, name in tally.placed if path == self._corpus / name} & set(opened.added))
        return tally.report()

    def _targets(self, path: Path, tally: Tally) -> dict[File, str]:
        """The files that a given path means, each with the name it is to have in the corpus."""
        if path.suffix == ".toml" and is_sidecar(path, _beside(path)):
            tally.notes.append(f"{shown(str(path))} describes a document and comes along with that")
            return {}
        if reason := _unusable(path):
            tally.refused.append(Refusal(shown(str(path)), reason))
            return {}
        if not path.is_dir():
            return {self._file(path, path.parent): _fitting(files.safe_name(path.name))}
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

    def _take(self, item: Read, name: str, stamp: str, given: Source, tally: Tally) -> None:
        """Take a file that was read into the corpus, unless it is there, and have it go by its name."""
        changes = {key: value for key, value in asdict(given).items() if value}
        if item.file.root == self._corpus:
            if reason := unfit(item.file.name):
                raise DocumentError(f"{shown(item.file.name)}: {reason}")
            self._place(item, item.file.path, changes, stamp, tally)
        elif same := [known for known in self._store.names(item.content) if self._is_fresh(known)]:
            tally.notes.append(f"{shown(str(item.file.path))} is already in the library, as {same[0].name}")
            # What is known of it stays; only what was not known is taken from what is given now.
            news = {key: value for key, value in changes.items() if not getattr(same[0].source, key)}
            if news:
                self.describe(same[0].name, news)
            (tally.updated if news else tally.unchanged).append(same[0].name)
            tally.placed.append((item.file.path, same[0].name))
        else:
            path = self._copy(item.file, name, item.document.sha256)
            self._place(item, path, changes, files.stamp(path), tally)

    def _place(self, item: Read, path: Path, changes: Mapping[str, str], stamp: str, tally: Tally) -> None:
        """Record a file that lies in the corpus at `path`, and was read when its stamp was `stamp`."""
        fresh = files.stamp(path) == stamp
        if changes:
            write_source(path, changes)
        name = path.relative_to(self._corpus).as_posix()
        document = replace(item.document, name=name, source=read_source(path, item.document.own))
        known = self._store.known().get(name)
        placed = Read(File(path, self._corpus), document, item.content)
        self._record(placed, known, files.stamp(path) if fresh else "", tally)
        tally.placed.append((item.file.path, name))

    def _is_fresh(self, known: Known) -> bool:
        """Whether a document's file is as it was when it was read."""
        return files.stamp(self._corpus / known.name) == known.stamp

    def _copy(self, file: File, name: str, sha256: str) -> Path:
        """Copy a file and its sidecar into the corpus; both are there then, or none."""
        content = read_bytes(file.path, file.root, self._limits.bytes)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DocumentError(f"{shown(file.name)} changed while it was being read; add it again")
        there = self._corpus / name
        if there.is_file() and not there.is_symlink() and hashlib.sha256(there.read_bytes()).hexdigest() == sha256:
            return there  # it was put there by hand, and not read yet
        sidecar = find_sidecar(file.path)
        about = sidecar.read_bytes() if sidecar else b""
        path = files.put_in(self._corpus, name, content)
        if sidecar:
            try:
                files.put_in(self._corpus, sidecar_names(path)[0].relative_to(self._corpus).as_posix(), about)
            except DocumentError:
                path.unlink(missing_ok=True)
                raise
        return path

    def describe(self, name: str, changes: Mapping[str, str]) -> None:
        """Change what is known of a document for its citation, in its sidecar and in the library."""
        known = self._known([name])[name]
        path = self._corpus / name
        if not path.is_file():
            raise DocumentError(f"the file {path} is not there any more; put it back, or run `debatebot sync`")
        fresh, now = self._is_fresh(known), asdict(known.source)
        if changes := {key: value for key, value in changes.items() if tidy(value) != now.get(key)}:
            write_source(path, changes)
        source = read_source(path, self._store.document(name).own)
        self._store.name(name, known.content, source, files.stamp(path) if fresh else "")

    def remove(self, names: Sequence[str]) -> None:
        """Take documents out for good: file, sidecar, and all that was made of them."""
        known = self._known(names)
        for name in known:
            if files.stamp(self._corpus / name) and not self._is_fresh(known[name]):
                raise DocumentError(f"{name} has changed since it was read; run `debatebot sync`, then remove it")
        try:
            for name in known:
                files.take_out(self._corpus, name)
                self._store.remove([name])
        finally:
            self._store.collect()

    def _known(self, names: Sequence[str]) -> dict[str, Known]:
        """These documents; raises DocumentError for one that is not there."""
        if not self._store.exists() or self._store.format() != FORMAT:
            self._opened()
        known = self._store.known()
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else "`debatebot list` names those it holds"
                raise DocumentError(f"the library holds no document {name!r}; {hint}")
        return {name: known[name] for name in names}


def _unusable(path: Path) -> str:
    """Why a path that was given cannot be added, or an empty string."""
    # These of `os.path` take any name; those of Path raise for one that is too long.
    if os.path.islink(path):  # noqa: PTH114
        return "it is a link; name the file or folder that it leads to"
    if not os.path.exists(path):  # noqa: PTH110
        return "there is no such file; check the path"
    return ""


def _beside(path: Path) -> list[str]:
    try:
        return [file.name for file in path.parent.iterdir()]
    except OSError:
        return []


def _fitting(name: str) -> str:
    return f"_{name}" if unfit(name) else name
