"""A conversation's turns: a message in, HTML out, step by step while the answer is being made."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from debatebot.conversation import Mode, Request, understand
from debatebot.errors import DebatebotError, InputError
from debatebot.types import Answer, Brief, Progress
from debatebot.web import answer_view, library_view, view
from debatebot.web.answer_view import NOTHING_YET, Shown
from debatebot.web.background import Background
from debatebot.web.status import UNEXPECTED, Status

if TYPE_CHECKING:
    from debatebot.bot import DebateBot

T = TypeVar("T")
logger = logging.getLogger(__name__)
TICK = 0.2
"""Seconds between two looks at how far an answer is."""
PATIENCE = 5.0
"""Seconds that an answer waits for what is new in the library; then it is made of what has been read."""
AT_ONCE = 2
"""Answers in the making at the same time; more would only slow each other down."""


@dataclass(frozen=True, slots=True)
class Session:
    """What one browser's conversation remembers: the request before, and the turns as HTML."""

    last: Request | None = None
    shown: Shown = field(default_factory=dict)
    """The evidence shown under the last request and those that it goes on from; "more" leaves it out."""
    number: int = 0
    past: str = ""
    current: str = ""
    settled: str = ""
    """The newest turn as it will stand among the past ones: without the ways to go on from it."""


@dataclass(frozen=True, slots=True)
class Step:
    """The page after one step of an answer; `hint` is for a message that made no turn."""

    session: Session
    hint: str = ""


class Chat:
    """Answers messages, one generator of steps each."""

    def __init__(self, bot: DebateBot, background: Background) -> None:
        self._bot = bot
        self._background = background
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="debatebot-answer")

    def respond(self, message: str, mode: Mode, session: Session) -> Iterator[Step]:
        """The steps of one answer; the last one is complete. Every error ends as words in the answer's place."""
        try:
            request = understand(message, mode, session.last, self._bot.settings.evidence)
        except InputError as error:
            yield self._refused(message, session, error)
            return
        before = session.shown if request.skip else NOTHING_YET
        frame = replace(self._frame(session), last=request, shown=before)

        def step(answer: str) -> Step:
            return Step(replace(frame, current=view.turn(frame.number, message, answer, busy=True)))

        chips = ""
        try:
            for words in self._until_ready():
                yield step(words)
            missing = library_view.behind(self._background.status.shelf)
            found = yield from self._find(request, step)
            answer = _shown(found, request, before, message) + view.footnote(missing)
            chips = answer_view.chips(found, before, request.skip)
            if isinstance(found, Brief):
                frame = replace(frame, shown=answer_view.shown_with(found, before))
        except DebatebotError as error:
            answer = view.error(str(error))
        except Exception:  # the page's last resort: told to the reader, in full to the log
            logger.exception("an answer failed")
            answer = view.error(UNEXPECTED)
        # A request that failed is remembered too: a follow-up then means it, and not the one before.
        yield self._finished(frame, message, answer, chips)

    def _frame(self, session: Session) -> Session:
        return replace(session, number=session.number + 1, past=session.past + session.settled)

    def _finished(self, frame: Session, message: str, answer: str, chips: str = "") -> Step:
        settled = view.turn(frame.number, message, answer)
        return Step(replace(frame, current=view.turn(frame.number, message, answer, chips), settled=settled))

    def _refused(self, message: str, session: Session, error: InputError) -> Step:
        if not message.strip():
            return Step(session, hint=str(error))
        return self._finished(self._frame(session), message, view.error(str(error)))

    def _until_ready(self) -> Iterator[str]:
        """What is waited for: the models, and for a while what is new in the corpus folder."""
        until = time.monotonic() + PATIENCE
        while True:
            late = time.monotonic() > until
            if not late:
                self._background.catch_up()
            words = _awaited(self._background.status, late=late)
            if not words:
                return
            yield words
            self._background.wait(TICK)

    def _find(self, request: Request, step: Callable[[str], Step]) -> Generator[Step, None, Brief | Answer]:
        if request.kind == "ask":
            yield step(view.reading(0, 0))
            return (yield from self._follow(lambda _: self._bot.ask(request.text, count=request.count), step))
        sides, count = request.sides, request.count
        return (
            yield from self._follow(
                lambda progress: self._bot.brief(request.text, sides=sides, count=count, progress=progress), step
            )
        )

    def _follow(self, work: Callable[[Progress], T], step: Callable[[str], Step]) -> Generator[Step, None, T]:
        """Run `work` in a thread and show how far it is; its result."""
        seen = (0, 0)

        def progress(done: int, of: int) -> None:
            nonlocal seen
            seen = done, of

        future = self._pool.submit(work, progress)
        shown: tuple[int, int] | None = None
        while not wait([future], TICK).done:
            if seen != shown:
                shown = seen
                yield step(view.reading(*shown))
        return future.result()


def _awaited(status: Status, *, late: bool) -> str:
    """What still stands before an answer; raises DebatebotError where there can be none."""
    if status.problem:
        raise DebatebotError(status.problem)
    shelf = status.shelf
    # What another process is adding may take it long. Of a library that is empty so far an answer could only say that.
    if shelf.busy and not ((late or shelf.waits_for) and shelf.usable and shelf.entries):
        return view.waiting(library_view.work_line(shelf), shelf.done, shelf.of)
    if status.models.phase != "ready":
        return view.waiting(status.models.message or "Loading the models")
    return ""


def _shown(found: Brief | Answer, request: Request, before: Shown, message: str) -> str:
    """The answer's HTML; under a follow-up it says what it is about."""
    about = "" if request.text.split() == message.split() else request.text
    if isinstance(found, Answer):
        return answer_view.answer(found, request.skip, about, request.notice)
    return answer_view.brief(found, before, about, request.notice)
