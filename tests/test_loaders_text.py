"""Plain text in older encodings: what is recognised, and what is still refused."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debatebot.errors import DocumentError
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.text import load_markdown, load_text

TEXTS = {
    "French": "Le président a déclaré que l’accord était « menacé » : "
    "les deux pays préfèrent négocier à Genève, où ça coûte cher.",
    "German": "Die Außenminister trafen sich in München; über das Abkommen wurde nicht gesprochen, hieß es später.",
    "Spanish": "El señor ministro explicó la situación: ¿por qué la unión de los países árabes no tendrá éxito mañana?",
    "Portuguese": "A negociação não está concluída: os ministros dirão amanhã se a união é possível.",
    "Polish": "Prezydent powiedział, że żadne państwo w tej części "
    "świata nie może być bezpieczne, jeśli sąsiad się boi.",
    "Czech": "Ministři řekli, že příští jednání začne ve středu a že žádná země není úplně v bezpečí.",
    "Hungarian": "A külügyminiszter szerint az egyezményről később döntenek, "
    "és a tűzszünetről szóló tárgyalás jövő héten kezdődik.",
    "Russian": "Президент заявил, что договор остаётся в силе, и обе стороны готовы продолжать переговоры в Вене.",
    "Ukrainian": "Міністр повідомив, що її уряд готовий підписати нову угоду, якщо сусідні країни приєднаються.",
    "Arabic": "قال الرئيس إن الاتفاق النووي لا يزال قائما، وإن بلاده لن تنسحب منه إلا إذا انسحبت الولايات المتحدة.",
    "Persian": "اين كتاب درباره امنيت منطقه است و نويسنده مي‌گويد كه همكاري كشورهاي همسايه بهترين راه صلح است.",
    "Greek": "Ο πρόεδρος δήλωσε ότι η συμφωνία παραμένει σε ισχύ και ότι οι δύο χώρες θα συνεχίσουν τις συνομιλίες.",
    "Turkish": "Dışişleri bakanı, anlaşmanın yürürlükte olduğunu ve görüşmelerin İstanbul'da süreceğini açıkladı.",
    "Hebrew": "ההסכם נחתם בשנת 2015 בעיר וינה, והוא מגביל את תוכנית הגרעין של איראן במשך שנים רבות.",
    "Icelandic": "Ráðherrann sagði að samningurinn væri enn í gildi og að þjóðirnar myndu ræða það í næstu viku.",
    "Japanese": "外務大臣は、この協定は今も有効であり、両国は来週ウィーンで協議を続けると述べた。"
    "会談は三日間の予定である。",
}

# What is recognised of texts cut to so many characters (0: whole).
RECOGNISED = [
    ("French", "cp1252", 60, "Windows-1252"),
    ("French", "cp1252", 0, "Windows-1252"),
    ("French", "mac_roman", 0, "Mac Roman"),
    ("French", "cp850", 90, "DOS 850"),
    ("German", "cp1252", 30, "Windows-1252"),
    ("German", "latin-1", 0, "Windows-1252"),
    ("Spanish", "cp1252", 30, "Windows-1252"),
    ("Portuguese", "cp1252", 0, "Windows-1252"),
    ("Icelandic", "cp1252", 0, "Windows-1252"),
    ("Polish", "cp1250", 40, "Windows-1250"),
    ("Polish", "iso8859_2", 0, "ISO-8859-2"),
    ("Czech", "cp1250", 0, "Windows-1250"),
    ("Hungarian", "cp1250", 0, "Windows-1250"),
    ("Russian", "cp1251", 12, "Windows-1251"),
    ("Russian", "cp1251", 0, "Windows-1251"),
    ("Russian", "koi8_r", 40, "KOI8-R"),
    ("Russian", "cp866", 0, "DOS 866"),
    ("Russian", "iso8859_5", 0, "ISO-8859-5"),
    ("Ukrainian", "cp1251", 0, "Windows-1251"),
    ("Arabic", "cp1256", 25, "Windows-1256"),
    ("Arabic", "cp1256", 0, "Windows-1256"),
    ("Arabic", "iso8859_6", 0, "ISO-8859-6"),
    ("Persian", "cp1256", 0, "Windows-1256"),
    ("Persian", "cp1256", 30, "Windows-1256"),
    ("Greek", "cp1253", 25, "Windows-1253"),
    ("Greek", "iso8859_7", 0, None),
    ("Turkish", "cp1254", 0, "Windows-1254"),
    ("Hebrew", "cp1255", 25, "Windows-1255"),
    ("Hebrew", "iso8859_8", 0, "Windows-1255"),
    ("Japanese", "shift_jis", 0, "Shift JIS"),
    ("Arabic", "utf-16-le", 25, "UTF-16"),
    ("French", "utf-16-be", 20, "UTF-16"),
    ("German", "utf-16-le", 12, "UTF-16"),
]


def load(content: bytes) -> Loaded:
    return load_text(content, "a.txt", Limits())


def refusal(content: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        load(content)
    return str(caught.value)


@pytest.mark.parametrize(("language", "encoding", "length", "name"), RECOGNISED)
def test_older_encodings(language: str, encoding: str, length: int, name: str | None) -> None:
    text = TEXTS[language][: length or None].encode(encoding, "ignore").decode(encoding)
    loaded = load(text.encode(encoding))
    assert loaded.text == text
    assert len(loaded.notes) == 1
    assert loaded.notes == (f"read as {name}",) or name is None


def test_what_is_utf_8_is_not_guessed() -> None:
    for text in ("", "Plain.", *TEXTS.values(), "Ã©tÃ©"):
        assert load(text.encode()) == Loaded(text)
        assert load(b"\xef\xbb\xbf" + text.encode()) == Loaded(text)


@given(st.text(st.characters(codec="cp1252", exclude_categories=["Cc"])))
def test_what_is_guessed_is_the_bytes(text: str) -> None:
    content = text.encode("cp1252")
    try:
        loaded = load(content)
    except DocumentError:
        return
    encodings = (
        "utf-8",
        "cp1252",
        "cp1250",
        "cp1251",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "koi8_r",
        "koi8_u",
        "iso8859_2",
        "iso8859_5",
        "iso8859_6",
        "iso8859_7",
        "iso8859_15",
        "mac_roman",
        "mac_cyrillic",
        "cp850",
        "cp852",
        "cp866",
        "gb18030",
        "big5",
        "cp932",
        "shift_jis",
        "euc_jp",
        "euc_kr",
        "cp949",
        "big5hkscs",
    )
    assert any(loaded.text.encode(encoding, "ignore") == content for encoding in encodings)
    assert bool(loaded.notes) == (not content.isascii() and not _is_utf_8(content))


def _is_utf_8(content: bytes) -> bool:
    return content.decode("utf-8", "replace").encode() == content


def test_one_accent_is_enough() -> None:
    loaded = load_markdown(b"# Caf\xe9\r\n\r\nTwo.", "a.md", Limits())
    assert (loaded.text, loaded.source.title, loaded.notes) == ("# Café\r\n\r\nTwo.", "Café", ("read as Windows-1252",))


def test_quotation_marks_alone() -> None:
    assert load(b"\x93It\x92s late\x94, he said \x96 twice.").text == "“It’s late”, he said – twice."


def test_refused() -> None:
    damaged = TEXTS["Arabic"].encode()[:-3] + b"\xff" + TEXTS["Arabic"].encode()
    assert refusal(damaged).startswith("a.txt is not UTF-8 text (line 1, byte ")
    noise = random.Random(1).randbytes(5000)
    assert refusal(noise) == "a.txt holds binary data, not text; give it its true suffix, or save it as UTF-8 text"
    assert "iconv -f WINDOWS-1252" in refusal(noise.replace(b"\0", b""))
    marked = b"\xff\xfe" + "é".encode("utf-16-le")[:1]
    assert refusal(marked).startswith("a.txt is not UTF-16-LE text")
    for content in (b"a\0b", b"\0\0\0\0", b"GIF89a\0\1\xff\0", b"\0a\0\x01"):
        assert "holds binary data" in refusal(content)


@pytest.mark.parametrize("late", [False, True])
def test_long_files_are_told_quickly(late: bool) -> None:
    words = (TEXTS["Arabic"] + "\n").encode("cp1256")
    content = b"All of this is plain. " * 900_000 + words if late else words * 190_000
    start = time.process_time()
    loaded = load(content)
    assert time.process_time() - start < 4  # under 1 s on an idle machine
    assert loaded.notes == ("read as Windows-1256",)
