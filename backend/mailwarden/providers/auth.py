"""How a request gets its access token, and a second one when the first is refused."""

from collections.abc import AsyncGenerator
from typing import Protocol

import httpx

from mailwarden.providers.claims import HEADER, in_header


class Tokens(Protocol):
    async def access_token(self) -> str: ...

    async def refresh(self, rejected: str, claims: str | None = None) -> str:
        """``claims``: what the refusal demanded of the next token."""
        ...


class RefreshOnce(httpx.Auth):
    """Send the token; on a 401 force one refresh and send once more (token-refresh R8)."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        token = await self._tokens.access_token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            token = await self._tokens.refresh(token, in_header(response.headers.get(HEADER, "")))
            request.headers["Authorization"] = f"Bearer {token}"
            yield request
