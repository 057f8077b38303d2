"""Programs that may ask people for access: our command line and our browser extension. Both are public (RFC 8252).

Redirect addresses are compared character by character; only the port of a loopback address is free (RFC 8252 §7.3).
"""

import re
from dataclasses import dataclass

from mailwarden.accounts.rules import SCOPES
from mailwarden.core.runtime import Runtime

LOOPBACK = re.compile(r"http://127\.0\.0\.1:([1-9][0-9]{0,4})/callback")
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Client:
    id: str
    name: str
    scopes: frozenset[str]
    redirects: frozenset[str] = frozenset()  # empty: the loopback of a program on the same computer

    def may_return_to(self, uri: str) -> bool:
        if self.redirects:
            return uri in self.redirects
        found = LOOPBACK.fullmatch(uri)
        return found is not None and int(found[1]) <= HIGHEST_PORT


#: The id of packages that people load by hand: it follows from the key in `frontend/extension/scripts/manifest.ts`.
#: Anybody can make a package with that key, so only the demo and development let it in by themselves.
DEVELOPMENT_EXTENSION = "olcoaanmgdabogfbcdegjbihbkldphkm"
COMMAND_LINE = Client("mailwarden-cli", "Mailwarden command line", SCOPES)
FOR_MAIL = frozenset({"status:read", "messages:send"})  # what it asks, and nothing else


def find_client(rt: Runtime, client_id: str) -> Client | None:
    if client_id == COMMAND_LINE.id:
        return COMMAND_LINE
    redirects = frozenset(f"https://{one}.chromiumapp.org/cb" for one in rt.config.extension_ids)
    if client_id == "mailwarden-extension" and redirects:
        return Client(client_id, "Mailwarden browser extension", SCOPES & FOR_MAIL, redirects)
    return None


def client_name(client_id: str) -> str:
    """For the list of devices, also when the client is no longer offered."""
    return COMMAND_LINE.name if client_id == COMMAND_LINE.id else "Mailwarden browser extension"
