"""What the words of RTF mean, and what a document says of itself in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from debatebot.loaders.blocks import clean
from debatebot.types import Source

_LONGEST_FIELD = 1_000  # characters of a title
TOKEN = re.compile(
    r"\\([A-Za-z]{1,32})(-?\d{1,18})?[ ]?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.DOTALL
)
SIGNS = {
    "tab": " ", "line": " ", "lbr": " ", "softline": " ", "column": " ", "emspace": " ", "enspace": " ",
    "qmspace": " ", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "zwj": "\u200d", "zwnj": "\u200c", "ltrmark": "\u200e", "rtlmark": "\u200f", "zwbo": "\u200b",
    "~": "\xa0", "_": "\u2011", "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
# Groups whose text is not the document's; others of that kind are marked with \* by those who write them.
LEFT_OUT = re.compile(
    "annotation atnauthor atnid author bkmkend bkmkstart colortbl datafield do docvar filetbl fldinst footer footerf "
    "footerl footerr ftncn ftnsep ftnsepc header headerf headerl headerr listtable nonesttables nonshppict "
    "objdata pict private revtbl rxe shprslt sn sp stylesheet sv tc template themedata txe upr xe".replace(" ", "|")
)
KEPT = {"shpinst", "footnote"}  # marked with \* by some, yet text stands in them
CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """What holds from a `{` to its `}`, unless changed in between."""

    encoding: str = ""  # that of the font; empty for the document's own
    skipped: int = 1  # how many characters follow \u for those who do not know it
    silent: bool = False
    hidden: bool = False
    info: str = ""  # the field of \info that it gives
    fonts: bool = False
    note: bool = False


class Info:
    """The fields of the group \\info."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}
        self._made: dict[str, int] = {}

    def word(self, field: str, word: str, number: int | None) -> str:
        """Take a word inside a field; the field in which what follows stands."""
        if word in {"yr", "mo", "dy"} and field == "creatim":
            self._made[word] = number or 0
        elif field == "info":
            return "again" if word in self._fields else word
        return field

    def write(self, field: str, text: str) -> None:
        """Add to a field's text."""
        self._fields[field] = (self._fields.get(field, "") + text)[:_LONGEST_FIELD]

    def source(self) -> Source:
        """What the document says of itself."""
        year, month, day = (self._made.get(key, 0) for key in ("yr", "mo", "dy"))
        dated = 1900 < year < 2200 and 1 <= month <= 12 and 1 <= day <= 31
        return Source(
            title=whole(self._fields.get("title", "")),
            author=whole(self._fields.get("author", "")),
            date=f"{year:04}-{month:02}-{day:02}" if dated else "",
        )


def whole(text: str) -> str:
    """A clean line; characters beyond the first 65,536 are written as two halves, which are put together."""
    return clean(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
