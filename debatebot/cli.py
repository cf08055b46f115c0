"""The command line. Data goes to standard output, notes and progress to standard error."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from debatebot.cli_corrections import add_correction_commands
from debatebot.errors import DebatebotError
from debatebot.settings import Settings, load_settings
from debatebot.terminal import print_json, print_text, progress_line, read_input, say, say_report, synced

if TYPE_CHECKING:
    from debatebot.types import SyncReport

REFUSED = 1
WRONG_USAGE = 2
BROKEN_PIPE = 141
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
        say(f"debatebot: {error}")
        return REFUSED
    except BrokenPipeError:
        sys.stderr.close()
        return BROKEN_PIPE
    except OSError as error:
        say(f"debatebot: {error.strerror or error}: {error.filename}; make room there, or give yourself the right")
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
    check = command("check-quote", _check_quote, "look a quotation up: exact, near, in another document, or nowhere")
    check.add_argument("text", metavar="TEXT", help="the quotation (- for standard input)")
    check.add_argument("--document", default="", help="the document that it is said to be from")
    _json_flag(check)
    add_correction_commands(command)
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
    from debatebot.web.app import serve

    serve(settings)
    return 0


def _setup(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.embedding import open_embedder
    from debatebot.stance import ready_folder

    ready_folder(say, base=options.base)
    say("Checking the embedding model")
    open_embedder(settings).encode(["ready"])
    say("The models are ready.")
    return 0


def _add(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import DebateBot
    from debatebot.types import Source

    if options.title and (len(options.paths) > 1 or options.paths[0].is_dir()):
        say("debatebot add: --title is for one file; leave it out, or add the files one by one")
        return WRONG_USAGE
    settings.corpus.mkdir(parents=True, exist_ok=True)
    _give_way()
    source = Source(**{key: getattr(options, key) for key in GIVEN})
    with progress_line() as progress:
        report = DebateBot.open(settings, say).add(options.paths, source=source, progress=progress)
    _tell(report, options.json)
    return REFUSED if report.refused else 0


def _sync(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import DebateBot

    _give_way()
    with progress_line() as progress:
        report = DebateBot.open(settings, say).sync(progress, rebuild=options.rebuild)
    _tell(report, options.json)
    return 0


def _give_way() -> None:
    """Let a chat that is open answer first: what is indexed beside it is in no hurry."""
    if hasattr(os, "nice"):
        os.nice(10)


def _tell(report: SyncReport, as_json: bool) -> None:
    """What was done: the refused files with their reasons, notes, and the counts last."""
    from debatebot.output import sync_json, sync_line

    say_report(report)
    if as_json:
        print_json(sync_json(report))
    say(sync_line(report))


def _remove(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import DebateBot

    DebateBot.open(settings, say).remove(options.documents)
    say(f"{len(set(options.documents))} removed")
    return 0


def _list(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.output import entry_json

    bot = synced(settings)
    entries = bot.entries()
    if options.json:
        print_json([entry_json(entry) for entry in entries])
        return 0
    for entry in entries:
        by = ", ".join(part for part in (entry.source.author, entry.source.date) if part)
        print(f"{entry.document}  {entry.source.title}{f' ({by})' if by else ''}  {entry.sentences} sentences")
    if not entries:
        say(f"The library is empty: `debatebot add PATH` puts documents into {settings.corpus}.")
    return 0


def _text(settings: Settings, options: argparse.Namespace) -> int:
    bot = synced(settings)
    print_text(bot.document(options.document).text)
    return 0


def _brief(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import BOTH
    from debatebot.output import brief_json, brief_text
    from debatebot.types import Side

    bot = synced(settings)
    sides = BOTH if options.side == "both" else (Side(options.side),)
    brief = bot.brief(options.stance, sides=sides, count=options.k)
    print_json(brief_json(brief)) if options.json else print(brief_text(brief))
    return 0


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.output import answer_json, answer_text

    bot = synced(settings)
    answer = bot.ask(options.question, count=options.k)
    print_json(answer_json(answer)) if options.json else print(answer_text(answer))
    return 0


def _check_quote(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.output import quote_json, quote_text

    text = read_input() if options.text == "-" else options.text
    check = synced(settings).check_quote(text, document=options.document)
    print_json(quote_json(check)) if options.json else print(quote_text(check))
    return 0
