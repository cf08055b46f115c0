"""Train the stance model: a LoRA adapter and a three-way head over all-mpnet-base-v2.

    python -m training.train_stance --shared ../shared --out training/runs/second

Runs on two CPU cores; writes a checkpoint every few minutes and takes up where it stopped when
called again with the same `--out`. `--start` names the adapter of an earlier run to go on from.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import cast

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel

from debatebot.frames import LABELS, Frame, Framer
from debatebot.models import mpnet_folder
from debatebot.stance import at_marks
from training.curriculum import Shares, curriculum
from training.data import NEITHER, REBUT, SUPPORT, Example

BATCH_TOKENS = 2000
WINDOW = 256
RANK = 32
FIRST_LAYER = 2
CHECKPOINT_STEPS = 30
SIDED_WEIGHT = 1.5
"""What a sentence with a side weighs in the loss: it is rarer than one without, and two questions in one."""
COMPARED_WEIGHT, MARGIN = 0.3, 1.0


def base_model(folder: Path) -> torch.nn.Module:
    """The base with a fresh three-way head, no dropout (each pair is seen once or twice)."""
    torch.manual_seed(0)
    model: torch.nn.Module = AutoModelForSequenceClassification.from_pretrained(
        folder,
        num_labels=len(LABELS),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        local_files_only=True,
    )
    return model


def with_adapter(model: torch.nn.Module, start: Path | None) -> PeftModel:
    """LoRA on every linear layer from `FIRST_LAYER` up; the head is trained whole."""
    if start:
        return PeftModel.from_pretrained(model, str(start), is_trainable=True)
    return get_peft_model(
        model,
        LoraConfig(
            task_type="SEQ_CLS",
            r=RANK,
            lora_alpha=2 * RANK,
            target_modules=["q", "k", "v", "o", "dense"],
            layers_to_transform=list(range(FIRST_LAYER, 12)),
            layers_pattern="layer",
            modules_to_save=["classifier"],
        ),
    )


Framed = tuple[Frame, Example]


def batches(groups: list[list[Framed]], rng: random.Random) -> Iterator[list[Framed]]:
    """Batches of like length and some `BATCH_TOKENS` tokens, groups kept whole: sorted in windows, those of a
    window shuffled."""
    for start in range(0, len(groups), WINDOW):
        cut: list[list[Framed]] = [[]]
        for group in sorted(groups[start : start + WINDOW], key=_longest):
            if _longest(group) * (len(cut[-1]) + len(group)) > BATCH_TOKENS and cut[-1]:
                cut.append([])
            cut[-1] += group
        rng.shuffle(cut)
        yield from cut


def _longest(group: list[Framed]) -> int:
    return max(len(frame.ids) for frame, _ in group)


def loss_of(model: PreTrainedModel, batch: list[Framed]) -> torch.Tensor:
    """The mean loss of the batch's sentences, those with a side weighed more and arguable ones left out, and
    that of comparing each sentence's sides under the stances of its group."""
    labels = [label for _, example in batch for label in example.labels]
    names = [sentence for _, example in batch for sentence in example.reading.sentences]
    known = [n for n, label in enumerate(labels) if label is not None]
    logits = at_marks(model, [frame for frame, _ in batch])
    truth = torch.tensor([labels[n] for n in known])
    weights = torch.where(truth == NEITHER, 1.0, SIDED_WEIGHT)
    losses = torch.nn.functional.cross_entropy(logits[known], truth, label_smoothing=0.03, reduction="none")
    return (losses * weights).sum() / weights.sum() + COMPARED_WEIGHT * _compared(logits, labels, names)


def _compared(logits: torch.Tensor, labels: list[int | None], names: list[str]) -> torch.Tensor:
    """That a sentence leans more to support under each stance that it supports than under each that it rebuts."""
    above: dict[str, list[int]] = {}
    below: dict[str, list[int]] = {}
    for n, (label, name) in enumerate(zip(labels, names, strict=True)):
        if label in (SUPPORT, REBUT):
            (above if label == SUPPORT else below).setdefault(name, []).append(n)
    pairs = [(a, b) for name in above for a in above[name] for b in below.get(name, [])]
    if not pairs:
        return logits.new_zeros(())
    lean = logits[:, SUPPORT] - logits[:, REBUT]
    more, less = map(list, zip(*pairs, strict=True))
    return torch.nn.functional.softplus(MARGIN - (lean[more] - lean[less])).mean()


