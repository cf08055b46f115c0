"""What is known of a document for its citation, from a small TOML file beside it.

`speech.txt` is described by `speech.txt.toml`, or else by `speech.toml` (which then also describes a
`speech.pdf` in the same folder). All keys are optional and text in quotes; `date` may be a TOML date.
"""

from __future__ import annotations

import datetime
import difflib
import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

from debatebot.errors import DocumentError
from debatebot.types import Source

KEYS = tuple(field.name for field in fields(Source))
NOTHING = Source()
LONGEST = 1000  # characters of a value
LARGEST_SIDECAR = 64_000  # bytes


def read_source(path: Path, own: Source = NOTHING) -> Source:
    """What the sidecar of the document at `path` says, and where it is silent what the file says of itself, `own`.

    A key that is set to an empty text says that nothing is to be shown. The title falls back to the file's name.
    Raises DocumentError, naming the sidecar and the line, if it is no TOML, has an unknown key or a wrong type.
    """
    sidecar = find_sidecar(path)
    known = {key: _short(tidy(value)) for key, value in asdict(own).items()} | (
        {} if sidecar is None else _read(sidecar)
    )
    known["title"] = known["title"] or readable_name(path)
    return Source(**known)


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """The values of keys as a sidecar takes them; raises DocumentError for one that it does not."""
    return {key: _checked("", key, value) for key, value in values.items()}


def write_source(path: Path, changes: Mapping[str, str]) -> None:
    """Change what the sidecar of the document at `path` says.

    What else stands in it, comments included, stays. The sidecar with the document's full name is written, for one with
    its stem may describe another file as well. Raises DocumentError for a value that cannot be taken.
    """
    import tomlkit  # noqa: PLC0415

    texts = checked(changes)
    sidecar, found = sidecar_names(path)[0], find_sidecar(path)
    if found:
        _read(found)  # refuses what is no sidecar, before anything is changed
    table = tomlkit.parse(found.read_bytes().decode("utf-8-sig")) if found else tomlkit.document()
    for key, text in texts.items():
        table[key] = text
    new = sidecar.with_name(f".{sidecar.name}.new")
    try:
        new.write_text(tomlkit.dumps(table), encoding="utf-8")
        new.replace(sidecar)
    except OSError as error:
        raise DocumentError(f"{sidecar} cannot be written ({error.strerror}); give yourself the right to") from error
    finally:
        new.unlink(missing_ok=True)


def find_sidecar(path: Path) -> Path | None:
    """The sidecar of the document at `path`: the one with its full name wins over the one with its stem."""
    for candidate in sidecar_names(path):
        if os.path.lexists(candidate):  # whatever it is: what cannot be read is refused, not passed over
            return candidate
    return None


def sidecar_names(path: Path) -> tuple[Path, Path]:
    """Where the sidecar of `path` may stand, best first."""
    return path.with_name(path.name + ".toml"), path.with_suffix(".toml")


def readable_name(path: Path) -> str:
    """The file's name as a title: `arab-nato_op-ed.txt` gives `Arab nato op ed`."""
    words = tidy(re.sub(r"[-_]+", " ", path.stem))
    return words[:1].upper() + words[1:] or path.name


def tidy(text: str) -> str:
    """Text on one line: white space and control characters as single spaces."""
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in text).split())


def _short(text: str) -> str:
    """What a file says of itself, no longer than anybody would cite it."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _read(sidecar: Path) -> dict[str, str]:
    if sidecar.is_symlink() or not sidecar.is_file():
        raise DocumentError(f"{sidecar} is not a regular file; put an ordinary file in its place")
    try:
        if sidecar.stat().st_size > LARGEST_SIDECAR:
            raise DocumentError(
                f"{sidecar} is larger than {LARGEST_SIDECAR:,} bytes; keep only {', '.join(KEYS)} in it"
            )
        text = sidecar.read_bytes().decode("utf-8-sig")
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise DocumentError(f"{sidecar} is not UTF-8 (byte {error.start + 1}); save it as UTF-8") from error
    except RecursionError as error:
        raise DocumentError(f'{sidecar} is not valid TOML: nested too deep; write each line as key = "text"') from error
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f'{sidecar} is not valid TOML: {error}; write each line as key = "text"') from error
    except OSError as error:
        raise DocumentError(
            f"{sidecar} cannot be read ({error.strerror}); give yourself the right, or copy it anew"
        ) from error
    return {key: _checked(f"{sidecar}, line {_line_of(text, key)}: ", key, value) for key, value in table.items()}


def _checked(where: str, key: str, value: object) -> str:
    """The value of one key as text on one line; `where` leads a message."""
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, n=1)
        mend = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(KEYS)}"
        raise DocumentError(f"{where}unknown key `{key}`; {mend}")
    if key == "date" and isinstance(value, datetime.date):
        return value.isoformat()
    if not isinstance(value, str):
        raise DocumentError(f'{where}`{key}` must be text; write it in quotes, like {key} = "..."')
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise DocumentError(f"{where}`{key}` holds characters that cannot be stored; type it anew")
    value = tidy(value)
    if len(value) > LONGEST:
        raise DocumentError(
            f"{where}`{key}` has {len(value):,} characters; {LONGEST} are the most that a citation shows"
        )
    if key == "url" and value and not value.lower().startswith(("http://", "https://")):
        raise DocumentError(f"{where}`url` must begin with https:// or http://; give the whole address")
    return value


def _line_of(text: str, key: str) -> int:
    """The line where a key is set (1 if it is written in some way that is not seen here)."""
    found = re.search(rf"""^[ \t]*(?:\[+[ \t]*)?["']?{re.escape(key)}\b""", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1
