"""Candidates to a brief: judge, pick, drop what repeats, cite, or abstain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from debatebot.calibration import Calibration
from debatebot.embedding import Embedder, Memory
from debatebot.library import Library
from debatebot.retrieve import distinct, retrieve
from debatebot.stance import NEITHER, Logits, Reading, StanceModel
from debatebot.types import Answer, Brief, Candidate, Evidence, Progress, Sentence, Side

FEWEST_WORDS = 4
"""A shorter sentence ("It will not.") is context for others, no quotation of its own."""
MARGIN = 1.0
"""By how much a side's logit must beat that of neither: below that no threshold in use is reached."""
CONTEXT = 1
"""How many of the nearest sentences are shown for an empty side."""
ANSWER_PASSAGES = 12

EMPTY_LIBRARY = "Your library is empty: add documents on the page under Library, or with `debatebot add`."
NOTHING = {
    Side.SUPPORT: "Your library holds nothing that supports this stance.",
    Side.REBUT: "Your library holds nothing that rebuts this stance.",
}
NEITHER_SIDE = "Your library holds nothing for or against this."
NO_ANSWER = "Your library holds nothing that answers this."


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence of a candidate with its chances of support and rebut."""

    candidate: Candidate
    sentence: Sentence
    support: float
    rebut: float

    def strength(self, side: Side) -> float:
        """The chance that it is evidence on `side`."""
        return self.support if side is Side.SUPPORT else self.rebut

    @property
    def side(self) -> Side:
        """The likelier side."""
        return Side.SUPPORT if self.support >= self.rebut else Side.REBUT

    @property
    def words(self) -> str:
        """The sentence as its passage has it."""
        return self.candidate.passage.cut(self.sentence)


def make_brief(  # noqa: PLR0913
    library: Library,
    embedder: Embedder,
    model: StanceModel,
    calibration: Calibration,
    stance: str,
    *,
    sides: tuple[Side, ...],
    count: int,
    read: int,
    progress: Progress | None = None,
) -> Brief:
    """What the library holds for and against `stance`: at most `count` a side, from `read` sentences.

    A side with no sentence above the calibrated threshold stays empty, the note says so, and the
    nearest sentence is given as context.
    """
    query = embedder.encode([stance], query=True)
    candidates = within(retrieve(library, query, stance, read), read)
    judged = judge(library, model, calibration, stance, candidates, progress)
    found = {side: pick(judged, side, calibration.threshold) for side in sides}
    empty = [side for side in sides if not found[side]]
    shown = {item for side in sides for item in found[side]}
    context = nearest([item for item in judged if item not in shown], empty)
    quoted = {side: quote_all(library, ((i, i.strength(side)) for i in found[side][:count])) for side in sides}
    return Brief(
        stance=stance,
        support=quoted.get(Side.SUPPORT, ()),
        rebut=quoted.get(Side.REBUT, ()),
        context=quote_all(library, ((item, max(item.support, item.rebut)) for item in context)),
        note=_note(empty, bool(candidates)),
        sides=sides,
        more={side: max(0, len(found[side]) - count) for side in sides},
    )


def within(candidates: Iterable[Candidate], read: int) -> list[Candidate]:
    """The best candidates that hold at most `read` sentences together, and one at the least."""
    kept: list[Candidate] = []
    total = 0
    for candidate in candidates:
        total += len(candidate.passage.sentences)
        if kept and total > read:
            break
        kept.append(candidate)
    return kept


def judge(  # noqa: PLR0913, PLR0917
    library: Library,
    model: StanceModel,
    calibration: Calibration,
    stance: str,
    candidates: Sequence[Candidate],
    progress: Progress | None = None,
) -> list[Judged]:
    """Every sentence of the candidates, judged against the stance."""
    read = judge_logits(library, model, stance, candidates, progress)
    if not read:
        return []
    logits, cosines = np.stack([row for _, row in read]), np.array([c.cosine for (c, _), _ in read])
    chances = calibration.strengths(logits, cosines)
    return [Judged(c, s, float(p[0]), float(p[1])) for ((c, s), _), p in zip(read, chances, strict=True)]


def judge_logits(
    library: Library,
    model: StanceModel,
    stance: str,
    candidates: Sequence[Candidate],
    progress: Progress | None = None,
) -> list[tuple[tuple[Candidate, Sentence], Logits]]:
    """The stance model's logits (3,) for every sentence of the candidates that is long enough to quote.

    What may be evidence in context is read once more alone, and the mean is taken: else a sentence that says
    nothing, such as the author's name, inherits what the one before it says.
    """
    items = [(candidate, sentence) for candidate in candidates for sentence in candidate.passage.sentences]
    items = [(c, s) for c, s in items if len(c.passage.cut(s).split()) >= FEWEST_WORDS]
    readings = [Reading(c.passage.cut(s), library.before(c.passage, s)) for c, s in items]
    logits = model.score(stance, readings, progress)
    again = [n for n, reading in enumerate(readings) if reading.led and logits[n].max() > logits[n][NEITHER] + MARGIN]
    logits[again] = (logits[again] + model.score(stance, [replace(readings[n], before="") for n in again])) / 2
    return list(zip(items, logits, strict=True))


def pick(judged: Iterable[Judged], side: Side, threshold: float) -> list[Judged]:
    """The sentences on `side` that clear the threshold, strongest first, repetitions left out."""
    strong = [item for item in judged if item.side is side and item.strength(side) > threshold]
    return distinct(sorted(strong, key=lambda item: -item.strength(side)), lambda item: item.words)


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


def make_answer(  # noqa: PLR0913
    library: Library, embedder: Embedder, memory: Memory, calibration: Calibration, question: str, *, count: int
) -> Answer:
    """The passages that answer `question`, each by its nearest sentence, at most `count`.

    Strength is the mean of the question's cosine to the passage and to the sentence.
    """
    query = embedder.encode([question], query=True)
    candidates = retrieve(library, query, question, ANSWER_PASSAGES + count)
    if not candidates:
        return Answer(question, (), EMPTY_LIBRARY)
    items = [(candidate, sentence) for candidate in candidates for sentence in candidate.passage.sentences]
    cosines = memory.encode([candidate.passage.cut(sentence) for candidate, sentence in items]) @ query[0]
    best: dict[int, tuple[float, Judged]] = {}
    for (candidate, sentence), cosine in zip(items, cosines, strict=True):
        strength = max(0.0, (candidate.cosine + float(cosine)) / 2)
        if strength > best.get(id(candidate), (calibration.answer_floor,))[0]:
            best[id(candidate)] = (strength, Judged(candidate, sentence, 0.0, 0.0))
    ranked = sorted(best.values(), key=lambda pair: -pair[0])
    answers = quote_all(library, ((item, strength) for strength, item in ranked[:count]))
    return Answer(question, answers, None if answers else NO_ANSWER, max(0, len(ranked) - count))


def quote_all(library: Library, items: Iterable[tuple[Judged, float]]) -> tuple[Evidence, ...]:
    """Evidence for sentences, each quotation cut anew from the stored document; what fails is dropped."""
    found = []
    for item, strength in items:
        passage, sentence = item.candidate.passage, item.sentence
        quoted = library.quote(passage, sentence.start, sentence.end)
        if quoted is not None:
            document, quote = quoted
            found.append(
                Evidence(
                    quote=quote,
                    document=document.name,
                    start=sentence.start,
                    end=sentence.end,
                    strength=min(1.0, round(strength, 4)),
                    passage=passage,
                    source=document.source,
                    page=document.page_at(sentence.start),
                    also=library.also(document),
                )
            )
    return tuple(found)


def cite(evidence: Evidence) -> str:
    """A citation in one line: author, title, source, date, page or paragraph."""
    source, title = evidence.source, evidence.source.title or evidence.document
    named = f"“{title}{'' if title.endswith(('?', '!')) else ','}”"
    author = f"{source.author}, " if source.author else ""
    place = f"p. {evidence.page}" if evidence.page else f"¶ {evidence.paragraph}"
    also = f"; also held as {', '.join(name for name, _ in evidence.also)}" if evidence.also else ""
    return f"{author}{named} " + ", ".join(part for part in (source.source, source.date, place) if part) + also
