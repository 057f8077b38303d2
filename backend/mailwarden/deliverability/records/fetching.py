"""The policy of MTA-STS over HTTPS: guarded, since the host is the tenant's; no redirects, 64 KiB at most."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache

import httpx

from mailwarden.core.egress import EgressGuard
from mailwarden.core.http import NoAnswer, build_http, send_once
from mailwarden.deliverability.records.mta_sts import MOST_BYTES, Fetch, Fetched, Trouble

DEADLINE_S = 5.0


@asynccontextmanager
async def policy_fetch(allow: Sequence[str] = (), verify: ssl.SSLContext | None = None) -> AsyncIterator[Fetch]:
    """``allow``: the operator's ranges beside the public ones."""
    async with build_http(guard=EgressGuard(allow=allow, ports=(443,)), verify=verify or _tls()) as http:

        async def fetch(url: str) -> Fetched:
            return await _fetch(http, url)

        yield fetch


@cache
def _tls() -> ssl.SSLContext:
    """Made once: it takes longer than all questions to the DNS."""
    return httpx.create_ssl_context(trust_env=False)


async def _fetch(http: httpx.AsyncClient, url: str) -> Fetched:
    try:
        answer = await send_once(http, httpx.Request("GET", url), deadline_s=DEADLINE_S, max_bytes=MOST_BYTES)
    except NoAnswer as exc:
        return Fetched(0, trouble=_trouble(exc))
    except (httpx.InvalidURL, UnicodeError):
        return Fetched(0, trouble=Trouble.NO_ANSWER)
    return Fetched(answer.status, answer.headers.get("content-type", ""), answer.body)


def _trouble(exc: BaseException) -> Trouble:
    """Only what the other side said for sure counts against it; the rest may be our own network."""
    cause: BaseException | None = exc
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Trouble.CERTIFICATE
        cause = cause.__cause__ or cause.__context__
    return Trouble.TOO_LARGE if "larger than" in str(exc) else Trouble.NO_ANSWER
