"""A conversation's turns without a browser: waiting, reading, errors as words, and what a session remembers."""

from __future__ import annotations

import re
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
from debatebot.types import (
    Answer,
    Brief,
    Document,
    Entry,
    Evidence,
    Headway,
    Passage,
    Progress,
    ReadingProgress,
    Refusal,
    Sentence,
    Side,
    Source,
    SyncReport,
)
from debatebot.web import chat as chat_module
from debatebot.web.background import Background
from debatebot.web.chat import Chat, Session, Step
from debatebot.web.status import UNEXPECTED

ENTRY = Entry("a.txt", Source(title="A speech"), "txt", None, 1, 1, 10, "")


class FakeBot:
    """Answers at once, or raises what it is told to."""

    settings = Settings(corpus=Path("corpus"))

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.load_fault: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.rebut: dict[int, list[Evidence]] = {}
        self.asked: list[tuple[str, int | None]] = []
        self.reading = threading.Event()
        self.reading.set()
        self.held = [ENTRY]
        self.differs = False
        self.sync_fault: Exception | None = None
        self.syncs = 0

    def sync(
        self,
        progress: ReadingProgress,
        *,
        rebuild: bool,  # noqa: ARG002
        say: Callable[[str], None],  # noqa: ARG002
    ) -> SyncReport:
        if self.sync_fault:
            raise self.sync_fault
        progress(Headway(1, 4, "c.txt", 0.5))
        self.reading.wait(10)
        self.syncs += 1
        self.differs = False
        return SyncReport(refused=(Refusal("b.pdf", "not read yet"),))

    def changed(self) -> bool:
        return self.differs

    def load(self, say: Callable[[str], None] = lambda _: None) -> None:
        say("Joining the weights, once")
        self.gate.wait(10)
        if self.load_fault:
            raise self.load_fault

    def entries(self) -> list[Entry]:
        return list(self.held)

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
        if rebut := self.rebut.get(count or 0):
            return Brief(stance, (), tuple(rebut), (), None, sides)
        return Brief(stance, (), (), (), "Your library holds nothing for or against this.", sides)

    def ask(self, question: str, *, count: int | None = None) -> Answer:
        self.asked.append((question, count))
        return Answer(question, (), None)


def evidence(quote: str, start: int) -> Evidence:
    end = start + len(quote)
    passage = Passage("a.txt", start, end, quote, (Sentence(start, end),), 1)
    return Evidence(quote, "a.txt", start, end, 0.8, passage, ENTRY.source)


def chat(bot: FakeBot) -> tuple[Chat, Background]:
    background = Background(cast(DebateBot, bot))
    background.start()
    return Chat(cast(DebateBot, bot), background), background


def last(steps: list[Step]) -> Session:
    return steps[-1].session


def test_a_message_waits_for_the_models_in_its_frame() -> None:
    bot = FakeBot()
    bot.gate.clear()
    talk, background = chat(bot)
    assert background.work.wait(5)
    steps = talk.respond("The pact will hold.", Mode.BOTH, Session())
    first = next(steps).session.current
    assert "Joining the weights, once" in first
    assert 'aria-busy="true"' in first
    bot.gate.set()
    rest = list(steps)
    assert any("Reading what bears on it" in step.session.current for step in rest)
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


def test_more_shows_what_was_not_shown_though_the_longer_brief_begins_otherwise() -> None:
    found = [evidence(f"It failed in {year}.", year) for year in range(2001, 2013)]
    bot = FakeBot()
    bot.rebut = {5: found[:9:2], 10: found[:10], 15: found, 20: found}
    talk, _ = chat(bot)
    session = Session()
    years = []
    for message in ("The pact will hold.", "more", "more", "more"):
        session = last(list(talk.respond(message, Mode.REBUT, session)))
        years.append([int(year) for year in re.findall(r"It failed in (\d+)", session.current)])
    assert years == [[2001, 2003, 2005, 2007, 2009], [2002, 2004, 2006, 2008, 2010], [2011, 2012], []]
    assert re.findall(r'class="number">(\d+)', session.past)[5:10] == ["6", "7", "8", "9", "10"]
    assert "That is all that your library holds on this side." in session.current
    session = last(list(talk.respond("The pact will last.", Mode.REBUT, session)))
    assert "It failed in 2001" in session.current, "another stance begins anew"


