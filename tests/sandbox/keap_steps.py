"""What an app does with the sandbox's Keap, in one call each."""

import httpx

from tests.sandbox.steps import BACK, BASIC, CLIENT, Tokens, returned

KEAP = "kp001"
V1, V2 = "/keap/crm/rest/v1", "/keap/crm/rest/v2"


async def keap_code(http: httpx.AsyncClient, account: str = KEAP, **more: str) -> str:
    query = {
        "response_type": "code", "client_id": "sandbox-client", "redirect_uri": BACK, "scope": "full", "state": "s",
        "_sandbox_auto": "allow", "_sandbox_account": account, **more,
    }  # fmt: skip
    return returned(await http.get("/keap/app/oauth/authorize", params=query))["code"]


async def exchange_keap(http: httpx.AsyncClient, code: str, **over: str) -> httpx.Response:
    """Credentials in the body, as Keap documents it for a code."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **CLIENT, **over}
    return await http.post("/keap/token", data=form)


async def connect_keap(http: httpx.AsyncClient, account: str = KEAP, **more: str) -> Tokens:
    answer = await exchange_keap(http, await keap_code(http, account, **more))
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json()["access_token"], answer.json()["refresh_token"], answer.json())


async def refresh_keap(http: httpx.AsyncClient, token: str) -> httpx.Response:
    """Credentials by HTTP Basic, as Keap documents it for a refresh."""
    return await http.post("/keap/token", data={"grant_type": "refresh_token", "refresh_token": token}, auth=BASIC)
