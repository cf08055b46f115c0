"""What the library can be asked to do, as jobs of `work.py`: each says in words what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from debatebot.bot import DebateBot
from debatebot.loaders import shown
from debatebot.output import plural
from debatebot.types import Entry, ReadingProgress, Source, SyncReport
from debatebot.web.jobs import Outcome, Task
from debatebot.web.view import sentence
from debatebot.web.work import Work

LEFT_OUT = "nothing that can be read was found in it; choose another file"


def sync(work: Work, bot: DebateBot, rebuild: bool = False) -> Task:
    """Make the index match the corpus folder; `rebuild` makes all of it again."""

    def run(_: Sequence[Path], progress: ReadingProgress) -> list[Outcome]:
        report = bot.sync(progress, rebuild=rebuild, say=work.say)
        return [Outcome("done", "", report.refused, report.notes)]

    return work.submit("sync", "the corpus folder", run, rebuild=rebuild)


def add(work: Work, bot: DebateBot, path: Path, after: Callable[[], None], source: Source | None = None) -> Task:
    """Take a file into the library, or a text with what is known of it; `after` when it is no longer needed."""
    given = source or Source()

    def run(paths: Sequence[Path], progress: ReadingProgress) -> list[Outcome]:
        report = bot.add(paths, source=given, progress=progress, say=work.say)
        return added(paths, report, {entry.document: entry for entry in bot.entries()})

    return work.submit("text" if source else "file", given.title or path.name, run, path, after)


def describe(work: Work, bot: DebateBot, entry: Entry, changes: Mapping[str, str]) -> Task:
    """Change what is known of a document for its citation."""

    def run(_: Sequence[Path], __: ReadingProgress) -> list[Outcome]:
        bot.describe(entry.document, changes, say=work.say)
        return [Outcome("done", "Saved")]

    return work.submit("edit", entry.source.title or entry.document, run)


def remove(work: Work, bot: DebateBot, document: str, title: str) -> Task:
    """Take a document and its file out, for good."""

    def run(_: Sequence[Path], __: ReadingProgress) -> list[Outcome]:
        bot.remove([document], say=work.say)
        return [Outcome("done", "Removed")]

    return work.submit("removal", title or document, run)


def added(paths: Sequence[Path], report: SyncReport, entries: dict[str, Entry]) -> list[Outcome]:
    """What became of each file that was added."""
    refused, placed = {refusal.document: refusal.reason for refusal in report.refused}, dict(report.placed)
    found: list[Outcome] = []
    for path in paths:
        name = placed.get(path, "")
        if reason := refused.get(shown(str(path))):
            found.append(Outcome("refused", _without_folder(reason, path)))
        elif name in report.added:
            length = entries.get(name)
            found.append(Outcome("added", f"Added, {plural(length.passages, 'passage')}" if length else "Added"))
        elif name:
            found.append(Outcome("already", f"Already in your library, as {_named(name, entries)}"))
        else:
            found.append(Outcome("refused", LEFT_OUT))
    return found


def _named(name: str, entries: dict[str, Entry]) -> str:
    entry = entries.get(name)
    return f"“{entry.source.title}” ({name})" if entry and entry.source.title else name


def _without_folder(reason: str, path: Path) -> str:
    """The reason without the place where the upload lay, which tells a person nothing."""
    for place in _places(path):
        reason = reason.replace(place, "")
    return sentence(reason.removeprefix(f"{path.name}: "))


def _places(path: Path) -> Iterator[str]:
    yield f"{path.parent}/"
    yield f"{path.parent.name}/"
