"""OpenDocument texts (.odt), from their XML."""

from __future__ import annotations

import re
from typing import Any

from debatebot.errors import DocumentError
from debatebot.loaders.blocks import Block, Blocks, as_item, clean, joined
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.zipped import Zipped, local
from debatebot.types import Source

_LEFT_OUT = {
    "annotation",
    "annotation-end",
    "tracked-changes",
    "note-citation",
    "ruby-text",
    "hidden-text",
    "binary-data",
}
_LEFT_OUT |= {
    "table-of-content",
    "illustration-index",
    "table-index",
    "object-index",
    "alphabetical-index",
    "forms",
    "sequence-decls",
    "variable-decls",
    "user-field-decls",
    "index-title-template",
    "desc",
    "title",
}
_SIGNS = {"s": " ", "tab": " ", "line-break": " ", "soft-page-break": ""}


def load_odt(content: bytes, name: str, limits: Limits) -> Loaded:
    """An OpenDocument text: its paragraphs, items and tables in order, the notes at the end."""
    with Zipped(content, name, ".odt") as file:
        _check(file)
        body = next((element for element in file.xml("content.xml") if local(element) == "body"), None)
        if body is None:
            raise DocumentError(f"{name} is damaged (content.xml has no body); get the file again")
        blocks = Blocks(name, limits)
        _Walk(blocks).over(body)
        return Loaded(joined(blocks.finish()), _source(file))


class _Walk:
    """Goes over the body without recursion: files can be nested as deeply as somebody likes."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._open: list[list[str]] = []  # the text of the paragraphs that are open: notes and frames stand in one
        self._framed: list[str] = []  # paragraphs of frames; they follow the one where the frame is anchored
        self._notes: list[str] = []
        self._items: list[bool] = []  # the lists' items that are open: whether their text is still to come
        self._note = 0

    def over(self, body: Any) -> None:
        from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415

        steps = etree.iterwalk(body, events=("start", "end"))
        for event, element in steps:
            tag = local(element)
            if event == "end":
                self._end(tag)
                self._text(element.tail if element is not body else None)
            elif tag in _LEFT_OUT:
                steps.skip_subtree()
            else:
                self._start(element, tag)
        for note in self._notes:
            self._blocks.add(Block(note))

    def _start(self, element: Any, tag: str) -> None:
        if tag in {"p", "h"}:
            self._open.append([])
        elif tag in _SIGNS:
            self._text(_SIGNS[tag])
        elif tag == "list-item":
            self._items.append(True)
        elif tag == "note-body":
            self._note += 1
        elif tag == "table-row" and not self._open:
            self._blocks.open_row()
        elif tag in {"table-cell", "covered-table-cell"} and not self._open:
            self._blocks.open_cell()
        self._text(element.text)

    def _end(self, tag: str) -> None:
        if tag in {"p", "h"} and self._open:
            self._paragraph(clean("".join(self._open.pop())), heading=tag == "h")
        elif tag == "list-item" and self._items:
            self._items.pop()
        elif tag == "note-body":
            self._note -= 1
        elif tag == "table-row" and not self._open:
            self._blocks.close_row()

    def _paragraph(self, text: str, heading: bool) -> None:
        if self._note:
            self._notes.append(text)
            return
        if self._open:
            self._framed.append(text)
            return
        if text and self._items and self._items[-1]:
            self._items[-1] = False
            text = text if heading else as_item(text)
        for line in (text, *self._framed):
            self._blocks.add(Block(line))
        self._framed = []

    def _text(self, text: str | None) -> None:
        if text and self._open:
            self._open[-1].append(text)


def _check(file: Zipped) -> None:
    """Refuse what is locked, and other kinds of OpenDocument."""
    if "META-INF/manifest.xml" in file and any(
        local(element) == "encryption-data" for element in file.xml("META-INF/manifest.xml").iter()
    ):
        raise DocumentError(
            f"{file.name} is protected by a password; save it without one (File, Save As, untick the password)"
        )
    kind = file.read("mimetype").strip() if "mimetype" in file else b""
    if "content.xml" not in file or (kind and not kind.startswith(b"application/vnd.oasis.opendocument.text")):
        raise DocumentError(f"{file.name} is no .odt, whatever its name says; give it its true suffix, or save it anew")


def _source(file: Zipped) -> Source:
    if "meta.xml" not in file:
        return Source()
    known: dict[str, str] = {}
    for element in file.xml("meta.xml").iter():
        known.setdefault(local(element), clean(element.text or ""))
    date = re.match(r"\d{4}-\d{2}-\d{2}", known.get("creation-date", "") or known.get("date", ""))
    return Source(
        title=known.get("title", ""),
        author=known.get("initial-creator", "") or known.get("creator", ""),
        date=date[0] if date else "",
    )
