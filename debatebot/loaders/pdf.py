"""PDF files: pdfium reads their text, pypdf where pdfium cannot.

Both take long to import, so they are imported when a PDF is read. pdfium is quick and keeps the spaces between words,
but knows no limits: a hostile file can end the process or fill the memory, so it belongs in a process of its own.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from itertools import islice
from typing import Any

from debatebot.errors import DocumentError
from debatebot.loaders.hyphens import HYPHEN
from debatebot.loaders.layout import compose
from debatebot.loaders.lines import Line
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.pdf_lines import clean, lines_of
from debatebot.loaders.pdf_messages import locked, note_on_damage, note_on_pictures, quoted, without_text
from debatebot.loaders.pdf_source import source_of
from debatebot.loaders.running_heads import without_running_heads
from debatebot.types import Source

log = logging.getLogger(__name__)
_PASSWORD = 4  # pdfium's codes for why a file did not open
_SECURITY = 5
_HEADER_WITHIN = 1024  # bytes; readers of PDF look no further for the mark at the start
_DRAWN = 300  # shapes on a page without text from which they may be letters drawn as shapes
_UNREADABLE = 0.3  # the share of characters without meaning from which a text is none
_DOUBTFUL = 0.02
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_LEADERS = re.compile(r"(?:[.…·]\s?){6,}\s*[\divxlc]+$", re.IGNORECASE)  # dots that lead to the number of a page
_SOME = 20  # pages that are looked at for pictures
_SIZE = 12.0  # the letters' size in points that lines without places are given


def load_pdf(content: bytes, name: str, limits: Limits) -> Loaded:
    """A PDF file with its pages; running heads and page numbers are left out of the text.

    Raises DocumentError if it is none, is damaged or locked, is over the limits, or holds no text that can be read.
    """
    if b"%PDF" not in content[:_HEADER_WITHIN]:
        raise DocumentError(f"{name} is no PDF, whatever its name says; give it its true suffix, or get the file again")
    document = _open(content, name)
    if document is None:
        return _load_by_pypdf(content, name, limits)
    with closing(document):
        return _load_by_pdfium(document, content, name, limits)


def _open(content: bytes, name: str) -> Any | None:
    """pdfium's document, or None if it is too damaged for pdfium."""
    from pypdfium2 import PdfDocument, PdfiumError  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        document = PdfDocument(content)
        if len(document):
            return document
        document.close()
    except PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise locked(name) from error
        if error.err_code == _SECURITY:
            raise DocumentError(
                f"{name} is protected in a way that cannot be undone here; save a copy without protection"
            ) from error
    return None


def _load_by_pdfium(document: Any, content: bytes, name: str, limits: Limits) -> Loaded:
    _check_pages(len(document), name, limits)
    labels = [clean(document.get_page_label(number)) or str(number + 1) for number in range(len(document))]
    pages, broken = _pages_by_pdfium(document, name, limits)
    source = source_of(document.get_metadata_dict())
    if not any(pages) and (others := _pages_by_pypdf(content, name, limits)) and len(others[1]) == len(pages):
        pages = others[1]
    bodies = _without_contents(without_running_heads(pages, labels))
    if not any(bodies) and any(pages) and not any(_holds_pictures(document, n) for n in range(min(len(pages), _SOME))):
        bodies = pages  # the same words on every page, but words: over pictures they would be a scanner's stamp
    empty = [number for number, lines in enumerate(bodies) if not lines and number not in broken]
    pictures = [number for number in empty if _holds_pictures(document, number)]
    if not any(bodies):
        raise without_text(name, len(pictures), bool(broken))
    notes = [note_on_pictures(name, pictures)] if pictures else []
    if broken:
        notes.append(note_on_damage(broken))
    return _loaded(bodies, labels, source, notes, name)


def _load_by_pypdf(content: bytes, name: str, limits: Limits) -> Loaded:
    found = _pages_by_pypdf(content, name, limits)
    if found is None:
        raise DocumentError(f"{name} is damaged and cannot be opened; get the file again")
    labels, pages, metadata = found
    bodies = _without_contents(without_running_heads(pages, labels))
    if not any(bodies):
        raise DocumentError(f"{name} is damaged, and no text can be read in it; get the file again")
    return _loaded(bodies, labels, source_of(metadata), ["the file is damaged; some of its text may be missing"], name)


def _loaded(pages: list[list[Line]], labels: list[str], source: Source, notes: list[str], name: str) -> Loaded:
    if doubt := _check_readable(pages, name):
        notes = [*notes, doubt]
    text, places = compose(pages, labels)
    return Loaded(text, source, places, tuple(notes))


