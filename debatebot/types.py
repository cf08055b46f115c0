"""The things debatebot speaks of, as plain frozen values.

Offsets count characters (Python's, that is Unicode code points) of a document's stored text, and
`text[start:end]` is always exactly what is meant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

Progress = Callable[[int, int], None]
"""Called with (done, of) while something long is under way."""


@dataclass(frozen=True, slots=True)
class Headway:
    """How far the reading of files is: `done` of `of` files, and of the one in hand the share `part`, 0 to 1."""

    done: int
    of: int
    document: str = ""
    part: float = 0.0
    seconds_left: float | None = None


ReadingProgress = Callable[[Headway], None]


class Side(StrEnum):
    """Where a piece of evidence stands towards a stance."""

    SUPPORT = "support"
    REBUT = "rebut"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.REBUT if self is Side.SUPPORT else Side.SUPPORT


@dataclass(frozen=True, slots=True)
class Source:
    """What is known for a document's citation; an empty string where a thing is not known."""

    title: str = ""
    author: str = ""
    qualifications: str = ""
    date: str = ""
    source: str = ""
    url: str = ""
    licence: str = ""
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A printed page: its label ("xii", "7") and where its text stands."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the corpus as text. `name` is its path below the corpus folder, with slashes."""

    name: str
    text: str
    source: Source
    format: str
    sha256: str
    pages: tuple[Page, ...] = ()
    notes: tuple[str, ...] = ()
    """What was left out of it that a reader should know, such as pages without text."""
    own: Source = field(default_factory=Source)
    """What the file says of itself, where its sidecar may say more."""

    def page_at(self, offset: int) -> str | None:
        """The label of the printed page on which the character at `offset` stands, where the format has pages."""
        found = bisect_right(self.pages, offset, key=lambda page: page.start)
        return self.pages[max(found - 1, 0)].label if self.pages else None


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where a sentence stands in its document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Some whole sentences of one paragraph: `document.text[start:end] == text`."""

    document: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]
    paragraph: int
    page: str | None = None

    def cut(self, sentence: Sentence) -> str:
        """The words of one of its sentences."""
        return self.text[sentence.start - self.start : sentence.end - self.start]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that retrieval holds worth reading. `cosine` is -1 to 1; `score` ranks, higher first."""

    passage: Passage
    score: float
    cosine: float


FEWEST_WORDS = 4
"""A shorter sentence ("It will not.") is context for others, no quotation of its own."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quotation and where it stands. `quote` is a slice of the stored document, never anything else.

    `strength` is 0 to 1: for a brief, the calibrated chance that it is evidence for the side it is
    shown on; for an answer, how near the passage is to the question.
    """

    quote: str
    document: str
    start: int
    end: int
    strength: float
    passage: Passage
    source: Source
    page: str | None = None
    """The printed page on which it begins, where the format has pages."""
    also: tuple[tuple[str, Source], ...] = ()
    """The other documents with the very same content, by name, with their sources."""
    corrected: bool = False
    """Whether its side is the person's word (a correction), not the model's."""

    @property
    def paragraph(self) -> int:
        """The paragraph in the document, from 1."""
        return self.passage.paragraph


@dataclass(frozen=True, slots=True)
class Point:
    """Evidence of one side that makes one point.

    `label` is the words that tell it from the side's other points, as its documents have them.
    """

    label: str
    evidence: tuple[Evidence, ...]
    """All of it that cleared the threshold, best first: the first stands for the point."""

    @property
    def documents(self) -> int:
        """In how many documents the point is made."""
        return len({item.document for item in self.evidence})


@dataclass(frozen=True, slots=True)
class Brief:
    """What the library holds for and against a stance, best first.

    `context` is the nearest that was found where a side is empty: about the stance, not evidence.
    `more` counts the evidence of each side that cleared the threshold beyond what is listed.
    `unclear` bears on the stance, but its side cannot be told: the person judges.
    `points` groups all evidence of a side that cleared the threshold, listed or not.
    """

    stance: str
    support: tuple[Evidence, ...]
    rebut: tuple[Evidence, ...]
    context: tuple[Evidence, ...]
    note: str | None
    sides: tuple[Side, ...] = (Side.SUPPORT, Side.REBUT)
    more: dict[Side, int] = field(default_factory=dict)
    unclear: tuple[Evidence, ...] = ()
    points: dict[Side, tuple[Point, ...]] = field(default_factory=dict)

    def side(self, side: Side) -> tuple[Evidence, ...]:
        """The evidence on `side`."""
        return self.support if side is Side.SUPPORT else self.rebut


@dataclass(frozen=True, slots=True)
class Answer:
    """The passages that answer a question, best first."""

    question: str
    answers: tuple[Evidence, ...]
    note: str | None
    more: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the library's list: counts are of pages, passages and characters."""

    document: str
    source: Source
    format: str
    pages: int | None
    passages: int
    sentences: int
    characters: int
    sha256: str
    added: str = ""
    """When it was first taken, as an ISO date and time in UTC."""
    notes: tuple[str, ...] = ()
    """What was left out of it, such as pages without text."""
    same_as: str = ""
    """The document with the very same content under which it is stored, where there is one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not taken, and why."""

    document: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What making the index match the corpus changed; names of documents."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    placed: tuple[tuple[Path, str], ...] = ()
    """Of each file that was added, its path as given and the document it is in the library, be that new or not."""
