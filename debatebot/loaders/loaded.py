"""What a loader makes of a file, and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass, field

from debatebot.types import Page, Source


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is taken of one file."""

    bytes: int = 100_000_000
    pages: int = 3_000
    characters: int = 5_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file's text, what it says of itself, and its pages where it has any (offsets in characters of the text).

    `notes` say what was left out that a reader should know, such as pages without text.
    """

    text: str
    source: Source = field(default_factory=Source)
    pages: tuple[Page, ...] = ()
    notes: tuple[str, ...] = ()
