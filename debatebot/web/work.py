"""The library's work behind the page: one thing after the other, in a thread of its own.

What a person waits for (an edit, a removal) comes before files, and files before reading the corpus folder again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from debatebot.errors import DebatebotError, OutdatedError
from debatebot.types import Entry, Headway
from debatebot.web.jobs import UNDER_WAY, Job, Kind, Outcome, Run, Task
from debatebot.web.status import UNEXPECTED, Shelf

if TYPE_CHECKING:
    from debatebot.bot import DebateBot

logger = logging.getLogger(__name__)
SUBJECT = "Arab NATO"
SEARCHED = 50
"""Documents that are looked through for what the examples are about."""
ORDER: tuple[tuple[Kind, ...], ...] = (("edit", "removal"), ("file", "text"), ("sync",))
KEPT = 5_000
"""Finished jobs that are remembered, so that the page can say what became of them."""
MANY, TOGETHER = 8, 16
"""Where more files than MANY wait, TOGETHER are read at once, which is quicker; few are told of one by one."""
FRESH = 2.0
"""Seconds after which the list is looked at again while files are being read; more where looking takes long."""


class _InterruptedError(Exception):
    """The corpus folder is not read on for now, since something waits that comes first."""


class Work:
    """A queue of jobs, the thread that does them, and how far it is."""

    def __init__(self, bot: DebateBot) -> None:
        self._bot = bot
        self._changed = threading.Condition()
        self._queues: tuple[deque[Task], ...] = tuple(deque() for _ in ORDER)
        self._jobs: dict[int, Job] = {}
        self._shelf = Shelf()
        self._current: list[Task] = []
        self._put_off = 0
        self._reading: Headway | None = None
        self._turn = self._next_id = 0
        self._batch = self._batch_done = 0
        self._batch_began = self._look_again = 0.0
        self._searched: set[str] = set()

    def start(self, after: float) -> None:
        """Begin in `after` seconds."""
        self._set(busy=True)
        threading.Thread(target=self._loop, args=[after], name="debatebot-library", daemon=True).start()

    def submit(  # noqa: PLR0913
        self,
        kind: Kind,
        name: str,
        run: Run,
        path: Path | None = None,
        after: Callable[[], None] = lambda: None,
        *,
        rebuild: bool = False,
    ) -> Task:
        """Have something done; a second wish to read the folder joins the one that waits already."""
        with self._changed:
            queue = self._queues[next(place for place, kinds in enumerate(ORDER) if kind in kinds)]
            if kind == "sync" and queue:
                if rebuild and not queue[0].rebuild:
                    queue[0] = replace(queue[0], run=run, rebuild=True)
                return queue[0]
            self._next_id += 1
            task = Task(self._next_id, kind, run, path, after, rebuild)
            if kind in ("file", "text"):
                self._batch_began = self._batch_began or time.monotonic()
                self._batch += 1
            queue.append(task)
            self._tell(Job(task.id, kind, name))
            self._set(busy=True)
            self._changed.notify_all()
        return task

    @property
    def shelf(self) -> Shelf:
        """The library and the work on it, as they are now."""
        with self._changed:
            reading = self._reading or Headway(0, 0)
            folder = reading if self._is_sync() else Headway(0, self._put_off)
            return replace(
                self._shelf,
                done=self._batch_done + reading.done,
                of=self._batch + folder.of,
                document=reading.document,
                part=reading.part if reading.done < reading.of else 0.0,
                seconds_left=self._seconds_left(folder),
            )

    def jobs(self, after: int = 0) -> list[Job]:
        """The jobs that changed since the turn `after`, in the order in which they came."""
        with self._changed:
            return [job for job in self._jobs.values() if job.turn > after]

    def wait(self, seconds: float) -> bool:
        """True once there is nothing left to do; at the latest after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._shelf.busy, seconds)

    def say(self, words: str) -> None:
        """What is being waited for, such as another process that writes to the library."""
        self._set(waits_for=words)

    def _loop(self, after: float) -> None:
        time.sleep(after)
        try:
            self._look()
        except Exception:  # a thread's last resort: reading the folder will tell
            logger.exception("looking at the library failed")
        while True:
            tasks = self._take()
            try:
                self._do(tasks)
            except Exception:  # a thread's last resort: the next job may go well
                logger.exception("work on the library failed")
                self._finish(tasks, [Outcome("refused", UNEXPECTED)] * len(tasks))

    def _take(self) -> list[Task]:
        with self._changed:
            while not any(self._queues):
                self._batch = self._batch_done = 0
                self._batch_began = 0.0
                self._set(busy=False)
                self._changed.notify_all()
                self._changed.wait()
            queue = next(queue for queue in self._queues if queue)
            self._reading = None
            self._current = [queue.popleft()]
            if self._current[0].kind == "file" and len(queue) >= MANY:
                while queue and queue[0].kind == "file" and len(self._current) < TOGETHER:
                    self._current.append(queue.popleft())
            self._tell(replace(self._jobs[self._current[0].id], state="reading"))
            return self._current

    def _do(self, tasks: Sequence[Task]) -> None:
        try:
            outcomes = self._outcomes(tasks)
        except _InterruptedError:
            with self._changed:
                reading, self._current, self._reading = self._reading or Headway(0, 0), [], None
                self._put_off = reading.of - reading.done
                self._queues[-1].append(tasks[0])
            return
        self._look(outcomes[0])
        self._finish(tasks, outcomes)

    def _finish(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        with self._changed:
            self._current, self._reading = [], None
            for task, outcome in zip(tasks, outcomes, strict=True):
                self._batch_done += task.kind in ("file", "text")
                self._put_off = 0 if task.kind == "sync" else self._put_off
                self._tell(replace(self._jobs[task.id], state=outcome.state, words=outcome.words, part=1.0))
            self._forget()
        for task, outcome in zip(tasks, outcomes, strict=True):
            task.after()
            if not task.result.done():
                task.result.set_result(outcome)

    def _outcomes(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        words = UNEXPECTED
        try:
            return tasks[0].run([task.path for task in tasks if task.path], self._progress)
        except _InterruptedError:
            raise
        except OutdatedError as error:
            words = str(error)
            self._set(outdated=True)
        except DebatebotError as error:
            words = str(error)
        except OSError as error:
            words = f"{error.strerror or error}; make room on the disk or give yourself the right to write there"
        except Exception:  # a thread's last resort: told to the page, in full to the log
            logger.exception("work on the library failed")
        finally:
            self._set(waits_for="")
        if tasks[0].kind == "sync":
            self._set(trouble=words)
        if len(tasks) > 1:  # each by itself: what is wrong with one is no reason to refuse the others
            return [self._outcomes([task])[0] for task in tasks]
        return [Outcome("refused", words)]

    def _progress(self, reading: Headway) -> None:
        with self._changed:
            self._reading = reading
            for task in self._current:
                if task.path and (task.path.name == reading.document or len(self._current) == 1):
                    self._tell(replace(self._jobs[task.id], state="reading", part=reading.part))
            self._set(usable=True, waits_for="")
            # Between two documents nothing is lost but the reading of the few that wait to be stored.
            # Files cannot be added before an index that is made again is whole.
            first = self._queues[:1] if self._is_sync() and self._current[0].rebuild else self._queues[:-1]
            if self._is_sync() and reading.part == 0.0 and any(first):
                raise _InterruptedError
        if time.monotonic() > self._look_again:
            self._look()

    def _look(self, outcome: Outcome | None = None) -> None:
        """See what the library holds now."""
        began = time.monotonic()
        found = {} if outcome is None else self._after(outcome)
        try:
            entries = tuple(self._bot.entries())
        except DebatebotError:  # there is no index yet, or none that can be used: reading the folder tells
            entries = ()
        old = self._shelf
        if entries != old.entries or any(getattr(old, key) != value for key, value in found.items()):
            on_subject = old.on_subject or self._speaks_of_it(entries)
            self._set(entries=entries, on_subject=on_subject, version=old.version + 1, **found)
        now = time.monotonic()
        self._look_again = now + max(FRESH, 20 * (now - began))

    @staticmethod
    def _after(outcome: Outcome) -> dict[str, object]:
        if outcome.refused is None:
            return {}
        return {"refused": outcome.refused, "notes": outcome.notes, "trouble": "", "outdated": False, "usable": True}

    def _speaks_of_it(self, entries: tuple[Entry, ...]) -> bool:
        for entry in entries[:SEARCHED]:
            if entry.sha256 in self._searched:
                continue
            self._searched.add(entry.sha256)
            try:
                if SUBJECT in self._bot.document(entry.document).text:
                    return True
            except DebatebotError:  # gone or damaged by now: not what an example could be shown with
                continue
        return False

    def _is_sync(self) -> bool:
        return bool(self._current) and self._current[0].kind == "sync"

    def _seconds_left(self, folder: Headway) -> float | None:
        left = self._batch - self._batch_done
        if not left:
            return folder.seconds_left
        if not self._batch_done:
            return None
        return (time.monotonic() - self._batch_began) / self._batch_done * left + (folder.seconds_left or 0)

    def _set(self, **values: object) -> None:
        with self._changed:
            self._shelf = replace(self._shelf, **values)  # type: ignore[arg-type]  # the names are Shelf's own

    def _tell(self, job: Job) -> None:
        self._turn += 1
        self._jobs[job.id] = replace(job, turn=self._turn)

    def _forget(self) -> None:
        finished = [number for number, job in self._jobs.items() if job.state not in UNDER_WAY]
        for number in finished[:-KEPT]:
            del self._jobs[number]
