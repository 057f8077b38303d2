"""Addresses as files and people write them. Pure."""

import re
from typing import Final

LONGEST: Final = 254  # RFC 5321 §4.5.3.1.3, without the angle brackets
LONGEST_LOCAL: Final = 64
_LOCAL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+")
_LABEL = re.compile(r"(?!-)[a-z0-9\u0080-\uffff-]{1,63}(?<!-)")
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")
_ODD = re.compile("[\u0080-\u009f\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\uffff]")


def address_of(text: str) -> str | None:
    """In lower case; ``Ada <ada@example.com>`` is taken, too. None: this is no address that mail could go to.

    Quoted local parts and addresses without a domain are legal and not taken: in lists they are mistakes.
    """
    found = _NAMED.fullmatch(text.strip())
    address = (found[1] if found else text).strip().lower()
    local, at, domain = address.rpartition("@")
    if not at or len(address) > LONGEST or len(local) > LONGEST_LOCAL or _ODD.search(address):
        return None
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    labels = domain.split(".")
    whole = len(labels) >= 2 and all(_LABEL.fullmatch(one) for one in labels) and not labels[-1].isdigit()
    return address if whole else None
