"""Names of domains as people type them, and what of them somebody bought."""

from functools import cache
from ipaddress import ip_address

import idna
from publicsuffixlist import PublicSuffixList

from mailwarden.core.errors import Invalid

MOST_CHARACTERS = 253


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def normalized(typed: str) -> str:
    """In A-labels (IDNA 2008), lower case, without the last dot. Of an e-mail address its domain. Raises Invalid."""
    text = typed.strip().rpartition("@")[2].rstrip(".")
    try:
        name = idna.encode(text, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError) as exc:
        raise _wrong("This is not the name of a domain.") from exc
    if len(name) > MOST_CHARACTERS or "." not in name or _is_address(name):
        raise _wrong("This is not the name of a domain. It looks like example.com.")
    return name


def shown(name: str) -> str:
    """As people read it."""
    try:
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return name


def registered_domain(name: str) -> str:
    """Raises Invalid for what nobody can own, such as co.uk."""
    found = _suffixes().privatesuffix(name)
    if found is None:
        raise _wrong("Under this name others register their domains; it cannot send mail of yours.")
    return str(found)


def _is_address(name: str) -> bool:
    """Or what some programs would take for one: no top-level domain is a number (RFC 3696 2)."""
    try:
        ip_address(name)
    except ValueError:
        return name.rpartition(".")[2].isdigit()
    return True


def _wrong(text: str) -> Invalid:
    return Invalid(text, code="domain_name", errors=[{"pointer": "#/name", "code": "domain_name", "detail": text}])
