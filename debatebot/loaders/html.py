"""Web pages: their article, and what they say of themselves."""

from __future__ import annotations

import logging
import re
from typing import Any

from debatebot.errors import DocumentError
from debatebot.loaders.article import MANY, chosen_blocks, hush, is_clutter, named
from debatebot.loaders.blocks import Block, clean, joined
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.markup import html_blocks, parse_html
from debatebot.loaders.page_encoding import decode_page
from debatebot.types import Source

log = logging.getLogger(__name__)
_AUTHOR = re.compile(r"author(?:-?name)?|fn", re.IGNORECASE)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://[^\s<>]+)\s*-->", re.IGNORECASE)
_WAITING = re.compile(r"javascript|loading|please wait|enable|moment", re.IGNORECASE)
_SHELL = ("root", "app", "__next", "__nuxt", "svelte", "___gatsby")


def load_html(content: bytes, name: str, limits: Limits) -> Loaded:
    """A web page's article, without navigation, advertisements and readers' comments.

    Raises DocumentError if it is no web page, or one whose text is only loaded by its scripts.
    """
    page = decode_page(content, name)
    root = parse_html(page, name)
    if root is None:
        return Loaded("")
    blocks = html_blocks(root, is_clutter, name, limits) or html_blocks(root, lambda _: False, name, limits)
    if _is_shell(root, blocks):
        raise DocumentError(
            f"{name} holds no text of its own (its text is loaded by scripts); open it in a browser and save the text "
            "or print it to PDF"
        )
    text = joined(chosen_blocks(root, blocks))
    return Loaded(text, _source(_head_of(root) if len(blocks) > MANY else root, page))


def _is_shell(root: Any, blocks: list[Block]) -> bool:
    """Whether scripts would have to bring the text: next to none is there, and the place for it is empty."""
    text = joined(blocks)
    if len(text) > 300 or next(root.iter("script"), None) is None:
        return False
    empty = any(
        element.get("id") in _SHELL and not "".join(element.itertext()).strip() for element in root.iter("div", "main")
    )
    return not text or empty or (len(text) < 100 and bool(_WAITING.search(text)))


def _source(root: Any, page: str) -> Source:
    """What the page says of itself; nothing where that cannot be made out."""
    from trafilatura.metadata import extract_metadata  # noqa: PLC0415

    hush()
    try:
        # The extensive search for a date takes any that stands somewhere on the page.
        known = extract_metadata(root, date_config={"extensive_search": False, "original_date": True})
    except MemoryError:
        raise
    except Exception:  # heuristics over markup from anywhere: they may raise anything
        log.info("trafilatura failed; the page is read without it", exc_info=True)
        return Source()
    saved = _SAVED_FROM.search(page[:10_000])  # browsers note in a comment where a page was saved from
    return Source(
        title=clean(known.title or ""),
        author=clean(known.author or "").replace("; ", ", ") or _byline(root),
        date=clean(known.date or ""),
        source=clean(known.sitename or ""),
        url=_address(known.url) or _address(saved and saved[1]),
    )


def _head_of(root: Any) -> Any:
    """The page without its body: searched in a large one, names and dates take minutes."""
    head = root.find("head")
    for element in list(root):
        if element is not head:
            root.remove(element)
    return root


def _byline(root: Any) -> str:
    """The author as old blogs mark one, where trafilatura passes over it."""
    for element in root.iter("a", "span", "address"):
        if element.get("rel") == "author" or named(element, _AUTHOR):
            name = re.sub(r"^by\s+", "", clean("".join(element.itertext())), flags=re.IGNORECASE)
            if 2 < len(name) < 60:
                return name
    return ""


def _address(url: str | None) -> str:
    url = clean(url or "")
    return url if url.lower().startswith(("http://", "https://")) else ""
