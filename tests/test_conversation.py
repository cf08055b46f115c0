"""What messages are understood to ask for."""

import pytest

from debatebot.conversation import Mode, Request, understand
from debatebot.errors import InputError
from debatebot.types import Side

STANCE = "The alliance will keep the peace."
BOTH = Request("brief", STANCE, (Side.SUPPORT, Side.REBUT), 0, 5)


@pytest.mark.parametrize(
    ("mode", "sides"),
    [
        (Mode.BOTH, (Side.SUPPORT, Side.REBUT)),
        (Mode.SUPPORT, (Side.SUPPORT,)),
        (Mode.REBUT, (Side.REBUT,)),
    ],
)
def test_a_position_asks_for_the_sides_of_the_switch(mode: Mode, sides: tuple[Side, ...]) -> None:
    assert understand(f"  {STANCE}\n", mode, None) == Request("brief", STANCE, sides, 0, 5)


def test_a_question_is_answered_and_the_reader_is_told() -> None:
    asked = understand("Why did earlier alliances fail?", Mode.BOTH, None)
    assert (asked.kind, asked.sides) == ("ask", ())
    assert asked.notice == "Read as a question. State a position to see both sides."
    assert understand("Why did earlier alliances fail?", Mode.ASK, None).notice is None


def test_a_rhetorical_position_is_no_question() -> None:
    assert understand("Peace, at what price?", Mode.BOTH, None).kind == "brief"


@pytest.mark.parametrize(
    "message", ["more", "More.", "show me more evidence", "And more?", "anything else?", "what else", "more, please"]
)
def test_more_goes_on_where_the_last_answer_stopped(message: str) -> None:
    asked = understand(message, Mode.BOTH, BOTH)
    assert asked == Request("brief", STANCE, BOTH.sides, 5, 10)
    assert understand("more", Mode.BOTH, asked) == Request("brief", STANCE, BOTH.sides, 10, 15)


@pytest.mark.parametrize(
    "message", ["and the other side?", "The other side", "What about the other side?", "show me the opposing side"]
)
def test_the_other_side(message: str) -> None:
    rebut = Request("brief", STANCE, (Side.REBUT,), 5, 10)
    assert understand(message, Mode.BOTH, rebut) == Request("brief", STANCE, (Side.SUPPORT,), 0, 5)


@pytest.mark.parametrize(
    ("message", "side"),
    [
        ("what about against?", Side.REBUT),
        ("and for it?", Side.SUPPORT),
        ("anything against it?", Side.REBUT),
        ("what supports me?", Side.SUPPORT),
        ("evidence for", Side.SUPPORT),
    ],
)
def test_a_side_by_its_name(message: str, side: Side) -> None:
    assert understand(message, Mode.BOTH, BOTH) == Request("brief", STANCE, (side,), 0, 5)


def test_a_position_that_begins_like_a_follow_up_is_a_position() -> None:
    assert understand("More weapons will not help.", Mode.BOTH, BOTH).text == "More weapons will not help."
    assert understand("Against all odds it held.", Mode.BOTH, BOTH).kind == "brief"


@pytest.mark.parametrize("message", ["", "  \n\t", "\u00a0"])
def test_a_blank_message_is_refused(message: str) -> None:
    with pytest.raises(InputError, match="State a position"):
        understand(message, Mode.BOTH, None)


def test_a_follow_up_to_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="nothing before this"):
        understand("more", Mode.BOTH, None)


def test_an_answer_has_no_other_side() -> None:
    with pytest.raises(InputError, match="no sides"):
        understand("the other side", Mode.ASK, Request("ask", "Who was left out?", (), 0, 5))
