"""Where a change comes from: the request at hand, and who is behind it. Jobs have none."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.types import Scope

from mailwarden.core.peer import NOBODY, client_address


@dataclass
class Origin:
    """Of one request. ``kind`` is how the caller proved who they are; ``key_id`` the key or device they used."""

    request: Request
    request_id: str
    user_id: UUID | None = None
    kind: str | None = None
    key_id: UUID | None = None

    def address(self) -> str | None:
        found = client_address(self.request, self.request.app.state.runtime.config.trusted_proxies)
        return None if found == NOBODY else str(found)


_ORIGIN: ContextVar[Origin | None] = ContextVar("origin", default=None)


@contextmanager
def origin_of(scope: Scope, request_id: str) -> Iterator[None]:
    """While the request is served."""
    token = _ORIGIN.set(Origin(Request(scope), request_id))
    try:
        yield
    finally:
        _ORIGIN.reset(token)


def current() -> Origin | None:
    return _ORIGIN.get()


def acting(user_id: UUID, kind: str, key_id: UUID | None = None) -> None:
    """From here on the request is theirs. Outside of requests this does nothing."""
    if origin := _ORIGIN.get():
        origin.user_id, origin.kind, origin.key_id = user_id, kind, key_id
