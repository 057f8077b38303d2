"""Ids that look like Klaviyo's and tell the campaign's index, so that nothing needs to be stored."""

from mailwarden_sandbox.data.book import CampaignBook
from mailwarden_sandbox.data.mixing import mix

CAMPAIGN, MESSAGE, VARIATION, AUDIENCE = 11, 12, 13, 14
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _text(number: int, length: int) -> str:
    return "".join(_DIGITS[(number >> (5 * place)) & 31] for place in reversed(range(length)))


def object_id(book: CampaignBook, index: int, kind: int) -> str:
    """26 characters: creation time, noise, index under a mask."""
    millis = book.columns.created[index] * 1000 + book.draw(index, kind) % 1000
    mask = mix(book.seed + kind) & 0x1FFFFFF
    return _text(millis, 10) + _text(book.draw(index, kind) >> 9, 11) + _text(index ^ mask, 5)


def index_of(book: CampaignBook, text: str, kind: int) -> int | None:
    if len(text) != 26 or not set(text[-5:]) <= _VALUES.keys():
        return None
    number = 0
    for digit in text[-5:]:
        number = number * 32 + _VALUES[digit]
    index = number ^ (mix(book.seed + kind) & 0x1FFFFFF)
    return index if index < len(book) and object_id(book, index, kind) == text else None


def short_id(seed: int) -> str:
    """Six letters and digits, as metrics, lists and accounts have them."""
    number, text = mix(seed), ""
    for _ in range(6):
        number, place = divmod(number, len(_ALNUM))
        text += _ALNUM[place]
    return text
