"""Outbound HTTP: one client per trust level, deadlines over the whole request, capped bodies, redacted texts."""

import math
import re
import ssl
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from types import MappingProxyType
from typing import Any

import httpcore
import httpx

from mailwarden.core.deadline import deadline
from mailwarden.core.egress import EgressBlocked, EgressGuard, GuardedBackend

__all__ = ["Answer", "BodyTooLarge", "EgressBlocked", "EgressGuard", "NoAnswer", "build_http", "redact", "send_once"]

CONNECT_S = 5.0
TOO_LATE = "nothing could be sent in time"
TOO_LARGE = "body larger than"  # begins the reason of an answer that passed its cap
_BEFORE_SEND = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


class NoAnswer(Exception):
    """No usable answer came. ``sent`` is False only when it is sure that no byte of the request left.

    Not ``worth_repeating`` at once: what used up a whole deadline or cap would do so again.
    """

    def __init__(self, reason: str, *, sent: bool, worth_repeating: bool = True) -> None:
        super().__init__(reason)
        self.sent = sent
        self.worth_repeating = worth_repeating


class BodyTooLarge(Exception):
    """The body passed its cap, counted after decompression; reading stopped there."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    duration_ms: int


class _Departure:
    """Knows if the request has left, and keeps it from leaving late: a suspended process may outsleep its lease."""

    def __init__(self, send_before: float) -> None:
        self._send_before = send_before
        self._seen = self._left = False

    async def __call__(self, event: str, _info: Mapping[str, Any]) -> None:
        self._seen = True
        if event.endswith(".send_request_headers.started"):
            if time.monotonic() >= self._send_before:
                raise TimeoutError
            self._left = True

    def sent(self, exc: BaseException) -> bool:
        if self._seen:
            return self._left
        return not isinstance(exc, _BEFORE_SEND)  # a transport without trace events: assume the worst


async def send_once(
    http: httpx.AsyncClient,
    request: httpx.Request,
    *,
    deadline_s: float,
    max_bytes: int,
    leave_by: float = math.inf,
) -> Answer:
    """One request, one answer, one deadline over all of it. Follows no redirect and repeats nothing.

    httpx's own timeouts count per read, so they never end a slow-loris. ``leave_by``: nothing is sent later, by the
    monotonic clock.
    """
    started = time.monotonic()
    if started >= leave_by:
        raise NoAnswer(TOO_LATE, sent=False, worth_repeating=False)
    departure = _Departure(min(started + deadline_s, leave_by))
    request.extensions = {"trace": departure, "timeout": _socket_timeouts(deadline_s)}
    try:
        async with deadline(deadline_s):
            response = await http.send(request, stream=True, follow_redirects=False, auth=None)
            try:
                body = await read_bounded(response, max_bytes)
            finally:
                await response.aclose()
    except TimeoutError as exc:
        sent = departure.sent(exc)
        reason = f"no complete answer within {deadline_s:g} s" if sent else TOO_LATE
        raise NoAnswer(reason, sent=sent, worth_repeating=False) from exc
    except BodyTooLarge as exc:
        raise NoAnswer(f"{TOO_LARGE} {max_bytes} bytes", sent=True, worth_repeating=False) from exc
    except EgressBlocked as exc:
        raise NoAnswer(str(exc), sent=False, worth_repeating=False) from exc
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, zlib.error) as exc:
        raise NoAnswer(type(exc).__name__, sent=departure.sent(exc)) from exc
    headers = MappingProxyType({name.lower(): value for name, value in response.headers.items()})
    return Answer(response.status_code, headers, body, round((time.monotonic() - started) * 1000))


def _socket_timeouts(deadline_s: float) -> dict[str, float]:
    """Connecting and the TLS hello end by themselves before the deadline: cancelling a hello would leak its socket."""
    setting_up = min(CONNECT_S, deadline_s / 3)
    return {"connect": setting_up, "pool": setting_up, "read": deadline_s, "write": deadline_s}


async def read_bounded(response: httpx.Response, limit: int) -> bytes:
    """The decoded body, or BodyTooLarge; a compression bomb is cut while it unpacks."""
    if response.is_stream_consumed:  # a transport in memory has read it already
        if len(response.content) > limit:
            raise BodyTooLarge
        return response.content
    unpack = _unpacker(response.headers.get("Content-Encoding", "").strip().lower())
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += unpack.decompress(chunk, limit + 1 - len(body)) if unpack else chunk
        if len(body) > limit:
            raise BodyTooLarge
    return bytes(body)


def _unpacker(encoding: str) -> "zlib._Decompress | None":
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: recognise gzip and zlib headers by themselves
    raise httpx.DecodingError(f"unexpected content encoding {encoding[:20]!r}")


def build_http(
    *,
    guard: EgressGuard | None = None,
    verify: ssl.SSLContext | bool = True,
    connections: int = 100,
    idle_s: float = 30.0,
) -> httpx.AsyncClient:
    """A client for hosts of the operator's settings, or with ``guard`` for hosts that a tenant typed.

    Deadlines belong to ``send_once``. The environment's proxies are ignored: a proxy would resolve names itself, past
    the guard.
    """
    context = verify if isinstance(verify, ssl.SSLContext) else httpx.create_ssl_context(verify=verify, trust_env=False)
    transport = httpx.AsyncHTTPTransport(verify=context)
    transport._pool = httpcore.AsyncConnectionPool(  # httpx has no public way to pass a network backend
        ssl_context=context,
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=idle_s,
        network_backend=GuardedBackend(guard) if guard else httpcore.AnyIOBackend(),
    )
    client = httpx.AsyncClient(
        transport=transport,
        headers={"User-Agent": "Mailwarden", "Accept-Encoding": "gzip"},
        follow_redirects=False,
        trust_env=False,
    )
    no_cookies = DefaultCookiePolicy(allowed_domains=())  # or one tenant's cookie would travel with another's request
    client.cookies.jar.set_policy(no_cookies)
    return client


_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_LONG_WORD = re.compile(r"[\w+/=.~-]{20,}")
_AFTER_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+\S+")


def redact(text: str, secrets: Iterable[str] = (), limit: int = 300) -> str:
    """A provider's words, safe to keep and show: known secrets, what looks like one, and addresses are blanked."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[redacted]")
    text = " ".join("".join(c if c.isprintable() else " " for c in text[: limit * 20]).split())
    text = _AFTER_BEARER.sub(r"\1 [redacted]", text)
    text = _ADDRESS.sub("[e-mail]", text)
    text = _LONG_WORD.sub(_blank_if_mixed, text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _blank_if_mixed(word: re.Match[str]) -> str:
    """Tokens mix letters and digits; long names such as scopes and host names seldom do."""
    found = word.group()
    return "[redacted]" if re.search(r"\d", found) and re.search(r"[A-Za-z]", found) else found
