"""Turn a stance round by rule: an auxiliary takes "not" or loses it, else the whole is denied."""

from __future__ import annotations

import random
import re

AUXILIARIES = "will|would|should|shall|can|could|must|is|are|was|were|has|have|had|does|do|did|cannot"
NOT = re.compile(rf"(?<!to )\b({AUXILIARIES}) not\b|\bcannot\b", re.IGNORECASE)
AUXILIARY = re.compile(rf"(?<!to )(?<!the )\b({AUXILIARIES})\b(?! not|['’])", re.IGNORECASE)
CLAUSE = re.compile(
    r"\b(that|which|who|whose|what|how|whether|if|when|because|unless|while|where|than|as|since|after|before)\b|,",
    re.IGNORECASE,
)
COMMON = frozenset(["the", "a", "an", "this", "these", "it", "its", "there", "no", "we", "every", "most", "in"])
DENIALS = (
    "It is not true that {}",
    "It is false that {}",
    "It is not the case that {}",
    "It is wrong to say that {}",
)


def negated(stance: str, rng: random.Random) -> str:
    """The opposite of a stance, in one of several forms; a stance that holds "not" loses it."""
    found = NOT.search(stance)
    if found and not CLAUSE.search(stance[: found.start()]):
        kept = found.group(1) or found.group(0)[:3]
        return stance[: found.start()] + kept + stance[found.end() :]
    helper = AUXILIARY.search(stance)
    # Behind a conjunction the auxiliary may be of a part, whose denial is not that of the whole.
    if helper and not CLAUSE.search(stance[: helper.start()]) and rng.random() < 0.7:
        return f"{stance[: helper.end()]} not{stance[helper.end() :]}"
    return rng.choice(DENIALS).format(_lowered(stance))


def _lowered(stance: str) -> str:
    """Its first letter small, where the first word is a common one."""
    first = stance.split(maxsplit=1)[0]
    return first[0].lower() + stance[1:] if first.casefold() in COMMON else stance
