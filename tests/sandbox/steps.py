"""What apps and people do with the sandbox, in one call each."""

import base64
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx

BACK = "http://localhost:8000/callback"
VERIFIER = "a-verifier-that-is-long-enough-for-the-rules-of-pkce"
CHALLENGE = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
BASIC = ("sandbox-client", "sandbox-secret")
HUBSPOT, KLAVIYO = "48000001", "Kv0001"
KLAVIYO_SCOPES = "accounts:read campaigns:read metrics:read events:read"


class Wall:
    """A clock that moves only when told."""

    def __init__(self, now: float = 1_795_348_800.0) -> None:  # 2026-11-22T12:00:00Z
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str
    refresh: str
    body: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}", "revision": "2026-07-15"}


class Control:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def break_(self, provider: str, account: str | None, kind: str, **params: Any) -> dict[str, Any]:
        where = f"accounts/{provider}/{account}" if account else f"providers/{provider}"
        answer = await self._http.post(f"/_sandbox/{where}/faults", json={"kind": kind, **params})
        assert answer.status_code == 201, answer.text
        fault: dict[str, Any] = answer.json()
        return fault

    async def mend(self, provider: str, account: str) -> None:
        await self._http.delete(f"/_sandbox/accounts/{provider}/{account}/faults")

    async def truth(self, provider: str, account: str, **window: Any) -> dict[str, Any]:
        answer = await self._http.get(f"/_sandbox/accounts/{provider}/{account}", params=window)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def advance(self, seconds: float) -> None:
        await self._http.post("/_sandbox/clock", json={"advance_s": seconds})

    async def behave(self, provider: str, account: str, **switches: Any) -> None:
        answer = await self._http.patch(f"/_sandbox/accounts/{provider}/{account}", json=switches)
        assert answer.status_code == 200, answer.text

    async def quotas(self, *, enabled: bool) -> None:
        await self._http.post("/_sandbox/quotas", json={"enabled": enabled})


def returned(answer: httpx.Response) -> httpx.QueryParams:
    """What the consent page sent back to the app."""
    assert answer.status_code == 302, answer.text
    return httpx.URL(answer.headers["location"]).params


async def hubspot_code(http: httpx.AsyncClient, account: str = HUBSPOT, **more: str) -> str:
    query = {
        "client_id": "sandbox-client", "redirect_uri": BACK, "scope": "oauth content", "state": "s",
        "_sandbox_auto": "allow", "_sandbox_account": account, **more,
    }  # fmt: skip
    return returned(await http.get("/hubspot/oauth/authorize", params=query))["code"]


async def hubspot_token(http: httpx.AsyncClient, version: str = "2026-09", **form: str) -> httpx.Response:
    return await http.post(f"/hubspot/oauth/{version}/token", data={**CLIENT, **form})


async def connect_hubspot(http: httpx.AsyncClient, account: str = HUBSPOT, **more: str) -> Tokens:
    code = await hubspot_code(http, account, **more)
    answer = await hubspot_token(http, grant_type="authorization_code", code=code, redirect_uri=BACK)
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json()["access_token"], answer.json()["refresh_token"], answer.json())


async def refresh_hubspot(http: httpx.AsyncClient, tokens: Tokens, **more: str) -> httpx.Response:
    return await hubspot_token(http, grant_type="refresh_token", refresh_token=tokens.refresh, **more)


async def klaviyo_code(http: httpx.AsyncClient, account: str = KLAVIYO, **more: str) -> str:
    query = {
        "response_type": "code", "client_id": "sandbox-client", "redirect_uri": BACK, "scope": KLAVIYO_SCOPES,
        "state": "s", "code_challenge": CHALLENGE, "code_challenge_method": "S256", "_sandbox_auto": "allow",
        "_sandbox_account": account, **more,
    }  # fmt: skip
    return returned(await http.get("/klaviyo/oauth/authorize", params=query))["code"]


async def klaviyo_token(http: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await http.post("/klaviyo/oauth/token", data=form, auth=BASIC)


async def connect_klaviyo(http: httpx.AsyncClient, account: str = KLAVIYO, **more: str) -> Tokens:
    code = await klaviyo_code(http, account, **more)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    answer = await klaviyo_token(http, **form)
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json()["access_token"], answer.json()["refresh_token"], answer.json())


async def refresh_klaviyo(http: httpx.AsyncClient, token: str) -> httpx.Response:
    return await klaviyo_token(http, grant_type="refresh_token", refresh_token=token)


async def pages(http: httpx.AsyncClient, url: str, tokens: Tokens) -> list[dict[str, Any]]:
    """Every object of a Klaviyo list, by following ``links.next`` as it is."""
    found: list[dict[str, Any]] = []
    while url:
        answer = await http.get(url, headers=tokens.headers)
        assert answer.status_code == 200, answer.text
        found += answer.json()["data"]
        url = answer.json()["links"]["next"]
    return found


async def placed_order(http: httpx.AsyncClient, tokens: Tokens) -> str:
    metrics = (await http.get("/klaviyo/api/metrics", headers=tokens.headers)).json()["data"]
    return next(str(m["id"]) for m in metrics if m["attributes"]["name"] == "Placed Order")
