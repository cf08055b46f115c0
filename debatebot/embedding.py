"""Texts to vectors. The packaged all-MiniLM-L6-v2 by default, any sentence-transformers model by name."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from debatebot.errors import ModelError
from debatebot.models import MINILM_SHA256, minilm_folder, sha256_of
from debatebot.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

REMEMBERED = 20_000
"""Sentences whose vectors are kept at hand: some 40 MB."""

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """What made the vectors: another name means that they cannot be compared."""

    def encode(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """Unit rows, float32, shape (n, d); `query` for a stance or question rather than a passage."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens the model reads for each text, special ones included."""


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; its weights are loaded when they are first needed."""
    return SentenceTransformerEmbedder(settings.embedding_model, settings.query_prefix, settings.passage_prefix)


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU, loaded on first use.

    Only a model that is named and is no folder here may be fetched from a hub.
    """

    def __init__(self, model: str, query_prefix: str = "", passage_prefix: str = "") -> None:
        self._model_name = model
        self._prefixes = {True: query_prefix, False: passage_prefix}
        self._loaded: SentenceTransformer | None = None
        self._loading = Lock()
        self.name = self._identity()

    def _identity(self) -> str:
        prefixes = "".join(f" {prefix!r}" for prefix in self._prefixes.values() if prefix)
        if not self._model_name:
            return f"all-MiniLM-L6-v2 {MINILM_SHA256[:12]}{prefixes}"
        weights = Path(self._model_name, "model.safetensors")
        version = f" {sha256_of(weights)[:12]}" if weights.is_file() else ""
        return f"{self._model_name}{version}{prefixes}"

    def _model(self) -> SentenceTransformer:
        with self._loading:  # the page has it loaded in one thread and needed in another
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> SentenceTransformer:
        local = not self._model_name or Path(self._model_name).is_dir()
        folder = self._model_name or str(minilm_folder())
        if local:
            stay_offline()
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  (seconds to import)

        hide_progress_bars()
        try:
            return SentenceTransformer(folder, device="cpu", local_files_only=local)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the embedding model {folder} cannot be loaded: {error}; "
                "name a folder or a hub id in the setting embedding_model, or remove the setting"
            ) from error

    def encode(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """Unit rows, float32, shape (n, d)."""
        prefix = self._prefixes[query]
        vectors = self._model().encode(
            [prefix + text for text in texts],
            batch_size=16,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model would read it whole, special ones and prefix included."""
        prefix = self._prefixes[False]
        tokenizer = self._model().tokenizer
        encoded = tokenizer([prefix + text for text in texts], truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]


class Memory:
    """Vectors of the sentences that were needed lately, for questions about one subject meet the same passages."""

    def __init__(self, embedder: Embedder, most: int = REMEMBERED) -> None:
        self._embedder, self._most, self._lock = embedder, most, Lock()
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32, shape (n, d); n is at least 1."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        missing = list(dict.fromkeys(text for text in texts if text not in found))
        if missing:
            found |= zip(missing, self._embedder.encode(missing), strict=True)
        with self._lock:
            for text in found:
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return np.stack([found[text] for text in texts])


def hide_progress_bars() -> None:
    """Keep transformers from drawing bars on standard error, which is for notes of our own."""
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # type: ignore[no-untyped-call]


def stay_offline() -> None:
    """Keep the model libraries from asking a hub; to be called before they are imported."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
