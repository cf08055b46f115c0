"""A conversation's turns without a browser: waiting, reading, errors as words, and what a session remembers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from debatebot.bot import BOTH, DebateBot
from debatebot.conversation import Mode
from debatebot.errors import InputError, LibraryError, ModelError
from debatebot.settings import Settings
from debatebot.types import Answer, Brief, Document, Entry, Progress, Refusal, Side, Source, SyncReport
from debatebot.web.chat import Chat, Session, Step
from debatebot.web.prepare import UNEXPECTED, Preparation

ENTRY = Entry("a.txt", Source(title="A speech"), "txt", None, 1, 1, 10, "")


class FakeBot:
    """Answers at once, or raises what it is told to."""

    settings = Settings(corpus=Path("corpus"))

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.load_fault: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[tuple[str, int | None]] = []

    def sync(self, progress: Progress | None = None) -> SyncReport:
        if progress:
            progress(1, 2)
        return SyncReport(refused=(Refusal("b.pdf", "not read yet"),))

    def load(self, say: Callable[[str], None] = lambda _: None) -> None:
        say("Joining the weights, once")
        self.gate.wait(10)
        if self.load_fault:
            raise self.load_fault

    def entries(self) -> list[Entry]:
        return [ENTRY]

    def document(self, name: str) -> Document:
        return Document(name, "On the Arab NATO.", Source(), "txt", "")

    def brief(
        self, stance: str, sides: tuple[Side, ...] = BOTH, count: int | None = None, progress: Progress | None = None
    ) -> Brief:
        self.asked.append((stance, count))
        if progress:
            progress(4, 40)
            time.sleep(0.5)
        if self.fault:
            raise self.fault
        return Brief(stance, (), (), (), "Your library holds nothing for or against this.", sides)

    def ask(self, question: str, *, count: int | None = None) -> Answer:
        self.asked.append((question, count))
        return Answer(question, (), None)


def chat(bot: FakeBot) -> tuple[Chat, Preparation]:
    preparation = Preparation(cast(DebateBot, bot))
    preparation.start()
    return Chat(cast(DebateBot, bot), preparation), preparation


def last(steps: list[Step]) -> Session:
    return steps[-1].session


def test_a_message_waits_for_the_models_in_its_frame() -> None:
    bot = FakeBot()
    bot.gate.clear()
    talk, _ = chat(bot)
    steps = talk.respond("The pact will hold.", Mode.BOTH, Session())
    first = next(steps).session.current
    assert "Joining the weights, once" in first
    assert 'aria-busy="true"' in first
    bot.gate.set()
    rest = list(steps)
    assert any("Reading 40 sentences" in step.session.current for step in rest)
    assert "aria-busy" not in last(rest).current
    assert "nothing for or against" in last(rest).current


def test_a_conversation_keeps_its_turns_and_its_thread() -> None:
    bot = FakeBot()
    talk, _ = chat(bot)
    session = last(list(talk.respond("The pact will hold.", Mode.REBUT, Session())))
    session = last(list(talk.respond("and the other side?", Mode.REBUT, session)))
    assert session.number == 2
    assert "The pact will hold." in session.past
    assert "chip" not in session.past
    assert "On: <bdi>The pact will hold." in session.current
    assert bot.asked == [("The pact will hold.", 5), ("The pact will hold.", 5)]


def test_a_blank_message_makes_no_turn() -> None:
    talk, _ = chat(FakeBot())
    (step,) = talk.respond(" \n", Mode.BOTH, Session())
    assert step.session == Session()
    assert step.hint


def test_a_follow_up_to_nothing_is_answered_in_words() -> None:
    talk, _ = chat(FakeBot())
    (step,) = talk.respond("more", Mode.BOTH, Session())
    assert "nothing before this" in step.session.current
    assert step.session.number == 1


def test_a_known_error_is_shown_as_what_it_says() -> None:
    talk, _ = chat(FakeBot(InputError("this stance is too long; say it in a sentence")))
    assert (
        "This stance is too long; say it in a sentence." in last(list(talk.respond("A.", Mode.BOTH, Session()))).current
    )


def test_an_unknown_error_is_told_to_the_log_and_not_to_the_page(caplog: pytest.LogCaptureFixture) -> None:
    talk, _ = chat(FakeBot(ZeroDivisionError("secret")))
    current = last(list(talk.respond("A.", Mode.BOTH, Session()))).current
    assert UNEXPECTED in current
    assert "secret" not in current
    assert "ZeroDivisionError: secret" in caplog.text


def test_models_that_do_not_load_are_said_in_the_answer() -> None:
    bot = FakeBot()
    bot.load_fault = ModelError("the weights are damaged; run make setup")
    talk, preparation = chat(bot)
    assert "make setup" in last(list(talk.respond("A.", Mode.BOTH, Session()))).current
    bot.load_fault = None
    preparation.start()
    assert "nothing for or against" in last(list(talk.respond("A.", Mode.BOTH, Session()))).current


def test_preparing_counts_what_it_reads_and_keeps_what_was_refused() -> None:
    bot = FakeBot()
    _, preparation = chat(bot)
    assert preparation.wait(5)
    assert preparation.status.entries == (ENTRY,)
    assert preparation.status.report.refused[0].document == "b.pdf"
    assert preparation.status.on_subject


def test_a_library_that_cannot_be_opened_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: FakeBot, progress: Progress | None = None) -> SyncReport:
        raise LibraryError(f"there is no folder corpus; make it {progress is None}")

    monkeypatch.setattr(FakeBot, "sync", broken)
    _, preparation = chat(FakeBot())
    assert preparation.wait(5)
    assert preparation.status.message.startswith("there is no folder")
