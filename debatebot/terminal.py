"""What the commands share: a bot to ask, and how they speak. Data goes to standard output, notes to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from debatebot.settings import Settings

if TYPE_CHECKING:
    from debatebot.bot import DebateBot
    from debatebot.types import Headway, ReadingProgress, SyncReport

PATIENCE = 5.0
"""Seconds that a reading command waits for another process to finish writing the index."""


def synced(settings: Settings) -> DebateBot:
    """The bot with its index up to date, or as it is where another process has been writing it for a while."""
    from debatebot.bot import DebateBot
    from debatebot.errors import BusyError

    bot = DebateBot.open(settings, say)
    try:
        with progress_line() as progress:
            say_report(bot.sync(progress, wait=PATIENCE))
    except BusyError as error:
        if not bot.library.store.exists():
            raise
        say(f"debatebot: {error}; this is from what is in it now")
    return bot


@contextmanager
def progress_line() -> Iterator[ReadingProgress | None]:
    """A line that is written over and wiped at the end; only for a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from debatebot.output import reading_line

    def show(reading: Headway) -> None:
        print(f"\r\033[K{reading_line(reading)}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def read_input() -> str:
    """What comes on standard input. Raises InputError where that is no UTF-8."""
    from debatebot.errors import InputError

    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise InputError(f"standard input is not UTF-8 (byte {error.start + 1}); send UTF-8") from error


def print_json(value: Any) -> None:
    """For a script to read, and for a person too."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_text(text: str) -> None:
    """Exactly this text, whatever the terminal's encoding."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def say(line: str) -> None:
    """A note to the person."""
    print(line, file=sys.stderr, flush=True)


def say_report(report: SyncReport) -> None:
    """What was refused, with the reasons, and notes."""
    for note in report.notes:
        say(f"debatebot: {note}")
    for refusal in report.refused:
        say(f"refused {refusal.document}: {refusal.reason}")