def train(model: PeftModel, steps: list[list[Framed]], out: Path, rate: float) -> None:
    """Train over all steps, from the checkpoint in `out` if there is one."""
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.01)
    warm = max(1, len(steps) // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: (s + 1) / warm if s < warm else 0.02 + 0.98 * (len(steps) - s) / (len(steps) - warm)
    )
    start, state = 0, out / "state.pt"
    if state.exists():
        saved = torch.load(state, weights_only=True)
        start = saved["step"]
        for weight, kept in zip(weights, saved["weights"], strict=True):
            weight.data.copy_(kept)
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
    model.train()
    inner = cast(PreTrainedModel, model.get_base_model())
    began, total = time.time(), 0.0
    for step in range(start, len(steps)):
        loss = loss_of(inner, steps[step])
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        total += loss.item()
        if (step + 1) % 10 == 0:
            pace = (time.time() - began) / (step + 1 - start)
            left = pace * (len(steps) - step - 1) / 60
            print(
                f"step {step + 1} of {len(steps)}, loss {total / 10:.3f}, {pace:.2f} s a step, {left:.0f} min left",
                flush=True,
            )
            total = 0.0
        if (step + 1) % CHECKPOINT_STEPS == 0 or step + 1 == len(steps):
            kept = {
                "step": step + 1,
                "weights": [w.data for w in weights],
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
            }
            torch.save(kept, out / "state.new")
            (out / "state.new").replace(state)
            model.save_pretrained(str(out / "adapter"))


def ship(adapter: Path, out: Path) -> None:
    """Write the adapter as the repository carries it: in half precision, its base called by its public name."""
    out.mkdir(parents=True, exist_ok=True)
    weights = load_file(adapter / "adapter_model.safetensors")
    save_file({name: weight.half() for name, weight in weights.items()}, out / "adapter_model.safetensors")
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = "sentence-transformers/all-mpnet-base-v2"
    for names in ("modules_to_save", "target_modules"):  # peft names some again each time that an adapter is loaded
        config[names] = sorted(set(config[names]))
    (out / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--rate", type=float, default=3e-4)
    for share in fields(Shares):
        name = "--" + share.name.replace("_", "-")
        parser.add_argument(
            name, type=float, default=share.default, help="how much of it is shown (training.curriculum)"
        )
    parser.add_argument("--steps", type=int, help="stop after so many, the rate falling to nothing by then")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    shares = Shares(**{share.name: getattr(options, share.name) for share in fields(Shares)})
    groups = curriculum(options.shared, options.seed, shares)
    examples = [example for group in groups for example in group]
    with mpnet_folder() as folder:
        framer = Framer(AutoTokenizer.from_pretrained(folder, local_files_only=True))
        model = with_adapter(base_model(folder), options.start)
    framed = [[(framer.frame(e.stance, e.reading), e) for e in group] for group in groups]
    steps = list(batches(framed, random.Random(options.seed)))[: options.steps]
    run = {
        "seed": options.seed,
        "rate": options.rate,
        "start": str(options.start),
        "shares": asdict(shares),
        "passages": len(examples),
        "sentences": sum(len(example.labels) for example in examples),
        "tokens": sum(len(frame.ids) for group in framed for frame, _ in group),
        "steps": len(steps),
    }
    print(run, flush=True)
    known = options.out / "run.json"
    if known.exists() and json.loads(known.read_text()) != run:
        raise SystemExit(f"{known} is of another run: its data or options differ; name a new folder with --out")
    known.write_text(json.dumps(run))
    train(model, steps, options.out, options.rate)
    ship(options.out / "adapter", options.out / "shipped")


if __name__ == "__main__":
    main()
