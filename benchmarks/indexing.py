"""What the library's own work costs when documents are indexed, beside the embedding model alone.

    python -m benchmarks.indexing --folder ../shared/benchmarks/ibm-claim-stance/articles

The files are added in blocks. After each block in `--bare-every` the same passages go through a plain
`SentenceTransformer.encode` in the same process, so that both see the same machine: the ratio counts, not the seconds.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from debatebot.embedding import SentenceTransformerEmbedder
from debatebot.library import Library
from debatebot.models import minilm_folder
from debatebot.output import reading_line


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def command(folder: Path, *arguments: str) -> float:
    """Seconds that a command takes as a whole process."""
    code = "from debatebot.cli import main; raise SystemExit(main())"
    places = ["--corpus", str(folder / "corpus"), "--index", str(folder / "index")]
    whole = [sys.executable, "-c", code, *arguments, *places]
    return timed(lambda: subprocess.run(whole, check=True, capture_output=True))


def index(folder: Path, files: list[Path], root: Path, blocks: int, bare_every: int) -> dict[str, float]:
    """Add all files block by block; seconds and passages of those blocks that went through the model alone, too."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(minilm_folder()), device="cpu", local_files_only=True)
    library = Library(folder / "corpus", folder / "index", SentenceTransformerEmbedder(""))
    model.encode(["warm"])
    library.embedder.encode(["warm"])
    library.sync()
    sums = dict.fromkeys(("ours", "bare", "passages", "all_seconds", "all_passages"), 0.0)
    for block in range(blocks):
        for file in files[block::blocks]:
            target = library.corpus / file.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        last = max(library.snapshot().numbers, default=0)
        seconds = timed(lambda: library.sync(lambda reading: print(f"\r\033[K{reading_line(reading)}", end="")))
        new = [int(number) for number in library.snapshot().numbers if number > last]
        texts = [passage.text for passage in library.store.passages(new).values()]
        sums["all_seconds"] += seconds
        sums["all_passages"] += len(texts)
        if block % bare_every == 0:
            sums["ours"] += seconds
            sums["bare"] += timed(lambda: model.encode(texts, show_progress_bar=False))  # noqa: B023  (called at once)
            sums["passages"] += len(texts)
            print(f"\r\033[Kblock {block + 1} of {blocks}: so far {sums['bare'] / sums['ours']:.2f}", flush=True)
    return sums


def megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    """Print the table, and write it as JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=Path("../shared/benchmarks/ibm-claim-stance/articles"))
    parser.add_argument("--blocks", type=int, default=12)
    parser.add_argument(
        "--bare-every", type=int, default=1, help="how many blocks to one that the bare model reads, too"
    )
    parser.add_argument("--limit", type=int, default=None, help="only so many files")
    parser.add_argument("--keep", type=Path, default=None, help="where the library stays")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    files = sorted(options.folder.rglob("*.txt"))[: options.limit]
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = options.keep or Path(scratch)
        (folder / "corpus").mkdir(parents=True, exist_ok=True)
        sums = index(folder, files, options.folder, options.blocks, options.bare_every)
        memory = megabytes()
        first = files[0].relative_to(options.folder).as_posix()
        table = {
            "files": len(files),
            "passages": int(sums["all_passages"]),
            "passages a second, library": sums["passages"] / sums["ours"],
            "passages a second, model alone": sums["passages"] / sums["bare"],
            "ratio": sums["bare"] / sums["ours"],
            "minutes for all": sums["all_seconds"] / 60,
            "peak memory, both models, MB": memory,
            "sync, nothing changed, whole process, s": min(command(folder, "sync") for _ in range(3)),
            "removing one document, whole process, s": command(folder, "remove", first),
        }
    for name, value in table.items():
        print(f"{name:45} {value:10,.2f}" if isinstance(value, float) else f"{name:45} {value:10,}")
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
