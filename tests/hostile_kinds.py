"""What is expected of a hostile file, and what the families of them are made with."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

MEGABYTE = 1_000_000

TOO_MUCH = (
    r"seconds to read|MB of memory|characters of text|too (large|much|many|deep)|over [\d,]+ |made its reader crash"
)
"""What may truly be said of a file that is small on the disk and has no end once it is opened."""
DAMAGED = r"is damaged|has no pages|is no (\.\w+|PDF|web page)\b"
NO_TEXT = r"no (text|words|sentences)|is empty|without text"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must become of a file: `reason` is what a true reason says, `says` is in its text if it is taken."""

    outcome: Literal["taken", "refused", "either", "left out"]
    reason: str = ""
    says: str = ""
    late: bool = False
    """Only the library can tell, once it has cut the text into sentences."""


class File(NamedTuple):
    """A file to be made: its name below the folder, its content and what must become of it."""

    name: str
    content: bytes
    expected: Expectation


Files = Iterator[File]

LEFT_OUT = Expectation("left out")


def taken(says: str = "") -> Expectation:
    return Expectation("taken", says=says)


def refused(reason: str, late: bool = False) -> Expectation:
    return Expectation("refused", reason, late=late)


def either(reason: str, says: str = "") -> Expectation:
    return Expectation("either", reason, says)


def sentence(key: str) -> str:
    """A sentence that is in one file only."""
    return f"The careful archivist of {key} counted seven copper kettles before noon."


class Deflated(NamedTuple):
    """A raw deflate stream, and the CRC and size of what comes out of it."""

    stream: bytes
    crc: int
    size: int

    def as_zlib(self) -> bytes:
        """For a PDF, whose readers do not mind that the checksum is wrong."""
        return b"\x78\x9c" + self.stream + bytes(4)


def deflated(before: bytes, block: bytes, times: int, after: bytes) -> Deflated:
    """`before`, so many times `block`, and `after`: the block is compressed once, so that gigabytes take no time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    parts = [packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH) for part in (before, block)]
    stream = parts[0] + parts[1] * times + packer.compress(after) + packer.flush()
    crc = zlib.crc32(before)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    return Deflated(stream, zlib.crc32(after, crc), len(before) + times * len(block) + len(after))
