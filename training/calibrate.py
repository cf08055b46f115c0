"""Fit `calibration.json` to the logits that `training.measure` kept.

    python -m training.calibrate --run training/runs/second --out debatebot/stance_model/calibration.json

The three numbers of the formula (`debatebot/calibration.py`) minimise the log loss over the library
and the documents kept aside and over stances that they say nothing of. Sentences that are no evidence are
weighed so that one in `PRIOR` is, as in a real library: in the development sets evidence is far denser.
The threshold is the lowest one at which, on those sets as they are, what is shown is right at least as often
as `PRECISION` and nothing at all is shown for `SILENT` of the foreign stances.
What is shown as unclear bears on the stance in at least the share `BEARS`. The floor for answers leaves
`UNANSWERED` of the foreign stances, taken as questions, without one.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]

from debatebot.calibration import Calibration
from training.data import NEITHER

PRIOR = 20
PRECISION = 0.55
SILENT = 0.9
BEARS = 0.5
UNANSWERED = 0.95
ALONE = {"debate-nli", "perspectrum dev"}

Array = npt.NDArray[Any]


def fit(logits: Array, cosines: Array, labels: Array, weights: Array) -> tuple[float, float, float]:
    """Slope, weight and prior of the least weighted log loss."""

    def loss(numbers: Array) -> float:
        chances = uncut(*numbers).strengths(logits, cosines)
        picked = chances[np.arange(len(labels)), labels]
        return float(-(weights * np.log(picked + 1e-9)).sum() / weights.sum())

    found = minimize(loss, np.array([1.0, 1.0, -1.0]), method="Nelder-Mead", options={"maxiter": 2000})
    slope, weight, prior = (round(float(number), 4) for number in found.x)
    return slope, weight, prior


def uncut(slope: float, weight: float, prior: float) -> Calibration:
    """A calibration for its strengths alone."""
    return Calibration(slope, weight, prior, threshold=0.5, unclear=1.0, answer_floor=0.0)


def evidence_weights(labels: Array) -> Array:
    """Weights that make one sentence in `PRIOR` evidence."""
    evidence = (labels != NEITHER).sum()
    return np.where(labels == NEITHER, evidence * (PRIOR - 1) / max(1, len(labels) - evidence), 1.0)


def shown_at(chances: Array, labels: Array, weights: Array, threshold: float) -> tuple[float, float, float]:
    """Precision, share on the wrong side, and recall of what is stronger than the threshold."""
    side, strength = chances[:, :2].argmax(1), chances[:, :2].max(1)
    shown = strength > threshold
    total = weights[shown].sum() or 1.0
    right = shown & (labels == side)
    wrong = shown & (labels == 1 - side)
    return weights[right].sum() / total, weights[wrong].sum() / total, right.sum() / (labels != NEITHER).sum()


def silent(chances: Array, stances: Array, threshold: float) -> float:
    """The share of stances for which nothing is shown."""
    names = np.unique(stances)
    return float(np.mean([(chances[stances == name, :2] <= threshold).all() for name in names]))


def unclear_above(chances: Array, labels: Array, threshold: float) -> float:
    """The lowest chance of bearing on the stance above which, where no side clears the threshold, `BEARS` do."""
    bearing = chances[:, :2].sum(1)
    unsure = chances[:, :2].max(1) <= threshold
    for floor in np.arange(threshold, 1.0, 0.02):
        shown = unsure & (bearing > floor)
        if not shown.any():
            break
        share = float((labels[shown] != NEITHER).mean())
        print(f"unclear above {floor:.2f}: {int(shown.sum())} shown, {share:.2f} of them evidence")
        if share >= BEARS:
            return round(float(floor), 2)
    return 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    data = dict(np.load(options.run / "logits.npz"))
    keep = (data["labels"] >= 0) & ~np.isin(data["sets"], list(ALONE))
    sets, stances, labels, cosines, logits = (
        data[key][keep] for key in ("sets", "stances", "labels", "cosines", "logits")
    )
    weights = evidence_weights(labels)
    numbers = fit(logits, cosines, labels, weights)
    chances = uncut(*numbers).strengths(logits, cosines)
    home, foreign = sets != "foreign", sets == "foreign"
    print(f"slope, weight, prior {numbers}; {len(labels)} pairs, {int((labels != NEITHER).sum())} of them evidence")
    print("threshold | precision / wrong side / recall at one in 20 | the same, as they are | foreign stances silent")
    chosen = None
    for threshold in np.arange(0.2, 0.91, 0.05):
        weighed = shown_at(chances[home], labels[home], weights[home], threshold)
        plain = shown_at(chances[home], labels[home], np.ones(home.sum()), threshold)
        quiet = silent(chances[foreign], stances[foreign], threshold)
        columns = (" / ".join(f"{value:.2f}" for value in group) for group in (weighed, plain))
        print(f"{threshold:.2f} | {' | '.join(columns)} | {quiet:.2f}")
        if chosen is None and plain[0] >= PRECISION and quiet >= SILENT:
            chosen = round(float(threshold), 2)
    if chosen is None:
        raise SystemExit("no threshold meets the conditions; nothing was written")
    unclear = unclear_above(chances[home], labels[home], chosen)
    floor = round(float(np.quantile(data["nearness_foreign"], UNANSWERED)), 2)
    answered = float((data["nearness_home"] > floor).mean())
    print(
        f"answer floor {floor}: {UNANSWERED:.0%} of foreign questions are silent, {answered:.0%} of the others answered"
    )
    slope, weight, prior = numbers
    made = {
        "slope": slope,
        "weight": weight,
        "prior": prior,
        "threshold": chosen,
        "unclear": unclear,
        "answer_floor": floor,
    }
    options.out.write_text(json.dumps(made) + "\n", encoding="utf-8")
    print(f"wrote {options.out}: {made}")


if __name__ == "__main__":
    main()
