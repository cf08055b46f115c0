"""Libraries made for tests, with the real embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from debatebot.embedding import SentenceTransformerEmbedder, Vectors
from debatebot.library import Library


class CountingEmbedder:
    """The real embedder, counting the passages that it embeds."""

    def __init__(self, real: SentenceTransformerEmbedder, name: str = "") -> None:
        self.real, self.name, self.embedded = real, name or real.name, 0

    def encode(self, texts: Sequence[str], query: bool = False) -> Vectors:
        self.embedded += 0 if query else len(texts)
        return self.real.encode(texts, query)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self.real.count_tokens(texts)


def library(folder: Path, embedder: CountingEmbedder) -> Library:
    """A library over `folder`/corpus with its index beside it."""
    (folder / "corpus").mkdir(exist_ok=True)
    return Library(folder / "corpus", folder / "index", embedder)


def write(folder: Path, **texts: str) -> None:
    """Write `name=text` as `name.txt` into `folder`/corpus."""
    (folder / "corpus").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / "corpus" / f"{name}.txt").write_bytes(text.encode())
