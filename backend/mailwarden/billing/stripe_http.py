"""Stripe's official library over the runtime's own HTTP client, with our deadline."""

import asyncio
from collections.abc import Mapping
from typing import Any, NoReturn

import httpx
import stripe

from mailwarden.core.deadline import deadline
from mailwarden.core.runtime import Runtime

API_VERSION = "2026-10-28.endive"  # what the pinned library speaks; webhooks only name objects, which are read anew
TRIES_AGAIN = 2  # by the library, each with the same idempotency key


class RuntimeHttp(stripe.HTTPClient):
    """Asynchronous only: the library itself refuses the other calls."""

    name = "mailwarden"

    def __init__(self, http: httpx.AsyncClient, deadline_s: float) -> None:
        super().__init__(verify_ssl_certs=True)
        self._http, self._deadline_s = http, deadline_s

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            async with deadline(self._deadline_s):
                answer = await self._http.request(method, url, headers=dict(headers), content=post_data)
        except (httpx.HTTPError, TimeoutError) as exc:
            _not_reached(exc)
        return answer.content, answer.status_code, answer.headers

    async def sleep_async(self, secs: float) -> None:
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        """The runtime closes its client."""


def _not_reached(exc: Exception) -> NoReturn:
    said = f"{type(exc).__name__}: Stripe did not answer"
    raise stripe.APIConnectionError(said, should_retry=True) from exc  # type: ignore[no-untyped-call]


def client(rt: Runtime) -> stripe.StripeClient:
    """Cheap to make; nothing is opened."""
    billing = rt.config.billing
    return stripe.StripeClient(
        billing.stripe_key,
        stripe_version=API_VERSION,
        base_addresses={"api": billing.api_base} if billing.api_base else None,
        max_network_retries=TRIES_AGAIN,
        http_client=RuntimeHttp(rt.http, billing.deadline_s),
    )
