"""How far the server is, as values that do not change: what the page shows is made of one of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from debatebot.types import Entry, Refusal

ModelsPhase = Literal["waiting", "loading", "ready", "failed"]
Phase = Literal["reading", "loading", "ready", "failed"]
UNEXPECTED = "Something went wrong here; the details are in the terminal."


@dataclass(frozen=True, slots=True)
class Models:
    """How far the models are. `message` says why they failed, or what is waited for where it is out of the ordinary."""

    phase: ModelsPhase = "waiting"
    message: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is in the library, and what is being done to it: `done` of `of` documents are read."""

    entries: tuple[Entry, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    version: int = 0
    """Counts the changes of what is above."""
    busy: bool = False
    done: int = 0
    of: int = 0
    document: str = ""
    part: float = 0.0
    seconds_left: float | None = None
    waits_for: str = ""
    trouble: str = ""
    """Why the corpus folder could not be read, the last time that this was tried."""
    outdated: bool = False
    """Whether that is because the index was made another way, and has to be made again."""
    usable: bool = False
    """Whether the index is known to fit the models, so that there can be answers before all is read."""
    on_subject: bool = False
    """Whether the library speaks of what the examples are about."""


@dataclass(frozen=True, slots=True)
class Status:
    """The models and the library together."""

    models: Models = Models()
    shelf: Shelf = Shelf()

    @property
    def phase(self) -> Phase:
        """In a word: `ready` where there is nothing to wait for."""
        if self.problem:
            return "failed"
        if self.shelf.busy or not (self.shelf.usable or self.shelf.trouble):
            return "reading"
        return "ready" if self.models.phase == "ready" else "loading"

    @property
    def problem(self) -> str:
        """Why there can be no answers, or an empty string."""
        if self.models.phase == "failed":
            return self.models.message
        return self.shelf.trouble if not (self.shelf.usable or self.shelf.busy) else ""
