"""What stands around the answers: the header, the first visit, the short list of what is in the library."""

from __future__ import annotations

from debatebot.output import plural
from debatebot.types import Entry
from debatebot.web.status import Status
from debatebot.web.view import error, source_link, text

EXAMPLES = (
    ("The Arab NATO will bring stability to the Middle East.", "both"),
    ("An alliance without Iran cannot make the Gulf secure.", "both"),
    ("Why have regional alliances failed before?", "ask"),
)
MODES = (
    ("Both sides", "both"),
    ("Support me", "support"),
    ("Rebut me", "rebut"),
    ("Ask a question", "ask"),
)
PLACEHOLDER = "State a position, or ask a question"

VIEWS = (("debate", "Debate"), ("library", "Library"))
SHORT_LIST = 40
"""Titles in the list beside the chat; the Library page has all."""

_LINKS = "".join(f'<a href="#{name}" data-view="{name}">{words}</a>' for name, words in VIEWS)
HEADER = (
    '<header class="masthead" role="banner"><h1>debatebot</h1>'
    f'<nav aria-label="Pages">{_LINKS}</nav>'
    '<a class="status" id="status" href="#library">'
    '<span id="status-line" role="status">Reading the corpus…</span></a></header>'
)

ASIDE = (
    '<aside class="side-panel" aria-label="Library and sources">'
    '<section id="shelf" aria-label="Library"></section>'
    '<section id="source" aria-label="Source" tabindex="-1" hidden></section></aside>'
)


def welcome() -> str:
    """The first visit. `#start` is filled by the page's script as soon as the library has been read."""
    return (
        '<section class="welcome"><h2>Both sides of your position, from your own documents</h2>'
        "<p>State what you mean to argue. You get the passages that support it and the passages that rebut it, word "
        "for word, each with a citation that you can open and check.</p>"
        '<div id="start" aria-live="polite"></div></section>'
    )


def start(status: Status) -> str:
    """What a first visitor can do now: click an example, or fill an empty library."""
    shelf = status.shelf
    if status.problem:
        return error(status.problem) + (REBUILD if shelf.outdated else "")
    if not shelf.entries:
        return "" if shelf.busy or not shelf.usable else HOW_TO_ADD
    line = f'<p class="holds">{_holds(shelf.entries)}</p>'
    if not shelf.on_subject:
        return line
    buttons = "".join(
        f'<li><button type="button" class="example" data-send="{text(message)}" data-mode="{mode}">'
        f"{text(message)}</button></li>"
        for message, mode in EXAMPLES
    )
    return f'{line}<p class="try">Try one of these</p><ul class="examples">{buttons}</ul>'


REREAD = '<button type="button" class="chip" data-reread>Try again</button>'
REBUILD = '<button type="button" class="chip" data-reread="rebuild">Make the index again</button>'
HOW_TO_ADD = (
    '<div class="how"><p><b>Your library is empty.</b></p><p>Drop files anywhere on this page, or choose them on the '
    'Library page.</p><a class="chip" href="#library">Add documents</a></div>'
)


def status_line(status: Status) -> str:
    """The header's line, as plain text."""
    shelf = status.shelf
    if status.problem:
        return "Not ready"
    if status.phase == "reading" and not shelf.entries:
        return f"Reading {shelf.done + 1:,} of {shelf.of:,}" if shelf.done < shelf.of else "Reading the corpus…"
    refused = f" · {len(shelf.refused):,} refused" if shelf.refused else ""
    return f"{holds(shelf.entries)}{refused} · {_state(status)}"


def _state(status: Status) -> str:
    models, shelf = status.models, status.shelf
    if models.phase != "ready":
        waiting = models.message or "Loading the models"
        return f"{waiting[:1].lower()}{waiting[1:]}; you can type already"
    if not shelf.busy or not shelf.of:
        return "ready"
    return f"reading {min(shelf.done + 1, shelf.of):,} of {shelf.of:,}"


def shelf_list(status: Status) -> str:
    """The list beside the chat: the documents' titles, and the way to the Library page."""
    shelf = status.shelf
    head = '<div class="panel-head"><h2>Library</h2></div>'
    if status.phase == "reading" and not shelf.entries:
        return f'{head}<p class="quiet">Reading the corpus…</p>'
    parts = [head]
    if status.problem:
        parts.append(f"{error(status.problem)}{REBUILD if shelf.outdated else REREAD}")
    if shelf.entries:
        parts.append(f'<ul class="documents">{"".join(map(_entry, shelf.entries[:SHORT_LIST]))}</ul>')
        if len(shelf.entries) > SHORT_LIST:
            parts.append(f'<p class="quiet">And {len(shelf.entries) - SHORT_LIST:,} more.</p>')
    elif not status.problem:
        parts.append('<p class="quiet">No documents yet.</p>')
    if shelf.refused:
        parts.append(f'<p class="quiet">{plural(len(shelf.refused), "file")} could not be taken.</p>')
    return f'{"".join(parts)}<a class="chip" href="#library">Add or edit documents</a>'


def holds(entries: tuple[Entry, ...]) -> str:
    """How much there is, as plain text."""
    sentences = sum(entry.sentences for entry in entries)
    return f"{plural(len(entries), 'document')}, {plural(sentences, 'sentence')}"


def title_of(entry: Entry) -> str:
    """A document's title, or its name where it has none."""
    return entry.source.title or entry.document


def _holds(entries: tuple[Entry, ...]) -> str:
    if len(entries) == 1:
        only = entries[0]
        author = f" by <bdi>{text(only.source.author)}</bdi>" if only.source.author else ""
        return f"Your library holds 1 document: “<bdi>{text(title_of(only))}</bdi>”{author}."
    return f"Your library holds {plural(len(entries), 'document')}."


def _entry(entry: Entry) -> str:
    about = " · ".join(part for part in (entry.source.author, entry.source.date) if part)
    line = f'<p class="quiet"><bdi>{text(about)}</bdi></p>' if about else ""
    return (
        f'<li><a class="open" href="{text(source_link(entry.document))}"><bdi>{text(title_of(entry))}</bdi></a>'
        f"{line}</li>"
    )
