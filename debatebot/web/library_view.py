"""The Library page: its HTML, which holds no document's words, and what its script is told to fill it with.

The script puts every text in as text (`textContent`), so nothing is escaped here.
"""

from __future__ import annotations

from pathlib import Path

from debatebot.loaders import LOADERS
from debatebot.output import plural, time_left
from debatebot.sidecar import LONGEST
from debatebot.types import Entry
from debatebot.web.incoming import too_large
from debatebot.web.jobs import Job
from debatebot.web.status import Shelf
from debatebot.web.view import sentence, source_link, text

FIELDS = {
    "title": "Title",
    "author": "Author",
    "qualifications": "Qualifications",
    "date": "Date",
    "source": "Published in",
    "url": "Web address",
}
EXAMPLES = {"qualifications": "Why this author can be trusted on it", "date": "October 2018", "url": "https://"}
KINDS = {
    "pdf": "PDF",
    "docx": "Word",
    "odt": "OpenDocument",
    "epub": "EPUB",
    "html": "web pages",
    "rtf": "RTF",
    "md": "Markdown",
    "txt": "plain text",
}


def page(corpus: Path, largest_megabytes: int) -> str:
    """The page as it stands before the script has filled it."""
    accept = ",".join(LOADERS)
    return (
        '<section class="library" aria-labelledby="library-title">'
        '<h2 id="library-title" tabindex="-1">Library</h2><p class="quiet" id="library-holds"></p>'
        f'<div id="drop" data-largest="{largest_megabytes * 1_000_000}" '
        f'data-too-large="{text(too_large(largest_megabytes * 1_000_000))}"><div>'
        f'<p class="drop-here">Drop files here</p><p class="quiet">{text(kinds())}, up to '
        f"{largest_megabytes:,} MB each. They are copied into <code>{text(str(corpus))}</code>.</p></div>"
        '<div class="drop-buttons"><button type="button" class="chip strong" data-choose>Choose files</button>'
        '<button type="button" class="chip" data-paste aria-expanded="false" aria-controls="paste">Paste a text'
        f'</button><input type="file" id="choose" multiple accept="{accept}" aria-label="Files to add" tabindex="-1" '
        f"hidden></div></div>{_paste()}"
        '<section id="work" aria-labelledby="work-line" hidden><div class="work-head"><p id="work-line"></p>'
        '<button type="button" class="chip" data-clear hidden>Clear</button></div>'
        '<progress id="work-bar" max="1" value="0" aria-hidden="true"></progress>'
        '<p id="work-counts" class="quiet" hidden></p><ul id="work-jobs"></ul></section>'
        '<div id="trouble" hidden><p class="problem"></p>'
        '<button type="button" class="chip" data-reread>Read the corpus again</button></div>'
        '<div id="books"></div><section id="not-taken" aria-labelledby="not-taken-title" hidden>'
        '<h3 id="not-taken-title">Not taken</h3><p class="quiet">These files lie in the corpus folder, but no answer '
        'can quote them.</p><ul></ul></section><p id="library-news" class="unseen" role="status"></p></section>'
    )


def kinds() -> str:
    """The kinds of files that are taken, in words."""
    names = {kind for kind, _ in LOADERS.values()}
    known = [words for kind, words in KINDS.items() if kind in names]
    words = known + sorted(names - KINDS.keys())
    line = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
    return line[:1].upper() + line[1:]


def _paste() -> str:
    """The form for a text: what it is called, its words, and what is known for its citation."""
    fields = "".join(_field(name) for name in FIELDS if name != "title")
    return (
        f'<form id="paste" class="source-form" hidden novalidate>{_field("title")}'
        '<label class="wide" data-field="text"><span>Text</span><textarea name="text" rows="8" dir="auto"></textarea>'
        f'<em role="alert"></em></label>{fields}<p class="form-error" role="alert"></p><div class="form-buttons">'
        '<button type="submit" class="chip strong">Add the text</button>'
        '<button type="button" class="chip" data-cancel>Cancel</button></div></form>'
        f'<template id="edit-form"><form class="source-form" novalidate>{"".join(map(_field, FIELDS))}'
        '<p class="form-error" role="alert"></p><div class="form-buttons">'
        '<button type="submit" class="chip strong">Save</button>'
        '<button type="button" class="chip" data-cancel>Cancel</button></div></form></template>'
    )


def _field(name: str) -> str:
    kind = ' inputmode="url"' if name == "url" else ""
    example = f' placeholder="{text(EXAMPLES[name])}"' if name in EXAMPLES else ""
    return (
        f'<label data-field="{name}"><span>{FIELDS[name]}</span><input name="{name}" dir="auto" autocomplete="off" '
        f'maxlength="{LONGEST}"{kind}{example}><em role="alert"></em></label>'
    )


def told(shelf: Shelf) -> dict[str, object]:
    """The documents and the refused files."""
    titles = {entry.document: entry.source.title or entry.document for entry in shelf.entries}
    return {
        "documents": [_document(entry, titles) for entry in shelf.entries],
        "refused": [{"name": one.document, "reason": sentence(one.reason)} for one in shelf.refused],
        "notes": [sentence(note) for note in shelf.notes],
    }


def job_told(job: Job) -> dict[str, object]:
    """One line of what is being added."""
    return {
        "id": job.id,
        "kind": job.kind,
        "name": job.name,
        "state": job.state,
        "part": round(job.part, 3),
        "words": sentence(job.words) if job.state == "refused" else job.words,
    }


def work_line(shelf: Shelf) -> str:
    """The one line over all that is going on."""
    if not shelf.busy:
        return ""
    if shelf.waits_for:
        return shelf.waits_for
    if not shelf.of:
        return "Looking through the corpus folder"
    line = f"Reading {min(shelf.done + 1, shelf.of):,} of {shelf.of:,}"
    left = time_left(shelf.seconds_left)
    return f"{line} · {left}" if left and shelf.of > 1 else line


def behind(shelf: Shelf) -> str:
    """What an answer says where it was made before all was read; empty where it was made of everything."""
    if shelf.trouble:
        return f"The corpus folder could not be read again: {shelf.trouble}"
    if not shelf.busy:
        return ""
    left = shelf.of - shelf.done
    if left < 1:
        return "The corpus folder is still being looked through."
    return f"{left:,} of {plural(shelf.of, 'document')} {'is' if left == 1 else 'are'} not read yet."


def _document(entry: Entry, titles: dict[str, str]) -> dict[str, object]:
    source = entry.source
    return {
        "document": entry.document,
        "href": source_link(entry.document),
        "fields": {name: getattr(source, name) for name in FIELDS},
        "title": titles[entry.document],
        "pages": entry.pages,
        "passages": entry.passages,
        "added": entry.added,
        "notes": [sentence(note) for note in entry.notes],
        "same_as": titles.get(entry.same_as, entry.same_as),
    }
