"""The library's work behind the page: its order, several files at once, what becomes of each, names and places."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debatebot.bot import DebateBot
from debatebot.errors import DocumentError
from debatebot.settings import Settings
from debatebot.types import Document, Entry, Headway, ReadingProgress, Refusal, Source, SyncReport
from debatebot.web import tasks
from debatebot.web.background import Background
from debatebot.web.incoming import LONGEST_NAME, Incoming, file_name, slug
from debatebot.web.jobs import Task
from debatebot.web.requests import Refused
from debatebot.web.work import TOGETHER, Work


class FakeBot:
    """Notes what it was asked for; reading the folder takes until `gate` is open."""

    def __init__(self, corpus: Path = Path("corpus")) -> None:
        self.settings = Settings(corpus=corpus)
        self.gate = threading.Event()
        self.asked: list[str] = []
        self.fault: Exception | None = None
        self.report: SyncReport | None = None
        self.differs = False

    def sync(
        self,
        progress: ReadingProgress,
        *,
        rebuild: bool,  # noqa: ARG002
        say: Callable[[str], None],  # noqa: ARG002
    ) -> SyncReport:
        self.asked.append("sync")
        for number in range(100):
            progress(Headway(number, 100, f"{number}.txt", 0.0, 50.0))
            if self.gate.wait(0.02):
                break
        self.asked.append("synced")
        self.differs = False
        return SyncReport()

    def add(
        self,
        paths: Sequence[Path],
        *,
        source: Source,  # noqa: ARG002
        progress: ReadingProgress,
        say: Callable[[str], None],  # noqa: ARG002
    ) -> SyncReport:
        self.asked.append(" ".join(path.name for path in paths))
        if self.fault:
            raise self.fault
        for done, path in enumerate(paths):
            progress(Headway(done, len(paths), path.name, 0.5))
        names = tuple(path.name for path in paths)
        return self.report or SyncReport(added=names, placed=tuple(zip(paths, names, strict=True)))

    def describe(self, document: str, changes: Mapping[str, str], *, say: Callable[[str], None]) -> None:  # noqa: ARG002
        self.asked.append(f"describe {document} {changes['author']}")

    def remove(self, documents: Sequence[str], *, say: Callable[[str], None]) -> None:  # noqa: ARG002
        raise DocumentError(f"the library holds no document {documents[0]!r}; check the name")

    def load(self, say: Callable[[str], None]) -> None:
        say("Joining the weights, once")

    def entries(self) -> list[Entry]:
        return [Entry("a.txt", Source(title="A speech"), "txt", None, 7, 9, 10, "")]

    def document(self, name: str) -> Document:
        return Document(name, "On the Arab NATO.", Source(), "txt", "")

    def changed(self) -> bool:
        return self.differs


def begun(bot: FakeBot) -> tuple[Work, DebateBot]:
    whole = cast(DebateBot, bot)
    work = Work(whole)
    work.start(0)
    return work, whole


def until(holds: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def add(work: Work, bot: DebateBot, name: str) -> Task:
    return tasks.add(work, bot, Path("incoming", name, name), lambda: None)


def test_an_edit_and_a_file_come_before_the_rest_of_the_folder() -> None:
    fake = FakeBot()
    work, bot = begun(fake)
    tasks.sync(work, bot)
    until(lambda: work.shelf.of == 100)
    file = add(work, bot, "a.txt")
    edit = tasks.describe(work, bot, fake.entries()[0], {"author": "B. Author"})
    assert edit.result.result(5).state == "done"
    assert file.result.result(5).words == "Added, 7 passages"
    until(lambda: fake.asked.count("sync") == 2)
    assert work.shelf.busy
    fake.gate.set()
    assert work.wait(5)
    assert fake.asked.count("synced") == 1
    assert sorted(fake.asked[1:3]) == ["a.txt", "describe a.txt B. Author"]


def test_reading_the_folder_is_asked_for_once_however_often() -> None:
    fake = FakeBot()
    fake.gate.set()
    work, bot = Work(cast(DebateBot, fake)), cast(DebateBot, fake)
    assert len({tasks.sync(work, bot).id for _ in range(5)}) == 1
    work.start(0)
    assert work.wait(5)
    assert fake.asked == ["sync", "synced"]


def test_of_many_files_several_are_read_at_once_and_all_are_told() -> None:
    fake = FakeBot()
    work, bot = Work(cast(DebateBot, fake)), cast(DebateBot, fake)
    added = [add(work, bot, f"{number}.txt") for number in range(TOGETHER + 2)]
    assert work.shelf.of == len(added)
    work.start(0)
    assert {task.result.result(5).state for task in added} == {"added"}
    assert len(fake.asked[0].split()) == TOGETHER
    assert fake.asked[1:] == ["16.txt", "17.txt"], "few are read one by one"
    assert work.wait(5)
    assert [job.name for job in work.jobs()] == [f"{number}.txt" for number in range(len(added))]
    latest = max(job.turn for job in work.jobs())
    assert work.jobs(latest) == []


def test_a_failure_is_told_and_the_next_job_is_done(caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeBot()
    work, bot = begun(fake)
    for fault, words in (
        (DocumentError("a.txt is empty; put text in it"), "a.txt is empty"),
        (OSError(28, "No space left on device"), "make room on the disk"),
        (ZeroDivisionError("secret"), "the terminal"),
    ):
        fake.fault = fault
        outcome = add(work, bot, "a.txt").result.result(5)
        assert outcome.state == "refused"
        assert words in outcome.words
        assert "secret" not in outcome.words
    assert "ZeroDivisionError: secret" in caplog.text
    fake.fault = None
    assert add(work, bot, "a.txt").result.result(5).state == "added"
    assert tasks.remove(work, bot, "b.txt", "").result.result(5).state == "refused"


def test_what_became_of_each_file_is_read_off_one_report() -> None:
    paths = [Path("in", str(number), name) for number, name in enumerate(["a.txt", "b.txt", "a.txt", "c.pdf", "d.txt"])]
    report = SyncReport(
        added=("a.txt", "a-2.txt"),
        unchanged=("notes/b.txt",),
        refused=(
            Refusal("in/3/c.pdf", "in/3/c.pdf is damaged; save it anew"),
            Refusal("in/4/d.txt", "d.txt: it is a link"),
        ),
        placed=((paths[0], "a.txt"), (paths[1], "notes/b.txt"), (paths[2], "a-2.txt")),
    )
    held = {name: Entry(name, Source(title="T"), "txt", None, 1, 1, 1, "") for name in ("a.txt", "notes/b.txt")}
    found = tasks.added(paths, report, held)
    assert [(outcome.state, outcome.words) for outcome in found] == [
        ("added", "Added, 1 passage"),
        ("already", "Already in your library, as “T” (notes/b.txt)"),
        ("added", "Added"),
        ("refused", "c.pdf is damaged; save it anew."),
        ("refused", "It is a link."),
    ]
    assert tasks.added(paths[:1], SyncReport(), {})[0].words == tasks.LEFT_OUT


def test_a_change_of_the_folder_is_acted_on_once_it_has_settled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("debatebot.web.background.LOOK", 0.05)
    fake = FakeBot(tmp_path)
    fake.gate.set()
    background = Background(cast(DebateBot, fake))
    background.start()
    until(lambda: fake.asked == ["sync", "synced"] and not background.status.shelf.busy)
    growing = tmp_path / "growing.txt"
    fake.differs = True
    for size in range(30):
        growing.write_text("a" * size)
        time.sleep(0.02)
    assert len(fake.asked) == 2, "it was still being written"
    until(lambda: len(fake.asked) == 4)
    fake.differs = True  # and it stays so, as where reading does not help
    time.sleep(0.5)
    assert len(fake.asked) == 4


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("paper.pdf", "paper.pdf"),
        ("../../x.txt", "x.txt"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\x.txt", "x.txt"),
        ("C:\\papers\\x.txt", "x.txt"),
        ("Überblick 2019.txt", "Überblick 2019.txt"),
        ("<b>x</b>.txt", "b>.txt"),
        ("u\u0308.txt", "ü.txt"),
    ],
)
def test_a_name_is_the_last_part_of_what_was_sent(name: str, safe: str) -> None:
    assert file_name(quote(name, safe="")) == safe


@pytest.mark.parametrize(
    "encoded", ["", "..", ".", "%20", "a%00b.txt", "a%0Ab.txt", "%ff%fe.txt", "x/", "a%7Fb", "%ed%a0%80"]
)
def test_what_is_no_name_is_refused(encoded: str) -> None:
    with pytest.raises(Refused) as refused:
        file_name(encoded)
    assert refused.value.code == 400


@given(st.text(max_size=400))
def test_no_name_leaves_its_folder_or_is_too_long(name: str) -> None:
    try:
        safe = file_name(quote(name.encode("utf-8", "surrogatepass"), safe=""))
    except Refused:
        return
    assert Path("/a", safe).parent == Path("/a")
    assert safe == Path(safe).name
    assert 0 < len(safe.encode()) <= LONGEST_NAME


def test_a_title_becomes_a_file_name() -> None:
    assert slug("The Gulf, again: “who” pays?") == "the-gulf-again-who-pays.txt"
    assert slug("../../etc/passwd") == "etc-passwd.txt"
    assert slug("…") == "text.txt"
    assert len(slug("漢" * 300).encode()) <= LONGEST_NAME
    assert slug("漢" * 300).endswith(".txt")


async def pieces(*parts: bytes, fault: Exception | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if fault:
        raise fault


def test_a_file_is_received_whole_or_not_at_all(tmp_path: Path) -> None:
    incoming = Incoming(tmp_path / "incoming", 10)
    path = asyncio.run(incoming.receive("a.txt", pieces(b"12345", b"67890")))
    assert path.read_bytes() == b"1234567890"
    with pytest.raises(Refused) as refused:
        asyncio.run(incoming.receive("b.txt", pieces(b"12345", b"678901")))
    assert refused.value.code == 413
    with pytest.raises(ConnectionError):
        asyncio.run(incoming.receive("c.txt", pieces(b"1", fault=ConnectionError("gone"))))
    assert [file.name for file in (tmp_path / "incoming").rglob("*.txt")] == ["a.txt"]
    incoming.drop(path)
    assert list((tmp_path / "incoming").iterdir()) == []


def test_of_too_much_that_waits_no_more_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debatebot.web.incoming.MOST_FILES", 1)
    incoming = Incoming(tmp_path / "incoming", 10)
    path = asyncio.run(incoming.receive("a.txt", pieces(b"1")))
    with pytest.raises(Refused) as refused:
        asyncio.run(incoming.receive("b.txt", pieces(b"1")))
    assert refused.value.code == 429
    incoming.drop(path)
    asyncio.run(incoming.receive("b.txt", pieces(b"1")))
    incoming.clear()
    assert not (tmp_path / "incoming").exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as refused:
        asyncio.run(Incoming(tmp_path / "file" / "incoming", 10).receive("a.txt", pieces(b"1")))
    assert refused.value.code == 507
    assert "cannot be written" in refused.value.reason
