"""The writer is killed at random moments, again and again: nothing stored is ever half there, and the work goes on."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from debatebot.embedding import SentenceTransformerEmbedder
from debatebot.errors import LibraryError
from debatebot.library import Library
from debatebot.retrieve import retrieve
from debatebot.types import Headway, ReadingProgress
from tests.libraries import CountingEmbedder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")

KILLS = 60
SUBJECTS = ("ferries", "bakers", "taxes", "rivers", "treaties", "schools", "orchards", "railways")


@dataclass
class Host:
    """The process that works in children, and how long a whole task takes in it."""

    process: subprocess.Popen[str]
    whole: float = 1.0

    def read(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def run(self, task: dict[str, str], kill_after: float | None = None) -> bool:
        """Have a task done, killed after some seconds; whether it came to its end."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        child, begun = int(self.read()), time.monotonic()
        killer = threading.Timer(kill_after or 600, lambda: _kill(child))
        killer.start()
        status = int(self.read())
        killer.cancel()
        if status == 0:
            self.whole = (self.whole + time.monotonic() - begun) / 2
        assert status in {0, signal.SIGKILL}, "the work failed by itself"
        return status == 0


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    command = [sys.executable, "-m", "tests.crash_host"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=Path(__file__).parents[1]) as process:
        found = Host(process)
        assert found.read() == "ready"
        yield found
        assert process.stdin
        process.stdin.close()


@dataclass
class World:
    """A corpus that changes, and every text that each document has ever had."""

    folder: Path
    chance: random.Random
    texts: dict[str, set[str]] = field(default_factory=dict)
    count: int = 0

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus"

    def text(self) -> str:
        """A text that no other is like, of some paragraphs."""
        self.count += 1
        paragraphs = [
            f"Report {self.count}, part {part}: the {self.chance.choice(SUBJECTS)} were counted in the year {year}. "
            f"They were {self.chance.randrange(10_000)} and nobody had expected so many of them."
            for part, year in enumerate(self.chance.sample(range(1900, 2000), self.chance.randrange(1, 10)))
        ]
        return "\n\n".join(paragraphs)

    def write(self, path: Path, name: str) -> None:
        text = self.text()
        self.texts.setdefault(name, set()).add(text)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def task(self) -> dict[str, str]:
        """Change something, and what is then to be done about it."""
        known = sorted(path.name for path in self.corpus.glob("*.txt"))
        choice = self.chance.choice(("write", "write", "write", "add", "remove", "unlink", "rename", "rebuild"))
        task = {"do": "sync", "what": "", "corpus": str(self.corpus), "index": str(self.folder / "index")}
        if choice == "add":
            name = f"added-{self.count}.txt"
            self.write(self.folder / "outside" / name, name)
            return task | {"do": "add", "what": str(self.folder / "outside" / name)}
        if choice == "write" or not known:
            for number in self.chance.sample(range(12), 4):
                self.write(self.corpus / f"{number}.txt", f"{number}.txt")
            return task
        name = self.chance.choice(known)
        if choice == "unlink":
            (self.corpus / name).unlink()
        if choice == "rename":
            new = f"renamed-{self.count}.txt"
            self.texts[new] = self.texts[name]
            (self.corpus / name).rename(self.corpus / new)
        return task | ({"do": choice, "what": name} if choice in {"remove", "rebuild"} else {})


def check(library: Library, world: World) -> None:
    """Every document whole, and passages, vectors, words and snapshot one and the same."""
    entries = library.entries()
    for entry in entries:
        assert library.document(entry.document).text in world.texts[entry.document]
    with sqlite3.connect(library.store.path) as connection:
        passages, vectors, words = (
            [row[0] for row in connection.execute(f"SELECT {key} FROM {table} ORDER BY 1")]
            for table, key in (("passages", "number"), ("vectors", "passage"), ("words", "rowid"))
        )
        counts = connection.execute(
            "SELECT c.passages, count(p.number) FROM contents c LEFT JOIN passages p ON p.content = c.number"
            " GROUP BY c.number"
        ).fetchall()
    connection.close()
    assert passages == vectors == words
    assert all(told == there for told, there in counts)
    snapshot = library.snapshot()
    named = library.store.passages()
    for passage in named.values():
        assert library.document(passage.document).text[passage.start : passage.end] == passage.text
    assert {passage.document for passage in named.values()} <= {entry.document for entry in entries}
    assert set(snapshot.numbers.tolist()) <= set(named)
    assert snapshot.index is None or snapshot.index.ntotal == len(snapshot.numbers)