def test_more_after_an_error_begins_where_the_last_answer_ended() -> None:
    found = [evidence(f"It failed in {year}.", year) for year in range(2001, 2013)]
    bot = FakeBot()
    bot.rebut = {5: found[:5], 10: found[:10], 15: found}
    talk, _ = chat(bot)
    session = last(list(talk.respond("The pact will hold.", Mode.REBUT, Session())))
    bot.fault = LibraryError("the library is being written")
    session = last(list(talk.respond("more", Mode.REBUT, session)))
    bot.fault = None
    session = last(list(talk.respond("more", Mode.REBUT, session)))
    assert re.findall(r'class="number">(\d+)', session.current) == [str(number) for number in range(6, 13)]


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
    talk, background = chat(bot)
    assert "make setup" in last(list(talk.respond("A.", Mode.BOTH, Session()))).current
    bot.load_fault = None
    background.again()
    assert "nothing for or against" in last(list(talk.respond("A.", Mode.BOTH, Session()))).current


def test_reading_the_folder_keeps_what_was_refused() -> None:
    _, background = chat(FakeBot())
    assert background.work.wait(5)
    shelf = background.status.shelf
    assert shelf.entries == (ENTRY,)
    assert shelf.refused[0].document == "b.pdf"
    assert shelf.on_subject


def test_a_library_that_cannot_be_opened_is_said() -> None:
    bot = FakeBot()
    bot.sync_fault = LibraryError("there is no folder corpus; make it")
    talk, background = chat(bot)
    assert "There is no folder corpus" in last(list(talk.respond("A.", Mode.BOTH, Session()))).current
    assert background.status.phase == "failed"


def test_an_answer_does_not_wait_for_all_of_a_large_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_module, "PATIENCE", 0.5)
    bot = FakeBot()
    bot.reading.clear()
    talk, _ = chat(bot)
    steps = list(talk.respond("The pact will hold.", Mode.BOTH, Session()))
    assert any("Reading 2 of 4" in step.session.current for step in steps)
    assert "nothing for or against" in last(steps).current
    assert "3 of 4 documents are not read yet." in last(steps).current
    bot.reading.set()
    steps = list(talk.respond("The pact will hold.", Mode.BOTH, last(steps)))
    assert "not read yet" not in last(steps).current


def test_an_empty_library_is_waited_for_as_long_as_it_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_module, "PATIENCE", 0.1)
    bot = FakeBot()
    bot.held = []
    bot.reading.clear()
    talk, _ = chat(bot)
    steps = talk.respond("The pact will hold.", Mode.BOTH, Session())
    waiting = [next(steps).session.current for _ in range(6)]
    assert all("Reading 2 of 4" in step for step in waiting[2:])
    bot.held = [ENTRY]
    bot.reading.set()
    assert "nothing for or against" in last(list(steps)).current


def test_what_changed_in_the_folder_is_read_before_the_answer() -> None:
    bot = FakeBot()
    talk, background = chat(bot)
    assert background.work.wait(5)
    bot.differs = True
    list(talk.respond("The pact will hold.", Mode.BOTH, Session()))
    assert bot.syncs == 2


def test_a_folder_that_can_no_longer_be_read_does_not_stop_answers() -> None:
    bot = FakeBot()
    talk, background = chat(bot)
    assert background.work.wait(5)
    bot.sync_fault = LibraryError("there is no folder corpus; make it")
    bot.differs = True
    current = last(list(talk.respond("The pact will hold.", Mode.BOTH, Session()))).current
    assert "nothing for or against" in current
    assert "could not be read again: there is no folder corpus; make it." in current
