"""What the benchmarks' commands share: their options, their tables in Markdown, their figures as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from debatebot.models import sha256_of
from debatebot.stance import ADAPTER
from debatebot.types import Headway, ReadingProgress

BASELINES = ("bm25", "cosine", "plain", "part1")
RUNS = Path(__file__).parent / "runs"
"""What is made once and kept; not committed."""
NONE = "–"

Figures = dict[str, Any]
"""Names to numbers, or to figures of their own; None where a thing cannot be said of a system."""


def options_parser(description: str | None, baselines: Sequence[str] = BASELINES) -> argparse.ArgumentParser:
    """The options that every benchmark takes; `baselines` are those it knows."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0] if description else None)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder of shared data")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--sample", type=positive, help="only a slice so small; its figures mean nothing")
    known = ", ".join(baselines)
    parser.add_argument(
        "--baselines", nargs="*", choices=baselines, default=list(baselines), help=f"which of {known}; none without"
    )
    return parser


def positive(text: str) -> int:
    """A whole number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def note(text: str) -> None:
    """A line on standard error, for what is under way."""
    print(text, file=sys.stderr, flush=True)


def progress(every: int) -> ReadingProgress:
    """A note for every so many files that are read, each once."""
    noted = {0}

    def tell(reading: Headway) -> None:
        if reading.done % every == 0 and reading.done not in noted:
            noted.add(reading.done)
            note(f"{reading.done:,} of {reading.of:,}")

    return tell


def markdown(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers after the first column stand to the right."""
    lines = [list(headings), ["---", *["---:"] * (len(headings) - 1)], *([cell(c) for c in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: object) -> str:
    """A figure as it is printed: three decimals, thousands set apart, a dash for None."""
    if value is None:
        return NONE
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def by_system(figures: Mapping[str, Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """A table with a row for each system; `columns` names measures by their heading."""
    rows = [[name, *(measures.get(key) for key in columns.values())] for name, measures in figures.items()]
    return markdown(["", *columns], rows)


class Report:
    """The tables of one benchmark, printed as they come, and its figures."""

    def __init__(self, benchmark: str, options: argparse.Namespace, counts: Figures) -> None:
        self._begun, self._file = time.perf_counter(), options.json
        self.figures: Figures = {
            "benchmark": benchmark,
            "adapter": sha256_of(ADAPTER / "adapter_model.safetensors"),
            "sample": options.sample,
            "baselines": list(options.baselines),
            "counts": counts,
        }
        if options.sample:
            print(f"A slice of {options.sample}, to see that it runs: the figures mean nothing.\n")

    def add(self, name: str, figures: Figures, *tables: str, title: str = "") -> None:
        """Keep figures under a name and print their tables."""
        self.figures[name] = figures
        print("\n\n".join([f"### {title or name}", *tables]), end="\n\n", flush=True)

    def close(self) -> Figures:
        """Write the figures where they were asked for."""
        self.figures["seconds"] = round(time.perf_counter() - self._begun, 1)
        if self._file:
            text = json.dumps(self.figures, indent=1, ensure_ascii=False, allow_nan=False)
            self._file.write_text(text + "\n", encoding="utf-8")
        return self.figures
