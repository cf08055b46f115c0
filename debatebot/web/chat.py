"""A conversation's turns: a message in, HTML out, step by step while the answer is being made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from debatebot.conversation import Mode, Request, understand
from debatebot.errors import DebatebotError, InputError
from debatebot.types import Progress
from debatebot.web import view
from debatebot.web.prepare import UNEXPECTED, Preparation

if TYPE_CHECKING:
    from debatebot.bot import DebateBot

T = TypeVar("T")
logger = logging.getLogger(__name__)
TICK = 0.2
"""Seconds between two looks at how far an answer is."""
AT_ONCE = 2
"""Answers in the making at the same time; more would only slow each other down."""


@dataclass(frozen=True, slots=True)
class Session:
    """What one browser's conversation remembers: the request before, and the turns as HTML."""

    last: Request | None = None
    number: int = 0
    past: str = ""
    current: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The page after one step of an answer; `hint` is for a message that made no turn."""

    session: Session
    hint: str = ""


class Chat:
    """Answers messages, one generator of steps each."""

    def __init__(self, bot: DebateBot, preparation: Preparation) -> None:
        self._bot = bot
        self._preparation = preparation
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="debatebot-answer")

    def respond(self, message: str, mode: Mode, session: Session) -> Iterator[Step]:
        """The steps of one answer; the last one is complete. Every error ends as words in the answer's place."""
        try:
            request = understand(message, mode, session.last, self._bot.settings.evidence)
        except InputError as error:
            yield self._refused(message, session, error)
            return
        number = session.number + 1
        frame = replace(session, number=number, past=session.past + session.current)

        def step(answer: str, busy: bool = True) -> Step:
            return Step(replace(frame, current=view.turn(number, message, answer, busy=busy)))

        # A failed request is remembered too, so that "and the other side?" after it asks for what was meant.
        try:
            for words in self._until_ready():
                yield step(words)
            answer = yield from self._answer(request, message, step)
        except DebatebotError as error:
            answer = view.error(str(error))
        except Exception:  # noqa: BLE001 - the page's last resort: told to the reader, in full to the log
            logger.exception("an answer failed")
            answer = view.error(UNEXPECTED)
        yield Step(replace(step(answer, busy=False).session, last=request))

    def _refused(self, message: str, session: Session, error: InputError) -> Step:
        if not message.strip():
            return Step(session, hint=str(error))
        number = session.number + 1
        current = view.turn(number, message, view.error(str(error)))
        return Step(replace(session, number=number, past=session.past + session.current, current=current))

    def _until_ready(self) -> Iterator[str]:
        while not self._preparation.wait(TICK):
            status = self._preparation.status
            words = "Loading the models…" if status.phase == "loading" else "Reading the corpus…"
            yield view.waiting(words, status.done, status.of)
        if self._preparation.status.phase == "failed":
            raise DebatebotError(self._preparation.status.message)

    def _answer(
        self, request: Request, message: str, step: Callable[[str], Step]
    ) -> Generator[Step, None, str]:
        about = "" if request.text.strip() == message.strip() else request.text
        if request.kind == "ask":
            yield step(view.reading(0, 0))
            answer = yield from self._follow(lambda _: self._bot.ask(request.text, count=request.count), step)
            return view.answer(answer, request.skip, about, request.notice)
        brief = yield from self._follow(
            lambda progress: self._bot.brief(
                request.text, sides=request.sides, count=request.count, progress=progress
            ),
            step,
        )
        return view.brief(brief, request.skip, about, request.notice)

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
