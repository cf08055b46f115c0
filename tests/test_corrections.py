"""The person's word counts: on the brief, on rewordings of the stance, after restarts, between processes and people."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debatebot.bot import DebateBot
from debatebot.cli import main
from debatebot.correction_file import Corrections
from debatebot.correction_places import TrainingExample, training_example
from debatebot.corrections import Correction, Verdict, dump, load, quote_key
from debatebot.embedding import Memory, SentenceTransformerEmbedder
from debatebot.errors import CorrectionError, DocumentError, InputError
from debatebot.frames import Reading
from debatebot.rewordings import words_for
from debatebot.settings import Settings
from debatebot.stance import Logits
from debatebot.types import Brief, Evidence, Progress

STABILITY = "The Arab NATO will bring stability to the Middle East."
OP_ED = "arab-nato-op-ed.txt"
FLAMES = "heighten the flames of sectarian divide"
INCLUDE = "Any security pact must include Iran."
TAKE_PART = "Iran must take part in any security pact."
WITHOUT = "A security pact should be made without Iran."
CATS = "Cats make better pets than dogs."
SURE, UNSURE = 6.0, 2.0


def word(
    stance: str = STABILITY, quote: str = "It was so.", verdict: Verdict = Verdict.REBUT, minute: int = 0
) -> Correction:
    return Correction(stance, "a.txt", quote, verdict, f"2026-03-01T09:{minute:02}:00.000+00:00")


# ---- as JSON lines

SOME_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: bool(text.strip()))
WORDS = st.builds(
    Correction,
    SOME_TEXT,
    SOME_TEXT,
    SOME_TEXT,
    st.sampled_from(Verdict),
    st.datetimes(timezones=st.just(UTC)).map(lambda time: time.isoformat()),
)


@given(st.lists(WORDS))
def test_corrections_come_back_from_their_lines_as_they_were(words: list[Correction]) -> None:
    assert load(dump(words).split("\n")) == words


def test_a_line_is_one_flat_object() -> None:
    assert dump([word()]) == (
        '{"stance": "The Arab NATO will bring stability to the Middle East.", "document": "a.txt", '
        '"quote": "It was so.", "verdict": "rebut", "made": "2026-03-01T09:00:00.000+00:00"}\n'
    )


LINE = json.loads(dump([word()]))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "it is no JSON; write one JSON object a line"),
        ("[" * 100_000, "it is no JSON; write one JSON object a line"),
        ("9" * 10_000, "it is no JSON"),
        ("[1]", "it is no JSON object"),
        (
            json.dumps({**LINE, "colour": "red"}),
            "unknown key 'colour'; the keys are stance, document, quote, verdict, made",
        ),
        (json.dumps({**LINE, "quote": 7}), "`quote` must be there, and be a text"),
        (json.dumps({key: LINE[key] for key in LINE if key != "stance"}), "`stance` must be there"),
        (json.dumps({**LINE, "verdict": "other"}), "`verdict` is 'other'; it must be one of support, rebut, neither"),
        (json.dumps({**LINE, "stance": " "}), "`stance` is empty"),
        (json.dumps({**LINE, "quote": "\ud800"}), "`quote` holds characters that cannot be stored"),
        (json.dumps({**LINE, "made": "yesterday"}), "`made` is 'yesterday'; write a time in UTC"),
        (json.dumps({**LINE, "made": "2026-03-01T09:00:00"}), "`made` is '2026-03-01T09:00:00'; write a time in UTC"),
    ],
)
def test_a_line_that_is_none_is_named_with_its_number(line: str, says: str) -> None:
    with pytest.raises(CorrectionError) as caught:
        load([dump([word()]), "", line], "team.jsonl")
    assert str(caught.value).startswith(f"team.jsonl, line 3: {says}")


# ---- as they are kept


def test_one_word_counts_on_a_quotation_under_a_stance(tmp_path: Path) -> None:
    kept = Corrections(tmp_path)
    kept.put(word(minute=1))
    again = word(" the Arab  NATO will bring stability to the middle east!", "It\n was so.", Verdict.NEITHER)
    kept.put(again)
    kept.put(word("The pact is dear."))
    assert kept.all() == [again, word("The pact is dear.")]
    assert Corrections(tmp_path).all() == kept.all()
    assert kept.take_back(STABILITY.upper(), "a.txt", "It was  so.")
    assert not kept.take_back(STABILITY, "a.txt", "It was so.")
    assert kept.all() == [word("The pact is dear.")]


def test_of_two_words_from_two_people_the_later_counts(tmp_path: Path) -> None:
    kept = Corrections(tmp_path)
    kept.put(word(minute=5))
    kept.put(word(quote="B is so."))
    later, earlier = word(minute=6, verdict=Verdict.SUPPORT), word(quote="B is so.", verdict=Verdict.SUPPORT)
    earlier = replace(earlier, made="2026-03-01T10:59:00.000+02:00")
    assert kept.merge([later, earlier, word(quote="C is so."), later]) == (1, 1, 2)
    assert kept.all() == [later, word(quote="B is so."), word(quote="C is so.")]


SAME = st.builds(word, quote=st.sampled_from("AB"), verdict=st.sampled_from(Verdict), minute=st.integers(0, 2))


@given(st.lists(SAME), st.lists(SAME))
def test_people_who_exchange_their_words_end_with_the_same(
    tmp_path_factory: pytest.TempPathFactory, mine: list[Correction], yours: list[Correction]
) -> None:
    one, two = Corrections(tmp_path_factory.mktemp("one")), Corrections(tmp_path_factory.mktemp("two"))
    one.merge([*mine, *yours])
    two.merge([*yours, *mine])
    assert set(one.all()) == set(two.all())
    assert sum(one.merge(two.all())[:2]) == 0


def test_a_damaged_line_costs_no_other_and_is_kept_to_be_mended(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Corrections(tmp_path)
    kept.merge([word(), word(quote="B is so.")])
    whole = kept.path.read_bytes()
    cut = b'{"stance": "The Arab NA'
    not_utf8 = whole.split(b"\n")[0].replace(b"so", b"s\xf6")
    kept.path.write_bytes(cut + b"\n" + whole + not_utf8)
    with caplog.at_level(logging.WARNING):
        assert kept.all() == [word(), word(quote="B is so.")]
        kept.put(word(quote="C is so."))
        assert kept.all() == [word(), word(quote="B is so."), word(quote="C is so.")]
    assert caplog.messages == [
        f"{kept.path}, line 1: it is no JSON; write one JSON object a line, as `debatebot corrections` prints them "
        "(and 1 more such lines); or delete the line. The others count"
    ]
    assert kept.path.read_bytes() == dump(kept.all()).encode() + cut + b"\n" + not_utf8 + b"\n"


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    kept = Corrections(tmp_path)
    kept.path.mkdir(parents=True)
    with pytest.raises(CorrectionError, match=r"corrections\.jsonl is not a regular file"):
        kept.all()
    kept = Corrections(tmp_path / "none")
    assert kept.all() == []
    with pytest.raises(CorrectionError, match=r"cannot be written in .*none.\.debatebot \(No such file"):
        kept.put(word())


WRITER = """
import sys
from pathlib import Path
from debatebot.correction_file import Corrections
from debatebot.corrections import Correction, Verdict, now
for n in range(40):
    quote = f"{sys.argv[2]} says {n}."
    Corrections(Path(sys.argv[1])).put(Correction("It is so.", "a.txt", quote, Verdict.SUPPORT, now()))
