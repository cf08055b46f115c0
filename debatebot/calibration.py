"""From the stance model's logits to a chance of being right.

The model is trained where every second sentence is evidence; in a library one in forty is. So its
logits are scaled and shifted, and the nearness of the passage (cosine) is weighed in, by the
softmax of

    support   slope * logit(support) + weight * cosine + prior
    rebut     slope * logit(rebut)   + weight * cosine + prior
    neither   slope * logit(neither)

whose numbers, and the thresholds, were fitted on
development data (`training/calibrate.py`, `stance_model/MODEL_CARD.md`). They lie beside the adapter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

FILE = "calibration.json"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The numbers of the formula above, and the thresholds."""

    slope: float
    weight: float
    prior: float
    threshold: float
    """Evidence is what is stronger than this on its side."""
    unclear: float
    """What is no evidence but whose two sides together are likelier than this bears on the stance."""
    answer_floor: float
    """A passage whose cosine to a question is lower answers nothing."""

    def strengths(self, logits: npt.NDArray[np.float32], cosines: Floats) -> Floats:
        """The chances of support, rebut and neither, shape (n, 3), for logits (n, 3) and cosines (n,)."""
        scaled = self.slope * logits.astype(np.float64)
        scaled[:, :2] += (self.weight * cosines + self.prior)[:, None]
        return softmax(scaled)


def softmax(logits: npt.NDArray[np.floating]) -> Floats:
    """The chances of each row's classes, shape (n, 3), for logits (n, 3)."""
    exponents = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    chances: Floats = exponents / exponents.sum(axis=1, keepdims=True)
    return chances


def load_calibration(folder: Path) -> Calibration:
    """The calibration that belongs to the adapter in `folder`."""
    return Calibration(**json.loads((folder / FILE).read_text(encoding="utf-8")))
