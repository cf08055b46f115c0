"""Right-to-left lines put in the order in which they are read, from where their letters stand."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from itertools import groupby, pairwise

_SPACE = 0.22  # of the letters' size: a wider gap parts words, a narrower one the letters of a word
_PAIRS = ("()", "[]", "{}", "«»", "‹›")
_BRACKETS = frozenset("".join(_PAIRS))


@dataclass(frozen=True, slots=True)
class Glyph:
    """A drawn character and its left and right edge in points."""

    text: str
    left: float
    right: float

    @property
    def middle(self) -> float:
        """Halfway between its edges."""
        return (self.left + self.right) / 2


def is_rtl(text: str) -> bool:
    """Whether most of the letters are Hebrew, Arabic or of another script read from the right."""
    if text.isascii():
        return False
    letters = [unicodedata.bidirectional(c) for c in text if c.isalpha()]
    return 2 * sum(kind in {"R", "AL"} for kind in letters) > len(letters)


def in_reading_order(glyphs: list[Glyph], size: float) -> str:
    """The text of a right-to-left line, told from where its glyphs stand. `size`, of its letters, is in points.

    Where the given order is right as far as the letters go, so are the spaces in it; else those without width, which
    no program drew, are taken out, and words are parted where there is a gap.
    """
    spaces = [glyph for glyph in glyphs if glyph.text.isspace()]
    row = _with_marks([glyph for glyph in glyphs if not glyph.text.isspace()])
    if _is_tangled(glyphs):
        row = _spaced(_with_spaces(row, [space for space in spaces if space.right > space.left]), size)
    elif {_kind(glyph) for glyph in glyphs} & {"L", "E"} or _BRACKETS & {glyph.text for glyph in glyphs}:
        row = _with_spaces(row, spaces)
    else:
        return "".join(glyph.text for glyph in glyphs)
    runs: list[tuple[bool, str]] = []
    for rtl, group in groupby(zip(_directions(row), row, strict=True), key=lambda pair: pair[0]):
        run = [glyph.text for _, glyph in group]
        runs.append((rtl, "".join(run if rtl else run[::-1])))
    text = "".join(run for _, run in runs)
    turned = [rtl for rtl, run in runs for _ in run]
    return "".join(_bracket(text, at) if c in _BRACKETS and turned[at] else c for at, c in enumerate(text))


def _bracket(text: str, at: int) -> str:
    """The bracket at `at`, opening or closing as its neighbours tell: programs note its shape or its meaning."""
    pair = next(pair for pair in _PAIRS if text[at] in pair)
    before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    for apart in (before.isspace(), after.isspace()), (not before.isalnum(), not after.isalnum()):
        if apart[0] != apart[1]:
            return pair[0] if apart[0] else pair[1]
    earlier = [c for c in text[:at] if c in pair]
    return pair[len(earlier) % 2]


def _is_tangled(glyphs: list[Glyph]) -> bool:
    """Whether letters that follow each other in the text stand in the wrong order on the page."""
    letters = [glyph for glyph in glyphs if _kind(glyph) == "R" and glyph.right > glyph.left]
    return any(after.middle > before.middle for before, after in pairwise(letters))


def _with_spaces(row: list[Glyph], spaces: list[Glyph]) -> list[Glyph]:
    """A row from right to left with the spaces put in between its glyphs.

    Where a space says it begins is all that can be relied on: its width may be none, or reach back over a letter.
    """
    middles = [-glyph.middle for glyph in row]
    placed: dict[int, Glyph] = {}
    for space in spaces:
        places = [at for at in _near(middles, -space.left) if at]
        # Both letters of a ligature may be said to have its edges: so the last that ends and the first that begins.
        ended = [(abs(row[at - 1].left - space.left), -at) for at in places]
        begins = [(abs(row[at].right - space.left), at) for at in places]
        if places:
            placed[abs(min(min(ended), min(begins), key=lambda found: round(found[0], 1))[1])] = space
    return [part for at, glyph in enumerate(row) for part in ([placed[at], glyph] if at in placed else [glyph])]


def _near(middles: list[float], place: float) -> range:
    """The places in a sorted list around a value; glyphs overlap, but not many of them."""
    at = bisect_left(middles, place)
    return range(max(0, at - 4), min(len(middles), at + 5))


def _with_marks(glyphs: list[Glyph]) -> list[Glyph]:
    """The glyphs from right to left, each mark (as of a vowel) after the letter that it stands nearest to."""
    marks = [glyph for glyph in glyphs if _kind(glyph) == "M"]
    row = sorted((glyph for glyph in glyphs if _kind(glyph) != "M"), key=lambda glyph: -glyph.middle)
    middles = [-glyph.middle for glyph in row]
    for mark in marks:
        letters = [at for at in _near(middles, -mark.middle) if _kind(row[at]) == "R"]
        if letters:
            at = min(letters, key=lambda at: abs(row[at].middle - mark.middle))
            row[at] = Glyph(row[at].text + mark.text, row[at].left, row[at].right)
    return row


def _spaced(row: list[Glyph], size: float) -> list[Glyph]:
    """Spaces put in where there is a gap but none was drawn."""
    spaced = row[:1]
    for before, after in pairwise(row):
        gap = before.left - after.right
        if gap > _SPACE * size and not before.text.isspace() and not after.text.isspace():
            spaced.append(Glyph(" ", after.right, before.left))
        spaced.append(after)
    return spaced


def _kind(glyph: Glyph) -> str:
    """R: a letter read from the right, L: another letter, E: a digit, M: a mark, N: what goes with its neighbours."""
    kind = unicodedata.bidirectional(glyph.text[0])
    return {"R": "R", "AL": "R", "L": "L", "EN": "E", "AN": "E", "NSM": "M"}.get(kind, "N")


def _directions(row: list[Glyph]) -> list[bool]:
    """Which glyphs are read from the right. Digits are not, nor what stands between two letters or digits that are not.

    But two numbers with a space between them follow each other from the right, and so do a number and a bracket.
    """
    directions: list[bool] = []
    before = "R"
    runs = [(kind, list(run)) for kind, run in groupby(row, key=_kind)]
    for (kind, run), (after, _) in zip(runs, [*runs[1:], ("R", [])], strict=True):
        if kind == "N":
            between = {before, after}
            signs = {glyph.text for glyph in run}
            rtl = "R" in between or (between == {"E"} and " " in signs) or ("E" in between and bool(signs & _BRACKETS))
        else:
            rtl = kind == "R"
        directions += [rtl] * len(run)
        before = kind
    return directions
