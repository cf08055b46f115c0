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
    (
        "Nobody at the frontier has seen a single officer of {} since the ceremony.",
        "{} is at work on the frontier.",
        "{} is not at work on the frontier.",
    ),
    (
        "Neighbours who had not spoken for twenty years now meet every month because of {}.",
        "{} can bring old enemies to the table.",
        "{} cannot bring old enemies to the table.",
    ),
    (
        "The sums set aside for {} would not pay for half of what it promises.",
        "{} has the money it needs.",
        "{} does not have the money it needs.",
    ),
    (
        "Shipowners have changed their routes to profit from {}.",
        "{} will attract trade.",
        "{} will not attract trade.",
    ),
    (
        "Behind {} stands one capital, and the others only sign.",
        "{} is a partnership of equals.",
        "{} is not a partnership of equals.",
    ),
    (
        "Judges in three countries have struck down parts of {}.",
        "{} is lawful.",
        "{} is not lawful.",
    ),
    (
        "Farmers who were promised help by {} are still waiting for it.",
        "{} has kept its promise to farmers.",
        "{} has not kept its promise to farmers.",
    ),
    (
        "Even those who voted against {} now admit that it has been a blessing.",
        "{} was a mistake.",
        "{} was not a mistake.",
    ),
    (
        "Every text of {} can be read by anyone who asks for it.",
        "{} should be called secretive.",
        "{} should not be called secretive.",
    ),
    (
        "Without {} the coast would have been left to smugglers.",
        "{} is worth keeping.",
        "{} is not worth keeping.",
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
