"""Files on their way from a browser into the library: each in a folder of its own until it has been taken."""

from __future__ import annotations

import errno
import re
import secrets
import shutil
import unicodedata
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from urllib.parse import unquote_to_bytes

from starlette.concurrency import run_in_threadpool

from debatebot.web.requests import Refused

LONGEST_NAME = 200
"""Bytes; systems take 255, and the library may have to put a number in."""
MOST_FILES = 2_000
MOST_BYTES = 2_000_000_000
"""What may wait to be read; the page sends on as room is made."""
FULL = "Much is waiting to be read; add more when some of it is done."


class Incoming:
    """The folder of what was sent and has not been taken yet."""

    def __init__(self, folder: Path, largest: int) -> None:
        self.folder, self.largest = folder, largest
        self._lock = Lock()
        self._sizes: dict[Path, int] = {}

    def clear(self) -> None:
        """Remove what an earlier run of the server left."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def receive(self, name: str, pieces: AsyncIterable[bytes]) -> Path:
        """Write a file as it arrives; nothing stays where that breaks off. Raises Refused with the reason."""
        place = await run_in_threadpool(self._new_place)
        try:
            with self._told():
                file = (place / name).open("xb")
            with file:
                async for piece in pieces:
                    self._grow(place, len(piece))
                    with self._told():
                        await run_in_threadpool(file.write, piece)
        except BaseException:
            self.drop(place)
            raise
        return place / name

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tells in words why something could not be written."""
        try:
            yield
        except OSError as error:
            raise Refused(507, why_not_written(error, self.folder)) from error

    def drop(self, path: Path) -> None:
        """Remove a file that was received, with its folder."""
        place = path if path.parent == self.folder else path.parent
        shutil.rmtree(place, ignore_errors=True)
        with self._lock:
            self._sizes.pop(place, None)

    def _new_place(self) -> Path:
        place = self.folder / secrets.token_hex(8)
        with self._lock:
            if len(self._sizes) >= MOST_FILES or sum(self._sizes.values()) >= MOST_BYTES:
                raise Refused(429, FULL)
            self._sizes[place] = 0
        try:
            with self._told():
                place.mkdir(parents=True)
        except Refused:
            self.drop(place)
            raise
        return place

    def _grow(self, place: Path, by: int) -> None:
        with self._lock:
            self._sizes[place] += by
            if self._sizes[place] > self.largest:
                raise Refused(413, too_large(self.largest))
            if sum(self._sizes.values()) > MOST_BYTES + self.largest:
                raise Refused(429, FULL)


def too_large(largest: int) -> str:
    """Why a file is not taken that is larger than that."""
    return (
        f"It is larger than {largest // 1_000_000:,} MB, the most that is taken; split it, or raise "
        "largest_megabytes in debatebot.toml."
    )


def why_not_written(error: OSError, folder: Path) -> str:
    """What happened while writing, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full; make room on it, then add the file again."
    return f"It cannot be written into {folder} ({error.strerror}); give yourself the right to write there."


def file_name(encoded: str) -> str:
    """The file name in a header, without any folder and not too long. Raises Refused where it is none."""
    try:
        whole = unquote_to_bytes(encoded).decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        raise Refused(400, "The name of this file is not UTF-8; rename it.") from None
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", whole)[-1].strip())
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in whole):
        raise Refused(400, "The name of this file holds characters that cannot be stored; rename it.")
    if not name or not name.strip("."):
        raise Refused(400, "This file has no name; give it one.")
    return shortened(name)


def slug(title: str) -> str:
    """A title as the name of a text file: `The Gulf, again` gives `the-gulf-again.txt`."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", title).casefold())
    return shortened("-".join(words)[:60].strip("-_") + ".txt") if words else "text.txt"


def shortened(name: str) -> str:
    """The name in at most LONGEST_NAME bytes, its suffix kept."""
    suffix = Path(name).suffix if len(Path(name).suffix) <= 12 else ""
    stem = name[: len(name) - len(suffix)]
    room = LONGEST_NAME - len(suffix.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip() + suffix
