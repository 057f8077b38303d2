"""How an API key looks: `mw_live_<8 public>_<43 secret>_<6 check>`, all base62.

43 characters hold 256 bits. The check (CRC-32) lets secret scanners tell a key from noise without asking us.
"""

import re
import secrets
import string
import zlib
from typing import NamedTuple

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIX = "mw_live_"
PATTERN = re.compile(r"mw_live_([0-9A-Za-z]{8})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})")


class NewKey(NamedTuple):
    public: str
    token: str


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _check(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def make_key() -> NewKey:
    public = _random(8)
    body = f"{PREFIX}{public}_{_random(43)}"
    return NewKey(public, f"{body}_{_check(body)}")


def public_part(token: str) -> str | None:
    """None for what cannot be a key of ours: no question to the database is spent on it."""
    found = PATTERN.fullmatch(token)
    return found[1] if found and _check(token[:-7]) == found[3] else None
