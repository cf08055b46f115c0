"""Choose how near sentences of one side must be to make one point (`ALIKE` of `debatebot/points.py`).

    python -m training.choose_alike --shared ../shared

Draws eight arguments of a topic and side of ArgKP's train split, each matched to one key point, again and
again; groups them as a brief does; prints, for each threshold, how well the groups agree with the key points
(adjusted Rand index: 0 for chance, 1 for the same groups).
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score  # type: ignore[import-untyped]

from debatebot.embedding import Memory, open_embedder
from debatebot.points import grouped
from debatebot.settings import Settings

DRAWN, DRAWS = 8, 40
THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def matched(folder: Path) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """By topic and side, the arguments that one key point and no other was matched to, with that point."""
    points = defaultdict(list)
    for row in _rows(folder / "labels_train.csv"):
        if row["label"] == "1":
            points[row["arg_id"]].append(row["key_point_id"])
    found = defaultdict(list)
    for row in _rows(folder / "arguments_train.csv"):
        if len(points[row["arg_id"]]) == 1:
            found[row["topic"], row["stance"]].append((row["argument"], points[row["arg_id"]][0]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    rng = random.Random(1)
    sides = matched(parser.parse_args().shared / "benchmarks/argkp")
    many = {side: found for side, found in sides.items() if len(found) >= DRAWN}
    draws = [(topic, rng.sample(found, DRAWN)) for (topic, _), found in many.items() for _ in range(DRAWS)]
    print(f"key points of {DRAWN}: {np.mean([len({point for _, point in draw}) for _, draw in draws]):.1f}")
    memory = Memory(open_embedder(Settings()), most=10_000)
    print("threshold | adjusted Rand index | points")
    for alike in THRESHOLDS:
        scores, counts = [], []
        for topic, draw in draws:
            found = grouped([text for text, _ in draw], topic, memory, alike)
            names = {member: number for number, members in enumerate(found) for member in members}
            scores.append(adjusted_rand_score([point for _, point in draw], [names[n] for n in range(DRAWN)]))
            counts.append(len(found))
        print(f"{alike} | {np.mean(scores):.3f} | {np.mean(counts):.1f}")


if __name__ == "__main__":
    main()
