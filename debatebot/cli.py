"""The command line. Data goes to standard output, notes and progress to standard error."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debatebot.cli_corrections import Commands
from debatebot.errors import DebatebotError
from debatebot.settings import Settings, load_settings

if TYPE_CHECKING:
    from debatebot.bot import DebateBot
    from debatebot.types import Reading, ReadingProgress, SyncReport

REFUSED = 1
WRONG_USAGE = 2
BROKEN_PIPE = 141
PATIENCE = 5.0
"""Seconds that a reading command waits for another process to finish writing the index."""
GIVEN = ("title", "author", "date", "source", "url")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 for done, 1 for a refused input or a failed operation, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    flags = {key: getattr(options, key, None) for key in ("corpus", "index", "host", "port")}
    try:
        settings = load_settings(Path(), flags=flags)
        run: Callable[[Settings, argparse.Namespace], int] = options.run
        return run(settings, options)
    except DebatebotError as error:
        _say(f"debatebot: {error}")
        return REFUSED
    except BrokenPipeError:
        sys.stderr.close()
        return BROKEN_PIPE
    except OSError as error:
        _say(f"debatebot: {error.strerror or error}: {error.filename}; make room there, or give yourself the right")
        return REFUSED
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--corpus", metavar="DIR", default=argparse.SUPPRESS, help="folder of your documents (default: corpus)"
    )
    shared.add_argument(
        "--index", metavar="DIR", default=argparse.SUPPRESS, help="folder of the index (default: index)"
    )
    parser = argparse.ArgumentParser(
        "debatebot",
        parents=[shared],
        description="Debate preparation from your own documents: the passages that support or rebut a stance.",
        epilog="Without a command, debatebot brings the index up to date and opens the web chat.",
    )
    parser.set_defaults(run=_serve)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: Callable[[Settings, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[shared], help=text, description=text)
        added.set_defaults(run=run)
        return added

    serve = command("serve", _serve, "bring the index up to date and open the web chat")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", help="port to listen on (default: 7860)")
    add = command("add", _add, "copy files or folders into the corpus and index them")
    add.add_argument("paths", metavar="PATH", nargs="+", type=Path)
    for key in GIVEN:
        add.add_argument(f"--{key}", default="", help=f"its {key}, for the citation" if key != "url" else "its address")
    _json_flag(add)
    sync = command("sync", _sync, "make the index match the corpus folder")
    sync.add_argument("--rebuild", action="store_true", help="make the whole index again, or go on with that")
    _json_flag(sync)
    _json_flag(command("list", _list, "show what is in the library"))
    remove = command("remove", _remove, "take documents out of the library and delete their files in the corpus")
    remove.add_argument("documents", metavar="DOCUMENT", nargs="+", help="as `debatebot list` names it")
    text = command("text", _text, "print a document's stored text, exactly")
    text.add_argument("document", metavar="DOCUMENT")
    brief = command("brief", _brief, "show what supports and what rebuts a stance")
    brief.add_argument("stance", metavar="STANCE")
    brief.add_argument("--side", choices=("both", "support", "rebut"), default="both", help="default: both")
    ask = command("ask", _ask, "show the passages that answer a question")
    ask.add_argument("question", metavar="QUESTION")
    for reading in (brief, ask):
        reading.add_argument("-k", type=_count, metavar="N", help="how many pieces of evidence a side (default: 5)")
        _json_flag(reading)
    Commands(_synced, _say).join(command)
    setup = command("setup", _setup, "prepare the models, once; the first start does it too")
    setup.add_argument("--base", type=Path, metavar="FOLDER", help="all-mpnet-base-v2, where you have it already")
    return parser


def _json_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1000")
    return int(text)


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    from debatebot.web.app import serve  # noqa: PLC0415  (seconds to import)

    serve(settings)
    return 0


def _setup(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.embedding import open_embedder  # noqa: PLC0415
    from debatebot.stance import ready_folder  # noqa: PLC0415

    ready_folder(_say, base=options.base)
    _say("Checking the embedding model")
    open_embedder(settings).encode(["ready"])
    _say("The models are ready.")
    return 0


def _add(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import DebateBot  # noqa: PLC0415
    from debatebot.types import Source  # noqa: PLC0415

    if options.title and (len(options.paths) > 1 or options.paths[0].is_dir()):
        _say("debatebot add: --title is for one file; leave it out, or add the files one by one")
        return WRONG_USAGE
    settings.corpus.mkdir(parents=True, exist_ok=True)
    _give_way()
    source = Source(**{key: getattr(options, key) for key in GIVEN})
    with _progress_line() as progress:
        report = DebateBot.open(settings, _say).add(options.paths, source=source, progress=progress)
    _tell(report, options.json)
    return REFUSED if report.refused else 0


def _sync(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import DebateBot  # noqa: PLC0415

    _give_way()
    with _progress_line() as progress:
        report = DebateBot.open(settings, _say).sync(progress, rebuild=options.rebuild)
    _tell(report, options.json)
    return 0


def _give_way() -> None:
    """Let a chat that is open answer first: what is indexed beside it is in no hurry."""
    if hasattr(os, "nice"):
        os.nice(10)


def _tell(report: SyncReport, as_json: bool) -> None:
    """What was done: the refused files with their reasons, notes, and the counts last."""
    from debatebot.output import sync_json, sync_line  # noqa: PLC0415

    _say_report(report)
    if as_json:
        _print_json(sync_json(report))
    _say(sync_line(report))


def _say_report(report: SyncReport) -> None:
    for note in report.notes:
        _say(f"debatebot: {note}")
    for refusal in report.refused:
        _say(f"refused {refusal.document}: {refusal.reason}")


def _remove(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import DebateBot  # noqa: PLC0415

    DebateBot.open(settings, _say).remove(options.documents)
    _say(f"{len(set(options.documents))} removed")
    return 0


def _list(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.output import entry_json  # noqa: PLC0415

    bot = _synced(settings)
    entries = bot.entries()
    if options.json:
        _print_json([entry_json(entry) for entry in entries])
        return 0
    for entry in entries:
        by = ", ".join(part for part in (entry.source.author, entry.source.date) if part)
        print(f"{entry.document}  {entry.source.title}{f' ({by})' if by else ''}  {entry.sentences} sentences")
    if not entries:
        _say(f"The library is empty: `debatebot add PATH` puts documents into {settings.corpus}.")
    return 0


def _text(settings: Settings, options: argparse.Namespace) -> int:
    bot = _synced(settings)
    sys.stdout.buffer.write(bot.document(options.document).text.encode())
    sys.stdout.buffer.flush()
    return 0


def _brief(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import BOTH  # noqa: PLC0415
    from debatebot.output import brief_json, brief_text  # noqa: PLC0415
    from debatebot.types import Side  # noqa: PLC0415

    bot = _synced(settings)
    sides = BOTH if options.side == "both" else (Side(options.side),)
    brief = bot.brief(options.stance, sides=sides, count=options.k)
    _print_json(brief_json(brief)) if options.json else print(brief_text(brief))
    return 0


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.output import answer_json, answer_text  # noqa: PLC0415

    bot = _synced(settings)
    answer = bot.ask(options.question, count=options.k)
    _print_json(answer_json(answer)) if options.json else print(answer_text(answer))
    return 0


def _synced(settings: Settings) -> DebateBot:
    """The bot with its index up to date, or as it is where another process has been writing it for a while."""
    from debatebot.bot import DebateBot  # noqa: PLC0415
    from debatebot.errors import BusyError  # noqa: PLC0415

    bot = DebateBot.open(settings, _say)
    try:
        with _progress_line() as progress:
            _say_report(bot.sync(progress, wait=PATIENCE))
    except BusyError as error:
        if not bot.library.store.exists():
            raise
        _say(f"debatebot: {error}; this is from what is in it now")
    return bot


@contextmanager
def _progress_line() -> Iterator[ReadingProgress | None]:
    """A line that is written over and wiped at the end; only for a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from debatebot.output import reading_line  # noqa: PLC0415

    def show(reading: Reading) -> None:
        print(f"\r\033[K{reading_line(reading)}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
