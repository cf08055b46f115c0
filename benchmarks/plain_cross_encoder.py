"""A plain cross-encoder, as a library's documentation makes one: MiniLM, fully fine-tuned on Perspectrum's train pairs.

    python -m benchmarks.plain_cross_encoder --shared ../shared

Nothing but the usual: a three-way head, AdamW at 5e-5 falling to zero, three epochs in batches of 16, single
sentences (the recipe of Hugging Face's page on fine-tuning with native PyTorch). Perspectrum has no pair that is
neither; to every two pairs one is made, of a claim and a perspective of another. Trained once, some ten minutes on two
cores, and kept in `benchmarks/runs/plain-cross-encoder`.
"""

from __future__ import annotations

import argparse
import random
import shutil
from pathlib import Path

from benchmarks.part1 import PairReader, SentenceReader
from benchmarks.tables import RUNS, note, positive
from debatebot.embedding import hide_progress_bars, stay_offline
from debatebot.frames import LABELS
from debatebot.models import minilm_folder
from training.data import NEITHER, Pair, perspectrum

FOLDER = RUNS / "plain-cross-encoder"
SEED = 7
RATE = 5e-5
EPOCHS = 3
BATCH = 16
MAX_TOKENS = 128


def training_pairs(shared: Path, seed: int = SEED) -> list[Pair]:
    """Perspectrum's train pairs, and half as many of a claim with a perspective of another."""
    pairs, rng = perspectrum(shared, "train"), random.Random(seed)
    own: dict[str, set[str]] = {}
    for pair in pairs:
        own.setdefault(pair.stance, set()).add(pair.sentence)
    texts = sorted({pair.sentence for pair in pairs})
    foreign = []
    for pair in rng.sample(pairs, len(pairs) // 2):
        text = rng.choice(texts)
        while text in own[pair.stance]:
            text = rng.choice(texts)
        foreign.append(Pair(pair.stance, text, NEITHER))
    return pairs + foreign


def train(pairs: list[Pair], folder: Path, epochs: int = EPOCHS) -> None:
    """Fine-tune on the pairs and keep the model in `folder`."""
    stay_offline()
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    hide_progress_bars()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # that the head is new
    torch.manual_seed(SEED)
    base, rng = minilm_folder(), random.Random(SEED)
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=len(LABELS), local_files_only=True)
    model.train()
    batches = []
    for _ in range(epochs):
        rng.shuffle(pairs)
        batches += [pairs[start : start + BATCH] for start in range(0, len(pairs), BATCH)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    for step, batch in enumerate(batches, 1):
        encoded = tokenizer(
            [pair.stance for pair in batch],
            [pair.sentence for pair in batch],
            padding=True,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
        )
        loss = model(**encoded, labels=torch.tensor([pair.label for pair in batch])).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if step % 50 == 0:
            note(f"plain cross-encoder: step {step} of {len(batches)}, loss {loss.item():.3f}")
    unfinished = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    model.save_pretrained(unfinished)
    tokenizer.save_pretrained(unfinished)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def plain_cross_encoder(shared: Path) -> SentenceReader:
    """The model, trained first where it is not there yet."""
    if not FOLDER.is_dir():
        note("Training the plain cross-encoder, once, some ten minutes")
        RUNS.mkdir(exist_ok=True)
        train(training_pairs(shared), FOLDER)
    return SentenceReader(PairReader(FOLDER, MAX_TOKENS))


def main() -> None:
    """Train it, anew where it is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--sample", type=positive, help="only so many pairs, to see that it runs")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    pairs = training_pairs(options.shared)
    if options.sample:
        pairs = random.Random(SEED).sample(pairs, options.sample)
    train(pairs, options.out)
    note(f"kept in {options.out}")


if __name__ == "__main__":
    main()
