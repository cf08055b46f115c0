"""Where corrections lie: in the corpus folder, for they are the person's own and cannot be made again.

The file is `.debatebot/corrections.jsonl`, one JSON object a line. Being hidden, the folder is no document of the
library.
"""

from __future__ import annotations

import logging
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from debatebot.corrections import Correction, Key, dump, fold_stance, parse, quote_key
from debatebot.errors import CorrectionError

T = TypeVar("T")

FOLDER = ".debatebot"
FILE = "corrections.jsonl"
LOCK = "corrections.lock"
PATIENCE = 10.0
"""Seconds to wait for another process's correction, which takes a hundredth of one."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Stored:
    """What a file holds; lines that are no corrections are kept as they are, for somebody may mend them."""

    words: dict[Key, Correction] = field(default_factory=dict)
    damaged: list[bytes] = field(default_factory=list)

    def take(self, correction: Correction) -> str:
        """Take a correction in, unless one that counts more is there; what that did to the words."""
        known = self.words.get(correction.key)
        if known and known.rank >= correction.rank:
            return "unchanged"
        self.words[correction.key] = correction
        return "replaced" if known else "added"


class Corrections:
    """The corrections of one corpus folder, over threads and processes."""

    def __init__(self, corpus: Path) -> None:
        self.path = corpus / FOLDER / FILE
        self._kept: tuple[str, _Stored] = "", _Stored()
        self._told: set[bytes] = set()

    def all(self) -> list[Correction]:
        """All corrections; cheap, for the file is read only when it has changed.

        Raises CorrectionError where the file cannot be read. Of a line in it that is damaged the log says so.
        """
        stamp = self._stamp()
        if stamp != self._kept[0]:
            self._kept = stamp, self._read()
        return list(self._kept[1].words.values())

    def put(self, correction: Correction) -> None:
        """Keep a correction, in place of the one on the same quotation under the same stance."""
        self._change(lambda stored: stored.words.update({correction.key: correction}))

    def take_back(self, stance: str, document: str, quote: str) -> bool:
        """Forget the correction of a quotation under this very stance; whether there was one."""
        key = (fold_stance(stance), *quote_key(document, quote))
        return self._change(lambda stored: stored.words.pop(key, None)) is not None

    def merge(self, corrections: Iterable[Correction]) -> tuple[int, int, int]:
        """Take corrections in, the later one counting; how many were added, replaced another, changed nothing."""
        done = self._change(lambda stored: Counter(map(stored.take, corrections)))
        return done["added"], done["replaced"], done["unchanged"]

    def _stamp(self) -> str:
        try:
            state = self.path.stat()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise self._unreadable(error) from error
        if not stat.S_ISREG(state.st_mode):
            raise CorrectionError(f"{self.path} is not a regular file; move it away, or put your corrections there")
        return f"{state.st_mtime_ns} {state.st_size} {state.st_ino}"

    def _read(self) -> _Stored:
        stored = _Stored()
        if not self._stamp():
            return stored
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError as error:
            raise self._unreadable(error) from error
        faults = []
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    stored.take(parse(_decoded(line)))
                except CorrectionError as error:
                    stored.damaged.append(line)
                    faults.append(f"line {number}: {error}")
        if not self._told.issuperset(stored.damaged):
            more = f" (and {len(faults) - 1} more such lines)" if len(faults) > 1 else ""
            log.warning("%s, %s%s; or delete the line. The others count", self.path, faults[0], more)
            self._told.update(stored.damaged)
        return stored

    def _unreadable(self, error: OSError) -> CorrectionError:
        return CorrectionError(
            f"your corrections in {self.path} cannot be read ({error.strerror}); "
            "give yourself the right to, or move it away"
        )

    def _change(self, change: Callable[[_Stored], T]) -> T:
        """Read, change and replace the file while no other thread or process does."""
        folder = self.path.parent
        try:
            folder.mkdir(exist_ok=True)
            # A lock of its own: a correction must not wait for a sync. For the options see `lock.py`.
            with FileLock(folder / LOCK, timeout=PATIENCE, thread_local=False, is_singleton=False):
                stored = self._read()
                before = dict(stored.words)
                result = change(stored)
                if stored.words != before:
                    self._write(stored)
                return result
        except Timeout:
            raise CorrectionError(f"another debatebot has been writing {self.path} for a while; try again") from None
        except OSError as error:
            raise CorrectionError(
                f"your corrections cannot be written in {folder} ({error.strerror}); "
                "make room there, or give yourself the right"
            ) from error

    def _write(self, stored: _Stored) -> None:
        new = self.path.with_name(f"{FILE}.new")
        with new.open("wb") as file:
            file.write(dump(stored.words.values()).encode())
            file.writelines(line + b"\n" for line in stored.damaged)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise CorrectionError(f"it is not UTF-8 (byte {error.start + 1}); save it as UTF-8") from error
