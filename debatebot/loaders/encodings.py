"""What encoding a text is in that is not UTF-8 and does not say.

Letters are told by how common they are in the languages that an encoding serves. charset-normalizer, which knows many
more encodings, is asked where that gives nothing: on short texts it takes Windows-1256 or KOI8-R for rarer ones.
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

# UTF-32 first: its little-endian mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, and what they say."""

_SAMPLE = 12_000  # bytes around letters that are not ASCII
_WINDOW = (40, 200)  # bytes before and after such a letter
_FOR_OTHERS = 60_000  # bytes shown to charset-normalizer
_LESS_LIKELY = 0.35  # of the log-likelihood of a text, for each place in the table
_LEAST = -4.2  # mean log-likelihood of a letter below which nothing is recognised
_UNKNOWN = math.log(0.0005)  # of a letter that the language does not have
_MIXED = 2.5  # taken from the log-likelihoods of a word that mixes alphabets

# Letters from the most to the least frequent. Of languages in Latin letters only what is not ASCII counts.
_CYRILLIC = {
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "uk": "оанивіерткслмдупязьгйбчхжшюцїщєф'ґ",
    "bg": "аиоентрсвлкдпмзягучъбщжцхшйюьф",
    "sr": "аоиенртсјвкудмлпзгбшчцњжхљђћфџ",
}
_LATIN = {
    "fr": "éàèêçôîûùâœïëüæÿ",
    "de": "äüößé",
    "es": "óíáéñúü",
    "pt": "ãçéáóíêõúâàôü",
    "it": "èàòùéìî",
    "nl": "éëïèöüó",
    "sv": "äåöé",
    "da": "øåæéö",
    "is": "áðíþóöæúéý",
    "fi": "äöåé",
}
_CENTRAL = {
    "pl": "ąęłóśżćńź",
    "cs": "íáěéřčýžšůúďťňó",
    "sk": "áíéčýžšúťľôňäďóĺŕ",
    "hu": "éáöóőüíúű",
    "ro": "ăîţşâșț",
    "hr": "čšžćđ",
}
_TURKISH = {"tr": "ıüşçğöâî"}
_ARABIC = {
    "ar": "اليمنورتبةعدسفهكقأحجشصىطخإذضءئزثغؤظآ",
    "fa": "ايرندمهوتبسشكزخقفعگپجلحچضصطغذثژظءئآأ",
}
_GREEK = {"el": "αοιετσνρυκπλςμίάόηέήωδγχθύώφβξζψϊ"}
_HEBREW = {"he": "יוהלארתבמשנכדחעפקםטןצגזסךףץ"}
_BALTIC = {"lt": "ėšžūįųąčę", "lv": "āīēšūžņļģčķ", "et": "äõüöšž"}

# The likeliest first: an encoding further down has to fit so much better, the more so the fewer letters there are.
_ENCODINGS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("cp1252", "Windows-1252", _LATIN),
    ("cp1251", "Windows-1251", _CYRILLIC),
    ("cp1256", "Windows-1256", _ARABIC),
    ("cp1250", "Windows-1250", _CENTRAL),
    ("cp1253", "Windows-1253", _GREEK),
    ("cp1254", "Windows-1254", _TURKISH),
    ("cp1255", "Windows-1255", _HEBREW),
    ("cp1257", "Windows-1257", _BALTIC),
    ("koi8_r", "KOI8-R", {"ru": _CYRILLIC["ru"]}),
    ("koi8_u", "KOI8-U", {"uk": _CYRILLIC["uk"]}),
    ("iso8859_2", "ISO-8859-2", _CENTRAL),
    ("iso8859_5", "ISO-8859-5", _CYRILLIC),
    ("iso8859_6", "ISO-8859-6", _ARABIC),
    ("iso8859_7", "ISO-8859-7", _GREEK),
    ("iso8859_15", "ISO-8859-15", _LATIN),
    ("mac_roman", "Mac Roman", _LATIN),
    ("mac_cyrillic", "Mac Cyrillic", _CYRILLIC),
    ("cp850", "DOS 850", _LATIN),
    ("cp852", "DOS 852", _CENTRAL),
    ("cp866", "DOS 866", _CYRILLIC),
)
_EAST_ASIAN = {
    "gb18030": "GB 18030", "gbk": "GB 18030", "gb2312": "GB 18030", "big5": "Big5", "big5hkscs": "Big5",
    "shift_jis": "Shift JIS", "cp932": "Shift JIS", "euc_jp": "EUC-JP", "euc_kr": "EUC-KR", "cp949": "EUC-KR",
}  # fmt: skip

