"""What goes on behind the page while it opens: the index is brought up to date and the models are loaded."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from debatebot.errors import DebatebotError
from debatebot.types import Entry, SyncReport

if TYPE_CHECKING:
    from debatebot.bot import DebateBot

logger = logging.getLogger(__name__)

Phase = Literal["reading", "loading", "ready", "failed"]
SUBJECT = "Arab NATO"
UNEXPECTED = "Something went wrong here; the details are in the terminal."


@dataclass(frozen=True, slots=True)
class Status:
    """How far the preparation is. `done` and `of` count what is being read; `message` says why it failed, or what is
    being waited for where that is out of the ordinary."""

    phase: Phase = "reading"
    done: int = 0
    of: int = 0
    entries: tuple[Entry, ...] = ()
    report: SyncReport = field(default_factory=SyncReport)
    message: str = ""
    on_subject: bool = False
    """Whether the library speaks of what the examples are about."""


class Preparation:
    """Runs `sync` and `load` in a thread of its own, and can be asked at any time how far they are."""

    def __init__(self, bot: DebateBot) -> None:
        self._bot = bot
        self._lock = threading.Lock()
        self._status = Status()
        self._finished = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def status(self) -> Status:
        """How far it is now."""
        return self._status

    def start(self, after: float = 0.0) -> None:
        """Begin in `after` seconds, or begin again after files were added; while it runs this does nothing."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._finished.clear()
            self._status = replace(self._status, phase="reading", done=0, of=0, message="")
            self._thread = threading.Thread(target=self._run, args=[after], name="debatebot-prepare", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """True once it is ready or has failed; at the latest after `seconds`."""
        return self._finished.wait(seconds)

    def _run(self, after: float) -> None:
        time.sleep(after)
        try:
            report = self._bot.sync(self._progress)
            entries = tuple(self._bot.entries())
            self._status = Status("loading", entries=entries, report=report, on_subject=self._speaks_of_it(entries))
            self._bot.load(self._say)
            self._status = replace(self._status, phase="ready", message="")
        except DebatebotError as error:
            self._status = replace(self._status, phase="failed", message=str(error))
        except Exception:  # a thread's last resort: told to the page, in full to the log
            logger.exception("getting ready failed")
            self._status = replace(self._status, phase="failed", message=UNEXPECTED)
        finally:
            self._finished.set()

    def _say(self, words: str) -> None:
        self._status = replace(self._status, message=words)

    def _progress(self, done: int, of: int) -> None:
        self._status = replace(self._status, done=done, of=of)

    def _speaks_of_it(self, entries: tuple[Entry, ...]) -> bool:
        return any(SUBJECT in self._bot.document(entry.document).text for entry in entries[:50])
