"""Files of the corpus folder: names that are safe, files put in and taken out, and whether anything changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from debatebot.errors import DocumentError
from debatebot.loaders.folders import walk
from debatebot.sidecar import find_sidecar, sidecar_names

LONGEST_NAME = 200
"""Bytes of one part of a name; file systems take 255, and a sidecar's suffix and a number must find room."""
DEEPEST = 100
"""Folders one inside the other; what makes them (`mkdir`) calls itself for each."""
PART = ".part"
_LEFT = re.compile(rf"\.\d+-[0-9a-f]{{16}}{re.escape(PART)}|\..+\.toml\.new")
_NOT_EVERYWHERE = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(name: str) -> str:
    """A relative path that any system can store below the corpus folder, as near to `name` as can be.

    No part of it climbs, is hidden, is over 200 bytes long or holds a character that cannot be seen.
    """
    parts = [part for part in re.split(r"[/\\]", name) if part.strip(". ")]
    return "/".join(map(_safe_part, parts)) or "document"


def _safe_part(part: str) -> str:
    text = _plain(part).rstrip(". ")
    stem, dot, suffix = text.rpartition(".")
    stem, suffix = (stem, dot + suffix) if dot else (text, "")
    # A name that begins so is of a hidden file, or of a word processor's lock.
    stem = stem.lstrip(".~$ ").rstrip(". ")
    if stem.startswith("-") or _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    suffix = _cut(suffix, LONGEST_NAME // 2)
    return (_cut(stem, LONGEST_NAME - len(suffix.encode())) or "document") + suffix


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    return _NOT_EVERYWHERE.sub("-", text)


def _cut(text: str, most: int) -> str:
    """At most so many bytes of a text, whole characters."""
    return text.encode()[:most].decode("utf-8", "ignore").rstrip(". ")


def put_in(corpus: Path, name: str, content: bytes) -> Path:
    """Write `content` as a new file below `corpus`, named `name` or, where that is taken, with a number after it.

    The file appears whole or not at all, and none is overwritten. Raises DocumentError where it cannot be written.
    """
    path = corpus / name
    if name.count("/") > DEEPEST:
        raise DocumentError(f"{path.name} lies over {DEEPEST} folders deep; move it up")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.resolve().is_relative_to(corpus.resolve()):
            raise DocumentError(f"{path.parent} is a link that leaves {corpus}; take the link away")
        part = path.parent / f".{os.getpid()}-{hashlib.sha256(content).hexdigest()[:16]}{PART}"
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            return _named(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DocumentError(
            f"{name} cannot be written into {corpus} ({error.strerror}); make room there, or give yourself the right"
        ) from error


def _named(part: Path, path: Path) -> Path:
    """Give a finished file its name, or the next that is free."""
    for number in count(1):
        free = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        # A sidecar that lies there describes another file.
        if find_sidecar(free) is not None:
            continue
        with contextlib.suppress(FileExistsError):
            _move(part, free)
            return free
    raise AssertionError


def _move(part: Path, free: Path) -> None:
    """Give a file another name, if that is free; raises FileExistsError if it is not."""
    try:
        os.link(part, free)
    except FileExistsError:
        raise
    except OSError:  # some file systems know no links: there the name is taken first
        free.open("xb").close()
        part.replace(free)


def take_out(corpus: Path, name: str) -> None:
    """Delete a document's file and its sidecar; one that also describes another file stays.

    Raises DocumentError where that is not allowed.
    """
    path = corpus / name
    own, shared = sidecar_names(path)
    try:
        stems = [file.stem for file in path.parent.iterdir() if file not in {path, own, shared}]
        # The file last: what describes no document would be refused ever after.
        if path.name not in stems:
            own.unlink(missing_ok=True)
        if path.stem not in stems and shared != path:
            shared.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    except FileNotFoundError:
        return
    except OSError as error:
        raise DocumentError(f"{path} cannot be deleted ({error.strerror}); give yourself the right to") from error


def stamp(path: Path) -> str:
    """Sizes and times of a document's file and of its sidecars: equal stamps mean that nothing changed."""
    found = []
    for file in (path, *sidecar_names(path)):
        try:
            state = file.stat()
        except OSError:
            continue
        found.append(f"{file.name}:{state.st_size}:{state.st_mtime_ns}:{state.st_ctime_ns}:{state.st_ino}")
    return "/".join(found)


def fingerprint(corpus: Path) -> str:
    """A print of all names, sizes and times below `corpus`; cheap, for nothing is read."""
    digest = hashlib.sha256()
    for name, state in sorted(_states(corpus)):
        digest.update(f"{name}\0{state}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _states(corpus: Path) -> Iterator[tuple[str, str]]:
    for top, _, names in walk(str(corpus)):
        for name in names:
            path = os.path.join(top, name)  # noqa: PTH118  (a Path costs more than the look)
            if not name.startswith("."):
                with contextlib.suppress(OSError):
                    state = os.lstat(path)
                    yield path, f"{state.st_size}:{state.st_mtime_ns}:{state.st_ino}"


def clear_parts(corpus: Path) -> None:
    """Delete what a killed `put_in` has left."""
    for top, _, names in walk(str(corpus)):
        for name in names:
            if _LEFT.fullmatch(name):
                Path(top, name).unlink(missing_ok=True)
