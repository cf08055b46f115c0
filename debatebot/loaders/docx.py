"""Word documents (.docx), from their XML: python-docx leaves out inserted changes, text boxes and footnotes."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from debatebot.errors import DocumentError
from debatebot.loaders.blocks import Block, Blocks, as_item, clean, joined
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.zipped import Zipped, attribute, local
from debatebot.types import Source

# Deleted and moved-away text, properties, instructions of fields, and the second form of what older programs cannot
# show (`Fallback`); `rt` is how an East Asian word is pronounced.
_LEFT_OUT = {
    "del",
    "moveFrom",
    "rPr",
    "pPr",
    "tblPr",
    "trPr",
    "tcPr",
    "sdtPr",
    "instrText",
    "delText",
    "Fallback",
    "rt",
}
_SIGNS = {"tab": " ", "br": " ", "cr": " ", "ptab": " ", "noBreakHyphen": "\u2011"}
_ITEM, _HEADING, _CONTENTS = "item", "heading", "contents"
_NOTES = (("footnotes", "footnote"), ("endnotes", "endnote"))
_OFF = {"0", "false", "off"}
_TEMPLATE_TITLES = {"word document", "document", "untitled"}
_TEMPLATE_CREATED = "2013-12-23T23:15:00Z"  # by python-docx, which leaves it in all it writes
_TEMPLATE_AUTHORS = {"python-docx", "user", "microsoft office user", "unknown"}


def load_docx(content: bytes, name: str, limits: Limits) -> Loaded:
    """A Word document: its paragraphs, items and tables in order, the notes at the end; no headers and footers."""
    with Zipped(content, name, ".docx") as file:
        main = _main_part(file)
        kinds = _kinds(file, main)
        blocks = Blocks(name, limits)
        document = file.xml(main)
        if local(document) != "document" or not _is_word(document):
            raise _no_docx(name)
        _Walk(blocks, kinds).over(document)
        for part, note in _NOTES:
            path = posixpath.join(posixpath.dirname(main), f"{part}.xml")
            if path in file:
                for element in file.xml(path):
                    # Those with a type are the lines between text and notes.
                    if local(element) == note and attribute(element, "type") in {"", "normal"}:
                        _Walk(blocks, kinds).over(element)
        return Loaded(joined(blocks.finish()), _source(file))


class _Walk:
    """Goes over a part without recursion: files can be nested as deeply as somebody likes."""

    def __init__(self, blocks: Blocks, kinds: dict[str, str]) -> None:
        self._blocks = blocks
        self._kinds = kinds
        self._open: list[list[str]] = []  # the text of the paragraphs that are open: text boxes stand in one
        self._boxed: list[str] = []  # paragraphs of text boxes; they follow the one where the box is anchored

    def over(self, root: Any) -> None:
        from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415

        steps = etree.iterwalk(root, events=("start", "end"))
        for event, element in steps:
            tag = local(element)
            if event == "end":
                self._end(element, tag)
            elif tag in _LEFT_OUT or (tag == "r" and _is_hidden(element)):
                steps.skip_subtree()
            else:
                self._start(element, tag)

    def _start(self, element: Any, tag: str) -> None:
        if tag == "p" and _is_word(element):
            self._open.append([])
        elif tag == "t" and self._open and "drawingml" not in element.tag:
            self._open[-1].append(element.text or "")
        elif tag in _SIGNS and self._open:
            self._open[-1].append(_SIGNS[tag])
        elif tag == "tr" and not self._open and _is_word(element):
            self._blocks.open_row()
        elif tag == "tc" and not self._open and _is_word(element):
            self._blocks.open_cell()

    def _end(self, element: Any, tag: str) -> None:
        if tag == "p" and self._open and _is_word(element):
            text = clean("".join(self._open.pop()))
            kind = self._kind(element)
            if kind == _CONTENTS:
                text = ""
            elif text and kind == _ITEM:
                text = as_item(text)
            if self._open:
                self._boxed.append(text)
            else:
                for line in (text, *self._boxed):
                    self._blocks.add(Block(line))
                self._boxed = []
        elif tag == "tr" and not self._open and _is_word(element):
            self._blocks.close_row()

    def _kind(self, paragraph: Any) -> str:
        number = _child(paragraph, "pPr", "numPr", "numId")
        style = _child(paragraph, "pPr", "pStyle")
        kind = self._kinds.get(attribute(style, "val"), "") if style is not None else ""
        if kind in {_HEADING, _CONTENTS} or number is None:  # headings are numbered too
            return kind
        return _ITEM if attribute(number, "val") != "0" else ""


def _is_word(element: Any) -> bool:
    """Whether an element is Word's own: drawings have paragraphs (a:p) and tables of their own."""
    return "wordprocessingml" in element.tag.partition("}")[0]


def _child(element: Any, *names: str) -> Any:
    """The element found by going down from child to child by these names, or None."""
    for name in names:
        element = next((child for child in element if local(child) == name), None)
        if element is None:
            return None
    return element


def _is_hidden(run: Any) -> bool:
    vanish = _child(run, "rPr", "vanish")
    return vanish is not None and attribute(vanish, "val") not in _OFF


def _kinds(file: Zipped, main: str) -> dict[str, str]:
    """What the paragraphs of a style are, by the style's id, where that can be told: contents, headings or items."""
    path = posixpath.join(posixpath.dirname(main), "styles.xml")
    known: dict[str, str] = {}
    for style in file.xml(path) if path in file else ():
        named = _child(style, "name")
        label = attribute(named, "val").lower() if named is not None else ""
        level = _child(style, "pPr", "outlineLvl")
        if label.startswith(("toc ", "table of figures", "contents ")):
            known[attribute(style, "styleId")] = _CONTENTS
        elif label.startswith(("heading", "title")) or (level is not None and attribute(level, "val") != "9"):
            known[attribute(style, "styleId")] = _HEADING
        elif label.startswith(("list bullet", "list number")) or _child(style, "pPr", "numPr") is not None:
            known[attribute(style, "styleId")] = _ITEM
    return known


def _main_part(file: Zipped) -> str:
    """The part that holds the text, as the package's relations name it."""
    if "_rels/.rels" in file:
        for relation in file.xml("_rels/.rels"):
            if attribute(relation, "Type").endswith("/officeDocument"):
                part = attribute(relation, "Target").lstrip("/")
                if part in file:
                    return part
    if "word/document.xml" in file:
        return "word/document.xml"
    raise _no_docx(file.name)


def _no_docx(name: str) -> DocumentError:
    return DocumentError(f"{name} is no .docx, whatever its name says; give it its true suffix, or save it anew")


def _source(file: Zipped) -> Source:
    if "docProps/core.xml" not in file:
        return Source()
    known = {local(element): clean(element.text or "") for element in file.xml("docProps/core.xml")}
    title, author = known.get("title", ""), known.get("creator", "")
    created = known.get("created", "")
    date = None if created == _TEMPLATE_CREATED else re.match(r"\d{4}-\d{2}-\d{2}", created)
    return Source(
        title="" if title.lower() in _TEMPLATE_TITLES else title,
        author="" if author.lower() in _TEMPLATE_AUTHORS else author,
        date=date[0] if date else "",
    )
