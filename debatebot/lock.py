"""One writer at a time, over threads and processes: a lock that the system lets go when its holder dies."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from debatebot.errors import BusyError

LOCK = "writer.lock"
HOLDER = "writer.json"
PATIENCE = 1.0
"""Seconds before it is said what is being waited for."""


@contextmanager
def one_writer(
    folder: Path, task: str, say: Callable[[str], None] = lambda _: None, wait: float | None = None
) -> Iterator[None]:
    """Hold the right to write in `folder` for `task`; `say` hears who holds it, if that takes long.

    Waits as long as it takes, or for `wait` seconds; then raises BusyError, which names the holder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Not thread-local and no singleton: each use is a holder of its own, so threads exclude each other as well.
    lock = FileLock(folder / LOCK, thread_local=False, is_singleton=False)
    _acquire(lock, folder, say, wait)
    try:
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        note = {"process": os.getpid(), "task": task, "since": since}
        (folder / HOLDER).write_text(json.dumps(note), encoding="utf-8")
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, folder: Path, say: Callable[[str], None], wait: float | None) -> None:
    until = None if wait is None else time.monotonic() + wait
    try:
        lock.acquire(timeout=PATIENCE if wait is None else min(wait, PATIENCE))
    except Timeout:
        left = -1 if until is None else until - time.monotonic()
        if until is not None and left <= 0:
            raise BusyError(f"{holder(folder)} is writing the index") from None
        say(f"Waiting for {holder(folder)} to finish with the index")
        try:
            lock.acquire(timeout=left)
        except Timeout:
            raise BusyError(f"{holder(folder)} is writing the index") from None


def holder(folder: Path) -> str:
    """Who writes in `folder`, in words."""
    try:
        note = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
        since = datetime.fromisoformat(note["since"])
        return f"debatebot {note['task']} (process {note['process']}, since {since:%H:%M:%S})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another debatebot"  # between taking the lock and saying so