def _without_contents(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without lines of a table of contents, which state nothing; all of them where nothing else is there."""
    rest = [[line for line in lines if not _LEADERS.search(line.text)] for lines in pages]
    return rest if any(rest) else pages


# ---- what is refused


def _check_pages(count: int, name: str, limits: Limits) -> None:
    if count > limits.pages:
        raise DocumentError(
            f"{name} has {count:,} pages, over {limits.pages:,}; split it, or raise largest_pages in debatebot.toml"
        )


def _check_characters(count: int, name: str, limits: Limits) -> None:
    if count > limits.characters:
        raise DocumentError(
            f"{name} has over {limits.characters:,} characters of text, more than several long books; split it, "
            "or raise largest_characters in debatebot.toml"
        )


def _check_readable(pages: list[list[Line]], name: str) -> str:
    """Take characters without meaning out of the lines; a note if they were many. Raises DocumentError if most were."""
    total = bad = 0
    for lines in pages:
        for line in lines:
            total += len(line.text)
            if not line.text.isascii():
                bad += len(_PRIVATE.findall(line.text)) + line.text.count("\ufffd")
                line.text = " ".join(_PRIVATE.sub("", line.text).split())
        lines[:] = [line for line in lines if line.text]
    if bad > _UNREADABLE * total:
        raise DocumentError(
            f"{name} has fonts that do not say which letters they show, so its text is unreadable; "
            f"make a copy with text, e.g. `ocrmypdf --force-ocr {quoted(name)} NEW.pdf`"
        )
    if bad <= _DOUBTFUL * total:
        return ""
    return f"about {bad / total:.0%} of the characters are unreadable (a font does not say which letters it shows)"


# ---- pdfium


def _pages_by_pdfium(document: Any, name: str, limits: Limits) -> tuple[list[list[Line]], list[int]]:
    """The lines of every page, and which pages (from 0) could not be opened."""
    from pypdfium2 import PdfiumError  # noqa: PLC0415

    pages: list[list[Line]] = []
    broken: list[int] = []
    characters = 0
    for number in range(len(document)):
        lines: list[Line] = []
        try:
            with closing(document[number]) as page, closing(page.get_textpage()) as textpage:
                lines = lines_of(textpage)
        except PdfiumError:
            broken.append(number)
        characters += sum(len(line.text) for line in lines)
        _check_characters(characters, name, limits)
        pages.append(lines)
    return pages, broken


def _holds_pictures(document: Any, number: int) -> bool:
    from pypdfium2 import raw  # noqa: PLC0415

    with closing(document[number]) as page:
        kinds = [raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING]
        drawn = 0
        for thing in islice(page.get_objects(filter=kinds, max_depth=5), _DRAWN):
            if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
                return True
            drawn += 1
    return drawn >= _DRAWN


# ---- pypdf


def _pages_by_pypdf(
    content: bytes, name: str, limits: Limits
) -> tuple[list[str], list[list[Line]], dict[str, str]] | None:
    """Labels, lines and metadata as pypdf reads them, or None if it cannot or finds no text."""
    import pypdf  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it has to say of a damaged file is said by us
    try:
        # The limits stop what would decompress or parse for minutes; pypdf's own are too wide for that.
        with pypdf.apply_configuration(
            stream_parsing_work_maximum_count=200_000, zlib_maximum_output_length=20_000_000
        ):
            reader = pypdf.PdfReader(BytesIO(content))
            if reader.is_encrypted and not reader.decrypt(""):
                raise locked(name)
            count = len(reader.pages)
            _check_pages(count, name, limits)
            pages = _lines_by_pypdf(reader, name, limits)
            labels = [clean(label) or str(number) for number, label in enumerate(reader.page_labels, start=1)]
            metadata = {key.removeprefix("/"): str(value) for key, value in (reader.metadata or {}).items()}
            return (labels, pages, metadata) if any(pages) else None
    except (DocumentError, MemoryError):
        raise
    except Exception:
        log.info("pypdf cannot read %s", name, exc_info=True)
        return None


def _lines_by_pypdf(reader: Any, name: str, limits: Limits) -> list[list[Line]]:
    pages: list[list[Line]] = []
    characters = 0
    for number, page in enumerate(reader.pages):
        pages.append(list(_placed(page.extract_text())))
        characters += sum(len(line.text) for line in pages[-1])
        _check_characters(characters, name, limits)
        if number == 9 and not any(pages):  # a long scan: pypdf is slow, and will find no text further on either
            break
    return pages


def _placed(text: str) -> Iterator[Line]:
    """Lines of plain text as if they were printed: what is told from places then serves for them as well."""
    for row, line in enumerate(text.splitlines()):
        if shown := clean(line):
            shown += HYPHEN if line.rstrip().endswith("\xad") else ""
            left = (len(line) - len(line.lstrip())) * _SIZE / 2
            yield Line(shown, left, left + len(shown) * _SIZE / 2, -row * _SIZE * 1.2, _SIZE)
