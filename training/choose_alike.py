"""Choose how near sentences of one side must be to make one point (`ALIKE` of `debatebot/points.py`).

    python -m training.choose_alike --shared ../shared

Draws eight arguments of a topic and side of ArgKP's train split, each matched to one key point, again and
again; groups them as a brief does; prints, for each threshold, how well "in one group" tells "of one key point".
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from debatebot.embedding import Memory, open_embedder
from debatebot.points import grouped
from debatebot.settings import Settings

DRAWN, DRAWS = 8, 40
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)


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
    sides = [side for side in matched(parser.parse_args().shared / "benchmarks/argkp").values() if len(side) >= DRAWN]
    draws = [rng.sample(side, DRAWN) for side in sides for _ in range(DRAWS)]
    memory = Memory(open_embedder(Settings()))
    print("threshold | precision | recall | F1 | points of eight")
    for alike in THRESHOLDS:
        hits = together = same = groups = 0
        for draw in draws:
            group_of: dict[int, int] = {}
            for number, members in enumerate(grouped([text for text, _ in draw], memory, alike)):
                groups += 1
                group_of |= dict.fromkeys(members, number)
            for a, b in combinations(range(DRAWN), 2):
                joined, one = group_of[a] == group_of[b], draw[a][1] == draw[b][1]
                together, same, hits = together + joined, same + one, hits + (joined and one)
        precision, recall = hits / max(together, 1), hits / same
        score = 2 * precision * recall / max(precision + recall, 1e-9)
        print(f"{alike} | {precision:.3f} | {recall:.3f} | {score:.3f} | {groups / len(draws):.1f}")


if __name__ == "__main__":
    main()
