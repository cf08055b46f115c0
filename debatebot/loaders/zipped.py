"""Documents that are zip files of XML (.docx, .odt, .epub), opened with care: they may come from anywhere."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from types import TracebackType
from typing import Any

from debatebot.errors import DocumentError
from debatebot.loaders.blocks import clean

LARGEST = 300_000_000  # bytes of all that is inside, unpacked
RATIO, RATIO_FROM = 200, 50_000_000  # what unpacks to so many times its size is refused, from so many bytes
ENTRIES = 20_000
_DIRECTORY = ENTRIES * 200  # bytes of a directory: it is read whole before its entries can be counted
_STEP = 1_000_000
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")

# What zipfile and its decompressors raise on broken files; RuntimeError also stands for a missing password.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    IndexError,
    NotImplementedError,
    RuntimeError,
)


class Zipped:
    """A zip file in memory. `kind` is the suffix it should have, for messages.

    Raises DocumentError, on opening and on reading, if it is none, is damaged, locked, or unpacks to too much.
    Zip files inside it are never opened. Of entries with the same name the last is meant.
    """

    def __init__(self, content: bytes, name: str, kind: str) -> None:
        self.name = name
        self._left = LARGEST
        _check_kind(content, name, kind)
        _check_directory(content, name)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _BROKEN as error:
            raise self._damaged(str(error)) from error
        self._entries = {info.filename: info for info in self._zip.infolist()}
        self._check_size(len(content))

    def __enter__(self) -> Zipped:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, part: str) -> bool:
        return part in self._entries

    def read(self, part: str) -> bytes:
        """The bytes of a part, counted while it is unpacked, whatever the directory says of its size."""
        info = self._entries.get(part)
        if info is None:
            raise self._damaged(f"there is no {part} in it")
        if info.flag_bits & 1:
            raise DocumentError(f"{self.name} is protected by a password; take the password off and save it anew")
        pieces = []
        try:
            with self._zip.open(info) as file:
                while piece := file.read(_STEP):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise self._too_large()
                    pieces.append(piece)
        except _BROKEN as error:
            raise self._damaged(f"{part}: {error}") from error
        return b"".join(pieces)

    def xml(self, part: str) -> Any:
        """The root element of a part that is XML. Entities are never expanded; what declares any is refused."""
        return parse_xml(self.read(part), self.name, part)

    def _check_size(self, packed: int) -> None:
        infos = self._zip.infolist()
        if len(infos) > ENTRIES:
            raise _crowded(self.name)
        total = sum(info.file_size for info in infos)
        if total > LARGEST or (total > RATIO_FROM and total > RATIO * packed):
            raise self._too_large()

    def _too_large(self) -> DocumentError:
        return DocumentError(
            f"{self.name} unpacks to far more than its size, or to over {LARGEST // 1_000_000} MB; "
            "if it is an honest file, take large pictures out of it, or save its text as .txt"
        )

    def _damaged(self, detail: str) -> DocumentError:
        return DocumentError(f"{self.name} is damaged ({_line(detail)}); get the file again")


def parse_xml(content: bytes, name: str, part: str) -> Any:
    """The root element of XML. Entities are refused, and nothing outside it is read.

    A plain DOCTYPE is harmless, and old programs wrote one.
    """
    from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415

    part = _line(part)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    entity = "<!ENTITY"
    declares = any(entity.encode(code) in content for code in ("ascii", "utf-16-le", "utf-16-be"))
    try:
        root = None if declares else etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if any(word in (error.msg or "") for word in ("depth", "HUGE")):
            raise DocumentError(f"{name} is nested too deeply inside ({part}); save its text as .txt") from error
        raise DocumentError(f"{name} is damaged ({part}: {_line(error.msg or '')}); get the file again") from error
    if root is None or _has_entities(root.getroottree().docinfo.internalDTD):
        raise DocumentError(
            f"{name} declares entities inside ({part}), which no office program does and which can be used for "
            "attacks; open it in the program it comes from and save it anew"
        )
    return root


def _has_entities(dtd: Any) -> bool:
    return dtd is not None and next(dtd.iterentities(), None) is not None


def local(element: Any) -> str:
    """The name of an element without its namespace; an empty string for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """The attribute of that name, in whatever namespace, or an empty string."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _check_kind(content: bytes, name: str, kind: str) -> None:
    if content.startswith(b"PK"):
        return
    if not content.startswith(_OLD_OFFICE):
        raise DocumentError(f"{name} is no {kind}, whatever its name says; give it its true suffix, or save it anew")
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise DocumentError(f"{name} is protected by a password; remove it in Word (File, Info, Protect Document)")
    raise DocumentError(f"{name} is an old .doc, whatever its suffix says; save it as .docx")


def _check_directory(content: bytes, name: str) -> None:
    """Refuse a directory that would itself take long to read."""
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 70_000))
    if end < 0 or end + 22 > len(content):
        raise DocumentError(f"{name} is damaged (its end is missing); get the file again")
    if struct.unpack_from("<L", content, end + 12)[0] > _DIRECTORY:
        raise _crowded(name)


def _crowded(name: str) -> DocumentError:
    return DocumentError(
        f"{name} holds over {ENTRIES:,} files inside, more than any document should; save it anew, or as .txt"
    )


def _line(text: str) -> str:
    """What a file holds, on one line and without what a terminal would obey."""
    return clean(text)[:200]
