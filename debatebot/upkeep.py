"""What a library is made with: an index that is damaged, or made another way, is noticed and made again."""

from __future__ import annotations

import json
import logging

from debatebot.errors import DamagedError, OutdatedError
from debatebot.records import FORMAT, OUTDATED
from debatebot.store import Store

log = logging.getLogger(__name__)
MADE_AGAIN = "the index was damaged and has been made again from the corpus"
RENEWED = "the index was of another version of debatebot and has been made again from the corpus"
REBUILD = "`debatebot sync --rebuild`"


class Upkeep:
    """Keeps a store whole. `parts` name what passages and vectors are made with: model, way of cutting, of loading."""

    def __init__(self, store: Store, parts: dict[str, str]) -> None:
        self._store, self._parts = store, parts

    @property
    def made_by(self) -> str:
        """The parts as the store keeps them."""
        return json.dumps(self._parts)

    def prepare(self, rebuild: bool = False) -> list[str]:
        """A store that is whole and made the present way; the notes say what had to be done for that.

        Raises OutdatedError where it was made another way, unless `rebuild` is given.
        """
        notes: list[str] = []
        try:
            if self._store.exists() and self._store.format() != FORMAT:
                notes.append(RENEWED)
                self._store.delete()
            if self._store.exists():
                self._store.check()
                self._check_made_by(rebuild)
        except DamagedError as error:
            log.warning("%s", error)
            notes.append(MADE_AGAIN)
            self._store.delete()
        if not self._store.exists():
            self._store.create()
        return notes

    def _check_made_by(self, rebuild: bool) -> None:
        known = self._store.known().values()
        other = [item.made_by for item in known if item.made_by != self.made_by]
        if rebuild and not other:
            self._store.outdate()
        elif other and not rebuild:
            mend = "goes on with it" if other[0].startswith(OUTDATED) else "makes it again from the corpus"
            left = f"{len(other)} of {len(known)} documents to be made again"
            raise OutdatedError(f"{self._changed(other[0])} ({left}); {REBUILD} {mend}")

    def _changed(self, made_by: str) -> str:
        try:
            was = dict(json.loads(made_by.removeprefix(OUTDATED)))
        except (ValueError, TypeError) as error:
            raise DamagedError(f"{self._store.path} is damaged (what it was made with); {self._store.mend}") from error
        parts = [f"{key} {was.get(key)!r}, now {now!r}" for key, now in self._parts.items() if was.get(key) != now]
        if not parts:
            return f"making the index in {self._store.path.parent} again was interrupted"
        return f"the index in {self._store.path.parent} was made with {'; '.join(parts)}"
