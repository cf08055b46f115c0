"""Rich Text Format (.rtf).

Read here because striprtf 0.0.35 writes the addresses of links into the text, leaves out footnotes, keeps deleted
and hidden text, and does not tell the end of a paragraph from the end of a line.
"""

from __future__ import annotations

import codecs
from dataclasses import replace

from debatebot.errors import DocumentError
from debatebot.loaders.blocks import Block, Blocks, as_item, joined
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.rtf_words import CHARSETS, KEPT, LEFT_OUT, SIGNS, TOKEN, Group, Info, whole


def load_rtf(content: bytes, name: str, limits: Limits) -> Loaded:
    """An RTF document: its paragraphs, items and tables in order, the notes at the end; no headers and footers."""
    if not content.lstrip()[:5] == b"{\\rtf":
        raise DocumentError(f"{name} is no .rtf, whatever its name says; give it its true suffix, or save it anew")
    reader = _Reader(Blocks(name, limits))
    reader.read(content.decode("latin-1"))
    return Loaded(joined(reader.finish()), reader.info.source())


class _Reader:
    """Takes a document token by token; groups are kept in a list, so that their depth does not matter."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._group = Group()
        self._outer: list[Group] = []
        self._own = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = self._default = 0
        self._starred = self._item = self._heading = False
        self._to_skip = 0
        self._ended = False  # what follows the outermost group is not the document's
        self._bytes = bytearray()
        self._run: list[str] = []
        self._around: list[list[str]] = []  # the text around the notes that are open
        self._cell: list[str] = []
        self._cells: list[list[str]] = []
        self._in_table = False
        self._notes: list[str] = []
        self.info = Info()

    def read(self, text: str) -> None:
        at = 0
        while (found := TOKEN.match(text, at)) and not self._ended:
            at = found.end()
            word, number, code, sign, brace, plain = found.groups()
            if word == "bin":
                at += max(0, int(number or 0))
            elif word:
                self._word(word, int(number) if number else None)
            elif code:
                self._character(bytes.fromhex(code))
            elif sign:
                self._sign(sign)
            elif brace:
                self._brace(brace)
            elif plain:
                self._plain(plain)

    def finish(self) -> list[Block]:
        """All blocks, the notes last."""
        while self._around:
            self._end_note()
        self._paragraph()
        self._end_row()
        for note in self._notes:
            self._blocks.add(Block(note))
        return self._blocks.finish()

    # ---- groups

    def _brace(self, brace: str) -> None:
        self._decode()
        self._to_skip = 0
        self._starred = False
        if brace == "{":
            self._outer.append(self._group)
        elif self._outer:
            closed, self._group = self._group, self._outer.pop()
            self._ended = not self._outer
            if closed.note and not self._group.note:
                self._end_note()

    def _end_note(self) -> None:
        note = whole("".join(self._run))
        self._run = self._around.pop()
        if note:
            self._notes.append(note)

    # ---- words

    def _word(self, word: str, number: int | None) -> None:
        self._decode()
        if self._to_skip > 0 and word != "u":
            self._to_skip -= 1
            return
        starred, self._starred = self._starred, False
        if word == "u" and number is not None:
            self._write(chr(number if 0 <= number <= 0x10FFFF else number % 0x10000))
            self._to_skip = self._group.skipped
        elif word in SIGNS:
            self._write(SIGNS[word])
        elif (not self._group.info and LEFT_OUT.fullmatch(word)) or (starred and word not in KEPT):
            self._group = replace(self._group, silent=True)
        elif word in {"par", "sect", "page", "cell", "nestcell", "row", "nestrow"}:
            self._end_of(word)
        else:
            self._set(word, number)

    def _set(self, word: str, number: int | None) -> None:
        """Words that change how what follows is meant."""
        group = self._group
        match word:
            case "uc":
                self._group = replace(group, skipped=max(0, number or 0))
            case "f" if number is not None:
                self._font = number
                self._group = replace(group, encoding=self._fonts.get(number, ""))
            case "plain":
                self._group = replace(group, hidden=False, encoding=self._fonts.get(self._default, ""))
            case "v" | "deleted":
                self._group = replace(group, hidden=number != 0)
            case "pard" if not group.note:
                self._in_table = False
            case "intbl":
                self._in_table = True
            case _:
                self._open(word, number)

    def _open(self, word: str, number: int | None) -> None:
        """Words that say what a group is for, or what holds for the document."""
        group = self._group
        if group.fonts and word == "fcharset" and number in CHARSETS:
            self._fonts[self._font] = CHARSETS[number]
        elif group.info:
            self._group = replace(group, info=self.info.word(group.info, word, number))
        elif word in {"listtext", "pntext"}:
            self._item = True
            self._group = replace(group, silent=True)
        elif word == "footnote" and not group.silent and not group.note:
            self._around.append(self._run)
            self._run = []
            self._group = replace(group, note=True)
        elif word == "outlinelevel" and not group.silent:
            self._heading = number != 9
        elif word == "fonttbl":
            self._group = replace(group, fonts=True, silent=True)
        elif word == "info":
            self._group = replace(group, info=word)
        elif word in {"ansicpg", "mac", "pc", "pca", "deff"}:
            self._declare(word, number or 0)

    def _declare(self, word: str, number: int) -> None:
        """The document's own encoding, and its font."""
        if word == "deff":
            self._default = number
            return
        encoding = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}.get(word, f"cp{number}")
        try:
            self._own = codecs.lookup("utf-8" if encoding == "cp65001" else encoding).name
        except LookupError:
            self._own = "cp1252"

    def _end_of(self, word: str) -> None:
        """The end of a paragraph, a cell or a row."""
        if self._group.silent or self._group.info:
            return
        if self._group.note:
            self._run.append(" ")
            return
        self._paragraph(in_cell="cell" in word)
        if "cell" in word:
            self._cells.append(self._cell)
            self._cell = []
        elif "row" in word:
            self._end_row()
            self._in_table = False

    # ---- text

    def _sign(self, sign: str) -> None:
        self._decode()
        if sign == "*":
            self._starred = True
        elif sign in "\r\n":
            self._end_of("par")
        elif self._to_skip > 0:
            self._to_skip -= 1
        elif sign in SIGNS:
            self._write(SIGNS[sign])

    def _plain(self, text: str) -> None:
        skipped = min(self._to_skip, len(text))
        self._to_skip -= skipped
        self._bytes += text[skipped:].encode("latin-1")

    def _character(self, code: bytes) -> None:
        if self._to_skip > 0:
            self._to_skip -= 1
        else:
            self._bytes += code

    def _decode(self) -> None:
        """Write the bytes that have gathered: a character may be of several."""
        if self._bytes:
            self._write(self._bytes.decode(self._group.encoding or self._own, "replace"))
            self._bytes.clear()

    def _write(self, text: str) -> None:
        group = self._group
        if group.info:
            self.info.write(group.info, text)
        elif not group.silent and not group.hidden:
            self._run.append(text)

    # ---- blocks

    def _paragraph(self, in_cell: bool = False) -> None:
        self._decode()
        text = whole("".join(self._run))
        self._run = []
        text = as_item(text) if text and self._item and not self._heading else text
        self._item = self._heading = False
        if in_cell or self._in_table:
            self._cell.append(text)
        else:
            self._end_row()
            self._blocks.add(Block(text))

    def _end_row(self) -> None:
        """Write the cells that have gathered."""
        cells = [*self._cells, self._cell] if any(self._cell) else self._cells
        self._cells, self._cell = [], []
        if cells:
            self._blocks.open_row()
            for cell in cells:
                self._blocks.open_cell()
                for text in cell:
                    self._blocks.add(Block(text))
            self._blocks.close_row()
