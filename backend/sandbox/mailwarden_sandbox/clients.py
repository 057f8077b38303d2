"""The apps that are registered with the providers."""

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Client:
    provider: str
    client_id: str
    client_secret: str
    app_id: int
    redirect_uris: tuple[str, ...] | None = None
    """None: every loopback URI is accepted. Otherwise the exact list."""
    scopes: frozenset[str] | None = None
    """What the app may ask for; None: anything."""

    def knows_secret(self, presented: str) -> bool:
        return hmac.compare_digest(self.client_secret.encode(), presented.encode())

    def accepts_redirect(self, uri: str) -> bool:
        if self.redirect_uris is not None:
            return uri in self.redirect_uris
        parts = urlsplit(uri)
        return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK
