"""Addresses as files and people write them. Pure."""

import re
from typing import Final

from mailwarden.core.mime import UnsafeHeader, split_mailbox

LONGEST: Final = 254  # RFC 5321 §4.5.3.1.3, without the angle brackets
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")


def address_of(text: str) -> str | None:
    """In lower case; ``Ada <ada@example.com>`` is taken, too. None: this is no address that mail could go to.

    Its domain is written as DNS knows it. Quoted local parts and domains of one word are legal and not taken: in lists
    they are mistakes.
    """
    found = _NAMED.fullmatch(text.strip())
    address = (found[1] if found else text).strip().lower()
    if len(address) > LONGEST:
        return None
    try:
        written = split_mailbox(address)[1].lower()
    except UnsafeHeader:
        return None
    labels = written.rpartition("@")[2].split(".")
    return written if len(labels) >= 2 and not labels[-1].isdigit() and len(written) <= LONGEST else None
