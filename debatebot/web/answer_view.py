"""Briefs and answers as HTML. Pure functions; every text of a document or a person goes through `view.text`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from debatebot.answer import NO_ANSWER
from debatebot.brief import NOTHING
from debatebot.output import plural
from debatebot.types import Answer, Brief, Evidence, Side
from debatebot.web.evidence_view import Kind, Where, items, points, where
from debatebot.web.view import text

SIGNS = {Side.SUPPORT: "+", Side.REBUT: "−"}
NAMES = {Side.SUPPORT: "For you", Side.REBUT: "Against you"}
DOES = {Side.SUPPORT: "Supports your stance", Side.REBUT: "Rebuts your stance"}
UNCLEAR = '<span class="sign" aria-hidden="true">±</span> Unclear side'
MOST_UNCLEAR = 3
"""Quotations whose side cannot be told that are shown; judging more of them is work, not help."""

Shown = Mapping[Side, tuple[Where, ...]]
"""What an answer and those before it on the same stance have shown of each side."""
NOTHING_YET: Shown = {}


def brief(found: Brief, before: Shown = NOTHING_YET, about: str = "", notice: str | None = None) -> str:
    """Both sides, the one with evidence first, then what is unclear; what was shown `before` is left out."""
    order = sorted(found.sides, key=lambda side: (not found.side(side), side is Side.SUPPORT))
    unclear = () if before else found.unclear[:MOST_UNCLEAR]
    if before:
        order = [side for side in order if found.side(side)] or order
    parts = [_about(about), _notice(notice)]
    if found.note and not found.context and not unclear and not any(found.side(side) for side in order):
        # Nothing was read at all: two empty sides would only repeat it.
        return "".join(parts) + f'<p class="empty">{text(found.note)}</p>'
    if len(order) > 1 and not before:
        parts.append(_tally(found, order, len(unclear)))
    parts += [_side(found, side, before) for side in order]
    # The nearest passages belong under the empty side, and that is the last one shown.
    return "".join(parts) + _context(found.context) + _unclear(found.stance, unclear)


def answer(found: Answer, skip: int = 0, about: str = "", notice: str | None = None) -> str:
    """The passages that answer a question; `skip` leaves out what was shown before."""
    shown = found.answers[skip:]
    parts = [_about(about), _notice(notice)]
    if shown:
        counted = _count(len(shown), skip, found.more)
        head = f'<h3>In your library <span class="count">{counted}</span></h3>'
        listed = items(shown, Kind.PASSAGE, count(skip + 1))
        parts.append(f'<section class="side neutral" data-name="Answer">{head}{listed}</section>')
    else:
        nothing = "That is all that your library holds on this." if skip else found.note or NO_ANSWER
        parts.append(f'<section class="side neutral"><p class="empty">{text(nothing)}</p></section>')
    if shown and found.note:
        parts.append(_notice(found.note))
    return "".join(parts)


def new(found: Brief, side: Side, before: Shown) -> tuple[Evidence, ...]:
    """The evidence of a side that was not shown before, be it on this side or the other."""
    known = {place for places in before.values() for place in places}
    return tuple(item for item in found.side(side) if where(item) not in known)


def shown_with(found: Brief, before: Shown) -> Shown:
    """What has been shown of each side once this brief is."""
    return {side: (*before.get(side, ()), *map(where, new(found, side, before))) for side in found.sides}


def _about(stance: str) -> str:
    return f'<p class="about">On: <bdi>{text(stance)}</bdi></p>' if stance else ""


def _notice(notice: str | None) -> str:
    return f'<p class="notice">{text(notice)}</p>' if notice else ""


def _tally(found: Brief, order: Sequence[Side], unclear: int) -> str:
    """The answer in one line, for who scrolls no further."""
    counted = [
        f'<li class="{side.value}"><span aria-hidden="true">{SIGNS[side]}</span> {NAMES[side]} '
        f"<b>{len(found.side(side)) + found.more.get(side, 0)}</b></li>"
        for side in order
    ]
    if unclear:
        counted.append(f'<li class="unclear"><span aria-hidden="true">±</span> Unclear <b>{unclear}</b></li>')
    return f'<ul class="tally">{"".join(counted)}</ul>'


def _side(found: Brief, side: Side, before: Shown) -> str:
    shown, skip = new(found, side, before), len(before.get(side, ()))
    counted = f'<span class="count">{_count(len(shown), skip, found.more.get(side, 0))}</span>' if shown else ""
    head = (
        f'<h3><span class="sign" aria-hidden="true">{SIGNS[side]}</span> {NAMES[side]} '
        f'<span class="does">{DOES[side]}</span>{counted}</h3>'
    )
    if shown:
        body = points(shown, found.points.get(side, ()), side, skip + 1)
    elif found.side(side):
        body = '<p class="empty">That is all that your library holds on this side.</p>'
    else:
        body = f'<p class="empty">{NOTHING[side]}</p>'
    return (
        f'<section class="side {side.value}" data-name="{NAMES[side]}" data-stance="{text(found.stance)}">'
        f"{head}{body}</section>"
    )


def _count(shown: int, skip: int, more: int) -> str:
    if not skip and not more:
        return plural(shown, "quotation")
    return f"{skip + 1}–{skip + shown} of {skip + shown + more}" if shown > 1 else f"{skip + 1} of {skip + 1 + more}"


def _context(context: Sequence[Evidence]) -> str:
    if not context:
        return ""
    return (
        '<section class="side context" data-name="Nearest"><h4>Nearest in your library, for context: about the stance, '
        f"not evidence</h4>{items(context, Kind.PASSAGE)}</section>"
    )


def _unclear(stance: str, unclear: Sequence[Evidence]) -> str:
    if not unclear:
        return ""
    return (
        f'<section class="side unclear" data-name="Unclear side" data-stance="{text(stance)}"><h3>{UNCLEAR} '
        '<span class="does">Bears on your stance, but which way it cuts is yours to judge</span></h3>'
        f"{items(unclear, Kind.UNCLEAR)}</section>"
    )


def chips(found: Brief | Answer, before: Shown = NOTHING_YET, skip: int = 0) -> str:
    """Where to go on from an answer; only the newest one has them, for they follow what was asked last."""
    if isinstance(found, Answer):
        row = [_chip("More passages", "more")] if found.more else []
        has_source = bool(found.answers[skip:])
    else:
        row = [_chip("The other side", "and the other side?")] if len(found.sides) == 1 else []
        if any(found.more.get(side, 0) for side in found.sides):
            row.append(_chip("More evidence", "more"))
        unclear = () if before else found.unclear
        has_source = bool(found.context or unclear) or any(new(found, side, before) for side in found.sides)
    if has_source:
        row.append('<button type="button" class="chip" data-open-first>Open the source</button>')
    return f'<div class="chips" role="group" aria-label="Go on">{"".join(row)}</div>' if row else ""


def _chip(label: str, message: str) -> str:
    return f'<button type="button" class="chip" data-send="{text(message)}">{text(label)}</button>'
