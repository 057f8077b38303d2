"""What an app does at Microsoft, in one call each."""

import base64
import json
from typing import Any

import httpx

from tests.sandbox.steps import BACK, CHALLENGE, CLIENT, VERIFIER, Tokens, returned

FIRST = "00000001-7e4a-4c1d-9a00-0000000000aa:00000001-51d0-4b2e-8c00-0000000000bb"
SECOND = "00000002-7e4a-4c1d-9a00-0000000000aa:00000002-51d0-4b2e-8c00-0000000000bb"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad:00000000-0000-0000-0123-456789abcdef"
SCOPES = "openid profile email offline_access User.Read Mail.Send Mail.ReadWrite"
IMAP, SMTP = "https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send"
TOKEN = "/microsoft/common/oauth2/v2.0/token"
ME = "/microsoft/v1.0/me"


def authorization(account: str = FIRST, **more: str) -> dict[str, str]:
    return {
        "response_type": "code", "client_id": "sandbox-client", "redirect_uri": BACK, "scope": SCOPES, "state": "s",
        "nonce": "n-1", "code_challenge": CHALLENGE, "code_challenge_method": "S256", "_sandbox_auto": "allow",
        "_sandbox_account": account, **more,
    }  # fmt: skip


async def authorize(
    http: httpx.AsyncClient, tenant: str = "common", account: str = FIRST, **more: str
) -> httpx.Response:
    return await http.get(f"/microsoft/{tenant}/oauth2/v2.0/authorize", params=authorization(account, **more))


async def code_of(http: httpx.AsyncClient, tenant: str = "common", account: str = FIRST, **more: str) -> str:
    return returned(await authorize(http, tenant, account, **more))["code"]


async def token(http: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await http.post(TOKEN, data={**CLIENT, **form})


async def exchange(http: httpx.AsyncClient, code: str, **more: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return await token(http, **{**form, **more})


async def connect(
    http: httpx.AsyncClient, account: str = FIRST, *, form: dict[str, str] | None = None, **more: str
) -> Tokens:
    answer = await exchange(http, await code_of(http, account=account, **more), **(form or {}))
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json()["access_token"], answer.json().get("refresh_token", ""), answer.json())


async def refresh(http: httpx.AsyncClient, refresh_token: str, **more: str) -> httpx.Response:
    return await token(http, grant_type="refresh_token", refresh_token=refresh_token, **more)


def number(answer: httpx.Response) -> int:
    (told,) = answer.json()["error_codes"]
    return int(told)


def claims_of(id_token: str) -> dict[str, Any]:
    middle = id_token.split(".")[1]
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return told


def letter(**more: Any) -> dict[str, Any]:
    return {
        "subject": "Hello",
        "body": {"contentType": "HTML", "content": "<p>Good <b>day</b></p>"},
        "toRecipients": [{"emailAddress": {"address": "admin@juniper-outdoor.test", "name": "Juniper"}}],
        **more,
    }
