"""Files of the corpus as documents: one small function per format, found through one table by suffix."""

from __future__ import annotations

import errno
import hashlib
import unicodedata
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from debatebot.errors import DocumentError
from debatebot.loaders.docx import load_docx
from debatebot.loaders.epub import load_epub
from debatebot.loaders.folders import walk
from debatebot.loaders.html import load_html
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.odt import load_odt
from debatebot.loaders.pdf import load_pdf
from debatebot.loaders.reading import read_bytes
from debatebot.loaders.rtf import load_rtf
from debatebot.loaders.text import load_markdown, load_text
from debatebot.sidecar import read_source
from debatebot.types import Document, Refusal

Loader = Callable[[bytes, str, Limits], Loaded]
"""Takes a file's bytes, its name for messages and the limits; raises DocumentError if they cannot be read.

Libraries that take long to import are imported inside the function."""

LOADERS: dict[str, tuple[str, Loader]] = {
    ".txt": ("txt", load_text),
    ".md": ("md", load_markdown),
    ".markdown": ("md", load_markdown),
    ".html": ("html", load_html),
    ".htm": ("html", load_html),
    ".xhtml": ("html", load_html),
    ".pdf": ("pdf", load_pdf),
    ".docx": ("docx", load_docx),
    ".epub": ("epub", load_epub),
    ".rtf": ("rtf", load_rtf),
    ".odt": ("odt", load_odt),
}
"""suffix -> (format, loader)"""

LIMITS = Limits()
README = "README.md"
"""At the top of the corpus it speaks of the corpus and is no document."""
LOADING_VERSION = "1"
"""Goes up whenever the same file would give another text: the library stores it and notices."""

_REFERENCES = {".bib", ".ris", ".enw", ".nbib"}
_CLUTTER = {"Thumbs.db", "desktop.ini"}


def load(corpus: Path, path: Path, limits: Limits = LIMITS) -> Document:
    """Read the file at `path` below the folder `corpus`, with what its sidecar says of it.

    Plain text is kept as decoded: nothing is stripped and no line end changed; only a byte order mark is left out.
    Raises DocumentError, with the reason and the mend, if it cannot be read.
    """
    name = shown(path.relative_to(corpus).as_posix())
    kind, loader = LOADERS[_suffix(path)]
    content = read_bytes(path, corpus, limits.bytes)
    loaded = loader(content, name, limits) if content else Loaded("")
    if not loaded.text.strip():
        raise DocumentError(f"{name} is empty; put text in it or take it out")
    if not any(map(str.isalnum, loaded.text)):
        raise DocumentError(
            f"{name} is empty of words: there is no letter or digit in it; put text in it or take it out"
        )
    if len(loaded.text) > limits.characters:
        raise DocumentError(
            f"{name} has over {limits.characters:,} characters of text, more than several long books; split it, "
            "or raise largest_characters in debatebot.toml"
        )
    return Document(
        name=path.relative_to(corpus).as_posix(),
        text=loaded.text,
        source=read_source(path, loaded.source),
        format=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        pages=loaded.pages,
        notes=loaded.notes,
        own=loaded.source,
    )


def format_of(path: Path) -> str:
    """The format that a file's suffix stands for; raises DocumentError for one that is not read."""
    return LOADERS[_suffix(path)][0]


def _suffix(path: Path) -> str:
    if reason := _unreadable(path):
        raise DocumentError(f"{shown(path.name)}: {reason}")
    return path.suffix.lower()


def find_files(corpus: Path, storable: bool = True) -> tuple[list[Path], list[Refusal]]:
    """All document files below the folder `corpus`, sorted by name, and what lies there that cannot be one.

    Left out are hidden files and folders, sidecars and lists of references. Links are listed only if they are files,
    and folders that are links are refused: `load` refuses a link that leaves the corpus. `storable` is for a folder
    where files stay as they are named, as in the corpus: names that cannot be stored are refused, `README.md` at the
    top is left out.
    Raises DocumentError if `corpus` is no folder.
    """
    if not corpus.is_dir():
        raise DocumentError(f"there is no folder {corpus}; make it, or name another with --corpus")
    files: list[Path] = []
    refusals: list[Refusal] = []
    for path, reason in _walk(corpus, storable):
        if reason:
            refusals.append(Refusal(shown(path.relative_to(corpus).as_posix()), reason))
        else:
            files.append(path)
    refusals.sort(key=lambda refusal: refusal.document)
    return sorted(files, key=lambda path: path.relative_to(corpus).as_posix()), refusals


def shown(name: str) -> str:
    """A file's name as it can be printed on one line: what cannot be shown is written as an escape."""
    text = name.encode("utf-8", "backslashreplace").decode()
    return "".join(c if unicodedata.category(c) != "Cc" else c.encode("unicode_escape").decode() for c in text)


def _walk(corpus: Path, storable: bool) -> Iterator[tuple[Path, str]]:
    """Every file that is not to be left out, with the reason for refusing it or an empty string."""
    unread: list[OSError] = []
    for top, links, names in walk(str(corpus), unread.append):
        here = Path(top)
        for name in links:
            if not name.startswith("."):
                yield here / name, "it is a link to a folder; copy the files into the corpus instead"
        for name in names:
            path = here / name
            if not _left_out(path, names) and not (storable and path == corpus / README):
                yield path, _unreadable(path) or (_unstorable(path.relative_to(corpus)) if storable else "")
    for error in unread:
        mend = "move what is in it up" if error.errno == errno.ENAMETOOLONG else "give yourself the right to read it"
        yield Path(error.filename), f"the folder cannot be read ({error.strerror}); {mend}"


def _left_out(path: Path, beside: Collection[str]) -> bool:
    return (
        path.name.startswith((".", "~$"))
        or path.name in _CLUTTER
        or path.suffix.lower() in _REFERENCES
        or is_sidecar(path, beside)
    )


def is_sidecar(path: Path, beside: Collection[str]) -> bool:
    """Whether a file describes another one of its folder; `beside` are the names there."""
    return path.suffix == ".toml" and any(name != path.name and path.stem in {name, Path(name).stem} for name in beside)


def _unstorable(name: Path) -> str:
    """Why a file cannot stay under that name, or an empty string."""
    plain = shown(name.as_posix()) == name.as_posix()
    return "" if plain else "its name holds characters that cannot be stored; rename it"


def unfit(name: str) -> str:
    """Why a file of that name in the corpus would be no document, or an empty string."""
    hidden = any(part.startswith((".", "~$")) for part in name.split("/"))
    return "files of that name are left out; rename it" if hidden or name == README else _unstorable(Path(name))


def _unreadable(path: Path) -> str:
    """Why a file of that suffix is not read, or an empty string."""
    if path.suffix == ".toml":
        return "it describes a document that is not there; name it like the document, with .toml after it"
    if path.suffix.lower() not in LOADERS:
        files = f"files of the kind {shown(path.suffix)}" if path.suffix else "files without a suffix"
        return f"{files} are not read; save it as one of {', '.join(LOADERS)}"
    return ""
