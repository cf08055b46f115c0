"""The benchmarks run, on slices that say nothing; their measures are exact on what is worked out by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import abstention, briefs, documents, retrieval, stance
from benchmarks.baselines import BM25, OURS
from benchmarks.cases import pool
from benchmarks.data import COUNTS, Claim, Topic, check_counts
from benchmarks.documents import Ranking
from benchmarks.metrics import ARGUABLE, at_k, auc, average_precision, classified, ndcg, reliability
from benchmarks.part1 import in_context
from benchmarks.plain_cross_encoder import training_pairs
from benchmarks.product import Shown, overlap
from benchmarks.tables import Figures, by_system, markdown
from debatebot.frames import LABELS
from training.data import NEITHER, REBUT, SUPPORT, Gold, Pair

UNTRAINED = ["--baselines", "bm25", "cosine"]
SHARES = ("accuracy", "f1", "recall", "precision", "right", "wrong_side", "auc_", "any_", "ndcg", "best_", "side")
Run = Callable[..., Figures]


@pytest.fixture
def run(shared: Path, tmp_path: Path) -> Run:
    """Runs a benchmark on a slice of one; gives the figures as its file has them."""

    def runs(main: Callable[[Sequence[str]], Figures], *arguments: str, sample: int = 1) -> Figures:
        file = tmp_path / "figures.json"
        options = ["--shared", str(shared), "--json", str(file), "--sample", str(sample)]
        returned = main([*options, *UNTRAINED, *arguments])
        figures: Figures = json.loads(file.read_text(encoding="utf-8"))
        assert figures == json.loads(json.dumps(returned))
        assert figures["sample"] == sample
        assert figures["baselines"] == UNTRAINED[1:]
        check_shares(figures)
        return figures

    return runs


def check_shares(figures: Figures) -> None:
    found = list(numbers(figures))
    assert all(value is None or math.isfinite(value) for _, value in found)
    shares = [(key, value) for key, value in found if key.startswith(SHARES) and value is not None]
    assert shares
    assert all(0 <= value <= 1 for _, value in shares)


def numbers(value: Any, key: str = "") -> Iterator[tuple[str, float | None]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from numbers(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner, key)
    elif value is None or isinstance(value, (int, float)):
        yield key, value


# ---- the commands


def test_stance(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    figures = run(stance.main)
    names = ("perspectrum", "ibm-claim-stance", "argkp")
    assert {name: figures["counts"][name].items() >= COUNTS[name].items() for name in names} == dict.fromkeys(
        names, True
    )
    sets = [name for name in figures if name.endswith(("test", "train", "dev", "aside"))]
    assert len(sets) == 5
    for name in sets:
        side, three = figures[name], figures[f"{name}, with neither"]
        assert 0 <= side["support"] <= side["pairs"] <= stance.FEWEST
        assert three["pairs"] == sum(three[label] for label in LABELS) == stance.FEWEST
        assert list(side["systems"]) == [OURS, stance.ALWAYS, stance.CHANCE]
        assert len(three["systems"]) == 4
    assert "the figures mean nothing" in capsys.readouterr().out


def test_documents(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    figures = run(documents.main)
    assert figures["counts"] == {"documents": 1, "libraries": 1}
    assert figures["pooled"]["sentences"] == figures["documents"]["sentences"] + figures["libraries"]["sentences"]
    for name in ("documents", "libraries", "pooled"):
        found = figures[name]
        every, few = found["shown"].values()
        assert few["shown"] <= every["shown"]
        assert (few["recall"] or 0) <= (every["recall"] or 0)
        assert sum(row["shown"] for row in found["reliability"]) == every["shown"] - every["arguable"]
        left = [value for key, value in found["passes"][OURS].items() if key != "evidence" and value is not None]
        assert left == sorted(left, reverse=True)
        assert list(found["ranked"]) == [OURS, "MiniLM cosine, side by chance", "BM25, side by chance"]
    assert "| strength | shown | right |" in capsys.readouterr().out


def test_briefs(run: Run, tmp_path: Path) -> None:
    figures = run(briefs.main, "--index", str(tmp_path / "kept"))
    found = figures["briefs"]
    assert (found["topics"], found["articles"]) == (1, 1)
    assert found["claims"] >= 1
    assert list(found["systems"]) == [OURS, "MiniLM cosine, always support", "BM25, always support"]
    for measures in found["systems"].values():
        assert measures["recall_at_10"] <= measures["recall_at_50"]
        assert measures["empty"] <= min(measures["empty_support"], measures["empty_rebut"]) <= found["topics"]
        assert 0 < measures["seconds_median"] <= measures["seconds_95"]
    assert (tmp_path / "kept/index/library.sqlite").exists()
    (tmp_path / "kept/corpus/other.txt").write_text("Another article.", encoding="utf-8")
    with pytest.raises(SystemExit, match="holds other articles"):
        run(briefs.main, "--index", str(tmp_path / "kept"))


def test_retrieval(run: Run) -> None:
    figures = run(retrieval.main)
    perspectives = figures["perspectrum"]
    assert perspectives["queries"] == 1
    assert list(perspectives["systems"]) == [OURS, retrieval.ALONE, "BM25", "MiniLM cosine"]
    for measures in perspectives["systems"].values():
        assert measures["recall_at_5"] <= measures["recall_at_10"] <= measures["recall_at_20"]
    assert list(figures["arguana"]["systems"]) == [retrieval.ALONE, "BM25", "MiniLM cosine"]
    assert next(iter(figures["arguana, re-ranked"]["systems"])) == OURS


def test_abstention(run: Run) -> None:
    figures = run(abstention.main)
    for name in ("documents", "libraries"):
        if name in figures:
            found = figures[name]
            assert found["foreign"] >= 1
            assert next(iter(found["systems"])) == OURS
            assert all(value is None or value >= 0 for key, value in numbers(found) if key.startswith("number_"))


def test_data_of_other_counts_is_refused(shared: Path, tmp_path: Path) -> None:
    source, copy = shared / "benchmarks/argkp", tmp_path / "benchmarks/argkp"
    copy.mkdir(parents=True)
    for file in source.glob("arguments_*.csv"):
        (copy / file.name).write_bytes(file.read_bytes())
    assert check_counts(tmp_path, "argkp")["argkp"]["train arguments"] == 5583
    text = (copy / "arguments_train.csv").read_text(encoding="utf-8")
    (copy / "arguments_train.csv").write_text(text.rstrip("\n").rpartition("\n")[0], encoding="utf-8")
    with pytest.raises(SystemExit, match="train arguments: 5,582 instead of 5,583"):
        check_counts(tmp_path, "argkp")
    with pytest.raises(SystemExit, match="--shared"):
        check_counts(tmp_path, "arguana")


# ---- the measures, by hand


def test_ndcg() -> None:
    assert ndcg(["a", "b", "c"], {"a"}, 10) == 1.0
    assert ndcg(["b", "a"], {"a"}, 10) == pytest.approx(1 / math.log2(3))
    assert ndcg(["b", "a"], {"a"}, 1) == 0.0
    ideal = 1 + 1 / math.log2(3)
    assert ndcg(["a", "x", "b"], {"a", "b"}, 10) == pytest.approx((1 + 0.5) / ideal)
    assert ndcg(["x"], {"missing"}, 10) == 0.0


def test_precision_and_recall_at_k() -> None:
    assert at_k(["a", "x", "b", "y"], {"a", "b", "c"}, 4) == pytest.approx((0.5, 2 / 3, 4 / 7))
    assert at_k(["a"], {"a"}, 5) == pytest.approx((0.2, 1.0, 1 / 3))
    assert at_k(["x"], {"a"}, 5) == (0.0, 0.0, 0.0)


def test_average_precision() -> None:
    truth = np.array([True, False, True, False])
    assert average_precision(truth, np.array([0.9, 0.8, 0.7, 0.1])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(truth, np.zeros(4)) == 0.5


def test_auc() -> None:
    assert auc([0.9, 0.8], [0.1]) == 1.0
    assert auc([0.9, 0.1], [0.5]) == 0.5
    assert auc([0.5], [0.5, 0.4]) == 0.75
    assert auc([], [0.5]) is None


def test_reliability() -> None:
    rows = reliability([0.3, 0.35, 0.9, 1.0, 0.05], [True, False, True, True, False])
    assert [(row["from"], row["shown"], row["right"]) for row in rows if row["shown"]] == [
        (0.0, 1, 0.0),
        (0.3, 2, 0.5),
        (0.9, 2, 1.0),
    ]
    assert sum(row["shown"] for row in reliability([], [])) == 0


def test_accuracy_and_macro_f1() -> None:
    # support: F1 2/3 (one of two found, nothing wrong); rebut: 2/3 (one of one, one too many)
    assert classified([0, 0, 1], [0, 1, 1], 2) == {"accuracy": pytest.approx(2 / 3), "macro_f1": pytest.approx(2 / 3)}


def test_what_is_shown_is_right_wrong_or_arguable() -> None:
    labels = np.array([SUPPORT, REBUT, NEITHER, ARGUABLE])
    judged = {places: Shown(SUPPORT, 0.5, places).is_right(labels) for places in [(0,), (1,), (2,), (3,), (0, 1), ()]}
    assert judged == {(0,): True, (1,): False, (2,): False, (3,): None, (0, 1): True, (): False}
    assert Shown(SUPPORT, 0.5, (1, 3)).is_right(labels) is False
    assert [Shown(SUPPORT, 0.5, places).is_wrong_side(labels) for places in [(0,), (1,), (0, 1)]] == [
        False,
        True,
        False,
    ]
    assert Shown(REBUT, 0.5, (0, 1)).on_side(labels) == (1,)


def test_a_ranking() -> None:
    labels = np.array([SUPPORT, NEITHER, REBUT, ARGUABLE])
    strengths = np.array([[0.9, 0.1], [0.2, 0.1], [0.6, 0.3], [1.0, 0.0]])
    sided, blind = Ranking(), Ranking()
    sided.add(labels, strengths, sided=True)
    blind.add(labels, strengths[:, [0, 0]], sided=False)
    assert sided.figures() == {
        "best_1_right": 1.0,
        "best_1_wrong_side": 0.0,
        "best_3_right": pytest.approx(1 / 3),
        "best_3_wrong_side": pytest.approx(1 / 3),
        "average_precision_support": 1.0,
        "average_precision_rebut": 1.0,
        "side": 0.5,
    }
    assert (blind.figures()["best_1_right"], blind.figures()["best_1_wrong_side"]) == (0.5, 0.5)
    assert blind.figures()["side"] is None


def test_briefs_are_judged_by_the_claims_of_their_topic() -> None:
    claims = (Claim("a.txt", 10, 30, SUPPORT), Claim("a.txt", 100, 120, REBUT), Claim("b.txt", 10, 30, REBUT))
    found = [
        briefs.Found(("a.txt",), 0, 40, SUPPORT),
        briefs.Found(("x.txt", "b.txt"), 0, 21, SUPPORT),
        briefs.Found(("a.txt",), 119, 200, REBUT),
        briefs.Found(("a.txt",), 300, 320, SUPPORT),
    ]
    figures = briefs.figures_of([briefs.Answer(Topic(1, "t", claims), found, 2.0)])
    assert figures["recall_at_10"] == pytest.approx(2 / 3)
    assert (figures["on_a_claim"], figures["right_side"], figures["wrong_side"]) == (0.5, 0.5, 0.25)
    assert (figures["empty_support"], figures["empty_rebut"], figures["empty"]) == (0, 0, 0)
    assert overlap((0, 10), (10, 20)) == 0


# ---- the sets and baselines


def test_a_pool_says_nothing_of_other_libraries_stances() -> None:
    one = [Gold("one", [["a", "b"]], [[SUPPORT, None]])]
    two = [Gold("two", [["c"], ["d"]], [[REBUT], [NEITHER]])]
    pooled = pool({"one": one, "two": two})
    assert [item.documents for item in pooled] == [[["a", "b"], ["c"], ["d"]]] * 2
    assert [item.labels for item in pooled] == [[[SUPPORT, None], [2], [2]], [[2, 2], [REBUT], [2]]]


def test_a_third_each_and_neither_is_of_another_stance() -> None:
    pairs = [Pair(f"s{n % 4}", f"text {n}", n % 2) for n in range(20)]
    found = stance.with_neither(pairs)
    assert [sum(pair.label == label for pair in found) for label in range(3)] == [10, 10, 10]
    own = {(pair.stance, pair.sentence) for pair in pairs}
    assert all(((pair.stance, pair.sentence) in own) == (pair.label != NEITHER) for pair in found)


def test_the_plain_cross_encoder_learns_from_perspectrum_train_alone(shared: Path) -> None:
    pairs = training_pairs(shared)
    sided = [pair for pair in pairs if pair.label != NEITHER]
    assert len(pairs) - len(sided) == len(sided) // 2
    own = {(pair.stance, pair.sentence) for pair in sided}
    assert not any((pair.stance, pair.sentence) in own for pair in pairs if pair.label == NEITHER)


def test_part_1_put_the_sentence_before_in_front_of_a_short_one() -> None:
    assert in_context("It will not.", "Some say it will.") == "Some say it will. | It will not."
    assert in_context("word " * 35 + "end", "Some say it will.") == "word " * 35 + "end"
    assert in_context("It will not.", "") == "It will not."


def test_bm25_prefers_the_rarer_word() -> None:
    index = BM25(["taxes on carbon work", "taxes on land work", "taxes fall"])
    scores = index.scores("carbon taxes")
    assert scores.argmax() == 0
    assert scores[1] > 0
    assert index.scores("zebra").tolist() == [0, 0, 0]
    assert BM25(["the"]).scores("the").tolist() == [0]


def test_tables() -> None:
    assert markdown(["a", "b"], [["x", 0.12345], ["y", None], ["z", 1234]]) == (
        "| a | b |\n| --- | ---: |\n| x | 0.123 |\n| y | – |\n| z | 1,234 |"
    )
    assert by_system({"ours": {"n": 1}}, {"number": "n"}) == "|  | number |\n| --- | ---: |\n| ours | 1 |"
