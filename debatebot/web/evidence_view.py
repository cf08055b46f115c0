"""Quotations as HTML: each with its citation and the person's word on it, those of one point together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import count, islice

from debatebot.brief import cite
from debatebot.corrections import Verdict
from debatebot.output import plural, strength_word
from debatebot.types import Evidence, Point, Side
from debatebot.web.view import quote_check, source_link, text

Where = tuple[str, int, int]
"""By what a quotation is known: its document, and where it begins and ends."""

UNCLEAR = ((Verdict.SUPPORT, "For you"), (Verdict.REBUT, "Against you"), (Verdict.NEITHER, "Neither"))


class Kind(StrEnum):
    """As what a quotation is shown, where it is not evidence on a side."""

    UNCLEAR = "unclear"
    PASSAGE = "passage"
    """Of an answer, or for context: there is nothing to judge."""


def where(evidence: Evidence) -> Where:
    """By what a quotation is known."""
    return evidence.document, evidence.start, evidence.end


def points(shown: Sequence[Evidence], found: Iterable[Point], side: Side, first: int) -> str:
    """The evidence of a side, numbered from `first`, under the points it makes.

    Where each makes a point of its own the headings would only stand between the quotations, so there are none.
    """
    groups = grouped(shown, found)
    if all(point is None or len(point.evidence) < 2 for point, _ in groups):
        return items([item for _, group in groups for item in group], side, count(first))
    numbers = count(first)
    return "".join(_point(point, group, side, numbers) for point, group in groups)


def grouped(shown: Sequence[Evidence], found: Iterable[Point]) -> list[tuple[Point | None, list[Evidence]]]:
    """The evidence by its points, both in the order given; at the end what is of no point."""
    all_points = tuple(found)
    place = {where(item): number for number, point in enumerate(all_points) for item in point.evidence}
    groups: dict[int, list[Evidence]] = {}
    for item in shown:
        groups.setdefault(place.get(where(item), len(all_points)), []).append(item)
    return [((*all_points, None)[number], groups[number]) for number in sorted(groups)]


def _point(point: Point | None, group: Sequence[Evidence], side: Side, numbers: Iterable[int]) -> str:
    if point is None:
        return f'<div class="point">{items(group, side, numbers)}</div>'
    passages, documents = plural(len(point.evidence), "passage"), plural(point.documents, "document")
    counts = f' <span class="count">{passages}, {documents}</span>' if len(point.evidence) > 1 else ""
    head = f'<h4 class="label"><bdi>{text(point.label)}</bdi>{counts}</h4>'
    best, others = group[:1], group[1:]
    return f'<div class="point">{head}{items(best, side, numbers)}{_folded(others, side, numbers)}</div>'


def _folded(others: Sequence[Evidence], side: Side, numbers: Iterable[int]) -> str:
    if not others:
        return ""
    words = "1 more that makes this point" if len(others) == 1 else f"{len(others)} more that make this point"
    return f'<details class="fold"><summary>{words}</summary>{items(others, side, numbers)}</details>'


def items(shown: Sequence[Evidence], kind: Side | Kind, numbers: Iterable[int] | None = None) -> str:
    """Quotations as a list, numbered where there are numbers, which are taken as they are used."""
    if numbers is None:
        return f'<ul class="items">{"".join(_item(evidence, None, kind) for evidence in shown)}</ul>'
    own = list(islice(numbers, len(shown)))
    listed = (_item(evidence, number, kind) for evidence, number in zip(shown, own, strict=True))
    return f'<ol class="items" start="{own[0] if own else 1}">{"".join(listed)}</ol>'


def _item(evidence: Evidence, number: int | None, kind: Side | Kind) -> str:
    link = text(source_link(evidence.document, evidence.start, evidence.end, evidence.quote))
    badge = f'<span class="number">{number}</span>' if number is not None else ""
    grade = _grade(evidence) if isinstance(kind, Side) else ""
    # The second link is for the eye and the mouse; keyboard and screen reader have the first.
    second = f'<a class="open-word" href="{link}" tabindex="-1" aria-hidden="true">Open</a>'
    if kind is Kind.PASSAGE:
        place, end = "", f" {second}</p>"
    else:
        place, end = _place(evidence), f'</p><div class="acts">{second}{_judge(evidence, kind)}</div>'
    return (
        f'<li class="item"{place}>{badge}<blockquote dir="auto">{text(evidence.quote)}</blockquote>'
        f'<p class="cite"><a class="open" href="{link}"><bdi>{text(cite(evidence))}</bdi></a>{grade}{end}</li>'
    )


def _grade(evidence: Evidence) -> str:
    if evidence.corrected:
        return ' <span class="strength own">your word</span>'
    word = strength_word(evidence.strength)
    return f' <span class="strength" title="strength {evidence.strength:.2f}">{word}</span>'


def _place(evidence: Evidence) -> str:
    """What the page's script sends with the person's word; the server believes none of it unseen."""
    return (
        f' data-document="{text(evidence.document)}" data-start="{evidence.start}" data-end="{evidence.end}"'
        f' data-check="{quote_check(evidence.quote)}"'
    )


def _judge(evidence: Evidence, kind: Side | Kind) -> str:
    """The person's word on a quotation: what can be said, and what has been said with the way back from it."""
    if isinstance(kind, Side):
        shown = Verdict(kind.value)
        offered = ((shown, "Well found"), (shown.opposite, "Other side"), (Verdict.NEITHER, "Not evidence"))
        # Only a touch screen shows it, where three buttons at every quotation would crowd the page.
        unfold = '<button type="button" class="word unfold" aria-expanded="false">Judge</button>'
    else:
        offered, unfold = UNCLEAR, ""
    buttons = "".join(
        f'<button type="button" class="word" data-verdict="{verdict.value}">{words}</button>'
        for verdict, words in offered
    )
    said = " data-said" if evidence.corrected else ""
    return (
        f'<div class="judge" role="group" aria-label="Your word on this quotation"{said}>{unfold}'
        f'<span class="verdicts">{buttons}</span><span class="said" role="status"></span>'
        '<button type="button" class="word undo" data-undo>Undo</button></div>'
    )
