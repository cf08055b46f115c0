"""The commands for the person's corrections of evidence; see `cli.py`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from debatebot.settings import Settings
from debatebot.terminal import print_text, say, synced

Run = Callable[[Settings, argparse.Namespace], int]
UNDO = "undo"
VERDICTS = ("support", "rebut", "neither", UNDO)


def add_correction_commands(command: Callable[[str, Run, str], argparse.ArgumentParser]) -> None:
    """Have the command line take `corrections` and `correct`; `command` makes the parser of one."""
    listed = command("corrections", _corrections, "print your corrections of evidence as JSON lines")
    what = listed.add_mutually_exclusive_group()
    what.add_argument(
        "--import", dest="file", metavar="FILE", help="take in those of a file (- for standard input) instead"
    )
    what.add_argument(
        "--examples", action="store_true", help="print them as examples to train a stance model on instead"
    )
    correct = command("correct", _correct, "say which side a piece of evidence is on, or that it is none")
    correct.add_argument("stance", metavar="STANCE")
    correct.add_argument("document", metavar="DOCUMENT")
    correct.add_argument("start", metavar="START", type=_offset, help="as `debatebot brief --json` gives it")
    correct.add_argument("end", metavar="END", type=_offset, help="likewise")
    correct.add_argument("verdict", choices=VERDICTS, metavar="|".join(VERDICTS), help="undo takes it back")


def _corrections(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import DebateBot
    from debatebot.corrections import dump

    if options.examples:
        return _examples(settings)
    bot = DebateBot.open(settings, say)
    if options.file is None:
        print_text(dump(bot.corrections()))
        return 0
    origin = "standard input" if options.file == "-" else options.file
    added, replaced, unchanged = bot.import_corrections(_lines(options.file, origin), origin)
    say(f"{added} added, {replaced} replaced, {unchanged} unchanged")
    return 0


def _correct(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.corrections import Verdict

    verdict = None if options.verdict == UNDO else Verdict(options.verdict)
    quote = synced(settings).correct(options.stance, options.document, options.start, options.end, verdict)
    say(f"{verdict or 'taken back'}: “{' '.join(quote.split())}”")
    return 0


def _examples(settings: Settings) -> int:
    from debatebot.correction_places import training_example

    bot = synced(settings)
    found = [training_example(bot.library, correction) for correction in bot.corrections()]
    print_text("".join(f"{json.dumps(asdict(item), ensure_ascii=False)}\n" for item in found if item))
    if missing := found.count(None):
        say(f"debatebot: {missing} left out, for the library has no such sentence any more")
    return 0


def _lines(file: str, origin: str) -> list[str]:
    from debatebot.errors import CorrectionError

    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode().split("\n")
    except OSError as error:
        raise CorrectionError(f"{origin} cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise CorrectionError(f"{origin} is not UTF-8 (byte {error.start + 1}); save it as UTF-8") from error


def _offset(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise argparse.ArgumentTypeError(f"{text!r} is no place in a text; give a whole number from 0")
    return int(text)
