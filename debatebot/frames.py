"""What the stance model reads: a stance and a passage, each of whose sentences is judged in its place.

    <s> stance </s></s> <s> words before … <s> first sentence <s> second sentence … </s>

The model's answer for a sentence is read where the mark `<s>` before it stands. Training and use share
this module, so that the model never meets a form it was not trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LABELS = ("support", "rebut", "neither")
SHORT_WORDS = 14
LEAD_WORDS = 30
LONGEST = 512
"""Tokens that the base can place; of what is longer the end is left unread, but every sentence has its mark."""
STANCE_TOKENS = 160
LEAD_TOKENS = 60


def needs_lead(sentence: str) -> bool:
    """Whether a sentence that begins a passage is read with the words before it."""
    return len(sentence.split()) < SHORT_WORDS


@dataclass(frozen=True, slots=True)
class Reading:
    """Consecutive sentences to be judged, and the sentence before them in their document (or "")."""

    sentences: tuple[str, ...]
    before: str = ""

    @property
    def lead(self) -> str:
        """The last words of the sentence before, where the first sentence is short ("It will not.")."""
        return " ".join(self.before.split()[-LEAD_WORDS:]) if needs_lead(self.sentences[0]) else ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Token ids of a stance with a reading, and the places of the marks of its sentences."""

    ids: list[int]
    marks: list[int]


class Framer:
    """Makes frames with the tokenizer of the stance model's base."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._mark, self._end = int(tokenizer.cls_token_id), int(tokenizer.sep_token_id)

    def frame(self, stance: str, reading: Reading) -> Frame:
        """The frame of a reading against a stance."""
        ids = [self._mark, *self._ids(stance)[:STANCE_TOKENS], self._end, self._end]
        if reading.lead:
            ids += [self._mark, *self._ids(reading.lead)[-LEAD_TOKENS:]]
        marks, room = [], LONGEST - len(ids) - len(reading.sentences) - 1
        for sentence in reading.sentences:
            words = self._ids(sentence)[:room]
            marks.append(len(ids))
            ids += [self._mark, *words]
            room -= len(words)
        return Frame([*ids, self._end], marks)

    def _ids(self, text: str) -> list[int]:
        # Words such as "</s>" in a document are words, no marks.
        found: list[int] = self._tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return found


def padded(frames: Sequence[Frame], filler: int) -> tuple[list[list[int]], list[list[int]]]:
    """Ids filled up to one length, and the mask that is 0 where they were."""
    longest = max(len(frame.ids) for frame in frames)
    ids = [frame.ids + [filler] * (longest - len(frame.ids)) for frame in frames]
    return ids, [[1] * len(frame.ids) + [0] * (longest - len(frame.ids)) for frame in frames]
