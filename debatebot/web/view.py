"""Turns of the chat as HTML, and what all of the page's HTML is made with; the answers are in `answer_view.py`.

Pure functions; every text of a document or a person goes through `text`.

Nothing here is ever read as Markdown, and no text reaches an attribute or a tag unescaped.
"""

from __future__ import annotations

import hashlib
import html
from urllib.parse import urlencode

LONGEST_HEADING = 600
"""Characters of a message that its heading shows whole; of a longer one, which is refused, only a beginning."""
BEGINNING = 160


def text(value: str) -> str:
    """`value` as HTML that shows exactly it, in an element or a quoted attribute."""
    return html.escape(value, quote=True)


def quote_check(quote: str) -> str:
    """A short print of a quotation, so that the source's page notices a document that has changed."""
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def source_link(document: str, start: int = 0, end: int = 0, quote: str = "") -> str:
    """The address that shows a document, marked from `start` to `end` where there is a quotation."""
    query: dict[str, str | int] = {"document": document}
    if quote:
        query |= {"start": start, "end": end, "check": quote_check(quote)}
    return f"source?{urlencode(query, errors='surrogatepass')}"


def turn(number: int, message: str, answer: str, chips: str = "", *, busy: bool = False) -> str:
    """One message and what is under it. The frame stays the same while it fills, so that nothing jumps."""
    heading = message if len(message) <= LONGEST_HEADING else message[:BEGINNING].rstrip() + " …"
    state = ' aria-busy="true"' if busy else ""
    return (
        f'<article class="turn" id="turn-{number}" data-turn="{number}"{state}>'
        f'<p class="who">You</p><h2 dir="auto">{text(heading)}</h2><div class="answer">{answer}</div>{chips}</article>'
    )


def waiting(words: str, done: int = 0, of: int = 0) -> str:
    """What stands in an answer's place until it is there."""
    bar = f'<progress value="{done}" max="{of}" aria-hidden="true"></progress>' if of else ""
    return f'<p class="waiting">{text(words)}</p>{bar}'


def reading(done: int, of: int) -> str:
    """The same words from the first sentence to the last; only the bar moves."""
    return waiting("Reading what bears on it" if of else "Looking through your library", done, of)


def error(message: str) -> str:
    """What happened and what to do about it, in the answer's place."""
    return f'<p class="problem">{text(sentence(message))}</p>'


def sentence(message: str) -> str:
    """An error's message as a sentence; a name in front, such as a file's, keeps its spelling."""
    if not message:
        return ""
    first = message.split(" ", 1)[0]
    capital = message[:1].upper() + message[1:] if first.isalpha() else message
    return capital if capital.endswith((".", "!", "?", "”")) else f"{capital}."


def hint(words: str) -> str:
    """A word above the box, for a message that cannot be sent."""
    return f'<p class="hint" role="status">{text(words)}</p>' if words else ""


def footnote(words: str) -> str:
    """What is to be known of an answer as a whole, under it."""
    return f'<p class="notice footnote">{text(sentence(words))}</p>' if words else ""