"""


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in ("one", "two")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    quotes = {correction.quote for correction in Corrections(tmp_path).all()}
    assert quotes == {f"{name} says {n}." for name in ("one", "two") for n in range(40)}


# ---- rewordings


def verdicts_for(
    stance: str, corrections: list[Correction], memory: Memory, model: Paraphrases
) -> dict[tuple[str, str], Verdict]:
    return {key: word.verdict for key, word in words_for(stance, corrections, memory, model).items()}


class Paraphrases:
    """A stand-in for the stance model that knows a few pairs; every stance that is read is noted."""

    def __init__(self, known: dict[tuple[str, str], tuple[float, float, float]]) -> None:
        self.known, self.asked = known, set[tuple[str, str]]()

    def score(self, stance: str, readings: Sequence[Reading], progress: Progress | None = None) -> list[Logits]:
        assert progress is None
        self.asked.update((stance, sentence) for reading in readings for sentence in reading.sentences)
        return [
            np.array([self.known.get((stance, sentence), (0, 0, SURE)) for sentence in reading.sentences], np.float32)
            for reading in readings
        ]


@pytest.fixture(scope="module")
def memory(model: SentenceTransformerEmbedder) -> Memory:
    return Memory(model)


def test_the_stance_itself_is_known_again_and_nothing_is_asked(memory: Memory) -> None:
    nobody = Paraphrases({})
    assert verdicts_for(TAKE_PART, [], memory, nobody) == {}
    words = [word("iran must take part  in any security pact!"), word(CATS, "B is so.")]
    assert verdicts_for(TAKE_PART, words, memory, nobody) == {quote_key("a.txt", "It was so."): Verdict.REBUT}
    assert nobody.asked == set()


def test_a_rewording_keeps_the_side_and_the_opposite_exchanges_them(memory: Memory) -> None:
    same, opposite = (SURE, 0.0, 0.0), (0.0, SURE, 0.0)
    model = Paraphrases(
        {
            (TAKE_PART, INCLUDE): same,
            (INCLUDE, TAKE_PART): same,
            (TAKE_PART, WITHOUT): opposite,
            (WITHOUT, TAKE_PART): opposite,
        }
    )
    words = [
        word(INCLUDE, "A is so."),
        word(INCLUDE, "N is so.", Verdict.NEITHER),
        word(WITHOUT, "B is so."),
        word(WITHOUT, "C is so.", Verdict.SUPPORT),
        word(WITHOUT, "D is so.", Verdict.NEITHER),
        word(CATS, "E is so."),
    ]
    found = verdicts_for(TAKE_PART, words, memory, model)
    assert {quote[0]: verdict for (_, quote), verdict in found.items()} == {
        "A": Verdict.REBUT,
        "N": Verdict.NEITHER,
        "B": Verdict.SUPPORT,
        "C": Verdict.REBUT,
        "D": Verdict.NEITHER,
    }
    assert model.asked == set(model.known)  # and nothing about cats


@pytest.mark.parametrize("there", [SURE, UNSURE])
@pytest.mark.parametrize("back", [SURE, UNSURE])
def test_both_directions_must_be_sure(memory: Memory, there: float, back: float) -> None:
    model = Paraphrases({(TAKE_PART, INCLUDE): (there, 0, 0), (INCLUDE, TAKE_PART): (back, 0, 0)})
    assert bool(verdicts_for(TAKE_PART, [word(INCLUDE)], memory, model)) == (there == back == SURE)


def test_the_word_on_the_stance_itself_goes_before_and_else_the_latest(memory: Memory) -> None:
    same = (SURE, 0.0, 0.0)
    model = Paraphrases({(a, b): same for a in (TAKE_PART, INCLUDE, WITHOUT) for b in (TAKE_PART, INCLUDE, WITHOUT)})
    words = [
        word(INCLUDE, verdict=Verdict.SUPPORT, minute=9),
        word(WITHOUT, verdict=Verdict.NEITHER, minute=5),
        word(TAKE_PART, verdict=Verdict.REBUT, minute=1),
    ]
    key = quote_key("a.txt", "It was so.")
    assert verdicts_for(TAKE_PART, words, memory, model) == {key: Verdict.REBUT}
    assert verdicts_for(TAKE_PART, words[:2], memory, model) == {key: Verdict.SUPPORT}


# ---- in a brief, by the real models; nothing is asserted that the stance model decides


@pytest.fixture(scope="session")
def corrected(op_ed: Path, tmp_path_factory: pytest.TempPathFactory) -> DebateBot:
    folder = tmp_path_factory.mktemp("corrected")
    (folder / "corpus").mkdir()
    shutil.copy(op_ed, folder / "corpus" / OP_ED)
    bot = DebateBot.open(Settings(corpus=folder / "corpus", index=folder / "index"))
    bot.sync()
    return bot


@pytest.fixture
def bot(corrected: DebateBot) -> DebateBot:
    """The same bot with no word on anything."""
    (corrected.settings.corpus / ".debatebot/corrections.jsonl").unlink(missing_ok=True)
    return corrected


@pytest.fixture
def place(bot: DebateBot) -> tuple[int, int]:
    """Where the sentence with the flames stands."""
    passage = bot.library.store.passage_at(OP_ED, bot.document(OP_ED).text.index(FLAMES))
    assert passage
    [found] = [s for s in passage.sentences if FLAMES in passage.cut(s)]
    return found.start, found.end


def listed(bot: DebateBot) -> Brief:
    return bot.brief(STABILITY, count=200)


def on(evidence: Sequence[Evidence], place: tuple[int, int]) -> list[tuple[float, bool]]:
    return [(item.strength, item.corrected) for item in evidence if (item.start, item.end) == place]


def test_the_other_side_no_evidence_and_back(bot: DebateBot, place: tuple[int, int]) -> None:
    before = listed(bot)
    quote = bot.correct(STABILITY, OP_ED, *place, Verdict.SUPPORT)
    assert quote == bot.document(OP_ED).text[slice(*place)]
    brief = listed(bot)
    assert (on(brief.support, place), on(brief.rebut, place)) == ([(1.0, True)], [])
    assert brief.support[0].corrected
    bot.correct(STABILITY, OP_ED, *place, Verdict.REBUT)
    brief = listed(bot)
    assert (on(brief.support, place), on(brief.rebut, place)) == ([], [(1.0, True)])
    bot.correct("the arab NATO will bring stability to the Middle East", OP_ED, *place, Verdict.NEITHER)
    brief = listed(bot)
    assert on([*brief.support, *brief.rebut, *brief.unclear], place) == []
    assert [(c.stance, c.document, c.quote, c.verdict) for c in bot.corrections()] == [
        ("the arab NATO will bring stability to the Middle East", OP_ED, quote, Verdict.NEITHER)
    ]
    bot.correct(STABILITY, OP_ED, *place, None)
    assert bot.corrections() == []
    assert listed(bot) == before


def test_well_found_keeps_the_side_and_makes_it_the_persons(bot: DebateBot) -> None:
    before = listed(bot)
    item = [*before.support, *before.rebut, *before.unclear, *before.context][-1]
    side = "support" if item in before.support else "rebut"
    bot.correct(STABILITY, item.document, item.start, item.end, Verdict(side))
    [found] = [i for i in getattr(listed(bot), side) if i.start == item.start]
    assert found == replace(item, strength=1.0, corrected=True)


def test_it_outlives_a_restart_and_the_index(bot: DebateBot, place: tuple[int, int]) -> None:
    bot.correct(STABILITY, OP_ED, *place, Verdict.SUPPORT)
    assert not bot.changed()
    report = bot.sync()
    assert (report.unchanged, report.refused, report.notes) == ((OP_ED,), (), ())
    kept = bot.corrections()
    shutil.rmtree(bot.settings.index)
    again = DebateBot.open(bot.settings)
    report = again.sync()
    assert (report.added, report.refused, report.notes) == ((OP_ED,), (), ())
    assert again.corrections() == kept
    assert on(listed(again).support, place) == [(1.0, True)]


def test_undo_takes_back_a_word_that_was_said_on_a_rewording(bot: DebateBot, place: tuple[int, int]) -> None:
    again, other = DebateBot.open(bot.settings), "To the Middle East, the Arab NATO will bring stability."
    again._stance_model = Paraphrases({(STABILITY, other): (SURE, 0, 0), (other, STABILITY): (SURE, 0, 0)})
    again.correct(other, OP_ED, *place, Verdict.SUPPORT)
    assert on(listed(again).support, place) == [(1.0, True)]
    again.correct(STABILITY, OP_ED, *place, None)
    assert again.corrections() == []
    assert (1.0, True) not in on(listed(again).support, place)


def test_what_is_not_there_is_refused(bot: DebateBot, place: tuple[int, int]) -> None:
    start, end = place
    with pytest.raises(InputError, match="there is no stance here"):
        bot.correct(" ", OP_ED, start, end, Verdict.SUPPORT)
    with pytest.raises(DocumentError, match=r"holds no document 'b\.txt'"):
        bot.correct(STABILITY, "b.txt", start, end, Verdict.SUPPORT)
    for wrong in ((start + 1, end), (start, end - 1), (end, start), (-5, end), (start, 10**30), (10**30, 10**31)):
        with pytest.raises(InputError, match=r"no sentence of arab-nato-op-ed\.txt, which has 6,336 characters"):
            bot.correct(STABILITY, OP_ED, *wrong, Verdict.SUPPORT)
    with pytest.raises(InputError, match="there is no word of yours on this sentence"):
        bot.correct(STABILITY, OP_ED, start, end, None)
    assert bot.corrections() == []


def test_all_of_an_import_comes_in_or_none(bot: DebateBot) -> None:
    with pytest.raises(CorrectionError, match=r"^the corrections, line 2: it is no JSON"):
        bot.import_corrections([*dump([word()]).split("\n")[:1], "{"])
    assert bot.corrections() == []
    assert bot.import_corrections(dump([word(), word(quote="B is so.")]).split("\n")) == (2, 0, 0)
    assert bot.corrections() == [word(), word(quote="B is so.")]


def test_an_example_has_the_sentence_before(bot: DebateBot) -> None:
    text = bot.document(OP_ED).text
    passages = bot.library.store.passages().values()
    first, *later = [passage.cut(s) for passage in passages for s in passage.sentences]
    previous = first
    for sentence in later:
        said = Correction(STABILITY, OP_ED, " ".join(sentence.split()), Verdict.REBUT, word().made)
        if text.count(sentence) == 1:
            assert training_example(bot.library, said) == TrainingExample(STABILITY, sentence, previous, Verdict.REBUT)
        previous = sentence
    said = Correction(STABILITY, OP_ED, first, Verdict.REBUT, word().made)
    assert training_example(bot.library, said) == TrainingExample(STABILITY, first, "", Verdict.REBUT)
    assert training_example(bot.library, word()) is None


# ---- the commands


@dataclass
class Here:
    """The command line in this process, over the corpus and index of a bot."""

    places: list[str]
    captured: pytest.CaptureFixture[bytes]

    def run(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        """What a command writes to standard output and to standard error."""
        assert main([*arguments, *self.places]) == code
        out, err = self.captured.readouterr()
        return out.decode(), err.decode()

    def misused(self, *arguments: str) -> str:
        with pytest.raises(SystemExit) as left:
            main([*arguments, *self.places])
        assert left.value.code == 2
        return self.captured.readouterr().err.decode()


@pytest.fixture
def here(bot: DebateBot, capsysbinary: pytest.CaptureFixture[bytes]) -> Here:
    return Here(["--corpus", str(bot.settings.corpus), "--index", str(bot.settings.index)], capsysbinary)


def test_the_commands(here: Here, op_ed: Path, tmp_path: Path) -> None:
    assert here.run("corrections") == ("", "")
    text = op_ed.read_bytes().decode()
    start = text.index("Equally importantly, Oman")
    quote = text[start : text.index("Moreover,", start)].rstrip()
    place, shown = (STABILITY, OP_ED, str(start), str(start + len(quote))), " ".join(quote.split())
    assert here.run("correct", *place, "rebut") == ("", f"rebut: “{shown}”\n")
    exported, _ = here.run("corrections")
    line = json.loads(exported)
    assert line == {"stance": STABILITY, "document": OP_ED, "quote": quote, "verdict": "rebut", "made": line["made"]}
    examples, _ = here.run("corrections", "--examples")
    found = json.loads(examples)
    assert found == {"stance": STABILITY, "sentence": quote, "before": found["before"], "label": "rebut"}
    assert found["before"].endswith("from the outside.")
    assert here.run("correct", *place, "undo") == ("", f"taken back: “{shown}”\n")
    assert here.run("corrections") == ("", "")
    file = tmp_path / "team.jsonl"
    file.write_bytes((exported + dump([word()])).encode())
    assert here.run("corrections", "--import", str(file)) == ("", "2 added, 0 replaced, 0 unchanged\n")
    assert here.run("corrections") == (exported + dump([word()]), "")
    note = "debatebot: 1 left out, for the library has no such sentence any more\n"
    assert here.run("corrections", "--examples") == (examples, note)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ((dump([word()]) + "{\n").encode(), "team.jsonl, line 2: it is no JSON; write one JSON object a line"),
        (dump([word()]).encode("utf-16"), "team.jsonl is not UTF-8 (byte 1); save it as UTF-8"),
        (None, "team.jsonl cannot be read (No such file or directory); check the path"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_in_one_line(
    here: Here, tmp_path: Path, content: bytes | None, says: str
) -> None:
    file = tmp_path / "team.jsonl"
    if content is not None:
        file.write_bytes(content)
    out, err = here.run("corrections", "--import", str(file), code=1)
    assert out == ""
    assert err.startswith(f"debatebot: {tmp_path}/{says}")
    assert len(err.splitlines()) == 1
    assert here.run("corrections") == ("", "")


def test_what_cannot_be_corrected_is_refused_and_wrong_usage_told(here: Here) -> None:
    out, err = here.run("correct", STABILITY, OP_ED, "0", "1", "rebut", code=1)
    assert out == ""
    assert err.startswith("debatebot: no sentence of arab-nato-op-ed.txt, which has 6,336 characters, ")
    assert "'x' is no place in a text" in here.misused("correct", STABILITY, OP_ED, "x", "1", "rebut")
    assert "invalid choice: 'wrong'" in here.misused("correct", STABILITY, OP_ED, "0", "1", "wrong")
    assert "not allowed with" in here.misused("corrections", "--import", "team.jsonl", "--examples")


def test_a_process_takes_corrections_in_from_standard_input(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    program = [sys.executable, "-W", "error", "-c", "from debatebot.cli import main; raise SystemExit(main())"]
    given = dump([word()]).encode()
    done = subprocess.run(
        [*program, "corrections", "--import", "-"], input=given, cwd=tmp_path, capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"1 added, 0 replaced, 0 unchanged\n")
    assert Corrections(tmp_path / "corpus").all() == [word()]
