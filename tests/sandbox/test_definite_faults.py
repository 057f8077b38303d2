import pytest

from tests.sandbox.steps import (
    CLIENT,
    HUBSPOT,
    KLAVIYO,
    connect_hubspot,
    connect_klaviyo,
    refresh_hubspot,
    refresh_klaviyo,
)

EMAILS = "/hubspot/marketing/emails/2026-09"
DETAILS = "/hubspot/account-info/2026-09/details"
CAMPAIGNS = "/klaviyo/api/campaigns?filter=equals(messages.channel,'email')"
INTROSPECT = "/hubspot/oauth/2026-09/token/introspect"


async def alive(control, provider: str, account: str) -> bool:
    return bool((await control.truth(provider, account))["grant_alive"])


@pytest.mark.parametrize("kind", ["revoke", "uninstall"])
async def test_hubspot_ends_the_grant_while_access_tokens_live_on(http, control, kind):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, kind)
    refused = await refresh_hubspot(http, tokens)
    assert (refused.status_code, refused.json()["status"], refused.json()["error"]) == (
        400, "BAD_REFRESH_TOKEN", "invalid_grant",
    )  # fmt: skip
    told = (await http.post(INTROSPECT, data={**CLIENT, "token": tokens.refresh})).json()
    assert told == {"active": False}
    assert (await http.get(EMAILS, headers=tokens.headers)).status_code == 200
    assert not await alive(control, "hubspot", HUBSPOT)


async def test_hubspot_can_be_told_to_end_access_tokens_too(http, control):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "revoke", access_survives=False)
    assert (await http.get(EMAILS, headers=tokens.headers)).json()["category"] == "INVALID_AUTHENTICATION"


@pytest.mark.parametrize("kind", ["revoke", "uninstall", "expire_refresh", "disable_account"])
async def test_klaviyo_ends_both_and_says_nothing_more(http, control, kind):
    tokens = await connect_klaviyo(http)
    await control.break_("klaviyo", KLAVIYO, kind)
    refused = await refresh_klaviyo(http, tokens.refresh)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    answer = await http.get(CAMPAIGNS, headers=tokens.headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "not_authenticated")
    assert not await alive(control, "klaviyo", KLAVIYO)


async def test_only_the_struck_account_is_hit(http, control):
    struck, spared = await connect_hubspot(http), await connect_hubspot(http, "48000002")
    await control.break_("hubspot", HUBSPOT, "revoke")
    assert (await refresh_hubspot(http, struck)).status_code == 400
    assert (await refresh_hubspot(http, spared)).status_code == 200


async def test_a_provider_wide_fault_hits_every_account(http, control):
    both = [await connect_klaviyo(http, account) for account in (KLAVIYO, "Kv0002")]
    await control.break_("klaviyo", None, "revoke")
    assert {(await refresh_klaviyo(http, t.refresh)).status_code for t in both} == {400}


async def test_a_new_grant_after_the_fault_lives(http, control):
    await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "uninstall")
    again = await connect_hubspot(http)
    assert (await refresh_hubspot(http, again)).status_code == 200
    assert await alive(control, "hubspot", HUBSPOT)


async def test_removed_scopes_are_missing_everywhere_until_consent_is_given_again(http, control):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "remove_scopes", scopes=["content"])
    refused = await http.get(EMAILS, headers=tokens.headers)
    assert refused.json()["errors"][0]["context"]["requiredGranularScopes"] == ["content"]
    assert (await http.get(DETAILS, headers=tokens.headers)).status_code == 200
    assert (await refresh_hubspot(http, tokens)).json()["scopes"] == ["oauth"]
    told = (await http.post(INTROSPECT, data={**CLIENT, "token": tokens.refresh})).json()
    assert (told["active"], told["scopes"]) == (True, ["oauth"])
    assert "content" in (await connect_hubspot(http)).body["scopes"]


async def test_klaviyo_names_the_remaining_scopes_after_a_refresh(http, control):
    tokens = await connect_klaviyo(http)
    await control.break_("klaviyo", KLAVIYO, "remove_scopes", scopes=["campaigns:read"])
    assert (await http.get(CAMPAIGNS, headers=tokens.headers)).json()["errors"][0]["code"] == "permission_denied"
    assert "campaigns:read" not in (await refresh_klaviyo(http, tokens.refresh)).json()["scope"]


@pytest.mark.parametrize("kind", ["hub_deleted", "disable_account"])
async def test_a_portal_that_is_no_more(http, control, kind):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, kind)
    refused = await refresh_hubspot(http, tokens)
    assert (refused.json()["status"], refused.json()["error"]) == ("BAD_HUB", "access_denied")
    assert (await http.get(EMAILS, headers=tokens.headers)).status_code == 401
    page = (await http.get("/hubspot/oauth/authorize", params={
        "client_id": "sandbox-client", "redirect_uri": "http://localhost/", "scope": "oauth",
    })).text  # fmt: skip
    assert HUBSPOT not in page


@pytest.mark.parametrize(
    ("variant", "error", "message"),
    [
        ("documented", "invalid_grant", "refresh token is invalid, expired or revoked"),
        ("invalid_request", "invalid_request", "refresh token is invalid, expired or revoked"),
        ("missing_or_invalid", None, "missing or invalid refresh token"),
        ("missing_or_unknown", None, "missing or unknown refresh token"),
    ],
)
async def test_the_wordings_of_a_dead_refresh_token(http, control, variant, error, message):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "revoke", variant=variant)
    body = (await refresh_hubspot(http, tokens)).json()
    assert (body["status"], body.get("error"), body["message"]) == ("BAD_REFRESH_TOKEN", error, message)


@pytest.mark.parametrize("kind", ["revoke", "uninstall", "expire_refresh", "disable_account"])
async def test_lifting_a_fault_undoes_it(http, control, kind):
    tokens = await connect_klaviyo(http)
    await control.break_("klaviyo", KLAVIYO, kind)
    await control.mend("klaviyo", KLAVIYO)
    assert (await http.get(CAMPAIGNS, headers=tokens.headers)).status_code == 200
    assert (await refresh_klaviyo(http, tokens.refresh)).status_code == 200
    assert await alive(control, "klaviyo", KLAVIYO)


@pytest.mark.parametrize(
    ("provider", "account", "fault"),
    [
        ("klaviyo", KLAVIYO, {"kind": "hub_deleted"}),
        ("hubspot", HUBSPOT, {"kind": "change_password"}),
        ("hubspot", HUBSPOT, {"kind": "remove_scopes"}),
        ("hubspot", HUBSPOT, {"kind": "revoke", "variant": "unheard_of"}),
        ("hubspot", HUBSPOT, {"kind": "revoke", "rate": 0.5}),
        ("hubspot", HUBSPOT, {"kind": "status"}),
    ],
)
async def test_faults_that_mean_nothing_are_refused(http, provider, account, fault):
    assert (await http.post(f"/_sandbox/accounts/{provider}/{account}/faults", json=fault)).status_code == 422
