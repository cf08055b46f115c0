"""What is said of a PDF that cannot be read, or not all of it."""

from __future__ import annotations

import shlex

from debatebot.errors import DocumentError


def locked(name: str) -> DocumentError:
    """The refusal of a file that opens only with a password."""
    return DocumentError(
        f"{name} is locked with a password; unlock a copy, e.g. "
        f"`qpdf --decrypt --password=... {quoted(name)} UNLOCKED.pdf`"
    )


def without_text(name: str, pictures: int, broken: bool) -> DocumentError:
    """The refusal of a file that has no text: `pictures` of its pages hold pictures, or some were `broken`."""
    if pictures:
        pages = f"{pictures:,} page{'s' if pictures > 1 else ''}"
        return DocumentError(
            f"{name} holds pictures of {pages} and no text; have the text recognised (OCR), e.g. "
            f"`ocrmypdf {quoted(name)} NEW.pdf`"
        )
    if broken:
        return DocumentError(f"{name} is damaged, and no text can be read in it; get the file again")
    return DocumentError(f"{name} holds no text; put text in it or take it out")


def note_on_pictures(name: str, pages: list[int]) -> str:
    """The note on pages, counted from 0, that hold pictures and no text."""
    few = len(pages) == 1
    return (
        f"{_listed(pages)} of the file hold{'s' if few else ''} no text "
        f"({'a picture' if few else 'pictures'} of text?); "
        f"`ocrmypdf --skip-text {quoted(name)} NEW.pdf` would read {'it' if few else 'them'}"
    )


def _listed(pages: list[int]) -> str:
    """Pages, counted from 0, as "pages 3, 7-9", counted from 1."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    shown = ", ".join(str(run[0] + 1) if len(run) == 1 else f"{run[0] + 1}-{run[-1] + 1}" for run in runs)
    return f"page{'s' if len(pages) > 1 else ''} {shown}"


def note_on_damage(pages: list[int]) -> str:
    """The note on pages, counted from 0, that could not be read."""
    are = "is" if len(pages) == 1 else "are"
    return f"{_listed(pages)} of the file {are} damaged and left out; get the file again"


def quoted(name: str) -> str:
    """The file's name as a shell takes it."""
    return shlex.quote(name)
