"""What goes on behind the page: the models are loaded, the library is worked on, the corpus folder is watched."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from typing import TYPE_CHECKING

from debatebot.corpus import fingerprint
from debatebot.errors import DebatebotError
from debatebot.web import tasks
from debatebot.web.status import UNEXPECTED, Models, Status
from debatebot.web.work import Work

if TYPE_CHECKING:
    from debatebot.bot import DebateBot

logger = logging.getLogger(__name__)
LOOK = 2.0
"""Seconds between two looks at the corpus folder."""
SHARE = 20
"""A look that takes long comes only every so many times as long."""


class Background:
    """The threads behind the page, and how far they are."""

    def __init__(self, bot: DebateBot) -> None:
        self._bot = bot
        self._lock = threading.Lock()
        self._loading: threading.Thread | None = None
        self._loaded = threading.Event()
        self._models = Models()
        self.work = Work(bot)
        self.boot = secrets.token_hex(4)
        """Tells this start of the server from another, for what the page remembers."""

    @property
    def status(self) -> Status:
        """How far all of it is now."""
        return Status(self._models, self.work.shelf)

    def start(self, after: float = 0.0) -> None:
        """Begin in `after` seconds."""
        self.again(after)
        self.work.start(after)
        threading.Thread(target=self._watch, name="debatebot-watch", daemon=True).start()

    def again(self, after: float = 0.0, rebuild: bool = False) -> None:
        """Read the corpus folder, and load the models if they are not there; `rebuild` makes the whole index again."""
        tasks.sync(self.work, self._bot, rebuild)
        with self._lock:
            if self._models.phase == "ready" or (self._loading is not None and self._loading.is_alive()):
                return
            self._loaded.clear()
            self._models = Models()
            self._loading = threading.Thread(target=self._load, args=[after], name="debatebot-models", daemon=True)
            self._loading.start()

    def catch_up(self) -> None:
        """Have the corpus folder read if it is not as it was."""
        if not self.work.shelf.busy and self._differs():
            tasks.sync(self.work, self._bot)

    def wait(self, seconds: float) -> None:
        """Until the next thing is finished; at the latest `seconds`."""
        if self.work.shelf.busy:
            self.work.wait(seconds)
        else:
            self._loaded.wait(seconds)

    def _load(self, after: float) -> None:
        time.sleep(after)
        self._models = Models("loading")
        try:
            self._bot.load(self._say)
            self._models = Models("ready")
        except DebatebotError as error:
            self._models = Models("failed", str(error))
        except Exception:  # a thread's last resort: told to the page, in full to the log
            logger.exception("loading the models failed")
            self._models = Models("failed", UNEXPECTED)
        finally:
            self._loaded.set()

    def _say(self, words: str) -> None:
        self._models = Models("loading", words)

    def _differs(self) -> bool:
        try:
            return self._bot.changed()
        except (DebatebotError, OSError):  # reading the folder will say what is wrong with it
            return True

    def _watch(self) -> None:
        """Act on a change once it is the same at two looks: a file that is being copied is let come to its end."""
        before = acted = ""
        pause = LOOK
        while True:
            time.sleep(pause)
            if self.work.shelf.busy:
                continue
            began = time.monotonic()
            try:
                now = fingerprint(self._bot.settings.corpus) if self._differs() else ""
            except Exception:  # a thread's last resort: the next look may do better
                logger.exception("looking at the corpus folder failed")
                now = ""
            acted = acted if now else ""
            # What was acted on is not tried again: it would fail again.
            if now and now == before and now != acted:
                acted = now
                tasks.sync(self.work, self._bot)
            before = now
            pause = max(LOOK, SHARE * (time.monotonic() - began))
