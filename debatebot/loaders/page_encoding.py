"""Which encoding a web page or a chapter of a book is written in."""

from __future__ import annotations

import codecs
import re

from debatebot.errors import DocumentError
from debatebot.loaders.encodings import MARKS, decoded

_DECLARED = re.compile(
    rb"""<meta\b[^>]{0,300}?\bcharset\s*=\s*["']?\s*([\w.:-]+)|<\?xml\b[^>]{0,100}?\bencoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
# What the names mean on the web (https://encoding.spec.whatwg.org/#names-and-labels).
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-8",  # it could not be read if it were true
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
_TEXT_ENCODINGS = re.compile(r"utf|iso|cp|koi8|mac|gb|big5|shift|euc|johab|tis|hz|ptcp|kz")


def decode_page(content: bytes, name: str) -> str:
    """The characters of a page: by its byte order mark, as UTF-8 if it is that, as it declares, else by its looks.

    Raises DocumentError if it is no text.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    if content[:2] in {b"<\0", b"\0<"}:
        return content.decode("utf-16-le" if content[0] else "utf-16-be", "replace")
    _check_kind(content[:4096], name)
    declared = _declared(content[:16_384])
    # Pages saved anew often keep a declaration that has become false. By chance nothing else is valid UTF-8.
    for encoding in [declared] if declared.startswith("iso2022") else ["utf-8", declared]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    if declared != "utf-8":
        return content.decode(declared, "replace")
    guessed = decoded(content)
    return guessed[0] if guessed else content.decode("utf-8", "replace")


def _declared(head: bytes) -> str:
    """The encoding that a page names, if Python knows it, else UTF-8."""
    found = _DECLARED.search(head)
    if not found:
        return "utf-8"
    try:
        known = codecs.lookup((found[1] or found[2]).decode("ascii", "replace")).name
    except (LookupError, ValueError):
        return "utf-8"
    known = _MEANT.get(known, known)
    return known if _TEXT_ENCODINGS.match(known) else "utf-8"  # not what only Python calls an encoding


def _check_kind(head: bytes, name: str) -> None:
    if head.startswith(b"From: <Saved by") or re.match(rb"(?:[\w-]+:.*\r?\n)*MIME-Version:", head):
        raise DocumentError(
            f'{name} is a web archive (MHTML); open it in a browser and save it as "Webpage, HTML only", or print it '
            "to PDF"
        )
    if head.startswith((b"%PDF", b"PK\x03\x04")) or b"\0\0" in head:
        raise DocumentError(f"{name} is no web page, whatever its name says; give it its true suffix")
