"""debatebot in one page: open a library, ask it for a brief or an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Self

from debatebot.answer import make_answer
from debatebot.brief import make_brief
from debatebot.calibration import load_calibration
from debatebot.correction_file import Corrections
from debatebot.correction_places import sentence_at
from debatebot.corrections import Correction, Verdict, load, now, quote_key
from debatebot.embedding import Memory, open_embedder
from debatebot.errors import InputError
from debatebot.judging import Models
from debatebot.library import Library
from debatebot.loaders.loaded import Limits
from debatebot.quotes import QuoteCheck, check_quote
from debatebot.rewordings import words_for
from debatebot.settings import Settings
from debatebot.sidecar import NOTHING
from debatebot.stance import ADAPTER, StanceModel, open_stance_model
from debatebot.types import Answer, Brief, Document, Entry, Progress, ReadingProgress, Side, Source, SyncReport

BOTH = (Side.SUPPORT, Side.REBUT)
LONGEST = 600


class DebateBot:
    """A library of documents and the models that read it.

    >>> bot = DebateBot.open(Settings())
    >>> report = bot.sync()
    >>> brief = bot.brief("The Arab NATO will bring stability to the Middle East.")
    """

    def __init__(self, settings: Settings, say: Callable[[str], None] = lambda _: None) -> None:
        self.settings = settings
        self._say = say
        self._embedder = open_embedder(settings)
        limits = Limits(settings.largest_megabytes * 1_000_000, settings.largest_pages, settings.largest_characters)
        self.library = Library(settings.corpus, settings.index, self._embedder, limits)
        self._corrections = Corrections(settings.corpus)
        self._memory = Memory(self._embedder)
        self._calibration = load_calibration(ADAPTER)
        self._stance_model: StanceModel | None = None
        self._loading = Lock()

    @classmethod
    def open(cls, settings: Settings, say: Callable[[str], None] = lambda _: None) -> Self:
        """Open a library; cheap, for models are loaded when they are first needed.

        `say` hears what is being waited for, where that is out of the ordinary.
        Raises LibraryError where there is no corpus folder.
        """
        return cls(settings, say)

    def load(self, say: Callable[[str], None] | None = None) -> None:
        """Load the models now, which takes seconds; `say` as for `open`."""
        self._embedder.encode(["warm"])
        self._model(say)

    def sync(
        self,
        progress: ReadingProgress | None = None,
        *,
        rebuild: bool = False,
        wait: float | None = None,
        say: Callable[[str], None] | None = None,
    ) -> SyncReport:
        """Make the index match the corpus folder; only what is new or changed is embedded.

        Waits for another process that is writing, or raises BusyError after `wait` seconds.
        """
        return self.library.sync(progress, rebuild, say or self._say, wait)

    def changed(self) -> bool:
        """Whether the corpus folder has changed since it was last read; cheap."""
        return self.library.changed()

    def add(
        self,
        paths: Sequence[Path],
        *,
        source: Source = NOTHING,
        progress: ReadingProgress | None = None,
        say: Callable[[str], None] | None = None,
    ) -> SyncReport:
        """Copy files and folders into the corpus and index them; what is set in `source` is kept for the citation."""
        return self.library.add(paths, source, progress, say or self._say)

    def describe(self, document: str, changes: Mapping[str, str], *, say: Callable[[str], None] | None = None) -> None:
        """Change what is known of a document for its citation: keys of `Source` to texts; the others stay."""
        self.library.describe(document, changes, say or self._say)

    def remove(self, documents: Sequence[str], *, say: Callable[[str], None] | None = None) -> None:
        """Take documents out for good, their files included; raises DocumentError for one that is not there."""
        self.library.remove(documents, say or self._say)

    def entries(self) -> list[Entry]:
        """What is in the library."""
        return self.library.entries()

    def document(self, name: str) -> Document:
        """A stored document; raises DocumentError if there is none of that name."""
        return self.library.document(name)

    def brief(
        self,
        stance: str,
        *,
        sides: tuple[Side, ...] = BOTH,
        count: int | None = None,
        progress: Progress | None = None,
    ) -> Brief:
        """What the library holds for and against a stance, at most `count` pieces of evidence a side."""
        stance = checked(stance, "stance")
        model = self._model()
        return make_brief(
            self.library,
            Models(self._embedder, self._memory, model, self._calibration),
            stance,
            sides=sides,
            count=count or self.settings.evidence,
            read=self.settings.read_sentences,
            verdicts=self._verdicts(stance),
            progress=progress,
        )

    def ask(self, question: str, *, count: int | None = None) -> Answer:
        """The passages that answer a question, at most `count`."""
        question = checked(question, "question")
        count = count or self.settings.evidence
        floor = self._calibration.answer_floor
        return make_answer(self.library, self._embedder, self._memory, floor, question, count=count)

    def check_quote(self, text: str, *, document: str = "") -> QuoteCheck:
        """Whether a quotation stands in the library, and in the `document` that it is said to be from.

        Raises InputError for a text that is none, DocumentError where there is no such document.
        """
        return check_quote(self.library, text, document)

    def correct(self, stance: str, document: str, start: int, end: int, verdict: Verdict | None) -> str:
        """Have the person's word on the sentence of a document from `start` to `end` count; returns its words.

        It counts under this stance and its rewordings, until None takes it back. Raises DocumentError or InputError
        where there is no such stance, document, sentence or word to take back.
        """
        stance = checked(stance, "stance")
        quote = sentence_at(self.library, document, start, end)
        if verdict is None:
            self._take_back(stance, document, quote)
        else:
            self._corrections.put(Correction(stance, document, quote, verdict, now()))
        return quote

    def _take_back(self, stance: str, document: str, quote: str) -> None:
        """Take back the word that counts under a stance, be it on a rewording of it."""
        stored_as = self.library.stored_as
        key = quote_key(stored_as(document), quote)
        words = [word for word in self.corrections() if quote_key(stored_as(word.document), word.quote) == key]
        counting = list(words_for(stance, words, self._memory, self._model()).values()) if words else []
        if not counting or not self._corrections.take_back(counting[0].stance, counting[0].document, quote):
            raise InputError(
                f"there is no word of yours on this sentence of {document} under this stance; "
                "`debatebot corrections` shows those there are"
            )

    def _verdicts(self, stance: str) -> dict[tuple[str, str], Verdict]:
        """The person's verdicts under a stance, by the names that passages go by."""
        words = words_for(stance, self._corrections.all(), self._memory, self._model())
        stored_as = self.library.stored_as
        return {quote_key(stored_as(word.document), word.quote): word.verdict for word in words.values()}

    def corrections(self) -> list[Correction]:
        """The person's words on evidence, all that are kept with the library."""
        return self._corrections.all()

    def import_corrections(self, lines: Iterable[str], origin: str = "the corrections") -> tuple[int, int, int]:
        """Take in corrections as JSON lines, all or none: how many were added, replaced another, changed nothing.

        Of two on the same the later counts. Raises CorrectionError, naming `origin` and the line, for one that is none.
        """
        return self._corrections.merge(load(lines, origin))

    def _model(self, say: Callable[[str], None] | None = None) -> StanceModel:
        with self._loading:
            if self._stance_model is None:
                self._stance_model = open_stance_model(say or self._say)
            return self._stance_model


def checked(text: str, what: str) -> str:
    """The text with its white space folded; raises InputError where it is blank or too long to be one."""
    text = " ".join(text.split())
    if not any(character.isalnum() for character in text):
        raise InputError(f"there is no {what} here; write one in a sentence, such as “The pact will keep the peace.”")
    if len(text) > LONGEST:
        raise InputError(
            f"this {what} has {len(text):,} characters, and {LONGEST} are the most that is read; "
            "say it in a sentence or two, and put longer texts into the corpus folder as documents"
        )
    return text