_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_WORD = re.compile(r"[^\W\d_]+")
_SIGN = re.compile(r"[^\w\s\x00-\x7f]|[²³¹¼½¾]")
_JOINING = frozenset("’·–—…\u00ad\u200c\u200d")
_COMMON_SIGNS = frozenset("“”„‘’‚–—…«»‹›•·°§€£©®™¿¡ºª،؛؟״׳№\u00a0\u00ad\u200c\u200d\u200e\u200f\u060c")


def decoded(content: bytes) -> tuple[str, str] | None:
    """The text of bytes that are not UTF-8, and the name of the encoding as people write it; None if it is unclear."""
    if b"\0" in content:
        return _utf_16(content)
    if _is_damaged_utf_8(content):
        return None
    sample = _sample(content)
    ranked = sorted(_scored(sample), reverse=True)
    candidates = [(encoding, shown) for _, encoding, shown in ranked]
    for encoding, shown in candidates or _by_charset_normalizer(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text, shown
    return None


def _utf_16(content: bytes) -> tuple[str, str] | None:
    """Text in UTF-16 without a mark: it has zero bytes, all or nearly all of them at even or at odd places."""
    if len(content) % 2:
        return None
    best: tuple[int, str] | None = None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        start = text[:_SAMPLE]
        if _CONTROL.search(text) or any(unicodedata.category(c) in {"Cn", "Co", "Cs"} for c in set(start)):
            continue
        plain = sum(c.isspace() or c in ".,،" or c.isascii() for c in start)  # at the wrong end these are rare signs
        if best is None or plain > best[0]:
            best = plain, text
    return (best[1], "UTF-16") if best and best[0] * 20 > min(len(best[1]), _SAMPLE) else None


def _is_damaged_utf_8(content: bytes) -> bool:
    """Whether most of what is not ASCII is UTF-8 all the same: read as anything else, that would be gibberish."""
    text = content[:1_000_000].decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return len(text) - len(text.encode("ascii", "ignore")) - wrong > wrong


def _sample(content: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while len(parts) * sum(_WINDOW) < _SAMPLE and (found := _HIGH.search(content, at)):
        start = max(at, found.start() - _WINDOW[0])
        at = found.start() + _WINDOW[1]
        parts.append(content[start:at])
    return b"\n".join(parts)


def _scored(sample: bytes) -> Iterator[tuple[float, str, str]]:
    """The log-likelihood of the sample in each encoding that it can be in, by the language in which it reads best."""
    for place, (encoding, shown, languages) in enumerate(_ENCODINGS):
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            score, count = max(_likelihood(text, letters) for letters in languages.values())
            if score >= _LEAST * count:
                yield score - _LESS_LIKELY * place, encoding, shown


def _likelihood(text: str, letters: str) -> tuple[float, int]:
    """The log-likelihood of what is not ASCII in a text, in a language with these letters, and of how many signs."""
    latin = letters[0] in "".join(
        other[0] for table in (_LATIN, _CENTRAL, _TURKISH, _BALTIC) for other in table.values()
    )
    weights = {letter: 1 / (rank + 3) for rank, letter in enumerate(letters)}
    total = sum(weights.values())
    logs = {letter: math.log(weight / total) for letter, weight in weights.items()}
    score = 0.0
    count = 0
    for word, times in Counter(_WORD.findall(text)).items():
        high = [c for c in word if not c.isascii()]
        if not high:
            continue
        likely = sum(max(_UNKNOWN, logs.get(c.lower(), _UNKNOWN) - (c != c.lower())) for c in high)
        if (len(high) == len(word) > 2) if latin else len(high) < len(word):
            likely -= _MIXED * len(high)
        if any(a.islower() and b.isupper() for a, b in pairwise(word)):
            likely -= _MIXED * len(high)
        score += times * likely
        count += times * len(high)
    for found in _SIGN.finditer(text):
        if found[0] not in _COMMON_SIGNS or _inside_word(text, found.start()):
            score += _UNKNOWN
            count += 1
    return score, count


def _inside_word(text: str, at: int) -> bool:
    return text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalpha() and text[at] not in _JOINING


def _by_charset_normalizer(content: bytes) -> list[tuple[str, str]]:
    """What charset-normalizer takes it for, where that is an encoding of East Asia, of which it is a fair judge."""
    import charset_normalizer  # noqa: PLC0415

    found = charset_normalizer.from_bytes(content[:_FOR_OTHERS].rpartition(b"\n")[0] or content[:_FOR_OTHERS]).best()
    return [(found.encoding, _EAST_ASIAN[found.encoding])] if found and found.encoding in _EAST_ASIAN else []
