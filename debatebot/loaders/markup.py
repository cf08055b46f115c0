"""HTML as a tree and as blocks of text, for web pages and the chapters of books."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from debatebot.errors import DocumentError
from debatebot.loaders.blocks import HEADINGS, Block, Blocks, as_item, clean
from debatebot.loaders.loaded import Limits


def _words(text: str) -> set[str]:
    return set(text.split())


_BLOCKS = HEADINGS | _words(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form header hgroup hr html legend li main menu nav ol p pre search section summary table tbody td tfoot "
    "th thead tr ul"
)
_NO_TEXT = _words(
    "applet area audio base button canvas datalist embed frame frameset iframe input link map math meta meter "
    "noembed noframes noscript object optgroup option param progress rp rt script select source style svg template "
    "textarea title track video"
)
# In XHTML these may close themselves; an HTML parser would take all that follows for their content.
_CLOSES_ITSELF = re.compile(r"<(script|style|title|textarea|iframe|noscript|template)\b([^<>]*)/>", re.IGNORECASE)
_PROLOGUE = 10_000  # characters in which that stands which is before a page
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*\[[^\]]*\]\s*>", re.IGNORECASE)  # with declarations, of which HTML has none
_BREAK = "\v"  # <br>; two of them part paragraphs
_BREAKS = re.compile(r"\v\s*\v\s*")


def parse_html(text: str, name: str) -> Any:
    """The root element of a page or of a chapter, or None if there is nothing in it.

    Raises DocumentError if it is nested so deeply that the parser would leave out the rest.
    """
    import lxml.html  # type: ignore[import-untyped]  # noqa: PLC0415
    from lxml import etree  # noqa: PLC0415

    text = _CLOSES_ITSELF.sub(r"<\1\2></\1>", _XML_DECLARATION.sub("", text)).replace("\0", "")
    text = _DOCTYPE.sub("", text[:_PROLOGUE]) + text[_PROLOGUE:]
    # huge_tree allows 2,048 levels instead of 256: old pages never close their <font>.
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing but white space and comments
        return None
    except etree.XMLSyntaxError as error:
        raise _unreadable(name) from error
    if any("depth" in entry.message for entry in parser.error_log if entry.level == etree.ErrorLevels.FATAL):
        raise _unreadable(name)
    return root


def html_blocks(root: Any, left_out: Callable[[Any], bool], name: str, limits: Limits) -> list[Block]:
    """The text below an element, block by block, without the elements for which `left_out` says so.

    What is never shown as text (scripts, styles, templates, noscript, fields of forms) is always left out.
    """
    from lxml import etree  # noqa: PLC0415

    walk = _Walk(Blocks(name, limits))
    steps = etree.iterwalk(root, events=("start", "end"))
    for event, element in steps:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "end":
            walk.end(element, tag)
        elif tag in _NO_TEXT or left_out(element):
            steps.skip_subtree()
            walk.skipped(tag)
        else:
            walk.start(element, tag)
    return walk.finish()


class _Walk:
    """Gathers the runs of text between the beginnings and ends of blocks."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._run: list[str] = []
        self._links = 0
        self._within: list[Any] = []  # the blocks that are open
        self._items: list[bool] = []  # the lists' items that are open: whether their text is still to come
        self._anchors = self._pre = 0
        self._gone = False

    def start(self, element: Any, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
            self._within.append(element)
            if tag == "li":
                self._items.append(True)
            elif tag == "tr":
                self._blocks.open_row()
            elif tag in {"td", "th"}:
                self._blocks.open_cell()
        elif tag == "br":
            self._run.append(_BREAK)
        self._anchors += tag == "a"
        self._pre += tag == "pre"
        self._text(element.text)

    def skipped(self, tag: str) -> None:
        """What follows is the end of an element that was not begun."""
        self._gone = True
        if tag in _BLOCKS:
            self._flush()

    def end(self, element: Any, tag: str) -> None:
        if self._gone:
            self._gone = False
        else:
            self._anchors -= tag == "a"
            self._pre -= tag == "pre"
            if tag in _BLOCKS:
                self._flush()
                self._within.pop()
                if tag == "li":
                    self._items.pop()
                elif tag == "tr":
                    self._blocks.close_row()
        self._text(element.tail)

    def finish(self) -> list[Block]:
        self._flush()
        return self._blocks.finish()

    def _text(self, text: str | None) -> None:
        if text:
            self._run.append(text.replace("\n", _BREAK) if self._pre else text.replace(_BREAK, " "))
            if self._anchors:
                self._links += len(text)

    def _flush(self) -> None:
        if self._run:
            parent: Any = self._within[-1] if self._within else None
            tag = parent.tag if self._within else ""
            if tag in HEADINGS | {"p", "li", "blockquote"}:
                parent = parent.getparent()
            for text in self._paragraphs():
                self._blocks.add(Block(text, parent, tag, min(self._links, len(text))))
            self._run = []
            self._links = 0

    def _paragraphs(self) -> Iterator[str]:
        for part in _BREAKS.split("".join(self._run)):
            if text := clean(part):
                if self._items and self._items[-1]:
                    self._items[-1] = False
                    text = as_item(text)
                yield text


def _unreadable(name: str) -> DocumentError:
    return DocumentError(
        f"{name} is nested too deeply to be read to its end; open it in a browser and save its text as .txt"
    )
