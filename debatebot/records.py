"""How documents and passages stand in the store: the tables, rows to values and back, checksums.

Each row carries a checksum over its fields: what was damaged on disk is refused when it is read, never shown.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from debatebot.embedding import Vectors
from debatebot.types import Document, Entry, Page, Passage, Sentence, Source

FORMAT = "3"
SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # What a file holds, once however many names it has. `made_by` tells what its passages and vectors are made with.
    """CREATE TABLE contents (
        number INTEGER PRIMARY KEY AUTOINCREMENT, format TEXT NOT NULL, sha256 TEXT NOT NULL, text TEXT NOT NULL,
        pages TEXT NOT NULL, notes TEXT NOT NULL, own TEXT NOT NULL, made_by TEXT NOT NULL, characters INTEGER NOT NULL,
        passages INTEGER NOT NULL, sentences INTEGER NOT NULL, checksum INTEGER NOT NULL, UNIQUE (sha256, format))""",
    """CREATE TABLE documents (
        name TEXT PRIMARY KEY, content INTEGER NOT NULL REFERENCES contents, source TEXT NOT NULL,
        stamp TEXT NOT NULL, added TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX documents_of_content ON documents (content, name)",
    """CREATE TABLE passages (
        number INTEGER PRIMARY KEY AUTOINCREMENT, content INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
        start INTEGER NOT NULL, stop INTEGER NOT NULL, paragraph INTEGER NOT NULL, page TEXT,
        sentences TEXT NOT NULL, checksum INTEGER NOT NULL)""",
    "CREATE INDEX passages_of_content ON passages (content)",
    """CREATE TABLE vectors (
        passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE, vector BLOB NOT NULL,
        checksum INTEGER NOT NULL)""",
    """CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = "porter unicode61 remove_diacritics 2")""",
    # Files of the corpus that could not be read, so that they are not tried again until they change.
    "CREATE TABLE refusals (name TEXT PRIMARY KEY, stamp TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TRIGGER gone AFTER DELETE ON passages BEGIN DELETE FROM words WHERE rowid = old.number; END",
)
# A passage goes by the first name of its content; one without a name is of a document that is gone.
PASSAGE = (
    "SELECT p.number, (SELECT min(name) FROM documents d WHERE d.content = p.content) AS name, p.content, p.start,"
    " p.stop, p.paragraph, p.page, p.sentences, w.text, p.checksum"
    " FROM passages p JOIN words w ON w.rowid = p.number WHERE name IS NOT NULL"
)
DOCUMENT = (
    "SELECT d.name, d.source, d.added, d.stamp, d.checksum, c.number, c.format, c.sha256, c.made_by"
    " FROM documents d JOIN contents c ON c.number = d.content"
)
ENTRY = (
    "SELECT d.name, d.source, d.added, d.stamp, d.checksum, c.number, c.format, c.sha256, c.made_by,"
    " json_array_length(c.pages), c.passages, c.sentences, c.characters, c.notes,"
    " (SELECT min(name) FROM documents e WHERE e.content = c.number)"
    " FROM documents d JOIN contents c ON c.number = d.content ORDER BY d.name"
)
OUTDATED = "~"
"""Before what made a content: it is to be made again, and serves until then."""
CONTENT = (
    "SELECT number, format, sha256, text, pages, notes, own, made_by, characters, passages, sentences, checksum"
    " FROM contents"
)


class ChecksumError(Exception):
    """A row is not as it was written."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a stored document without reading it: `stamp` tells its files' sizes and times."""

    name: str
    source: Source
    stamp: str
    content: int
    format: str
    sha256: str
    made_by: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, whatever its name: a document without one."""

    number: int
    document: Document
    made_by: str


def content_fields(document: Document, made_by: str, passages: Sequence[Passage]) -> tuple[Any, ...]:
    """The fields of a content's row from `format` on, the checksum last."""
    fields = (
        document.format,
        document.sha256,
        document.text,
        json.dumps([[page.label, page.start, page.end] for page in document.pages]),
        json.dumps(document.notes),
        dump_source(document.own),
        made_by,
        len(document.text),
        len(passages),
        sum(len(passage.sentences) for passage in passages),
    )
    return (*fields, checksum(*_sealed(fields)))


