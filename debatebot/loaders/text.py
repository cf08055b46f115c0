"""Plain text and Markdown. The stored text is the file's own, character for character, but for a byte order mark.

What is not UTF-8 and has no mark is read in the older encoding that it seems to be in, and a note says which.
"""

from __future__ import annotations

import re

from debatebot.errors import DocumentError
from debatebot.loaders.encodings import MARKS, decoded
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.types import Source

_HEADING = re.compile(r"#[ \t]+(\S.*)")
_FIELD = re.compile(r"(title|author|date)[ \t]*:(.*)")


def load_text(content: bytes, name: str, _: Limits) -> Loaded:
    """A plain text file. Raises DocumentError if it is no text that can be read."""
    text, notes = _decode(content, name)
    return Loaded(text, notes=notes)


def load_markdown(content: bytes, name: str, _: Limits) -> Loaded:
    """A Markdown file; its title, author and date from the front matter, else the title from its first `# heading`."""
    text, notes = _decode(content, name)
    lines = text.splitlines()
    known = _front_matter(lines)
    if not known.get("title"):
        known["title"] = _first_heading(lines)
    return Loaded(text, Source(**known), notes=notes)


def _decode(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The text, and a note if its encoding had to be guessed."""
    mark, encoding = next((pair for pair in MARKS if content.startswith(pair[0])), (b"", "utf-8"))
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        if not mark and (guess := decoded(content)):
            return guess[0], (f"read as {guess[1]}",)
        if b"\0" in content:
            raise _binary(name) from error
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"{name} is not {encoding.upper()} text (line {line}, byte {error.start + 1}); save it as UTF-8, "
            f"e.g. `iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW` if it comes from an older Windows program"
        ) from error
    if "\0" in text:
        if not mark and (guess := decoded(content)):
            return guess[0], (f"read as {guess[1]}",)
        raise _binary(name)
    return text, ()


def _binary(name: str) -> DocumentError:
    return DocumentError(f"{name} holds binary data, not text; give it its true suffix, or save it as UTF-8 text")


def _front_matter(lines: list[str]) -> dict[str, str]:
    """The simple `key: value` lines between a first line `---` and the next."""
    if not lines or lines[0].rstrip() != "---":
        return {}
    known: dict[str, str] = {}
    for line in lines[1:50]:
        if line.rstrip() in {"---", "..."}:
            return known
        if found := _FIELD.fullmatch(line):
            known.setdefault(found[1], found[2].strip().strip("\"'"))
    return {}  # never closed: a line across the page, not front matter


def _first_heading(lines: list[str]) -> str:
    fenced = False
    for line in lines:
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and (found := _HEADING.fullmatch(line)):
            return found[1].rstrip().rstrip("#").rstrip()
    return ""