def test_a_writer_killed_at_any_moment_leaves_a_whole_library(
    host: Host, model: SentenceTransformerEmbedder, tmp_path: Path
) -> None:
    chance = random.Random(11)
    world = World(tmp_path, chance)
    embedder = CountingEmbedder(model)
    world.write(world.corpus / "first.txt", "first.txt")
    place = {"corpus": str(world.corpus), "index": str(tmp_path / "index"), "what": ""}
    assert host.run({"do": "sync"} | place)
    kills = 0
    while kills < KILLS:
        library = Library(world.corpus, tmp_path / "index", embedder)
        task = world.task()
        if stale(library) and task["do"] != "remove":
            task["do"] = "rebuild"
        kills += not host.run(task, kill_after=chance.uniform(0, 1.2 * host.whole))
        check(library, world)
        if kills % 10 == 0:
            restart(host, library, world, embedder)
    restart(host, library, world, embedder)


def restart(host: Host, library: Library, world: World, embedder: CountingEmbedder) -> None:
    """A start that is not killed: the library is the corpus again, and no answer comes from what is gone."""
    place = {"corpus": str(world.corpus), "index": str(library.index), "what": ""}
    assert host.run({"do": "rebuild" if stale(library) else "sync"} | place)
    check(library, world)
    corpus = {path.name: path.read_text(encoding="utf-8") for path in world.corpus.glob("*.txt")}
    assert {entry.document: library.document(entry.document).text for entry in library.entries()} == corpus
    for subject in SUBJECTS:
        query = f"How many {subject} were counted?"
        for candidate in retrieve(library, embedder.encode([query], query=True), query, 50):
            assert candidate.passage.text in corpus[candidate.passage.document]
    embedder.embedded = 0
    assert library.sync().unchanged == tuple(sorted(corpus))
    assert embedder.embedded == 0
    assert not [path for path in world.corpus.rglob(".*") if path.is_file()]


def stale(library: Library) -> bool:
    """Whether a rebuild was cut short, so that a plain sync asks for the rebuild."""
    return outdated(library) > 0


def outdated(library: Library) -> int:
    """Passages that are still to be made again."""
    with sqlite3.connect(library.store.path) as connection:
        sql = "SELECT coalesce(sum(passages), 0) FROM contents WHERE made_by LIKE '~%'"
        found: int = connection.execute(sql).fetchone()[0]
    connection.close()
    return found


def test_an_interrupted_rebuild_is_named_and_goes_on(model: SentenceTransformerEmbedder, tmp_path: Path) -> None:
    world = World(tmp_path, random.Random(5))
    for number in range(40):
        world.write(world.corpus / f"{number}.txt", f"{number}.txt")
    embedder = CountingEmbedder(model)
    library = Library(world.corpus, tmp_path / "index", embedder)
    library.sync()
    with pytest.raises(KeyboardInterrupt):
        library.sync(rebuild=True, progress=stop_at(20))
    with pytest.raises(LibraryError, match=r"interrupted \(20 of 40 documents.*`debatebot sync --rebuild` goes on"):
        library.sync()
    left = outdated(library)
    embedder.embedded = 0
    assert len(library.sync(rebuild=True).updated) == 20
    assert embedder.embedded == left
    check(library, world)


def stop_at(count: int) -> ReadingProgress:
    """Ctrl+C once so many files are stored."""
    whole = 0

    def progress(reading: Headway) -> None:
        nonlocal whole
        whole += reading.part == 1.0  # told when all are embedded, and then for each that is stored
        if whole > count:
            raise KeyboardInterrupt

    return progress
