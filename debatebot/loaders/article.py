"""Which blocks of a web page are its article.

Trafilatura finds the article, but its text is not quoted: it drops joiners (so that Persian words are misspelt), dates
in the running text and some short paragraphs. So those blocks of the page are kept that it found too.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from typing import Any

from debatebot.loaders.blocks import HEADINGS, Block

log = logging.getLogger(__name__)
_LARGE = 500_000  # characters of a page that is a book rather than an article with a site around it
MANY = 10_000  # blocks of such a page
_SHINGLE = 12  # letters that two texts share in a row where one is taken from the other
_FORM = 300  # characters of a form that is more than fields to fill in
_LEAST = 0.25  # share of a page's own text that its article must have

_CLUTTER_TAGS = {"nav", "aside", "dialog", "search", "menu"}
_CLUTTER_ROLES = {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog"}
_CLUTTER = re.compile(
    r"(?:reader-?|user-?)?comments?(?:[-_]?(?:list|area|section|thread|wrapper|container|form|box|feed|block))?"
    r"|comment-respond|respond|disqus(?:_thread)?|breadcrumbs?|toc|mw-editsection",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"nav(?:bar|igation)?|menu|sidebar|cookie.*|newsletter.*|share.*|social.*|related.*|footer|header|"
    r"site-.*|masthead|banner|promo.*|advert.*|ads?",
    re.IGNORECASE,
)
_SILENT = logging.NullHandler()
_LISTS = {"a", "ul", "ol", "li", "dl", "dt", "dd", "blockquote"}


def chosen_blocks(root: Any, blocks: list[Block]) -> list[Block]:
    """The blocks of the article; all of them where a page has nothing else, or nothing can be told."""
    if _is_plain(root, blocks):
        return _without_links_around(blocks)
    if len(blocks) > MANY or sum(len(block.text) for block in blocks) > _LARGE:
        return blocks
    found = _found(blocks, _article(root))
    teasers = _teasers(blocks)
    if any(one and teaser for one, teaser in zip(found, teasers, strict=True)):
        surely = _found(blocks, _article(root, strict=True))
        found = [one and (sure or not teaser) for one, sure, teaser in zip(found, surely, teasers, strict=True)]
    chosen = _filled(blocks, found)
    whole = sum(len(block.text) - block.links for block in blocks)
    return chosen if chosen and sum(len(block.text) for block in chosen) >= _LEAST * whole else blocks


def _is_plain(root: Any, blocks: list[Block]) -> bool:
    """Whether a page has nothing around its text: then all of it is kept."""
    links = sum(block.links for block in blocks)
    if 3 * links > sum(len(block.text) for block in blocks):
        return False
    return not any(
        element.tag in _CLUTTER_TAGS | {"header", "footer"} or named(element, _AROUND)
        for element in root.iter("nav", "aside", "header", "footer", "div", "section", "ul", "table", "td")
    )


def _without_links_around(blocks: list[Block]) -> list[Block]:
    """The blocks from the first to the last that is more than links to other pages."""
    own = [
        number for number, block in enumerate(blocks) if block.links < 0.85 * len(block.text) or block.tag in HEADINGS
    ]
    return blocks[own[0] : own[-1] + 1] if own else blocks


def _found(blocks: list[Block], article: str) -> list[bool]:
    """Which blocks are in the article's text: word for word, or nearly where they are long enough to tell."""
    lines = Counter(_letters(line) for line in article.splitlines())
    letters = _letters(article)
    shingles = {letters[at : at + _SHINGLE] for at in range(len(letters) - _SHINGLE + 1)}
    seen: set[str] = set()
    found = []
    for block in blocks:
        key = _letters(block.text)
        if key and lines[key] > 0:
            lines[key] -= 1
            found.append(True)
        else:
            found.append(key not in seen and _shares(key, shingles))
        seen.add(key)
    return found


def _shares(key: str, shingles: set[str]) -> bool:
    starts = range(0, len(key) - _SHINGLE + 1, _SHINGLE // 2)
    return len(starts) >= 3 and sum(key[at : at + _SHINGLE] in shingles for at in starts) >= 0.6 * len(starts)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _filled(blocks: list[Block], found: list[bool]) -> list[Block]:
    """The blocks found, and what trafilatura often drops of the same element: from its heading to the last found.

    Of those, what is mostly links is left out.
    """
    holders = [_holder(block) for block in blocks]
    last = {holder: number for number, holder in enumerate(holders) if found[number]}
    begun: set[object] = set()
    chosen: list[Block] = []
    listing = False  # after "for example:" until its list ends
    for number, (block, holder) in enumerate(zip(blocks, holders, strict=True)):
        if found[number] or (block.tag in HEADINGS and number < last.get(holder, -1)):
            begun.add(holder)
        between = holder in begun and number < last[holder] and 2 * block.links < len(block.text)
        listed = listing and holder in begun and block.tag == "li"
        if found[number] or between or listed:
            chosen.append(block)
            listing = listed or block.text.endswith(":")
        else:
            listing = False
    return chosen


def _teasers(blocks: list[Block]) -> list[bool]:
    """Which blocks stand beside a heading that is a link: they may be of other pages."""
    leading = {_holder(block) for block in blocks if block.tag in HEADINGS and 2 * block.links >= len(block.text)}
    return [_holder(block) in leading for block in blocks]


def _holder(block: Block) -> object:
    """The element that a block and its neighbours stand in; lists and quotations are blocks of a larger one."""
    element: Any = block.parent
    for _ in range(20):
        if element is None or element.tag not in _LISTS or named(element, _AROUND):
            break
        element = element.getparent()
    return element


# ---- what is no part of it


def is_clutter(element: Any) -> bool:
    """Whether an element is around the text of a page: navigation, readers' comments and the like."""
    tag = element.tag
    if tag in {"html", "body", "main", "article"}:
        return False
    if tag in _CLUTTER_TAGS or element.get("role") in _CLUTTER_ROLES:
        return True
    if named(element, _CLUTTER):
        return next(element.iter("h1"), None) is None  # "comment" is also a section of newspapers
    if tag in {"header", "footer"}:
        return next(element.iterancestors("article", "main"), None) is None
    # Whole pages stand in a form on old servers.
    return tag == "form" and not _has_text(element, _FORM)


def _has_text(element: Any, least: int) -> bool:
    size = 0
    for text in element.itertext("form", "div", "span", "p", "td", "br", "b", "i", "font", "h1", "h2", "h3"):
        size += len(text.strip())
        if size >= least:
            return True
    return False


def named(element: Any, names: re.Pattern[str]) -> bool:
    """Whether an element's id or one of its classes is such a name."""
    words = f"{element.get('id', '')} {element.get('class', '')}".split()
    return any(names.fullmatch(word) for word in words)


# ---- trafilatura


def _article(root: Any, strict: bool = False) -> str:
    """What trafilatura holds to be the article; nothing where it fails, since the page can be read without it."""
    from trafilatura import bare_extraction  # noqa: PLC0415

    hush()
    try:
        found = bare_extraction(root, include_comments=False, favor_precision=strict)
    except MemoryError:
        raise
    except Exception:  # heuristics over markup from anywhere: they may raise anything
        log.info("trafilatura failed; the page is read without it", exc_info=True)
        return ""
    return str(getattr(found, "text", None) or "")


def hush() -> None:
    """Keep what the libraries would write to the terminal from it."""
    for logger in ("trafilatura", "htmldate", "courlan", "readability"):
        logging.getLogger(logger).addHandler(_SILENT)  # once only, however often