def read_content(row: tuple[Any, ...]) -> Content:
    """A content from its row as `CONTENT` selects it."""
    number, *fields, kept = row
    verify(kept, *_sealed(tuple(fields)))
    form, sha256, text, pages, notes, own, made_by = fields[:7]
    cut = tuple(Page(*page) for page in json.loads(pages))
    document = Document("", text, Source(), form, sha256, cut, tuple(json.loads(notes)), read_source(own))
    return Content(number, document, made_by)


def _sealed(fields: tuple[Any, ...]) -> tuple[Any, ...]:
    """The fields of a content that its checksum covers: all but `made_by`, which a rebuild changes."""
    return (*fields[:6], *fields[7:])


def passage_fields(content: int, passage: Passage) -> tuple[Any, ...]:
    """The fields of a passage's row from `content` on, the checksum last."""
    sentences = json.dumps([[s.start, s.end] for s in passage.sentences])
    fields = (content, passage.start, passage.end, passage.paragraph, passage.page, sentences)
    return (*fields, checksum(*fields, passage.text))


def read_passage(row: tuple[Any, ...]) -> Passage:
    """A passage from its row as `PASSAGE` selects it."""
    _, name, *fields, text, kept = row
    verify(kept, *fields, text)
    _, start, stop, paragraph, page, sentences = fields
    cut = tuple(Sentence(*pair) for pair in json.loads(sentences))
    return Passage(name, start, stop, text, cut, paragraph, page)


def read_known(row: tuple[Any, ...]) -> Known:
    """A document from its row as `DOCUMENT` selects it."""
    name, source, added, stamp, kept, content, form, sha256, made_by = row
    verify(kept, name, content, source, added)
    return Known(name, read_source(source), stamp, content, form, sha256, made_by)


def read_entry(row: tuple[Any, ...]) -> Entry:
    """A line of the list from its row as `ENTRY` selects it."""
    known = read_known(row[:9])
    pages, passages, sentences, characters, notes, first = row[9:]
    return Entry(
        document=known.name,
        source=known.source,
        format=known.format,
        pages=pages or None,
        passages=passages,
        sentences=sentences,
        characters=characters,
        sha256=known.sha256,
        added=row[2],
        notes=tuple(json.loads(notes)),
        same_as="" if first == known.name else first,
    )


def vector_fields(passage: int, vector: Vectors) -> tuple[int, bytes, int]:
    """The fields of a vector's row; `vector` has shape (d,)."""
    data = vector.astype(np.float32).tobytes()
    return passage, data, checksum(passage, data)


def read_vectors(rows: list[tuple[int, bytes, int]]) -> Vectors:
    """The vectors (n, d) of rows in their order; (0, 0) for none."""
    for passage, data, kept in rows:
        verify(kept, passage, data)
    matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float32)
    return matrix.reshape(len(rows), -1) if rows else matrix.reshape(0, 0)


def dump_source(source: Source) -> str:
    """A source as JSON."""
    return json.dumps(asdict(source))


def read_source(text: str) -> Source:
    """A source from its JSON."""
    return Source(**json.loads(text))


def checksum(*fields: object) -> int:
    """CRC-32 over the fields, each led by its length so that none can run into the next."""
    crc = 0
    for field in fields:
        data = field if isinstance(field, bytes) else str(field).encode()
        crc = zlib.crc32(data, zlib.crc32(f"{len(data)}:".encode(), crc))
    return crc


def verify(kept: int, *fields: object) -> None:
    """Raise ChecksumError where the fields are not those that `kept` was made of."""
    if kept != checksum(*fields):
        raise ChecksumError("a checksum does not match")
