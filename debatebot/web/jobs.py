"""What the library can be asked for, as the queue of `work.py` and the page speak of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from debatebot.types import ReadingProgress, Refusal

Kind = Literal["file", "text", "edit", "removal", "sync"]
JobState = Literal["waiting", "reading", "added", "already", "refused", "done"]
UNDER_WAY = frozenset({"waiting", "reading"})


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that the library was asked for. `words` say what became of it; `turn` counts its changes among all."""

    id: int
    kind: Kind
    name: str
    state: JobState = "waiting"
    part: float = 0.0
    words: str = ""
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job. `refused` and `notes` are given by what read the whole folder."""

    state: JobState
    words: str = ""
    refused: tuple[Refusal, ...] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A job and how to do it, alone or with others; `after` is always called, whatever became of it."""

    id: int
    kind: Kind
    run: Run
    path: Path | None = None
    after: Callable[[], None] = lambda: None
    rebuild: bool = False
    result: Future[Outcome] = field(default_factory=Future)


Run = Callable[[Sequence[Path], ReadingProgress], Sequence[Outcome]]
"""Does a job, or several of a kind at once: one outcome for each."""
