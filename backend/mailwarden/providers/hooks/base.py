"""What a provider pushed, verified and reduced to ids: an event is a hint or a signal, never the news itself."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from mailwarden.providers.reading import at, parse

PAST, FUTURE = timedelta(seconds=300), timedelta(seconds=60)
OLDEST = timedelta(days=7)
"""Where the time that is signed is not the attempt's: shorter than we remember events, so that none comes twice."""

MOST_OBJECTS = 1000


class Kind(StrEnum):
    UNINSTALLED = "uninstalled"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a kind, not a secret
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    CHANGED = "changed"
    LIFECYCLE = "lifecycle"  # of the subscription itself
    TEST = "test"
    UNREADABLE = "unreadable"  # authentic, but not as documented: kept, so that nothing is lost


class Reason(StrEnum):
    """Why a request was turned away. Counted; nothing else of it is kept."""

    UNSIGNED = "unsigned"
    SIGNATURE = "signature"
    DOWNGRADE = "downgrade"
    STALE = "stale"
    ADDRESS = "address"
    AUDIENCE = "audience"
    SECRET = "secret"  # noqa: S105
    SIZE = "size"
    ENCODING = "encoding"


class Refused(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request before anything of its body was believed or even parsed."""

    method: str
    url: str
    """As the provider was told it: built from our own settings, never from Host, which anybody may send."""
    headers: Mapping[str, str]
    body: bytes
    now: datetime


@dataclass(frozen=True, slots=True)
class HookEvent:
    dedupe_key: str
    kind: Kind
    topic: str
    account: str | None = None
    """External id; none where the subscription or ``token_name`` says whose it is."""
    token_name: str | None = None
    """See ``tokens.names_of``."""
    occurred_at: datetime | None = None
    objects: tuple[str, ...] = ()


def equal(one: str | bytes, other: str | bytes) -> bool:
    """In constant time."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def header(incoming: Incoming, name: str) -> str:
    found = incoming.headers.get(name)
    if not found:
        raise Refused(Reason.UNSIGNED)
    return found


def check_window(signed_at: datetime | None, now: datetime, past: timedelta = PAST) -> None:
    if signed_at is None or not now - past <= signed_at <= now + FUTURE:
        raise Refused(Reason.STALE)


def digest(*parts: str) -> str:
    """A key for events that the provider gives no name. Length before each part, so that no two run together."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def read(incoming: Incoming) -> Any:
    """The body as JSON, only after it was verified; None if it is none."""
    try:
        return parse(incoming.body)
    except ValueError:
        return None


def unreadable(incoming: Incoming) -> list[HookEvent]:
    key = sha256(incoming.body).hexdigest()
    return [HookEvent(f"unreadable:{key}", Kind.UNREADABLE, "unreadable")]


def listed(body: Any, *path: str) -> list[Any]:
    found = at(body, *path) if path else body
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
