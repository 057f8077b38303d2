"""Ids that look like Klaviyo's and tell the campaign's index, so that nothing needs to be stored."""

from mailwarden_sandbox.data.book import CampaignBook
from mailwarden_sandbox.data.mixing import mix

CAMPAIGN, MESSAGE, VARIATION, AUDIENCE = 11, 12, 13, 14
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]
_SHIFTS = range(120, -1, -10)
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def object_id(book: CampaignBook, index: int, kind: int) -> str:
    """26 characters: creation time, noise, index under a mask."""
    noise = book.draw(index, kind)
    millis = book.columns.created[index] * 1000 + noise % 1000
    number = (millis << 80) | (noise >> 9 << 25) | (index ^ _mask(book, kind))
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])


def _mask(book: CampaignBook, kind: int) -> int:
    return mix(book.seed + kind) & 0x1FFFFFF


def index_of(book: CampaignBook, text: str, kind: int) -> int | None:
    if len(text) != 26 or not set(text[-5:]) <= _VALUES.keys():
        return None
    number = 0
    for digit in text[-5:]:
        number = number * 32 + _VALUES[digit]
    index = number ^ _mask(book, kind)
    return index if index < len(book) and object_id(book, index, kind) == text else None


def short_id(seed: int) -> str:
    """Six letters and digits, as metrics, lists and accounts have them."""
    number, text = mix(seed), ""
    for _ in range(6):
        number, place = divmod(number, len(_ALNUM))
        text += _ALNUM[place]
    return text
