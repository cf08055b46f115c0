"""Answers as HTML. Pure functions; every text of a document or a person goes through `text`.

Nothing here is ever read as Markdown, and no text reaches an attribute or a tag unescaped.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Sequence
from urllib.parse import urlencode

from debatebot.brief import NO_ANSWER, NOTHING, cite
from debatebot.output import plural, strength_word
from debatebot.types import Answer, Brief, Evidence, Side

SIGNS = {Side.SUPPORT: "+", Side.REBUT: "−"}
NAMES = {Side.SUPPORT: "For you", Side.REBUT: "Against you"}
DOES = {Side.SUPPORT: "Supports your stance", Side.REBUT: "Rebuts your stance"}
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
    return waiting(f"Reading {plural(of, 'sentence')}" if of else "Looking through your library", done, of)


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


def brief(found: Brief, skip: int = 0, about: str = "", notice: str | None = None) -> str:
    """Both sides, the one with evidence first; `skip` leaves out what was shown before."""
    order = sorted(found.sides, key=lambda side: (not found.side(side), side is Side.SUPPORT))
    if skip:
        order = [side for side in order if found.side(side)] or order
    parts = [_about(about), _notice(notice)]
    if found.note and not found.context and not any(found.side(side) for side in order):
        # Nothing was read at all: two empty sides would only repeat it.
        return "".join(parts) + f'<p class="empty">{text(found.note)}</p>'
    if len(order) > 1:
        parts.append(_tally(found, order))
    parts += [_side(found, side, skip) for side in order]
    # The nearest passages belong under the empty side, and that is the last one shown.
    return "".join(parts) + _context(found.context)


def answer(found: Answer, skip: int = 0, about: str = "", notice: str | None = None) -> str:
    """The passages that answer a question."""
    shown = found.answers[skip:]
    parts = [_about(about), _notice(notice)]
    if shown:
        count = _count(len(shown), skip, found.more)
        head = f'<h3>In your library <span class="count">{count}</span></h3>'
        items = _items(shown, skip, graded=False)
        parts.append(f'<section class="side neutral" data-name="Answer">{head}{items}</section>')
    else:
        nothing = "That is all that your library holds on this." if skip else found.note or NO_ANSWER
        parts.append(f'<section class="side neutral"><p class="empty">{text(nothing)}</p></section>')
    if shown and found.note:
        parts.append(_notice(found.note))
    return "".join(parts)


def footnote(words: str) -> str:
    """What is to be known of an answer as a whole, under it."""
    return f'<p class="notice footnote">{text(sentence(words))}</p>' if words else ""


def _about(stance: str) -> str:
    return f'<p class="about">On: <bdi>{text(stance)}</bdi></p>' if stance else ""


def _notice(notice: str | None) -> str:
    return f'<p class="notice">{text(notice)}</p>' if notice else ""


def _tally(found: Brief, order: Sequence[Side]) -> str:
    """The answer in one line, for who scrolls no further."""
    items = (
        f'<li class="{side.value}"><span aria-hidden="true">{SIGNS[side]}</span> {NAMES[side]} '
        f"<b>{len(found.side(side)) + found.more.get(side, 0)}</b></li>"
        for side in order
    )
    return f'<ul class="tally">{"".join(items)}</ul>'


def _side(found: Brief, side: Side, skip: int) -> str:
    shown = found.side(side)[skip:]
    count = f'<span class="count">{_count(len(shown), skip, found.more.get(side, 0))}</span>' if shown else ""
    head = (
        f'<h3><span class="sign" aria-hidden="true">{SIGNS[side]}</span> {NAMES[side]} '
        f'<span class="does">{DOES[side]}</span>{count}</h3>'
    )
    if shown:
        body = _items(shown, skip)
    elif found.side(side):
        body = '<p class="empty">That is all that your library holds on this side.</p>'
    else:
        body = f'<p class="empty">{NOTHING[side]}</p>'
    return f'<section class="side {side.value}" data-name="{NAMES[side]}">{head}{body}</section>'


def _count(shown: int, skip: int, more: int) -> str:
    if not skip and not more:
        return plural(shown, "quotation")
    return f"{skip + 1}–{skip + shown} of {skip + shown + more}" if shown > 1 else f"{skip + 1} of {skip + 1 + more}"


def _context(context: Sequence[Evidence]) -> str:
    if not context:
        return ""
    items = "".join(_item(evidence, None, graded=False) for evidence in context)
    return (
        '<section class="side context" data-name="Nearest"><h4>Nearest in your library, for context: about the stance, '
        f'not evidence</h4><ul class="items">{items}</ul></section>'
    )


def _items(shown: Sequence[Evidence], skip: int, graded: bool = True) -> str:
    items = (_item(evidence, number, graded) for number, evidence in enumerate(shown, skip + 1))
    return f'<ol class="items" start="{skip + 1}">{"".join(items)}</ol>'


def _item(evidence: Evidence, number: int | None, graded: bool) -> str:
    link = text(source_link(evidence.document, evidence.start, evidence.end, evidence.quote))
    badge = f'<span class="number">{number}</span>' if number is not None else ""
    grade = (
        f' <span class="strength" title="strength {evidence.strength:.2f}">{strength_word(evidence.strength)}</span>'
        if graded
        else ""
    )
    # The second link is for the eye and the mouse; keyboard and screen reader have the first.
    return (
        f'<li class="item">{badge}<blockquote dir="auto">{text(evidence.quote)}</blockquote>'
        f'<p class="cite"><a class="open" href="{link}"><bdi>{text(cite(evidence))}</bdi></a>{grade} '
        f'<a class="open-word" href="{link}" tabindex="-1" aria-hidden="true">Open</a></p></li>'
    )


def chips(found: Brief | Answer, skip: int = 0) -> str:
    """Where to go on from an answer; only the newest one has them, for they follow what was asked last."""
    if isinstance(found, Answer):
        row = [_chip("More passages", "more")] if found.more else []
        has_source = bool(found.answers[skip:])
    else:
        row = [_chip("The other side", "and the other side?")] if len(found.sides) == 1 else []
        if any(found.more.get(side, 0) for side in found.sides):
            row.append(_chip("More evidence", "more"))
        has_source = bool(found.context) or any(found.side(side)[skip:] for side in found.sides)
    if has_source:
        row.append('<button type="button" class="chip" data-open-first>Open the source</button>')
    return f'<div class="chips" role="group" aria-label="Go on">{"".join(row)}</div>' if row else ""


def _chip(label: str, message: str) -> str:
    return f'<button type="button" class="chip" data-send="{text(message)}">{text(label)}</button>'
