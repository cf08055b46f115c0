"""The person's word on evidence: which side a quotation is on for a stance, or that it is none.

Corrections lie in the corpus folder, for they are the person's own and cannot be made again: in
`.debatebot/corrections.jsonl`, one JSON object a line. Being hidden, the folder is no document of the library.
"""

from __future__ import annotations

import json
import logging
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout

from debatebot.errors import CorrectionError, InputError
from debatebot.types import FEWEST_WORDS, Sentence

if TYPE_CHECKING:
    from debatebot.library import Library

T = TypeVar("T")

FOLDER = ".debatebot"
FILE = "corrections.jsonl"
LOCK = "corrections.lock"
PATIENCE = 10.0
"""Seconds to wait for another process's correction, which takes a hundredth of one."""
ENDS = " .!?…;:,。！？؟۔।"
AS_PRINTED = "write one JSON object a line, as `debatebot corrections` prints them"

log = logging.getLogger(__name__)


class Verdict(StrEnum):
    """What a person says of a quotation under a stance."""

    SUPPORT = "support"
    REBUT = "rebut"
    NEITHER = "neither"

    @property
    def opposite(self) -> Verdict:
        """The other side; that it is on neither stays what it is."""
        return {Verdict.SUPPORT: Verdict.REBUT, Verdict.REBUT: Verdict.SUPPORT}.get(self, self)


Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's word: under `stance`, the `quote` of `document` is evidence on a side, or none.

    `made` is an ISO time with its zone. Raises CorrectionError for a text that is blank or cannot be stored.
    """

    stance: str
    document: str
    quote: str
    verdict: Verdict
    made: str

    def __post_init__(self) -> None:
        for key, value in asdict(self).items():
            if not value.strip():
                raise CorrectionError(f"`{key}` is empty; say what it is")
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise CorrectionError(f"`{key}` holds characters that cannot be stored; type it anew")
        try:
            zoned = datetime.fromisoformat(self.made).utcoffset() is not None
        except ValueError:
            zoned = False
        if not zoned:
            raise CorrectionError(f"`made` is {self.made!r}; write a time in UTC, such as 2026-03-01T09:30:00+00:00")

    @property
    def key(self) -> Key:
        """What it is a word on: of two corrections with the same key, one counts."""
        return fold_stance(self.stance), *quote_key(self.document, self.quote)

    @property
    def rank(self) -> tuple[datetime, Verdict]:
        """The higher counts: the later, and at the same time the same one for everybody."""
        return datetime.fromisoformat(self.made), self.verdict


KEYS = tuple(item.name for item in fields(Correction))


@dataclass(frozen=True, slots=True)
class Example:
    """A correction as an example to train a stance model on; `before` is the sentence before it, or ""."""

    stance: str
    sentence: str
    before: str
    label: Verdict


def quote_key(document: str, quote: str) -> tuple[str, str]:
    """By what a quotation is known again: its document, and its words with white space folded."""
    return document, " ".join(quote.split())


def fold_stance(stance: str) -> str:
    """By what a stance is known again: its words, whatever their case, white space and end punctuation."""
    return " ".join(stance.split()).casefold().rstrip(ENDS)


def now() -> str:
    """The time as corrections have it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def dump(corrections: Iterable[Correction]) -> str:
    """Corrections as JSON lines."""
    return "".join(f"{json.dumps(asdict(correction), ensure_ascii=False)}\n" for correction in corrections)


def load(lines: Iterable[str], origin: str = "the corrections") -> list[Correction]:
    """Corrections from JSON lines, blank ones left out.

    Raises CorrectionError, naming `origin` and the line, for one that is none.
    """
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_parse(line))
            except CorrectionError as error:
                raise CorrectionError(f"{origin}, line {number}: {error}") from error
    return found


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise CorrectionError(f"it is not UTF-8 (byte {error.start + 1}); save it as UTF-8") from error


def _parse(line: str) -> Correction:
    try:
        values = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise CorrectionError(f"it is no JSON; {AS_PRINTED}") from error
    if not isinstance(values, dict):
        raise CorrectionError(f"it is no JSON object; {AS_PRINTED}")
    for key in (*values, *KEYS):
        if key not in KEYS:
            raise CorrectionError(f"unknown key {key!r}; the keys are {', '.join(KEYS)}")
        if not isinstance(values.get(key), str):
            raise CorrectionError(f"`{key}` must be there, and be a text in quotes")
    if values["verdict"] not in list(Verdict):
        raise CorrectionError(f"`verdict` is {values['verdict']!r}; it must be one of {', '.join(Verdict)}")
    return Correction(**{**values, "verdict": Verdict(values["verdict"])})


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
                    stored.take(_parse(_decoded(line)))
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


# ---- where a correction's words stand in the library


def sentence_at(library: Library, document: str, start: int, end: int) -> str:
    """The words of the sentence that a document has from `start` to `end`.

    Raises DocumentError where there is no such document, InputError where no sentence of it stands there.
    """
    text = library.document(document).text
    passage = library.store.passage_at(document, start) if 0 <= start < end <= len(text) else None
    if passage is None or Sentence(start, end) not in passage.sentences:
        raise InputError(
            f"no sentence of {document}, which has {len(text):,} characters, stands from {start} to {end}; "
            "take a start and an end that `debatebot brief --json` gives"
        )
    if len(text[start:end].split()) < FEWEST_WORDS:
        raise InputError(f"a sentence of under {FEWEST_WORDS} words is no quotation of its own; choose another")
    return text[start:end]


def example(library: Library, correction: Correction) -> Example | None:
    """The correction as a training example; None where the library has no such sentence any more."""
    passage = library.passage_of(correction.document, correction.quote)
    if passage is None:
        return None
    sentences = [passage.cut(sentence) for sentence in passage.sentences]
    for before, sentence in zip([library.before(passage), *sentences], sentences, strict=False):
        if quote_key(correction.document, sentence) == quote_key(correction.document, correction.quote):
            return Example(correction.stance, sentence, before, correction.verdict)
    return None
