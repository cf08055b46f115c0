"""The stance model of part 1 (commit 413b6e5), read as it was read then: one sentence at a time, at the first token.

Its adapter is taken from the repository's history and merged once, as the product does with its own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.tables import RUNS, note
from debatebot.calibration import Calibration
from debatebot.embedding import hide_progress_bars, stay_offline
from debatebot.frames import Reading
from debatebot.stance import NEITHER, Logits, ready_folder
from debatebot.types import Progress

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

COMMIT = "413b6e5"
FILES = ("adapter_model.safetensors", "adapter_config.json", "calibration.json")
BAR = " | "
WORDS = 36
FEWEST_WORDS = 8
MARGIN = 1.0
"""By how much a side's logit must beat that of neither for a sentence to be read again alone."""
MAX_TOKENS = 192
BATCH = 16


def in_context(sentence: str, before: str) -> str:
    """The sentence, led by the last words of the sentence before it where it is short.

    Sentence and lead hold at most `WORDS` words together; a lead of under `FEWEST_WORDS` words that is not the
    whole sentence before is left out.
    """
    lead = before.split()
    room = WORDS - len(sentence.split())
    if len(lead) > room:
        lead = lead[-room:] if room >= FEWEST_WORDS else []
    return " ".join(lead) + BAR + sentence if lead else sentence


def adapter() -> Path:
    """The folder of the adapter, written from the history where it is not there yet."""
    folder = RUNS / "part1"
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        if not (folder / name).exists():
            shown = subprocess.run(
                ["git", "show", f"{COMMIT}:debatebot/stance_model/{name}"],
                cwd=Path(__file__).parent,
                capture_output=True,
                check=False,
            )
            if shown.returncode:
                raise SystemExit(
                    f"the part-1 model is taken from commit {COMMIT}, which this copy of the repository lacks: "
                    "fetch its whole history, or name the other --baselines"
                )
            (folder / name).write_bytes(shown.stdout)
    return folder


def calibration(folder: Path) -> Calibration:
    """Its calibration of then, which had no floor for what is unclear: nothing is."""
    known = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
    return Calibration(**({"unclear": 1.0} | known))


class PairReader:
    """A cross-encoder that reads pairs of a stance and a text at the first token, labels as in `LABELS`."""

    def __init__(self, folder: Path, max_tokens: int = MAX_TOKENS) -> None:
        stay_offline()
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        hide_progress_bars()
        self._tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True
        ).eval()
        self._max_tokens = max_tokens
        self._kept: dict[tuple[str, str], Logits] = {}

    def logits(self, stance: str, texts: Sequence[str]) -> Logits:
        """Logits of support, rebut and neither, shape (n, 3)."""
        import torch

        todo = sorted({text for text in texts if (stance, text) not in self._kept}, key=lambda text: (len(text), text))
        for start in range(0, len(todo), BATCH):
            batch = todo[start : start + BATCH]
            encoded = self._tokenizer(
                [stance] * len(batch),
                batch,
                padding=True,
                truncation="longest_first",
                max_length=self._max_tokens,
                return_tensors="pt",
            )
            with torch.inference_mode():
                rows: Logits = self._model(**encoded).logits.float().numpy()
            self._kept |= {(stance, text): row for text, row in zip(batch, rows, strict=True)}
        return np.stack([self._kept[stance, text] for text in texts]) if texts else np.zeros((0, 3), np.float32)


class SentenceReader:
    """A `StanceModel` that reads every sentence by itself, without what stands round it."""

    def __init__(self, reader: PairReader) -> None:
        self._reader = reader

    def score(self, stance: str, readings: Sequence[Reading], progress: Progress | None = None) -> list[Logits]:  # noqa: ARG002
        """For each reading the logits (n, 3) of its sentences."""
        rows = self._reader.logits(stance, [sentence for reading in readings for sentence in reading.sentences])
        return cut(rows, readings)


class Part1:
    """The part-1 `StanceModel`: each sentence in context; what may be evidence once more alone, the mean of both."""

    def __init__(self, folder: Path) -> None:
        self._reader = PairReader(ready_folder(note, folder))

    def score(self, stance: str, readings: Sequence[Reading], progress: Progress | None = None) -> list[Logits]:  # noqa: ARG002
        """For each reading the logits (n, 3) of its sentences."""
        alone = [sentence for reading in readings for sentence in reading.sentences]
        before = [lead for reading in readings for lead in (reading.before, *reading.sentences[:-1])]
        led = [in_context(sentence, lead) for sentence, lead in zip(alone, before, strict=True)]
        rows = self._reader.logits(stance, led).copy()
        again = [
            n
            for n, (text, sentence) in enumerate(zip(led, alone, strict=True))
            if text != sentence and rows[n].max() > rows[n][NEITHER] + MARGIN
        ]
        rows[again] = (rows[again] + self._reader.logits(stance, [alone[n] for n in again])) / 2
        return cut(rows, readings)


def cut(rows: Logits, readings: Sequence[Reading]) -> list[Logits]:
    """Rows of all sentences as those of each reading."""
    ends = np.cumsum([len(reading.sentences) for reading in readings])
    return np.split(rows, ends[:-1]) if readings else []
