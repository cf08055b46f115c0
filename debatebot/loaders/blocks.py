"""Text of formatted documents: paragraphs, headings, items and rows of tables, one after the other."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from debatebot.errors import DocumentError
from debatebot.loaders.loaded import Limits

# Not text: control characters (white space among them is folded before), marks of byte order, surrogates,
# soft hyphens (places where a word may be broken, which would part it for the search) and objects' places.
_GONE = dict.fromkeys(
    [
        *(code for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc" and not chr(code).isspace()),
        *range(0xD800, 0xE000),
        0xAD,
        0xFEFF,
        0xFFFC,
        0xFFFE,
        0xFFFF,
    ]
)
_ENDS = tuple('.!?…؟۔。！？:;"”’»)')
# A row with a cell of more than these is no row of figures but columns of a page.
_CELL_PARAGRAPHS = 3
_CELL_CHARACTERS = 300
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, item or row on one line. Of web pages also: what holds it, and how much is links."""

    text: str
    parent: object = None
    tag: str = ""
    links: int = 0


def clean(text: str) -> str:
    """Text on one line, its white space folded, without what is no character of a text."""
    return " ".join(text.translate(_GONE).split())


def as_item(text: str) -> str:
    """An item of a list; a dash keeps what is no sentence from being taken for a heading, and is added to no other."""
    return text if text.endswith(_ENDS) else f"- {text}"


class Blocks:
    """Blocks in the order of a document; those in tables are put together row by row."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self._size = 0
        self._done: list[Block] = []
        self._rows: list[list[list[Block]]] = []  # the rows that are open, outer first, as cells of blocks

    def add(self, block: Block) -> None:
        """Put a block where the document stands. Raises DocumentError when there are too many characters."""
        if not block.text:
            return
        self._size += len(block.text) + 2
        if self._size > self._limits.characters:
            raise too_long(self._name, self._limits)
        self._place().append(block)

    def open_row(self) -> None:
        """A row of a table begins."""
        self._rows.append([])

    def open_cell(self) -> None:
        """A cell begins; outside of rows this means nothing."""
        if self._rows:
            self._rows[-1].append([])

    def close_row(self) -> None:
        """The innermost row ends."""
        if self._rows:
            cells = self._rows.pop()
            self._place().extend(_row(cells))

    def finish(self) -> list[Block]:
        """All blocks, rows that were never closed with them."""
        while self._rows:
            self.close_row()
        return self._done

    def _place(self) -> list[Block]:
        if not self._rows:
            return self._done
        row = self._rows[-1]
        if not row:
            row.append([])
        return row[-1]


def _row(cells: list[list[Block]]) -> list[Block]:
    """One line of cells, or the blocks themselves where the row only lays out a page."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or any(_is_column(cell) for cell in filled):
        return [block for cell in filled for block in cell]
    while not cells[-1]:
        cells.pop()
    line = clean(" | ".join(" ".join(block.text for block in cell) for cell in cells))
    first = filled[0][0]
    return [Block(line, first.parent, "tr", sum(block.links for cell in filled for block in cell))]


def _is_column(cell: list[Block]) -> bool:
    return (
        len(cell) > _CELL_PARAGRAPHS
        or sum(len(block.text) for block in cell) > _CELL_CHARACTERS
        or any(block.tag in HEADINGS for block in cell)
    )


def joined(blocks: Iterable[Block]) -> str:
    """Blocks as a text, a blank line between them."""
    return "\n\n".join(block.text for block in blocks)


def too_long(name: str, limits: Limits) -> DocumentError:
    """The refusal of a document with too many characters."""
    return DocumentError(
        f"{name} has over {limits.characters:,} characters of text, more than several long books; split it, "
        "or raise largest_characters in debatebot.toml"
    )
