"""What a loader makes of a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from debatebot.types import Page, Source


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file's text, what it says of itself, and its pages where it has any (offsets in characters of the text)."""

    text: str
    source: Source = field(default_factory=Source)
    pages: tuple[Page, ...] = ()
