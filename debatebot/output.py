"""Briefs, answers and lists as JSON (the stable surface of `DESIGN.md`) and as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from debatebot.brief import EMPTY_LIBRARY, NOTHING, cite
from debatebot.quotes import Change, QuoteCheck, QuoteStatus
from debatebot.types import Answer, Brief, Entry, Evidence, Headway, Point, Side, SyncReport

HEADINGS = {Side.SUPPORT: "+ Supports your stance", Side.REBUT: "− Rebuts your stance"}
WIDTH = 88
STANDS = {
    QuoteStatus.EXACT: "Exact: this stands in your library word for word.",
    QuoteStatus.NEAR: "Near: this stands in your library, but not word for word.",
    QuoteStatus.ELSEWHERE: "Elsewhere: this is not in the document that you named, but in another.",
    QuoteStatus.NOWHERE: "Nowhere: your library does not hold this.",
}


def strength_word(strength: float) -> str:
    """Strength as a person reads it."""
    return "strong" if strength >= 0.75 else "fair" if strength >= 0.5 else "slight"


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """One piece of evidence; `quote` is `text[start:end]` of `debatebot text`.

    Where the very same content is in the library under other names, `also` lists them.
    """
    also = [{"document": name, "title": source.title} for name, source in evidence.also]
    return {
        "quote": evidence.quote,
        "document": evidence.document,
        "title": evidence.source.title,
        "author": evidence.source.author,
        "date": evidence.source.date,
        "page": evidence.page,
        "start": evidence.start,
        "end": evidence.end,
        "strength": evidence.strength,
        "passage": evidence.passage.text,
        "citation": cite(evidence),
        **({"also": also} if also else {}),
        **({"corrected": True} if evidence.corrected else {}),
    }


def brief_json(brief: Brief) -> dict[str, Any]:
    """A brief as `brief --json` prints it."""
    return {
        "stance": brief.stance,
        "support": [evidence_json(item) for item in brief.support],
        "rebut": [evidence_json(item) for item in brief.rebut],
        "context": [evidence_json(item) for item in brief.context],
        "unclear": [evidence_json(item) for item in brief.unclear],
        "points": {side.value: [point_json(point) for point in brief.points.get(side, ())] for side in Side},
        "note": brief.note,
    }


def point_json(point: Point) -> dict[str, Any]:
    """A point that evidence of one side makes; of its quotations, where they stand, best first."""
    return {
        "label": point.label,
        "passages": len(point.evidence),
        "documents": point.documents,
        "evidence": [{"document": item.document, "start": item.start, "end": item.end} for item in point.evidence],
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as `ask --json` prints it."""
    return {
        "question": answer.question,
        "answers": [evidence_json(item) for item in answer.answers],
        "note": answer.note,
    }


def quote_json(check: QuoteCheck) -> dict[str, Any]:
    """A quotation that was looked up, as `check-quote --json` prints it; all of `document` to `citation` are null
    where it is nowhere. `found` is `text[start:end]` of `debatebot text`."""
    found = evidence_json(check.found) if check.found else {}
    places = ("document", "title", "author", "date", "page", "start", "end")
    return {
        "quote": check.quote,
        "status": check.status.value,
        **{key: found.get(key) for key in places},
        "found": found.get("quote"),
        "citation": found.get("citation"),
        "changes": [{"quoted": change.quoted, "stored": change.stored} for change in check.changes],
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """A document as `list --json` prints it."""
    return {
        "document": entry.document,
        "title": entry.source.title,
        "author": entry.source.author,
        "date": entry.source.date,
        "format": entry.format,
        "pages": entry.pages,
        "passages": entry.passages,
        "characters": entry.characters,
        "sha256": entry.sha256,
    }


def sync_json(report: SyncReport) -> dict[str, Any]:
    """What was done, as `add` and `sync --json` print it: counts, refused files with their reasons, notes if any."""
    return {
        "added": len(report.added),
        "updated": len(report.updated),
        "unchanged": len(report.unchanged),
        "removed": len(report.removed),
        "refused": len(report.refused),
        "refusals": [{"document": refusal.document, "reason": refusal.reason} for refusal in report.refused],
        **({"notes": list(report.notes)} if report.notes else {}),
    }


def sync_line(report: SyncReport) -> str:
    """What a sync did, in one line."""
    counts = [(name, value) for name, value in sync_json(report).items() if isinstance(value, int)]
    return ", ".join(f"{value} {name}" for name, value in counts)


def reading_line(reading: Headway) -> str:
    """How far the reading of files is, in a line that fits a terminal."""
    name = reading.document if len(reading.document) <= 32 else f"…{reading.document[-31:]}"
    part = f" {reading.part:.0%}" if 0 < reading.part < 1 else ""
    left = time_left(reading.seconds_left)
    return f"Reading {reading.done:,} of {reading.of:,}: {name}{part}{f' · {left}' if left else ''}"


def time_left(seconds: float | None) -> str:
    """A time to go as a person would say it."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 50:
        return f"about {round(seconds, -1):.0f} seconds left"
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return f"about {plural(minutes, 'minute')} left"
    return f"about {plural(round(minutes / 60), 'hour')} left"


def plural(count: int, noun: str) -> str:
    """`1 sentence`, `40 sentences`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def brief_text(brief: Brief) -> str:
    """A brief to read in a terminal."""
    if brief.note == EMPTY_LIBRARY:
        return brief.note
    lines = [brief.stance, ""]
    for side in reversed(brief.sides):
        lines += [HEADINGS[side], ""]
        lines += _numbered(brief.side(side)) or [f"   {NOTHING[side]}", ""]
    if brief.unclear:
        lines += ["± Unclear side: yours to judge", "", *_numbered(brief.unclear, words=False)]
    if brief.context:
        lines += ["? Nearest, but no evidence", "", *_numbered(brief.context, words=False)]
    return "\n".join(lines).rstrip()


def answer_text(answer: Answer) -> str:
    """An answer to read in a terminal."""
    lines = [answer.question, "", *_numbered(answer.answers), answer.note or ""]
    return "\n".join(lines).rstrip()


def quote_text(check: QuoteCheck) -> str:
    """What became of a quotation, to read in a terminal."""
    lines = [STANDS[check.status]]
    if check.found:
        words = f"“{' '.join(check.found.quote.split())}”"
        lines += ["", *textwrap.wrap(words, WIDTH, initial_indent="   ", subsequent_indent="   ")]
        lines += textwrap.wrap(cite(check.found), WIDTH, initial_indent="   ", subsequent_indent="   ")
    if check.changes:
        lines += ["", *(f"   {change_line(change)}" for change in check.changes)]
    return "\n".join(lines)


def change_line(change: Change) -> str:
    """A difference between a quotation and its source as a person reads it."""
    quoted, stored = (" ".join(words.split()) for words in (change.quoted, change.stored))
    if not stored:
        return f"“{quoted}” is not in the document"
    return f"“{quoted}” should be “{stored}”" if quoted else f"“{stored}” is left out"


def _numbered(items: Iterable[Evidence], words: bool = True) -> list[str]:
    lines = []
    for number, item in enumerate(items, 1):
        quote = " ".join(item.quote.split())
        strength = f" · {'your word' if item.corrected else strength_word(item.strength)}" if words else ""
        lines += textwrap.wrap(f"“{quote}”", WIDTH, initial_indent=f"{number:2} ", subsequent_indent="   ")
        lines += [*textwrap.wrap(cite(item) + strength, WIDTH, initial_indent="   ", subsequent_indent="   "), ""]
    return lines
