"""The way to hosts that customers typed: guarded at every connection, since a name may lead elsewhere tomorrow."""

import asyncio
import ssl
from functools import cache
from urllib.parse import urlsplit

import httpcore
import httpx

from mailwarden.core.egress import EgressBlocked, EgressGuard
from mailwarden.core.errors import Invalid
from mailwarden.core.http import build_http
from mailwarden.core.outside.rules import what_is_wrong_with
from mailwarden.core.runtime import Runtime

LOCAL = frozenset({"development", "demo", "test"})
LOOK_UP_S = 5.0
# One text for every reason, or the form would tell which hosts and ports there are in our network.
NOT_REACHABLE = "The host of this address does not exist or may not be reached from here."


def guard_of(rt: Runtime) -> EgressGuard:
    return EgressGuard(allow=rt.config.egress_allow, ports=(80, 443) if is_local(rt) else (443,))


def is_local(rt: Runtime) -> bool:
    return rt.config.environment in LOCAL


def open_http(rt: Runtime) -> httpx.AsyncClient:
    return build_http(guard=guard_of(rt), verify=_tls())


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


async def check_url(rt: Runtime, url: str, pointer: str = "#/url") -> None:
    """Raises Invalid, which points at the field. Asks the name service, so it is not for inside a transaction."""
    wrong = what_is_wrong_with(url, plain_http=is_local(rt))
    if wrong is None:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            httpx.URL(url)  # what sends it must be able to read it
            async with asyncio.timeout(LOOK_UP_S):
                await guard_of(rt).addresses(parts.hostname or "", port)
        except (EgressBlocked, httpcore.ConnectError, httpx.InvalidURL, TimeoutError):
            wrong = NOT_REACHABLE
    if wrong is not None:
        problem = {"pointer": pointer, "code": "url_not_allowed", "detail": wrong}
        raise Invalid(wrong, code="url_not_allowed", errors=[problem])
