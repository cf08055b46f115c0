"""Which side a sentence is on: a cross-encoder that reads a stance and a passage, and answers for each sentence.

The repository carries an adapter (LoRA and a three-way head) in `stance_model/`. Its base, all-mpnet-base-v2,
comes with five packages. Once, the two are merged and kept in half precision in the user's cache; that
file is what is loaded, after its hash has been checked.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from debatebot.embedding import hide_progress_bars, stay_offline
from debatebot.errors import ModelError
from debatebot.frames import LABELS, Frame, Framer, Reading, padded
from debatebot.models import cache_folder, check_sha256, mpnet_folder, sha256_of
from debatebot.types import Progress

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

ADAPTER = Path(str(files("debatebot"))) / "stance_model"
MANIFEST = "manifest.json"
NEITHER = LABELS.index("neither")
BATCH = 4
KEPT_SCORES = 10_000

Logits = npt.NDArray[np.float32]


class StanceModel(Protocol):
    """Judges sentences against a stance."""

    def score(self, stance: str, readings: Sequence[Reading], progress: Progress | None = None) -> list[Logits]:
        """For each reading the logits of support, rebut and neither, in that order, of its n sentences: (n, 3)."""


class CrossEncoder:
    """The stance model on the CPU. Scores are kept, so that asking for more of a stance costs nothing."""

    def __init__(self, folder: Path) -> None:
        stay_offline()
        import torch  # noqa: PLC0415
        from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: PLC0415

        hide_progress_bars()
        # bfloat16 pays only where the processor multiplies it in hardware
        able = torch.cpu.get_capabilities()
        half = able.get("amx_bf16") or able.get("avx512_bf16")
        self._framer = Framer(AutoTokenizer.from_pretrained(folder, local_files_only=True))
        self._model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=torch.bfloat16 if half else torch.float32, local_files_only=True
        ).eval()
        self._kept: OrderedDict[tuple[str, Reading], Logits] = OrderedDict()
        self._lock = Lock()

    def score(self, stance: str, readings: Sequence[Reading], progress: Progress | None = None) -> list[Logits]:
        """For each reading the logits of support, rebut and neither of its n sentences, shape (n, 3)."""
        import torch  # noqa: PLC0415

        with self._lock:
            todo = [reading for reading in dict.fromkeys(readings) if (stance, reading) not in self._kept]
            frames = sorted(((self._framer.frame(stance, r), r) for r in todo), key=lambda pair: len(pair[0].ids))
            for start in range(0, len(frames), BATCH):
                if progress:
                    progress(start, len(frames))
                batch = frames[start : start + BATCH]
                with torch.inference_mode():
                    logits: Logits = at_marks(self._model, [frame for frame, _ in batch]).float().numpy()
                ends = np.cumsum([len(frame.marks) for frame, _ in batch])
                for (_, reading), rows in zip(batch, np.split(logits, ends[:-1]), strict=True):
                    self._kept[stance, reading] = rows
            found = [self._kept[stance, reading] for reading in readings]
            while len(self._kept) > KEPT_SCORES:
                self._kept.popitem(last=False)
        return found


def at_marks(model: PreTrainedModel, frames: Sequence[Frame]) -> torch.Tensor:
    """The logits (n, 3) of all sentences of the frames: the head reads each where its mark stands."""
    import torch  # noqa: PLC0415

    ids, mask = padded(frames, model.config.pad_token_id)
    hidden = model.base_model(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask)).last_hidden_state
    rows = [row for row, frame in enumerate(frames) for _ in frame.marks]
    marks = [mark for frame in frames for mark in frame.marks]
    logits: torch.Tensor = model.get_submodule("classifier")(hidden[rows, marks].unsqueeze(1))
    return logits


def open_stance_model(say: Callable[[str], None] = lambda _: None) -> CrossEncoder:
    """The stance model from its ready file, which is made first where there is none."""
    return CrossEncoder(ready_folder(say))


def ready_folder(
    say: Callable[[str], None] = lambda _: None, adapter: Path = ADAPTER, base: Path | None = None
) -> Path:
    """The folder of the merged model in the cache, checked by hash; made where it is missing or damaged.

    `base` is a folder of all-mpnet-base-v2 to make it from, instead of those that are looked for.
    """
    folder = cache_folder() / f"stance-{sha256_of(adapter / 'adapter_model.safetensors')[:16]}"
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for name, digest in manifest.items():
            check_sha256(folder / name, digest, "it is made again")
    except (FileNotFoundError, ValueError, AttributeError, ModelError):
        say("Preparing the stance model, once, about 20 seconds")
        _make_ready(folder, adapter, base)
    return folder


def _make_ready(folder: Path, adapter: Path, base: Path | None) -> None:
    """Merge the adapter into its base and keep the result in half precision."""
    stay_offline()
    import torch  # noqa: PLC0415
    from peft import PeftModel  # noqa: PLC0415
    from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: PLC0415
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415

    hide_progress_bars()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # the base has no head of its own, which is as it should be
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (
        mpnet_folder(base) as mpnet,
        tempfile.TemporaryDirectory(dir=folder.parent) as scratch,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", FutureWarning)  # between the two libraries, nothing of ours
        model = AutoModelForSequenceClassification.from_pretrained(mpnet, num_labels=len(LABELS), local_files_only=True)
        merged = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
        merged.to(torch.float16).save_pretrained(scratch)
        AutoTokenizer.from_pretrained(mpnet, local_files_only=True).save_pretrained(scratch)
        digests = {file.name: sha256_of(file) for file in Path(scratch).iterdir()}
        Path(scratch, MANIFEST).write_text(json.dumps(digests), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        try:
            Path(scratch).rename(folder)
        except OSError:
            if not (folder / MANIFEST).exists():  # else another process was quicker
                raise
        Path(scratch).mkdir(exist_ok=True)  # for the context to clear away
