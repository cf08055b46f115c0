"""The library's truth: documents, passages, words and vectors in one SQLite file.

Every write is one transaction, so that a kill leaves each document whole or absent. Connections are opened
for each use and belong to nobody, so that threads share nothing. How rows are read and checked: `records.py`.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from debatebot import records
from debatebot.embedding import Vectors
from debatebot.errors import DamagedError, DocumentError, LibraryError
from debatebot.records import Content, Known
from debatebot.types import Document, Entry, Passage, Source

FILE = "library.sqlite"
Numbers = npt.NDArray[np.int64]


class Store:
    """The SQLite file in the index folder."""

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
            # mode=rw: where there is no file, none is made.
            address = f"{self.path.absolute().as_uri()}?mode=rw"
            connection = sqlite3.connect(address, timeout=60, isolation_level=None, uri=True)
            connection.execute("PRAGMA foreign_keys = ON")
            # Under WAL a crash of the machine may then cost the last transactions, never the file.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            yield connection
            connection.execute("COMMIT")
        except (records.ChecksumError, UnicodeDecodeError) as error:
            raise DamagedError(f"{self.path} is damaged ({error}); {self.mend}") from error
        except sqlite3.DatabaseError as error:
            raise self._error(error) from error
        finally:
            if connection is not None:
                connection.close()

    def _error(self, error: sqlite3.DatabaseError) -> LibraryError:
        """What SQLite found, told apart: a damaged file can be made again, a full disk wants room."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or "decode" in str(error):
            return DamagedError(f"{self.path} is damaged ({error}); {self.mend}")
        if code == sqlite3.SQLITE_FULL:
            return LibraryError(f"{self.path} cannot be written ({error}); make room on the disk")
        return LibraryError(f"{self.path} cannot be used: {error}; if this persists, {self.mend}")

    # ---- the file as a whole

    def delete(self) -> None:
        """Take the file away, to be made again."""
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(FILE + suffix).unlink(missing_ok=True)

    def create(self) -> None:
        """Lay out an empty file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(self.path) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        with self.connect(write=True) as connection:
            for statement in records.SCHEMA:
                connection.execute(statement)
            meta = {"format": records.FORMAT, "library": uuid.uuid4().hex, "generation": "0"}
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

    def format(self) -> str:
        """The version of the file's layout."""
        return self._meta()["format"]

    def generation(self) -> str:
        """A name for the present content: another name means that something changed."""
        meta = self._meta()
        return f"{meta['library']}-{meta['generation']}"

    def _meta(self) -> dict[str, str]:
        with self.connect() as connection:
            meta = dict(connection.execute("SELECT key, value FROM meta"))
        if not {"format", "library", "generation"} <= meta.keys():
            raise DamagedError(f"{self.path} is damaged (its description is not whole); {self.mend}")
        return meta

    # ---- writing

    def put(self, document: Document, made_by: str, passages: Sequence[Passage], vectors: Vectors) -> int:
        """Store what a file holds, with its passages and their vectors (n, d); the content's number.

        What is stored of the same bytes, made another way, is replaced; names are kept.
        """
        columns = "format, sha256, text, pages, notes, own, made_by, characters, passages, sentences, checksum"
        fields = records.content_fields(document, made_by, passages)
        with self.connect(write=True) as connection:
            updates = ", ".join(f"{column} = excluded.{column}" for column in columns.split(", "))
            sql = (
                f"INSERT INTO contents ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                f" ON CONFLICT (sha256, format) DO UPDATE SET {updates} RETURNING number"
            )
            number: int = connection.execute(sql, fields).fetchone()[0]
            connection.execute("DELETE FROM passages WHERE content = ?", [number])
            for passage, vector in zip(passages, vectors, strict=True):
                _put_passage(connection, number, passage, vector)
            _next_generation(connection)
        return number

    def name(self, name: str, content: int, source: Source, stamp: str) -> None:
        """Have a stored content go by `name`, in place of what went by it before."""
        with self.connect(write=True) as connection:
            row = connection.execute("SELECT added FROM documents WHERE name = ?", [name]).fetchone()
            added = row[0] if row else datetime.now(UTC).isoformat(timespec="seconds")
            known = records.dump_source(source)
            fields = (name, content, known, stamp, added, records.checksum(name, content, known, added))
            connection.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?)", fields)
            _next_generation(connection)

    def remove(self, names: Iterable[str]) -> None:
        """Take names out; what they stood for stays until `collect`, for a moved file comes under another name."""
        with self.connect(write=True) as connection:
            connection.executemany("DELETE FROM documents WHERE name = ?", [(name,) for name in names])
            _next_generation(connection)

    def collect(self) -> None:
        """Take out what no name stands for any more."""
        unnamed = "FROM contents WHERE number NOT IN (SELECT content FROM documents)"
        with self.connect() as connection:
            if not connection.execute(f"SELECT 1 {unnamed} LIMIT 1").fetchone():
                return
        with self.connect(write=True) as connection:
            connection.execute(f"DELETE {unnamed}")

    def outdate(self) -> None:
        """Mark everything as to be made again."""
        with self.connect(write=True) as connection:
            connection.execute("UPDATE contents SET made_by = ? || made_by", [records.OUTDATED])
            _next_generation(connection)

    # ---- reading

    def known(self) -> dict[str, Known]:
        """The stored documents by name."""
        with self.connect() as connection:
            return {row[0]: records.read_known(row) for row in connection.execute(records.DOCUMENT)}

    def content(self, sha256: str, form: str) -> Content | None:
        """What is stored of a file with these bytes, or None."""
        with self.connect() as connection:
            sql = records.CONTENT + " WHERE sha256 = ? AND format = ?"
            row = connection.execute(sql, (sha256, form)).fetchone()
            return records.read_content(row) if row else None

    def document(self, name: str) -> Document:
        """A stored document; raises DocumentError if there is none of that name."""
        with self.connect() as connection:
            row = connection.execute(records.DOCUMENT + " WHERE d.name = ?", [name]).fetchone()
            if row:
                known = records.read_known(row)
                content = connection.execute(records.CONTENT + " WHERE number = ?", [known.content]).fetchone()
                return replace(records.read_content(content).document, name=name, source=known.source)
        raise DocumentError(f"the library holds no document {name!r}; `debatebot list` names those it holds")

    def names(self, content: int) -> list[Known]:
        """The documents, by name, that a content goes by."""
        with self.connect() as connection:
            rows = connection.execute(records.DOCUMENT + " WHERE d.content = ? ORDER BY d.name", [content]).fetchall()
            return list(map(records.read_known, rows))

    def namesakes(self, name: str) -> list[Known]:
        """The other documents, by name, that have the very same content."""
        sql = records.DOCUMENT + (
            " WHERE d.content = (SELECT content FROM documents WHERE name = ?) AND d.name <> ? ORDER BY d.name"
        )
        with self.connect() as connection:
            return list(map(records.read_known, connection.execute(sql, [name, name]).fetchall()))

    def refusals(self) -> dict[str, tuple[str, str]]:
        """Of the files of the corpus that could not be read, by name, the stamp and the reason."""
        with self.connect() as connection:
            rows = connection.execute("SELECT name, stamp, reason FROM refusals").fetchall()
        return {name: (stamp, reason) for name, stamp, reason in rows}

    def keep_refusals(self, refusals: dict[str, tuple[str, str]]) -> None:
        """Put these in the place of those that are kept."""
        with self.connect(write=True) as connection:
            connection.execute("DELETE FROM refusals")
            rows = [(name, stamp, reason) for name, (stamp, reason) in refusals.items()]
            connection.executemany("INSERT INTO refusals VALUES (?, ?, ?)", rows)

    def entries(self) -> list[Entry]:
        """All documents by name, with their counts."""
        with self.connect() as connection:
            return [records.read_entry(row) for row in connection.execute(records.ENTRY)]

    def passages(self, numbers: Sequence[int] | None = None) -> dict[int, Passage]:
        """Passages by number, in order (all of them for None); numbers that are gone are left out."""
        sql, values = records.PASSAGE, []
        if numbers is not None:
            sql += " AND p.number IN (SELECT value FROM json_each(?))"
            values = [json.dumps(list(numbers))]
        with self.connect() as connection:
            rows = connection.execute(sql + " ORDER BY p.number", values)
            return {row[0]: records.read_passage(row) for row in rows}

    def passage_at(self, document: str, offset: int) -> Passage | None:
        """The passage of a document in which the character at `offset` stands."""
        sql = records.PASSAGE + (
            " AND p.content = (SELECT content FROM documents WHERE name = ?) AND p.start <= ? AND p.stop > ?"
        )
        with self.connect() as connection:
            row = connection.execute(sql, [document, offset, offset]).fetchone()
        return records.read_passage(row) if row else None

    def numbers(self, made_by: str) -> tuple[str, Numbers]:
        """The generation and, of that moment, the numbers (n,) of the passages that were made so, in order."""
        sql = (
            "SELECT p.number FROM passages p JOIN contents c ON c.number = p.content WHERE c.made_by IN (?, ?)"
            " AND c.number IN (SELECT content FROM documents) ORDER BY p.number"
        )
        with self.connect() as connection:
            meta = dict(connection.execute("SELECT key, value FROM meta"))
            rows = connection.execute(sql, [made_by, records.OUTDATED + made_by]).fetchall()
        return f"{meta['library']}-{meta['generation']}", np.array([row[0] for row in rows], dtype=np.int64)

    def vectors(self, numbers: Numbers) -> tuple[Numbers, Vectors]:
        """The vectors (n, d) of passages, with their numbers (n,); those that are gone are left out."""
        sql = (
            "SELECT passage, vector, checksum FROM vectors WHERE passage IN (SELECT value FROM json_each(?))"
            " ORDER BY passage"
        )
        with self.connect() as connection:
            rows = connection.execute(sql, [json.dumps(numbers.tolist())]).fetchall()
            return np.array([row[0] for row in rows], dtype=np.int64), records.read_vectors(rows)

    def matching(self, query: str, count: int) -> list[int]:
        """The numbers of the `count` best passages for an FTS5 query by BM25, best first."""
        with self.connect() as connection:
            sql = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words), rowid LIMIT ?"
            return [row[0] for row in connection.execute(sql, (query, count))]


def _put_passage(connection: sqlite3.Connection, content: int, passage: Passage, vector: Vectors) -> None:
    sql = (
        "INSERT INTO passages (content, start, stop, paragraph, page, sentences, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)"
    )
    number = connection.execute(sql, records.passage_fields(content, passage)).lastrowid
    assert number is not None
    connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, passage.text))
    connection.execute("INSERT INTO vectors VALUES (?, ?, ?)", records.vector_fields(number, vector))


def _next_generation(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
