"""Authenticated calls to one connected account. Only what the catalogue lists may leave (B25)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from mailwarden.core.http import Answer, NoAnswer
from mailwarden.providers.app import ProviderApp, counted_send, wait_for_turn
from mailwarden.providers.base import EgressRefused, Exchange, ProviderError, RateLimited
from mailwarden.providers.budget import Claim, claim_for
from mailwarden.providers.catalog import Read
from mailwarden.providers.claims import HEADER
from mailwarden.providers.classify import Call, failure, is_json, no_answer, request_id
from mailwarden.providers.reading import parse
from mailwarden.providers.settings import api_url

_PAUSES_S = (0.25, 1.0)
_RETRY_CREDIT = 3.0
_CREDIT_PER_SUCCESS = 0.1


class ProviderApi:
    """``account`` is the external id once it is known; quotas are counted by it.

    ``reads`` and ``operation`` differ only for the uninstall journal, which is read for our app, not for an account.
    """

    def __init__(
        self,
        app: ProviderApp,
        auth: httpx.Auth,
        *,
        account: str | None = None,
        reads: tuple[Read, ...] | None = None,
        operation: str = "api",
    ) -> None:
        self._app = app
        self._auth = auth
        self._account = account
        self._reads = app.spec.api.reads if reads is None else reads
        self._operation = operation
        self._credit = _RETRY_CREDIT
        self._exchanges: list[Exchange] = []

    @property
    def exchanges(self) -> list[Exchange]:
        return self._exchanges

    def take_exchanges(self) -> list[Exchange]:
        taken, self._exchanges = self._exchanges, []
        return taken

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return await self._read("GET", path, params)

    async def post(self, path: str, body: Any, params: Mapping[str, Any] | None = None) -> Any:
        return await self._read("POST", path, params, json.dumps(body).encode())

    async def get_bytes(self, path: str, params: Mapping[str, Any] | None = None) -> bytes:
        """A body that is no JSON, such as a message as it is on the wire; a web page in its place is refused."""
        call, base = self._permit("GET", path, self._reads)
        request = self._request(call, base, params, None, {"Accept": "*/*"})
        answer = await self._send_with_auth(call, request)
        if not 200 <= answer.status < 300 or "html" in answer.headers.get("content-type", ""):
            raise await self._refused(call, answer, request)
        return answer.body

    async def write(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """One of the catalogue's ``writes``: has an effect there, so it is repeated only if no byte of it left.

        ``body``: bytes as they are, with their Content-Type in ``headers``; anything else as JSON.
        """
        call, base = self._permit(method, path, self._app.spec.api.writes)
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = self._request(call, base, params, raw, headers)
        return await self._answered(call, request, {name: str(value) for name, value in (params or {}).items()})

    async def _read(self, method: str, path: str, params: Mapping[str, Any] | None, body: bytes | None = None) -> Any:
        call, base = self._permit(method, path, self._reads)
        request = self._request(call, base, params, body)
        asked = {name: str(value) for name, value in (params or {}).items()}
        return await self._answered(call, request, asked if body is None else {**asked, "body": body.decode()})

    async def _answered(self, call: Call, request: httpx.Request, asked: Mapping[str, str]) -> Any:
        answer = await self._send_with_auth(call, request)
        self._record(call, asked, answer)
        if answer.status == 204 or (answer.status == 202 and not answer.body):
            return None
        if not 200 <= answer.status < 300 or not is_json(answer):
            raise await self._refused(call, answer, request)
        try:
            return parse(answer.body)
        except ValueError:
            raise await self._refused(call, answer, request) from None

    def _permit(self, method: str, path: str, allowed: tuple[Read, ...]) -> tuple[Call, str]:
        """The call and the address it goes to."""
        listed = next((read for read in allowed if read.allows(method, path)), None)
        base = api_url(self._app.spec, self._app.settings, "", listed.base if listed else None)
        host = httpx.URL(base).host
        if listed is None:
            asked = Call(self._operation, method, host, path[:200])
            raise EgressRefused(asked.evidence("not on the list of permitted calls; the request was not sent"))
        return Call(self._operation, method, host, path, listed.scopes), base

    def _request(
        self,
        call: Call,
        base: str,
        params: Mapping[str, Any] | None,
        body: bytes | None,
        more: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        headers = {"Accept": "application/json", **self._app.spec.api.headers}
        if body is not None:
            headers["Content-Type"] = self._app.spec.api.media_type
        headers |= more or {}
        return self._app.http.build_request(call.method, base + call.path, params=params, content=body, headers=headers)

    async def _send_with_auth(self, call: Call, request: httpx.Request) -> Answer:
        """httpx's auth flow, driven here: so each of its requests has its own deadline, cap, budget and retries."""
        flow = self._auth.async_auth_flow(request)
        try:
            prepared = await anext(flow)
            while True:
                answer = await self._send_patiently(call, prepared)
                try:
                    told = {HEADER: answer.headers[HEADER]} if HEADER in answer.headers else None
                    prepared = await flow.asend(httpx.Response(answer.status, headers=told, request=prepared))
                except StopAsyncIteration:
                    return answer
        finally:
            await flow.aclose()

    async def _send_patiently(self, call: Call, request: httpx.Request) -> Answer:
        """Reads are repeated on a small credit that an outage uses up, so that retries never multiply the load."""
        for longest_pause in (*_PAUSES_S, None):
            answer: Answer | NoAnswer
            try:
                answer = await self._send(call, request)
            except NoAnswer as exc:
                answer = exc
            if longest_pause is None or not self._may_repeat(call.method, answer):
                break
            await self._app.sleep(self._app.rng.uniform(0, longest_pause))
        if isinstance(answer, NoAnswer):
            raise no_answer(call, answer) from answer
        return answer

    async def _send(self, call: Call, request: httpx.Request) -> Answer:
        await wait_for_turn(self._app, self._claim(call.path), call)
        deadline, cap = self._app.settings.api_deadline_s, self._app.spec.api.max_body_bytes
        return await counted_send(self._app, call, request, deadline_s=deadline, max_bytes=cap)

    def _may_repeat(self, method: str, answer: Answer | NoAnswer) -> bool:
        """A POST that may have arrived is not repeated: it is a read too, but of a scarce daily quota."""
        if isinstance(answer, NoAnswer):
            again = answer.worth_repeating and (method == "GET" or not answer.sent)
        else:
            again = answer.status >= 500 and method == "GET" and "retry-after" not in answer.headers
            if answer.status < 500:
                self._credit = min(_RETRY_CREDIT, self._credit + _CREDIT_PER_SUCCESS)
        if not again or self._credit < 1:
            return False
        self._credit -= 1
        return True

    def _claim(self, path: str) -> Claim:
        spec, client = self._app.spec, self._app.settings.client_id
        return claim_for(spec.name, spec.limits, path, client_id=client, account=self._account)

    async def _refused(self, call: Call, answer: Answer, request: httpx.Request) -> ProviderError:
        token = request.headers.get("Authorization", "").rpartition(" ")[2]
        refused = failure(self._app.spec, replace(call, secrets=(token,)), answer)
        if isinstance(refused, RateLimited):
            claim, spent = self._claim(call.path), self._app.spec.api.spent_headers
            shared = any(answer.headers.get(name) == "0" for name in spent)
            await self._app.budget.ban(claim.of_app if shared else claim, refused.retry_after_s)
        return refused

    def _record(self, call: Call, asked: Mapping[str, str], answer: Answer) -> None:
        self._exchanges.append(
            Exchange(
                method=call.method,
                path=call.path,
                params=asked,
                status=answer.status,
                body=answer.body,
                duration_ms=answer.duration_ms,
                provider_request_id=request_id(self._app.spec, answer),
            )
        )
