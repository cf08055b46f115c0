"""The library's truth: documents, passages, words and vectors in one SQLite file.

Each passage carries a checksum over all its fields, each document one over its text and one over what is
known about it: what was damaged on disk is refused when it is read, never shown. Connections are opened
for each use and belong to nobody, so that threads share nothing.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from debatebot.embedding import Vectors
from debatebot.errors import DamagedError, DocumentError, LibraryError
from debatebot.types import Document, Entry, Page, Passage, Sentence, Source

FORMAT = "1"
FILE = "library.sqlite"
SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE documents (
        number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, format TEXT NOT NULL,
        sha256 TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL, pages TEXT NOT NULL,
        stamp TEXT NOT NULL, checksum INTEGER NOT NULL, about INTEGER NOT NULL)""",
    """CREATE TABLE passages (
        number INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        start INTEGER NOT NULL, stop INTEGER NOT NULL, paragraph INTEGER NOT NULL, page TEXT,
        sentences TEXT NOT NULL, vector BLOB NOT NULL, checksum INTEGER NOT NULL)""",
    "CREATE INDEX passages_of_document ON passages (document)",
    """CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = "porter unicode61 remove_diacritics 2")""",
    "CREATE TRIGGER gone AFTER DELETE ON passages BEGIN DELETE FROM words WHERE rowid = old.number; END",
)
PASSAGE = (
    "SELECT p.number, d.name, p.start, p.stop, p.paragraph, p.page, p.sentences, p.vector, w.text, p.checksum"
    " FROM passages p JOIN documents d ON d.number = p.document JOIN words w ON w.rowid = p.number"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a stored document without reading it: `stamp` tells its files' sizes and times."""

    name: str
    sha256: str
    source: Source
    stamp: str


class Store:
    """The SQLite file in the index folder. Every write is one transaction."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    @property
    def mend(self) -> str:
        """What to do about a damaged file, for messages."""
        return f"delete the folder {self.path.parent} and run `debatebot sync`: nothing is lost but the time to index"

    @contextmanager
    def connect(self, write: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection for one use, in one transaction; raises DamagedError for a damaged file."""
        connection = None
        try:
            connection = sqlite3.connect(self.path, timeout=60, isolation_level=None)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            yield connection
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise LibraryError(f"{self.path} cannot be used: {error}; if this persists, {self.mend}") from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise DamagedError(f"{self.path} is damaged ({error}); {self.mend}") from error
        finally:
            if connection is not None:
                connection.close()

    def delete(self) -> None:
        """Take the file away, to be made again."""
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(FILE + suffix).unlink(missing_ok=True)

    def create(self, made_by: dict[str, str]) -> None:
        """Lay out an empty file; `made_by` names what the passages and vectors are made with."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(self.path) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        with self.connect(write=True) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                return  # another process was quicker
            for statement in SCHEMA:
                connection.execute(statement)
            meta = {"format": FORMAT, "library": uuid.uuid4().hex, "generation": "0", **made_by}
            connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())

    def exists(self) -> bool:
        """Whether the file is there and laid out (a creation that was cut short leaves it empty)."""
        if not self.path.exists():
            return False
        with self.connect() as connection:
            return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is not None

    def check(self) -> None:
        """Raise DamagedError if SQLite finds the file's structure damaged."""
        with self.connect() as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise DamagedError(f"{self.path} is damaged ({found}); {self.mend}")

    def meta(self) -> dict[str, str]:
        """What the index as a whole is: its format, what made it, and its generation."""
        with self.connect() as connection:
            meta = dict(connection.execute("SELECT key, value FROM meta"))
        if not {"format", "library", "generation"} <= meta.keys():
            raise DamagedError(f"{self.path} is damaged (its description is not whole); {self.mend}")
        return meta

    def generation(self) -> str:
        """A name for the present content: another name means that something changed."""
        return _generation(self.meta())

    def known(self) -> dict[str, Known]:
        """The stored documents by name."""
        with self.connect() as connection:
            rows = connection.execute("SELECT name, format, sha256, source, about, stamp FROM documents").fetchall()
        return {row[0]: Known(row[0], row[2], self._source(*row[:5]), row[5]) for row in rows}

    def put(self, document: Document, passages: Sequence[Passage], vectors: Vectors, stamp: str) -> None:
        """Store a document with its passages and their vectors (n, d), in place of one of that name."""
        pages = json.dumps([[page.label, page.start, page.end] for page in document.pages])
        source = json.dumps(asdict(document.source))
        fields = (document.name, document.format, document.sha256, source, document.text, pages, stamp)
        with self.connect(write=True) as connection:
            connection.execute("DELETE FROM documents WHERE name = ?", [document.name])
            sql = (
                "INSERT INTO documents (name, format, sha256, source, text, pages, stamp, checksum, about)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            )
            checksums = (_checksum(document.text, pages), _checksum(*fields[:4]))
            owner = connection.execute(sql, (*fields, *checksums)).lastrowid
            for passage, vector in zip(passages, vectors, strict=True):
                _put_passage(connection, owner, passage, vector.astype(np.float32).tobytes())
            _next_generation(connection)

    def update(self, document: Document, stamp: str) -> None:
        """Change what is known about a document whose text stays as it is."""
        source = json.dumps(asdict(document.source))
        about = _checksum(document.name, document.format, document.sha256, source)
        with self.connect(write=True) as connection:
            sql = "UPDATE documents SET source = ?, stamp = ?, about = ? WHERE name = ?"
            connection.execute(sql, (source, stamp, about, document.name))

    def remove(self, names: Iterable[str]) -> None:
        """Take documents out, with all that was made of them."""
        with self.connect(write=True) as connection:
            connection.executemany("DELETE FROM documents WHERE name = ?", [(name,) for name in names])
            _next_generation(connection)

    def document(self, name: str) -> Document:
        """A stored document; raises DocumentError if there is none of that name."""
        with self.connect() as connection:
            sql = "SELECT name, format, sha256, source, about, text, pages, checksum FROM documents WHERE name = ?"
            row = connection.execute(sql, [name]).fetchone()
        if row is None:
            raise DocumentError(f"the library holds no document {name!r}; `debatebot list` names those it holds")
        _, form, sha256, _, _, text, pages, checksum = row
        self._verify(checksum, text, pages)
        cut = tuple(Page(*page) for page in json.loads(pages))
        return Document(name, text, self._source(*row[:5]), form, sha256, cut)

    def entries(self) -> list[Entry]:
        """All documents by name, with their counts."""
        sql = (
            "SELECT d.name, d.format, d.sha256, d.source, d.about, json_array_length(d.pages), length(d.text),"
            " count(p.number), coalesce(sum(json_array_length(p.sentences)), 0)"
            " FROM documents d LEFT JOIN passages p ON p.document = d.number GROUP BY d.number ORDER BY d.name"
        )
        with self.connect() as connection:
            rows = connection.execute(sql).fetchall()
        return [
            Entry(row[0], self._source(*row[:5]), row[1], row[5] or None, row[7], row[8], row[6], row[2])
            for row in rows
        ]

    def passages(self, numbers: Sequence[int] | None = None) -> dict[int, Passage]:
        """Passages by number, in order (all of them for None); numbers that are gone are left out."""
        sql, values = PASSAGE + " ORDER BY p.number", []
        if numbers is not None:
            sql = PASSAGE + " WHERE p.number IN (SELECT value FROM json_each(?)) ORDER BY p.number"
            values = [json.dumps(list(numbers))]
        with self.connect() as connection:
            return {row[0]: self._passage(row) for row in connection.execute(sql, values)}

    def vectors(self) -> tuple[str, npt.NDArray[np.int64], Vectors]:
        """The generation, the passage numbers (n,) and their vectors (n, d), all of one moment."""
        with self.connect() as connection:
            meta = dict(connection.execute("SELECT key, value FROM meta"))
            rows = connection.execute(PASSAGE + " ORDER BY p.number").fetchall()
        for row in rows:
            self._passage(row)
        matrix = np.frombuffer(b"".join(row[7] for row in rows), dtype=np.float32)
        numbers = np.array([row[0] for row in rows], dtype=np.int64)
        return _generation(meta), numbers, matrix.reshape(len(rows), -1) if rows else matrix.reshape(0, 0)

    def matching(self, query: str, count: int) -> list[int]:
        """The numbers of the `count` best passages for an FTS5 query by BM25, best first."""
        with self.connect() as connection:
            sql = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words), rowid LIMIT ?"
            return [row[0] for row in connection.execute(sql, (query, count))]

    def _passage(self, row: tuple[Any, ...]) -> Passage:
        _, document, start, stop, paragraph, page, sentences, vector, text, checksum = row
        self._verify(checksum, start, stop, paragraph, page, sentences, vector, text)
        cut = tuple(Sentence(*pair) for pair in json.loads(sentences))
        return Passage(document, start, stop, text, cut, paragraph, page)

    def _source(self, name: str, form: str, sha256: str, source: str, about: int) -> Source:
        self._verify(about, name, form, sha256, source)
        return Source(**json.loads(source))

    def _verify(self, checksum: int, *fields: object) -> None:
        if checksum != _checksum(*fields):
            raise DamagedError(f"{self.path} is damaged (a checksum does not match); {self.mend}")


def _put_passage(connection: sqlite3.Connection, owner: int | None, passage: Passage, vector: bytes) -> None:
    sentences = json.dumps([[s.start, s.end] for s in passage.sentences])
    fields = (passage.start, passage.end, passage.paragraph, passage.page, sentences, vector)
    sql = (
        "INSERT INTO passages (document, start, stop, paragraph, page, sentences, vector, checksum)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    )
    number = connection.execute(sql, (owner, *fields, _checksum(*fields, passage.text))).lastrowid
    connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, passage.text))


def _checksum(*fields: object) -> int:
    """CRC-32 over the fields, each led by its length so that none can run into the next."""
    crc = 0
    for field in fields:
        data = field if isinstance(field, bytes) else str(field).encode()
        crc = zlib.crc32(data, zlib.crc32(f"{len(data)}:".encode(), crc))
    return crc


def _generation(meta: dict[str, str]) -> str:
    return f"{meta['library']}-{meta['generation']}"


def _next_generation(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
