"""What a PDF says of itself: its title, author and date, where they are more than what a program put in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from debatebot.loaders.pdf_lines import clean
from debatebot.types import Source

_PREFIX = re.compile(
    r"(?:Microsoft (?:Office )?(?:Word|PowerPoint|Excel|Publisher)|PowerPoint|Print) ?[-–] ?",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\.(?:docx?|rtf|odt|pptx?|xlsx?|txt|html?|pdf|dvi|tex|indd|qxd|qxp|wpd|pages|pub|fm|ps|eps|pmd|p65|tmp|tif)$",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"(?:\(?(?:untitled|unspecified|anonymous|no title|title|document|unknown|layout|presentation|slide|doc|null|none"
    r"|scan)[ _-]*\d*\)?|powerpoint presentation|about:blank|https?://\S+|[\W\d_]*)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"\(?(?:user|admin|administrator|owner|author|unknown|anonymous|unspecified|root|null|none|default|guest)\)?"
    r"[ _-]*\d*|[\W\d_]*",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:D:)?\s*((?:1[5-9]|20)\d\d)(?:-?(0[1-9]|1[0-2])(?:-?(0[1-9]|[12]\d|3[01]))?)?")


def source_of(metadata: Mapping[str, str]) -> Source:
    """Title, author and date by a PDF's dictionary of information, without what programs put in for want of better.

    The date is the day on which the file was made, as YYYY-MM-DD or as much of it as is known.
    """
    return Source(
        title=_title(clean(metadata.get("Title", ""))),
        author=_author(clean(metadata.get("Author", ""))),
        date=_date(metadata.get("CreationDate", "")),
    )


def _title(title: str) -> str:
    bare = _PREFIX.sub("", title, count=1) if _PREFIX.match(title) else title
    named = _SUFFIX.sub("", bare)
    if bare == title and named != title and " " not in title:
        return ""  # the name of a file
    return "" if _NO_TITLE.fullmatch(named) else named.strip()


def _author(author: str) -> str:
    return "" if _NO_AUTHOR.fullmatch(author) else author


def _date(date: str) -> str:
    found = _DATE.match(date)
    return "-".join(part for part in found.groups() if part) if found else ""
