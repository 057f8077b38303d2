"""What a program asks for at `/oauth/authorize` (RFC 6749 §4.1.1, RFC 7636, RFC 9700)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from mailwarden.core.runtime import Runtime
from mailwarden.developers.oauth.clients import Client, find_client

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
LONGEST = 2048


class NotOurs(Exception):
    """Nobody to send back to: shown to the person, never redirected (RFC 6749 §4.1.2.1)."""


class Refused(Exception):
    """Told to the program at its redirect address."""

    def __init__(self, error: str, description: str, redirect_uri: str, state: str | None) -> None:
        super().__init__(description)
        self.error = error
        self.redirect_uri = redirect_uri
        self.state = state


@dataclass(frozen=True)
class Asking:
    client: Client
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None
    challenge: str
    device: str


def read_form(encoded: bytes) -> dict[str, str]:
    """Raises NotOurs for a parameter that comes twice: which of them counts would be anybody's guess."""
    try:
        pairs = parse_qsl(encoded.decode(), keep_blank_values=True, max_num_fields=30, errors="strict")
    except ValueError as exc:
        raise NotOurs("The request cannot be read.") from exc
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotOurs("A parameter is given twice.")
    return found


def read_request(rt: Runtime, query: bytes) -> Asking:
    """Raises NotOurs, Refused."""
    given = read_form(query)
    client = find_client(rt, given.get("client_id", ""))
    uri = given.get("redirect_uri", "")
    if client is None:
        raise NotOurs("No program with this client_id is known here.")
    if not client.may_return_to(uri):
        raise NotOurs("The redirect_uri is not one of this program's.")
    state = given.get("state")
    if wrong := _wrong(given, client):
        raise Refused(*wrong, uri, state)
    wanted = frozenset(given.get("scope", "").split()) or client.scopes
    device = " ".join(given.get("device_name", "").split())[:80] or client.name
    return Asking(client, uri, wanted, state, given["code_challenge"], device)


def _wrong(given: Mapping[str, str], client: Client) -> tuple[str, str] | None:
    if given.get("response_type") != "code":
        return "unsupported_response_type", "Only response_type=code is offered."
    if given.get("code_challenge_method") != "S256":
        return "invalid_request", "Only code_challenge_method=S256 is taken."
    if not CHALLENGE.fullmatch(given.get("code_challenge", "")):
        return "invalid_request", "A code_challenge of 43 characters is needed."
    if len(given.get("state", "")) > LONGEST:
        return "invalid_request", "The state is too long."
    if not frozenset(given.get("scope", "").split()) <= client.scopes:
        return "invalid_scope", "A scope is unknown, or not for this program."
    return None


def way_back(rt: Runtime, redirect_uri: str, state: str | None, **answer: str) -> str:
    """With `iss`, so that a program that talks to several servers cannot mix them up (RFC 9207)."""
    given = {**answer, **({"state": state} if state is not None else {}), "iss": rt.config.base_url}
    return f"{redirect_uri}?{urlencode(given)}"
