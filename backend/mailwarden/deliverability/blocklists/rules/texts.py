"""What a list says to people, made harmless: it is written by strangers and shown in our pages and mails."""

import unicodedata
from collections.abc import Iterable

from mailwarden.deliverability.dns.answers import Text

LONGEST = 400


def clean(texts: Iterable[Text]) -> str:
    """One line of what can be printed; no control characters, nothing that turns the direction of writing."""
    joined = " / ".join(dict.fromkeys(filter(None, (_plain(one.raw) for one in texts))))
    return joined if len(joined) <= LONGEST else joined[: LONGEST - 1].rstrip() + "…"


def _plain(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    kept = "".join(one if unicodedata.category(one)[0] not in "CZ" else " " for one in text)
    return " ".join(kept.split())
