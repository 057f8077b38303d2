"""What apps and people do with the sandbox's Google."""

import base64
from dataclasses import dataclass
from typing import Any

import httpx

from tests.sandbox.steps import BACK, CHALLENGE, CLIENT, VERIFIER, returned

ACCOUNT = "107769150410000000001"
OTHER = "107769150410000000002"
AUTH = "https://www.googleapis.com/auth/"
MAIL = "https://mail.google.com/"
EMAIL = f"{AUTH}userinfo.email"
SEND, COMPOSE, READONLY, METADATA = (f"{AUTH}gmail.{name}" for name in ("send", "compose", "readonly", "metadata"))
ALL = f"openid email {SEND} {COMPOSE} {READONLY} {MAIL}"
ME = "/google/gmail/v1/users/me"


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str
    refresh: str
    body: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}


async def page(http: httpx.AsyncClient, scope: str = ALL, account: str = ACCOUNT, **more: str) -> httpx.Response:
    query = {
        "response_type": "code", "client_id": "sandbox-client", "redirect_uri": BACK, "scope": scope, "state": "s",
        "access_type": "offline", "prompt": "consent", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        "nonce": "n-1", "_sandbox_auto": "allow", "_sandbox_account": account, **more,
    }  # fmt: skip
    return await http.get("/google/o/oauth2/v2/auth", params=query)


async def token(http: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await http.post("/google/token", data={**CLIENT, **form})


async def exchange(http: httpx.AsyncClient, code: str) -> httpx.Response:
    return await token(http, grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER)


async def connect(http: httpx.AsyncClient, scope: str = ALL, account: str = ACCOUNT, **more: str) -> Tokens:
    answer = await exchange(http, returned(await page(http, scope, account, **more))["code"])
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json()["access_token"], answer.json().get("refresh_token", ""), answer.json())


async def refresh(http: httpx.AsyncClient, tokens: Tokens) -> httpx.Response:
    return await token(http, grant_type="refresh_token", refresh_token=tokens.refresh)


def letter(to: str = "ada@somewhere.test", subject: str = "Hello", **headers: str) -> bytes:
    lines = [f"To: {to}", f"Subject: {subject}", *(f"{n.replace('_', '-')}: {v}" for n, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\nDear reader\r\n").encode()


def raw(message: bytes) -> str:
    return base64.urlsafe_b64encode(message).decode()


async def send(http: httpx.AsyncClient, tokens: Tokens, message: bytes | None = None, **more: Any) -> httpx.Response:
    body = {"raw": raw(message or letter()), **more}
    return await http.post(f"{ME}/messages/send", json=body, headers=tokens.headers)
