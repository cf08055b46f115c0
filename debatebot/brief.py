"""Candidates to a brief: pick from what was judged, drop what repeats, group into points, cite, or abstain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from debatebot.calibration import Calibration
from debatebot.corrections import Verdict
from debatebot.embedding import Vectors
from debatebot.judging import Judged, Models, Verdicts, judge, within
from debatebot.library import Library
from debatebot.points import grouped, labels
from debatebot.retrieve import distinct, retrieve
from debatebot.types import Brief, Candidate, Evidence, Point, Progress, Side

NO_VERDICTS: Verdicts = MappingProxyType({})
CONTEXT = 1
"""How many of the nearest sentences are shown for an empty side."""

EMPTY_LIBRARY = "Your library is empty: add documents on the page under Library, or with `debatebot add`."
NOTHING = {
    Side.SUPPORT: "Your library holds nothing that supports this stance.",
    Side.REBUT: "Your library holds nothing that rebuts this stance.",
}
NEITHER_SIDE = "Your library holds nothing for or against this."


def make_brief(  # noqa: PLR0913
    library: Library,
    models: Models,
    stance: str,
    *,
    sides: tuple[Side, ...],
    count: int,
    read: int,
    verdicts: Verdicts = NO_VERDICTS,
    progress: Progress | None = None,
) -> Brief:
    """What the library holds for and against `stance`: at most `count` a side, from `read` sentences.


    A side with no sentence above the calibrated threshold stays empty, the note says so, and the
    nearest sentence is given as context. Of evidence that makes one point several times, the best comes
    before the rest of the point; what is listed is in the order of strength.
    """
    query = models.embedder.encode([stance], query=True)
    candidates = within(retrieve(library, query, stance, read), read)
    candidates += overlooked(library, models, query, candidates, verdicts)
    judged = unrepeated(judge(library, models, stance, candidates, verdicts, progress))
    found = {side: pick(judged, side, models.calibration.threshold) for side in sides}
    unclear = pick_unclear(judged, models.calibration)
    groups = {side: grouped([item.words for item in found[side]], stance, models.memory) for side in sides}
    quoted = {side: [quote(library, item, item.strength(side)) for item in found[side]] for side in sides}
    chosen = {side: choose(found[side], groups[side], count) for side in sides}
    shown = {side: tuple(e for n in chosen[side] if (e := quoted[side][n])) for side in sides}
    empty = [side for side in sides if not found[side]]
    taken = {item for side in sides for item in found[side]} | set(unclear)
    context = nearest([item for item in judged if item not in taken], empty)
    return Brief(
        stance=stance,
        support=shown.get(Side.SUPPORT, ()),
        rebut=shown.get(Side.REBUT, ()),
        context=quote_all(library, ((item, max(item.support, item.rebut)) for item in context)),
        note=_note(empty, bool(candidates)),
        sides=sides,
        more={side: len(found[side]) - len(chosen[side]) for side in sides},
        unclear=quote_all(library, ((item, item.bearing) for item in unclear[:count])),
        points={side: _points(models, stance, groups[side], quoted[side]) for side in sides},
    )


def overlooked(
    library: Library, models: Models, query: Vectors, candidates: Sequence[Candidate], verdicts: Verdicts
) -> list[Candidate]:
    """The passages of what the person holds to be evidence, where retrieval has not found them."""
    known = {candidate.passage for candidate in candidates}
    wanted = [key for key, verdict in verdicts.items() if verdict is not Verdict.NEITHER]
    passages = list(dict.fromkeys(p for p in (library.passage_of(*key) for key in wanted) if p and p not in known))
    if not passages:
        return []
    cosines = models.memory.encode([passage.text for passage in passages]) @ query[0]
    return [Candidate(passage, 0.0, float(cosine)) for passage, cosine in zip(passages, cosines, strict=True)]


def unrepeated(judged: Iterable[Judged]) -> list[Judged]:
    """Of sentences that are nearly the same, the one the person gave a word on, or else the one that bears most."""
    return distinct(sorted(judged, key=lambda item: (not item.corrected, -item.bearing)), lambda item: item.words)


def pick(judged: Iterable[Judged], side: Side, threshold: float) -> list[Judged]:
    """The sentences on `side` that clear the threshold, strongest first."""
    strong = [item for item in judged if item.side is side and item.strength(side) > threshold]
    return sorted(strong, key=lambda item: -item.strength(side))


def pick_unclear(judged: Iterable[Judged], calibration: Calibration) -> list[Judged]:
    """The sentences that bear on the stance, neither side of which clears the threshold, likeliest first."""
    strong = [
        item
        for item in judged
        if max(item.support, item.rebut) <= calibration.threshold and item.bearing > calibration.unclear
    ]
    return sorted(strong, key=lambda item: -item.bearing)


def choose(found: Sequence[Judged], groups: Sequence[Sequence[int]], count: int) -> list[int]:
    """Which `count` of what was found to list, strongest first: what the person said counts before all, then the best
    of each point, the second of each, and so on."""
    turns = sorted((not found[n].corrected, place, n) for group in groups for place, n in enumerate(group))
    return sorted(n for *_, n in turns[:count])


def _points(
    models: Models, stance: str, groups: Sequence[Sequence[int]], quoted: Sequence[Evidence | None]
) -> tuple[Point, ...]:
    """The points of a side, the one with the strongest evidence first."""
    points = [tuple(e for n in group if (e := quoted[n])) for group in groups]
    points = [evidence for evidence in points if evidence]
    names = labels([[item.quote for item in evidence] for evidence in points], stance, models.memory)
    return tuple(Point(name, evidence) for name, evidence in zip(names, points, strict=True))


def nearest(judged: Sequence[Judged], empty: Sequence[Side]) -> list[Judged]:
    """What comes nearest to evidence for the empty sides; nothing where no side is empty."""
    if not empty:
        return []
    return sorted(judged, key=lambda item: -max(item.strength(side) for side in empty))[:CONTEXT]


def _note(empty: Sequence[Side], read_any: bool) -> str | None:
    if not read_any:
        return EMPTY_LIBRARY
    if len(empty) == len(Side):
        return NEITHER_SIDE
    return " ".join(NOTHING[side] for side in empty) or None


def quote_all(library: Library, items: Iterable[tuple[Judged, float]]) -> tuple[Evidence, ...]:
    """Evidence for sentences with their strengths; a quotation that fails is dropped."""
    return tuple(found for item, strength in items if (found := quote(library, item, strength)))


def quote(library: Library, item: Judged, strength: float) -> Evidence | None:
    """Evidence for a sentence, its quotation cut anew from the stored document; None where that fails."""
    passage, sentence = item.candidate.passage, item.sentence
    quoted = library.quote(passage, sentence.start, sentence.end)
    if quoted is None:
        return None
    document, words = quoted
    return Evidence(
        quote=words,
        document=document.name,
        start=sentence.start,
        end=sentence.end,
        strength=min(1.0, round(strength, 4)),
        passage=passage,
        source=document.source,
        page=document.page_at(sentence.start),
        also=library.also(document),
        corrected=item.corrected,
    )


def cite(evidence: Evidence) -> str:
    """A citation in one line: author, title, source, date, page or paragraph."""
    source, title = evidence.source, evidence.source.title or evidence.document
    named = f"“{title}{'' if title.endswith(('?', '!')) else ','}”"
    author = f"{source.author}, " if source.author else ""
    place = f"p. {evidence.page}" if evidence.page else f"¶ {evidence.paragraph}"
    also = f"; also held as {', '.join(name for name, _ in evidence.also)}" if evidence.also else ""
    return f"{author}{named} " + ", ".join(part for part in (source.source, source.date, place) if part) + also
