"""The command line. Data goes to standard output, notes and progress to standard error."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debatebot.errors import DebatebotError
from debatebot.settings import Settings, load_settings

if TYPE_CHECKING:
    from debatebot.bot import DebateBot
    from debatebot.types import SyncReport

REFUSED = 1
BROKEN_PIPE = 141


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
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return BROKEN_PIPE


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
    sync = command("sync", _sync, "make the index match the corpus folder")
    sync.add_argument("--rebuild", action="store_true", help="make the whole index again")
    _json_flag(sync)
    _json_flag(command("list", _list, "show what is in the library"))
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


def _sync(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.output import sync_json, sync_line  # noqa: PLC0415

    _, report = _synced(settings, options.rebuild)
    if options.json:
        _print_json(sync_json(report))
    _say(sync_line(report))
    return 0


def _list(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.output import entry_json  # noqa: PLC0415

    bot, _ = _synced(settings)
    entries = bot.entries()
    if options.json:
        _print_json([entry_json(entry) for entry in entries])
        return 0
    for entry in entries:
        by = ", ".join(part for part in (entry.source.author, entry.source.date) if part)
        print(f"{entry.document}  {entry.source.title}{f' ({by})' if by else ''}  {entry.sentences} sentences")
    if not entries:
        _say(f"The library is empty: put .txt or .md files into {settings.corpus}.")
    return 0


def _text(settings: Settings, options: argparse.Namespace) -> int:
    bot, _ = _synced(settings)
    sys.stdout.buffer.write(bot.document(options.document).text.encode())
    sys.stdout.buffer.flush()
    return 0


def _brief(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.bot import BOTH  # noqa: PLC0415
    from debatebot.output import brief_json, brief_text  # noqa: PLC0415
    from debatebot.types import Side  # noqa: PLC0415

    bot, _ = _synced(settings)
    sides = BOTH if options.side == "both" else (Side(options.side),)
    brief = bot.brief(options.stance, sides=sides, count=options.k)
    _print_json(brief_json(brief)) if options.json else print(brief_text(brief))
    return 0


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    from debatebot.output import answer_json, answer_text  # noqa: PLC0415

    bot, _ = _synced(settings)
    answer = bot.ask(options.question, count=options.k)
    _print_json(answer_json(answer)) if options.json else print(answer_text(answer))
    return 0


def _synced(settings: Settings, rebuild: bool = False) -> tuple[DebateBot, SyncReport]:
    """The bot with its index up to date; what could not be taken is said on standard error."""
    from debatebot.bot import DebateBot  # noqa: PLC0415

    bot = DebateBot.open(settings, _say)
    report = bot.sync(_progress if sys.stderr.isatty() else None, rebuild)
    for note in report.notes:
        _say(f"debatebot: {note}")
    for refusal in report.refused:
        _say(f"refused {refusal.document}: {refusal.reason}")
    return bot, report


def _progress(done: int, of: int) -> None:
    """A line that is written over, and wiped before the last file; only for a terminal."""
    line = f"Reading the corpus: {done} of {of}" if done + 1 < of else ""
    print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
