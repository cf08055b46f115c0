"""E-books (.epub): the chapters in the order in which they are read."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from debatebot.errors import DocumentError
from debatebot.loaders.blocks import clean, joined, too_long
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.markup import html_blocks, parse_html
from debatebot.loaders.page_encoding import decode_page
from debatebot.loaders.zipped import Zipped, attribute, local
from debatebot.types import Source

_FONTS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}  # obfuscated, not locked
_RIGHTS = ("META-INF/rights.xml", "META-INF/license.lcpl", "META-INF/sinf.xml")
_PAGES = ("application/xhtml+xml", "text/html", "application/html+xml")
_AROUND = {"toc", "cover"}  # parts of a book that are none of its text


@dataclass(frozen=True, slots=True)
class _Item:
    """A line of the book's list of files."""

    path: str
    media: str
    properties: str


def load_epub(content: bytes, name: str, limits: Limits) -> Loaded:
    """An e-book: its chapters block by block; cover and tables of contents are left out.

    Raises DocumentError if its seller locked it.
    """
    with Zipped(content, name, ".epub") as file:
        _check_locks(file)
        path = _package_path(file)
        package = file.xml(path)
        texts: list[str] = []
        size = 0
        for chapter in _chapters(package, posixpath.dirname(path)):
            if chapter not in file:
                raise DocumentError(f"{name} is damaged (there is no {clean(chapter)} in it); get the file again")
            root = parse_html(decode_page(file.read(chapter), name), name)
            if root is not None and (text := joined(html_blocks(root, _is_no_text, name, limits))):
                texts.append(text)
                size += len(text)
            if size > limits.characters:
                raise too_long(name, limits)
        return Loaded("\n\n".join(texts), _source(package))


def _is_no_text(element: Any) -> bool:
    """Numbers of printed pages in the running text, and lists of contents."""
    kinds = f"{element.get('epub:type', '')} {element.get('role', '')}".split()
    return any(kind in {"pagebreak", "doc-pagebreak", "toc", "doc-toc", "page-list", "landmarks"} for kind in kinds)


def _package_path(file: Zipped) -> str:
    if "META-INF/container.xml" not in file:
        raise DocumentError(f"{file.name} is no .epub, whatever its name says; give it its true suffix, or get it anew")
    for element in file.xml("META-INF/container.xml").iter():
        if local(element) == "rootfile":
            path = _resolved(attribute(element, "full-path"), "")
            if path in file:
                return path
    raise DocumentError(f"{file.name} is damaged (it does not say what it is made of); get the file again")


def _chapters(package: Any, folder: str) -> list[str]:
    """The paths of the chapters in reading order, without those that only lead to others."""
    items: dict[str, _Item] = {}
    spine: list[str] = []
    around: set[str] = set()
    for element in package.iter():
        tag = local(element)
        if tag == "item":
            path = _resolved(attribute(element, "href"), folder)
            media = attribute(element, "media-type")
            items[attribute(element, "id")] = _Item(path, media, attribute(element, "properties"))
        elif tag == "itemref":
            spine.append(attribute(element, "idref"))
        elif tag == "reference" and attribute(element, "type").lower() in _AROUND:
            around.add(_resolved(attribute(element, "href"), folder))
    read = [items[key] for key in dict.fromkeys(spine) if key in items and key not in _AROUND]
    return [
        item.path
        for item in read
        if item.media in _PAGES and "nav" not in item.properties.split() and item.path not in around
    ]


def _resolved(reference: str, folder: str) -> str:
    """The name inside the zip that a reference means."""
    path = unquote(reference.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")


def _check_locks(file: Zipped) -> None:
    locked = any(part in file for part in _RIGHTS)
    if not locked and "META-INF/encryption.xml" in file:
        locked = any(
            attribute(method, "Algorithm") not in _FONTS
            for data in file.xml("META-INF/encryption.xml").iter()
            if local(data) == "EncryptedData"
            for method in data
            if local(method) == "EncryptionMethod"
        )
    if locked:
        raise DocumentError(
            f"{file.name} is locked by its seller (DRM) and cannot be read; ask the seller for a copy without a lock"
        )


def _source(package: Any) -> Source:
    known: dict[str, list[str]] = {}
    metadata = next((element for element in package if local(element) == "metadata"), ())
    for element in metadata:
        text = clean("".join(element.itertext()))
        # Not translators and illustrators, nor when the file was made from another.
        if text and attribute(element, "role") in {"", "aut"} and attribute(element, "event") in {"", "publication"}:
            known.setdefault(local(element), []).append(text)
    # Calibre writes 0101-01-01 where it knows none.
    dates = [found[0] for text in known.get("date", []) if (found := re.match(r"[12]\d{3}(?:-\d\d(?:-\d\d)?)?", text))]
    return Source(
        title=next(iter(known.get("title", [])), ""),
        author=", ".join(dict.fromkeys(known.get("creator", []))),
        date=next(iter(dates), ""),
        source=next(iter(known.get("publisher", [])), ""),
    )
