"""Runs work on a library in children that may be killed at any moment; the model is loaded once, before the forks.

Each line on standard input is the JSON of a task; its answer is the process number of the child that does it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

from debatebot.embedding import SentenceTransformerEmbedder
from debatebot.errors import DocumentError
from debatebot.library import Library


def work(task: dict[str, str], embedder: SentenceTransformerEmbedder) -> None:
    """One task, in the child."""
    import torch

    torch.set_num_threads(1)  # a pool of threads does not live on in a child
    library = Library(Path(task["corpus"]), Path(task["index"]), embedder)
    if task["do"] == "add":
        library.add([Path(task["what"])])
    elif task["do"] == "remove":
        # What an earlier kill has kept from being read is refused, and so it should be.
        with contextlib.suppress(DocumentError):
            library.remove([task["what"]])
    else:
        library.sync(rebuild=task["do"] == "rebuild")


def tell(answer: object) -> None:
    """A line to the test."""
    sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()


def main() -> None:
    embedder = SentenceTransformerEmbedder("")
    embedder.count_tokens(["loads the model"])
    tell("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work(json.loads(line), embedder)
                status = 0
            finally:
                os._exit(status)
        tell(child)
        tell(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
