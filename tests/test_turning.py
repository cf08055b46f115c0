"""When a stance is negated, its evidence changes sides: generated pairs, read by the real model.

The sentences and stances were made for this test; nothing was trained on them or fitted to them.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from debatebot.frames import Reading
from debatebot.stance import CrossEncoder, open_stance_model

SUBJECTS = ("the new treaty", "the port agreement", "the joint command", "the grain fund", "the coastal patrol")
# A sentence, and a stance it speaks for or against, with its denial.
CASES = (
    (
        "Within a year of its start, {} had cut the number of incidents by half.",
        "{} will reduce the number of incidents.",
        "{} will not reduce the number of incidents.",
    ),
    (
        "Every government in the region has broken with {} within a few years.",
        "{} is going to last.",
        "{} is not going to last.",
    ),
    (
        "Small states have paid for {} and got nothing in return.",
        "{} serves the small states.",
        "{} does not serve the small states.",
    ),
    (
        "Without its strongest neighbour at the table, {} has no chance.",
        "{} can succeed without the strongest neighbour.",
        "{} cannot succeed without the strongest neighbour.",
    ),
    (
        "Since {} came into force, prices in the border towns have doubled.",
        "{} has made life cheaper in the border towns.",
        "{} has not made life cheaper in the border towns.",
    ),
    (
        "Auditors found that {} spent its money exactly as it had promised.",
        "{} has wasted its money.",
        "{} has not wasted its money.",
    ),
    (
        "Villagers say that they sleep soundly again thanks to {}.",
        "{} makes people safer.",
        "{} does not make people safer.",
    ),
    (
        "Far from calming the old rivalry, {} has poured oil on the fire.",
        "{} eases the old rivalry.",
        "{} does not ease the old rivalry.",
    ),
    (
        "Parliament was never asked about {}, and the minister admits it.",
        "{} had the consent of parliament.",
        "{} did not have the consent of parliament.",
    ),
    (
        "The members of {} trust each other more than they ever did.",
        "The members of {} should be able to work together.",
        "The members of {} should not be able to work together.",
    ),
)


@pytest.fixture(scope="module")
def stance_model() -> CrossEncoder:
    return open_stance_model()


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def test_sides_turn_round_when_a_stance_is_negated(stance_model: CrossEncoder) -> None:
    stayed = []
    for (sentence, *stances), subject in itertools.product(CASES, SUBJECTS):
        reading = Reading((_capital(sentence.format(subject)),))
        said, denied = (stance_model.score(_capital(s.format(subject)), [reading])[0][0] for s in stances)
        if np.argmax(said[:2]) == np.argmax(denied[:2]):
            stayed.append(_capital(stances[0].format(subject)))
    pairs = len(CASES) * len(SUBJECTS)
    assert len(stayed) <= 0.05 * pairs, stayed
