"""What stands around the answers: the header, the first visit, the list of what is in the library."""

from __future__ import annotations

from pathlib import Path

from debatebot.types import Entry, Refusal
from debatebot.web.prepare import Status
from debatebot.web.view import error, plural, sentence, source_link, text

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

HEADER = (
    '<header class="masthead" role="banner"><h1>debatebot</h1>'
    '<button type="button" class="status" id="status" data-library aria-controls="side">'
    '<span id="status-line" role="status">Reading the corpus…</span></button></header>'
)

ASIDE = (
    '<aside class="side-panel" aria-label="Library and sources">'
    '<section id="library" aria-label="Library"></section>'
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


def start(status: Status, corpus: Path) -> str:
    """What a first visitor can do now: click an example, or fill an empty library."""
    if status.phase == "failed":
        return error(status.message)
    if not status.entries:
        return "" if status.phase == "reading" else how_to_add(corpus)
    line = f'<p class="holds">{_holds(status.entries)}</p>'
    if not status.on_subject:
        return line
    buttons = "".join(
        f'<li><button type="button" class="example" data-send="{text(message)}" data-mode="{mode}">'
        f"{text(message)}</button></li>"
        for message, mode in EXAMPLES
    )
    return f'{line}<p class="try">Try one of these</p><ul class="examples">{buttons}</ul>'


def how_to_add(corpus: Path) -> str:
    """The empty library."""
    return (
        '<div class="how"><p><b>Your library is empty.</b></p><p>Put .txt or .md files into the corpus folder, '
        f"<code>{text(str(corpus))}</code>, then read it again.</p>{REREAD}</div>"
    )


REREAD = '<button type="button" class="chip" data-reread>Read the corpus again</button>'


def status_line(status: Status) -> str:
    """The header's line, as plain text."""
    if status.phase == "failed":
        return "Not ready"
    if status.phase == "reading":
        return f"Reading the corpus… {status.done:,} of {status.of:,}" if status.of else "Reading the corpus…"
    sentences = sum(entry.sentences for entry in status.entries)
    count = f"{plural(len(status.entries), 'document')}, {plural(sentences, 'sentence')}"
    refused = len(status.report.refused)
    told = f" · {plural(refused, 'file')} refused" if refused else ""
    if status.phase == "ready":
        return f"{count}{told} · ready"
    waiting = status.message or "Loading the models"
    return f"{count}{told} · {waiting[:1].lower()}{waiting[1:]}; you can type already"


def library(status: Status, corpus: Path) -> str:
    """The list beside the chat: the documents, and the files that were refused with their reasons."""
    head = '<div class="panel-head"><h2>Library</h2><button type="button" class="close" data-close>Close</button></div>'
    if status.phase == "reading" and not status.entries:
        return f'{head}<p class="quiet">Reading the corpus…</p>'
    parts = [head]
    if status.phase == "failed":
        parts.append(error(status.message))
    if status.entries:
        parts.append(f'<ul class="documents">{"".join(map(_entry, status.entries))}</ul>')
    elif status.phase != "failed":
        parts.append('<p class="quiet">No documents yet.</p>')
    if status.report.refused:
        refused = "".join(map(_refusal, status.report.refused))
        parts.append(f'<h3>Refused</h3><ul class="refused">{refused}</ul>')
    parts.append(
        f'<p class="quiet">To add documents, put .txt or .md files into <code>{text(str(corpus))}</code>.</p>{REREAD}'
    )
    return "".join(parts)


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
    about = " · ".join(part for part in (entry.source.author, entry.source.date, entry.source.source) if part)
    return (
        f'<li><a class="open" href="{text(source_link(entry.document))}"><bdi>{text(title_of(entry))}</bdi></a>'
        f'<p class="quiet"><bdi>{text(about or entry.document)}</bdi></p>'
        f'<p class="quiet">{plural(entry.sentences, "sentence")}</p></li>'
    )


def _refusal(refusal: Refusal) -> str:
    return f"<li><b><bdi>{text(refusal.document)}</bdi></b><p><bdi>{text(sentence(refusal.reason))}</bdi></p></li>"
