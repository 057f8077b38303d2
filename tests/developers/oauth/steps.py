"""A program that asks for access, and the person at the browser who decides."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests.support.browser import Browser

REDIRECT = "http://127.0.0.1:49152/callback"
ISSUER = "http://127.0.0.1:8000"
WITHOUT_PKCE: tuple[dict[str, str | None], ...] = (
    {"code_challenge": None, "code_challenge_method": None},
    {"code_challenge": None},
    {"code_challenge_method": None},
    {"code_challenge_method": "plain"},
    {"code_challenge_method": "s256"},
    {"code_challenge": "short"},
    {"code_challenge": "x" * 44},
    {"code_challenge": ""},
)
CSRF = re.compile(r'name="csrf" value="(\w+)"')


@dataclass
class Program:
    http: httpx.AsyncClient
    client_id: str = "mailwarden-cli"
    redirect_uri: str = REDIRECT
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = "some state & more"

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def request(self, **over: str | None) -> str:
        """The address to open in a browser; None leaves a parameter out."""
        given: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "status:read data:read",
            "state": self.state,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "device_name": "workstation",
            **over,
        }
        return "/oauth/authorize?" + urlencode({name: value for name, value in given.items() if value is not None})

    async def redeem(self, code: str, **over: str | None) -> httpx.Response:
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **over,
        }
        return await self.http.post("/oauth/token", data={n: v for n, v in form.items() if v is not None})

    async def refresh(self, token: str, **over: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "client_id": self.client_id, "refresh_token": token} | over
        return await self.http.post("/oauth/token", data=form)

    async def me(self, access: str) -> int:
        return (await self.http.get("/v1/me", headers={"Authorization": f"Bearer {access}"})).status_code


async def allow(browser: Browser, address: str, decision: str = "allow") -> httpx.Response:
    """Looks at the page and presses a button."""
    page = await browser.get(address)
    assert page.status_code == 200, page.text
    found = CSRF.search(page.text)
    assert found, page.text
    return await browser.http.post(address, data={"csrf": found[1], "decision": decision})


def landed(answer: httpx.Response) -> dict[str, str]:
    """What came back to the program."""
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def code_for(program: Program, browser: Browser, **over: str | None) -> str:
    return landed(await allow(browser, program.request(**over)))["code"]


async def tokens_for(program: Program, browser: Browser, **over: str | None) -> dict[str, Any]:
    answer = await program.redeem(await code_for(program, browser, **over))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
