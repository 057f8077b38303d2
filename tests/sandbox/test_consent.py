import re

import pytest

from tests.sandbox.steps import BACK, CHALLENGE, HUBSPOT, connect_hubspot, hubspot_token, returned

ASK = {"client_id": "sandbox-client", "redirect_uri": BACK, "scope": "oauth content", "state": "xyz"}
ASK_KLAVIYO = {
    **ASK, "scope": "accounts:read campaigns:read", "response_type": "code", "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}  # fmt: skip


async def test_the_page_lists_accounts_and_scopes(http):
    page = (
        await http.get("/hubspot/oauth/authorize", params={**ASK, "optional_scope": "crm.objects.contacts.read"})
    ).text
    assert re.findall(r'name="account" value="(\d+)"', page) == ["48000001", "48000002"]
    assert re.findall(r'name="scope" value="([^"]+)"', page) == ["oauth", "content", "crm.objects.contacts.read"]


async def test_the_portal_can_be_named_by_the_address(http):
    page = (await http.get("/hubspot/oauth/48000002/authorize", params=ASK)).text
    assert re.findall(r'name="account" value="(\d+)"', page) == ["48000002"]


async def test_unticked_scopes_are_not_granted(http):
    form = {"decision": "allow", "account": HUBSPOT, "scope": ["oauth"]}
    back = returned(await http.post("/hubspot/oauth/authorize", params=ASK, data=form))
    assert back["state"] == "xyz"
    answer = await hubspot_token(http, grant_type="authorization_code", code=back["code"], redirect_uri=BACK)
    assert answer.json()["scopes"] == ["oauth"]


async def test_nobody_gets_more_than_they_asked_for(http):
    tokens = await connect_hubspot(http, _sandbox_scopes="oauth tickets")
    assert tokens.body["scopes"] == ["oauth"]


@pytest.mark.parametrize(("provider", "ask"), [("hubspot", ASK), ("klaviyo", ASK_KLAVIYO)])
async def test_denying_sends_the_person_back_with_an_error(http, provider, ask):
    back = returned(await http.post(f"/{provider}/oauth/authorize", params=ask, data={"decision": "deny"}))
    assert (back["error"], back["state"]) == ("access_denied", "xyz")
    assert "code" not in back


@pytest.mark.parametrize(("provider", "ask"), [("hubspot", ASK), ("klaviyo", ASK_KLAVIYO)])
async def test_an_unknown_client_or_a_foreign_redirect_is_never_redirected(http, provider, ask):
    for wrong in ({"client_id": "nobody"}, {"redirect_uri": "https://evil.test/"}):
        answer = await http.get(f"/{provider}/oauth/authorize", params={**ask, **wrong, "_sandbox_auto": "allow"})
        assert answer.status_code == 400
        assert "location" not in answer.headers


async def test_a_client_may_have_an_exact_list_of_redirects_and_scopes(http):
    strict = {
        "provider": "hubspot", "client_id": "strict", "client_secret": "s", "redirect_uris": [BACK],
        "scopes": ["oauth", "content"],
    }  # fmt: skip
    await http.post("/_sandbox/clients", json=strict)
    ask = {**ASK, "client_id": "strict", "_sandbox_auto": "allow"}
    assert "code" in returned(await http.get("/hubspot/oauth/authorize", params=ask))
    elsewhere = {**ask, "redirect_uri": "http://localhost:8000/other"}
    assert (await http.get("/hubspot/oauth/authorize", params=elsewhere)).status_code == 400
    more = returned(await http.get("/hubspot/oauth/authorize", params={**ask, "scope": "oauth tickets"}))
    assert more["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
async def test_klaviyo_insists_on_pkce_and_known_scopes(http, wrong, error):
    ask = {**ASK_KLAVIYO, **wrong, "_sandbox_auto": "allow"}
    assert returned(await http.get("/klaviyo/oauth/authorize", params=ask))["error"] == error


async def test_a_text_from_the_request_never_becomes_markup(http):
    answer = await http.get("/hubspot/oauth/authorize", params={**ASK, "scope": "<script>alert(1)</script>"})
    assert "<script>" not in answer.text
