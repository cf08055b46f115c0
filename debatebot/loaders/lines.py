"""Lines of print, and what is usual among those of a page or a document: their size, their edges, their distance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(slots=True)
class Line:
    """A line of print. Edges and base line are in points, `base` counted from the bottom of the page up.

    On a page read from the right, the edges are counted from right to left, so that `left` is where a line begins.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    turned: bool = False


def body_size(pages: list[list[Line]]) -> float:
    """The size, in points, of most of a document's letters; 0 if it has none."""
    sizes = Counter[float]()
    for lines in pages:
        for line in lines:
            sizes[rounded(line.size)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


class Margins:
    """Where lines end that are set to an even edge, in a page or in the whole document."""

    def __init__(self, lines: Iterable[Line], wider: Margins | None = None) -> None:
        self._rights: dict[tuple[float, int], Counter[int]] = {}
        self._known: dict[tuple[float, int], float | None] = {}
        self._wider = wider
        for line in lines:
            self._rights.setdefault(_place(line), Counter())[round(line.right / line.size)] += 1

    def at(self, line: Line) -> float | None:
        """The edge that is usual for lines of this size which begin near this one, if there is one."""
        place = _place(line)
        if place not in self._known:
            self._known[place] = self._edge(*place) or (self._wider.at(line) if self._wider else None)
        return self._known[place]

    def _edge(self, size: float, left: int) -> float | None:
        rights = Counter[int]()
        for near in range(left - 3, left + 4):
            rights.update(self._rights.get((size, near), {}))
        if not rights:
            return None
        edge, count = rights.most_common(1)[0]
        near = count + rights[edge - 1] + rights[edge + 1]
        return edge * size if near >= max(4, 0.4 * rights.total()) else None


def _place(line: Line) -> tuple[float, int]:
    return rounded(line.size), round(line.left / line.size)


def leading(pairs: Iterable[tuple[Line, Line]], least: int = 1) -> dict[float, float]:
    """By size of the letters, the usual distance between lines: the smallest that is common."""
    steps: dict[float, Counter[float]] = {}
    for before, line in pairs:
        down = before.base - line.base
        if same_size(before, line) and 0.8 * line.size < down < 4 * line.size:
            steps.setdefault(rounded(line.size), Counter())[rounded(down)] += 1
    usual = {}
    for size, counts in steps.items():
        if counts.total() >= least:
            usual[size] = min(step for step, count in counts.items() if count >= 0.3 * max(counts.values()))
    return usual


def same_size(line: Line, other: Line) -> bool:
    """Whether two lines are of the same size but for what a raised letter or a rounded figure may change."""
    return abs(line.size - other.size) <= 0.1 * max(line.size, other.size)


def rounded(value: float) -> float:
    """A length in half points."""
    return round(value * 2) / 2
