"""One stance in other words: a person's word under one counts under the other, and turned round under its opposite.

Which stances say the same is the stance model's to tell, read both ways; the nearness of their vectors only spares
it those that are about something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from debatebot.calibration import softmax
from debatebot.corrections import Correction, fold_stance, quote_key
from debatebot.embedding import Memory
from debatebot.frames import LABELS, Reading
from debatebot.stance import StanceModel

NEAR = 0.75
"""Stances whose vectors have a lower cosine are not compared."""
SURE = 0.9
"""How sure the stance model must be, in both directions."""


def words_for(
    stance: str, corrections: Iterable[Correction], memory: Memory, model: StanceModel
) -> dict[tuple[str, str], Correction]:
    """The corrections that count under `stance`, by `quote_key`, with their verdicts as they are under it.

    A word on this very stance goes before one on a rewording, and of several rewordings' the latest counts.
    """
    own = fold_stance(stance)
    corrections = sorted(corrections, key=lambda word: (fold_stance(word.stance) == own, word.rank))
    others = {fold_stance(word.stance): word.stance for word in corrections}
    others.pop(own, None)
    same, opposite = _compared(stance, list(others.values()), memory, model)
    found = {}
    for word in corrections:
        key = quote_key(word.document, word.quote)
        folded = fold_stance(word.stance)
        if folded == own or others[folded] in same:
            found[key] = word
        elif others[folded] in opposite:
            found[key] = replace(word, verdict=word.verdict.opposite)
    return found


def _compared(stance: str, others: Sequence[str], memory: Memory, model: StanceModel) -> tuple[set[str], set[str]]:
    """Those of the other stances that say the same as `stance`, and those that say the opposite."""
    if not others:
        return set(), set()
    vectors = memory.encode([stance, *others])
    near = [other for other, cosine in zip(others, vectors[1:] @ vectors[0], strict=True) if cosine >= NEAR]
    if not near:
        return set(), set()
    there = np.concatenate(model.score(stance, [Reading((other,)) for other in near]))
    back = np.concatenate([model.score(other, [Reading((stance,))])[0] for other in near])
    sure = np.minimum(softmax(there), softmax(back)) >= SURE
    support, rebut = sure[:, LABELS.index("support")], sure[:, LABELS.index("rebut")]
    return (
        {other for other, says_so in zip(near, support, strict=True) if says_so},
        {other for other, says_so in zip(near, rebut, strict=True) if says_so},
    )
