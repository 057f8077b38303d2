"""A glyph for every character, or a mark that there is none: no text may break a page.

Noto Sans has Latin, Greek and Cyrillic letters, FiraGO Hebrew, Arabic, Thai, Georgian and Devanagari: both embedded.
Chinese, Japanese and Korean use the fonts that PDF readers bring themselves (Adobe's CID fonts), since embedding one
would cost 15 MB for every installation. What none of them has, emoji above all, is U+FFFD. Letters are not joined:
Arabic and Devanagari are readable, and not beautiful. CSV has every text as it was.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Any

import pymupdf_fonts
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD, WIDER = "notos", "notosbo", "figo"
CHINESE, JAPANESE, KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYSMyeongJo-Medium"
UNKNOWN = "\ufffd"
BLANKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
KANA = range(0x3040, 0x3100)
HANGUL = (range(0xAC00, 0xD7A4), range(0x1100, 0x1200), range(0x3130, 0x3190))
HAN = (range(0x4E00, 0xA000), range(0x3400, 0x4DC0), range(0x3000, 0x3040), range(0xFF00, 0xFFF0))
EM = 1000
_once = Lock()


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character in the font that has it. ``width`` at a size of one point."""

    font: str
    text: str
    width: float


@cache
def _faces() -> dict[str, Any]:
    """Registered once in a process: the library keeps them for all documents."""
    with _once:
        found: dict[str, Any] = {}
        for name in (PLAIN, BOLD, WIDER):
            font = TTFont(name, io.BytesIO(pymupdf_fonts.myfont(name)))
            pdfmetrics.registerFont(font)
            found[name] = font.face
        for name in (CHINESE, JAPANESE, KOREAN):
            pdfmetrics.registerFont(UnicodeCIDFont(name))
        return found


@lru_cache(maxsize=20_000)
def glyph_of(character: str, bold: bool = False) -> Glyph | None:
    """None for what is not to be seen: controls, joiners, marks of direction."""
    if character in BLANKS:
        character = " "
    faces = _faces()
    for name in (BOLD if bold else PLAIN, WIDER):
        if ord(character) in faces[name].charToGlyph and unicodedata.category(character) not in ("Cc", "Cf"):
            return Glyph(name, character, faces[name].getCharWidth(ord(character)) / EM)
    readers = _reader_font(ord(character))
    if readers is not None:
        return Glyph(readers, character, pdfmetrics.stringWidth(character, readers, EM) / EM)
    return _without_glyph(character, bold)


def _reader_font(code: int) -> str | None:
    if code in KANA:
        return JAPANESE
    if any(code in some for some in HANGUL):
        return KOREAN
    return CHINESE if any(code in some for some in HAN) else None


def _without_glyph(character: str, bold: bool) -> Glyph | None:
    """Marks that belong to another character go with it, else an emoji would be three unknown ones."""
    if unicodedata.category(character) in ("Cc", "Cf", "Mn", "Me", "Cs") or 0xFE00 <= ord(character) <= 0xFE0F:
        return None
    return glyph_of(UNKNOWN, bold)


def glyphs(text: str, *, bold: bool = False) -> list[Glyph]:
    return [found for found in (glyph_of(one, bold) for one in text) if found is not None]


def width_of(line: list[Glyph]) -> float:
    return sum(one.width for one in line)
