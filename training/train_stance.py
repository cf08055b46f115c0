"""Train the stance model: a LoRA adapter and a three-way head over all-mpnet-base-v2.

    python -m training.train_stance --shared ../shared --out training/runs/first

Runs on two CPU cores; writes a checkpoint every few minutes and takes up where it stopped when
called again with the same `--out`. The phases of `training.data.curriculum` follow one another under
one learning-rate schedule (linear warm-up, then linear decay).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedTokenizerBase

from debatebot.models import mpnet_folder
from debatebot.pairs import LABELS
from training.data import Pair, curriculum

MAX_TOKENS = 192
BATCH = 32
WINDOW = 512
RANK = 32
FIRST_LAYER = 2
CHECKPOINT_STEPS = 60


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


def with_adapter(model: torch.nn.Module) -> PeftModel:
    """LoRA on every linear layer from `FIRST_LAYER` up; the head is trained whole."""
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


def batches(pairs: list[Pair], rng: random.Random) -> list[list[Pair]]:
    """Batches of pairs of like length: sorted in windows, the batches of a window shuffled."""
    found = []
    for start in range(0, len(pairs), WINDOW):
        window = sorted(pairs[start : start + WINDOW], key=lambda p: len(p.stance) + len(p.sentence))
        cut = [window[i : i + BATCH] for i in range(0, len(window), BATCH)]
        rng.shuffle(cut)
        found += cut
    return found


def loss_of(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, batch: list[Pair]) -> torch.Tensor:
    encoded = tokenizer(
        [p.stance for p in batch],
        [p.sentence for p in batch],
        padding=True,
        truncation="only_second",
        max_length=MAX_TOKENS,
        return_tensors="pt",
    )
    labels = torch.tensor([p.label for p in batch])
    return torch.nn.functional.cross_entropy(model(**encoded).logits, labels, label_smoothing=0.03)


def train(
    model: PeftModel, tokenizer: PreTrainedTokenizerBase, steps: list[list[Pair]], out: Path, rate: float
) -> None:
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
    began, total = time.time(), 0.0
    for step in range(start, len(steps)):
        loss = loss_of(model, tokenizer, steps[step])
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        total += loss.item()
        if (step + 1) % 20 == 0:
            pace = (time.time() - began) / (step + 1 - start)
            left = pace * (len(steps) - step - 1) / 60
            print(
                f"step {step + 1} of {len(steps)}, loss {total / 20:.3f}, {pace:.2f} s a step, {left:.0f} min left",
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
    (out / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    phases = curriculum(options.shared, options.seed)
    rng = random.Random(options.seed)
    steps = [batch for phase in phases for batch in batches(phase, rng)]
    (options.out / "run.json").write_text(
        json.dumps(
            {"seed": options.seed, "rate": options.rate, "phases": [len(p) for p in phases], "steps": len(steps)}
        )
    )
    with mpnet_folder() as folder:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = with_adapter(base_model(folder))
    model.print_trainable_parameters()
    train(model, tokenizer, steps, options.out, options.rate)
    ship(options.out / "adapter", options.out / "shipped")


if __name__ == "__main__":
    main()
