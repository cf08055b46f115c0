"""Where a correction's words stand in the library."""

from __future__ import annotations

from dataclasses import dataclass

from debatebot.corrections import Correction, Verdict, quote_key
from debatebot.errors import InputError
from debatebot.library import Library
from debatebot.types import FEWEST_WORDS, Sentence


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """A correction as an example to train a stance model on; `before` is the sentence before it, or ""."""

    stance: str
    sentence: str
    before: str
    label: Verdict


def sentence_at(library: Library, document: str, start: int, end: int) -> str:
    """The words of the sentence that a document has from `start` to `end`.

    Raises DocumentError where there is no such document, InputError where no sentence of it stands there.
    """
    text = library.document(document).text
    passage = library.store.passage_at(document, start) if 0 <= start < end <= len(text) else None
    if passage is None or Sentence(start, end) not in passage.sentences:
        raise InputError(
            f"no sentence of {document}, which has {len(text):,} characters, stands from {start} to {end}; "
            "take a start and an end that `debatebot brief --json` gives"
        )
    if len(text[start:end].split()) < FEWEST_WORDS:
        raise InputError(f"a sentence of under {FEWEST_WORDS} words is no quotation of its own; choose another")
    return text[start:end]


def training_example(library: Library, correction: Correction) -> TrainingExample | None:
    """The correction as a training example; None where the library has no such sentence any more."""
    passage = library.passage_of(correction.document, correction.quote)
    if passage is None:
        return None
    sentences = [passage.cut(sentence) for sentence in passage.sentences]
    for before, sentence in zip([library.before(passage), *sentences], sentences, strict=False):
        if quote_key(correction.document, sentence) == quote_key(correction.document, correction.quote):
            return TrainingExample(correction.stance, sentence, before, correction.verdict)
    return None
