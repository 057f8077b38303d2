import pytest

from mailwarden_sandbox.keap.gate import PER_DAY, PER_MINUTE, SPIKE_S
from tests.sandbox.keap_steps import KEAP, V1, V2, connect_keap, exchange_keap, keap_code, refresh_keap
from tests.sandbox.steps import BACK, BASIC, CLIENT, returned

ME = f"{V2}/oauth/connect/userinfo"
INVALID = {"fault": {"faultstring": "Invalid access token", "detail": {"errorcode": "oauth.v2.InvalidAccessToken"}}}


async def test_a_code_becomes_tokens_whose_scope_names_the_tenant(http):
    tokens = await connect_keap(http)
    assert set(tokens.body) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (tokens.body["expires_in"], tokens.body["token_type"]) == (86_400, "bearer")
    assert tokens.body["scope"] == f"full|{KEAP}.infusionsoft.com"
    me = (await http.get(ME, headers=tokens.headers)).json()
    assert me["tenant_id"] == KEAP
    older = (await http.get(f"{V1}/oauth/connect/userinfo", headers=tokens.headers)).json()
    assert (older["global_user_id"], older["email"]) == (int(me["id"]), me["email"])


async def test_the_business_has_a_name_in_both_versions(http):
    tokens = await connect_keap(http)
    profiles = [
        (await http.get(path, headers=tokens.headers)).json()
        for path in (f"{V1}/account/profile", f"{V2}/businessProfile")
    ]
    assert [p["name"] for p in profiles] == ["Harbor Books"] * 2


async def test_full_is_the_only_scope_and_may_be_left_out(http):
    asked = {"client_id": "sandbox-client", "redirect_uri": BACK, "_sandbox_auto": "allow"}
    assert "code" in returned(await http.get("/keap/app/oauth/authorize", params=asked))
    other = await http.get("/keap/app/oauth/authorize", params={**asked, "scope": "read"})
    assert returned(other)["error"] == "invalid_scope"


async def test_credentials_by_basic_or_in_the_body_but_never_in_the_query(http):
    code = await keap_code(http)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    query = await http.post("/keap/token", params={**form, **CLIENT})
    assert (query.status_code, query.json()["error"]) == (401, "invalid_client")
    exchanged = await http.post("/keap/token", data=form, auth=BASIC)
    refresh = {"grant_type": "refresh_token", "refresh_token": exchanged.json()["refresh_token"]}
    assert (await http.post("/keap/token", data={**refresh, **CLIENT})).status_code == 200


async def test_a_code_serves_once_and_to_its_own_redirect_uri(http):
    code = await keap_code(http)
    elsewhere = await exchange_keap(http, code, redirect_uri=f"{BACK}/other")
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (400, "invalid_request")
    assert (await exchange_keap(http, code)).status_code == 200
    assert (await exchange_keap(http, code)).json()["error"] == "invalid_grant"


async def test_a_refresh_token_dies_the_moment_it_is_used(http):
    first = (await connect_keap(http)).refresh
    second = (await refresh_keap(http, first)).json()["refresh_token"]
    assert second != first
    again = await refresh_keap(http, first)
    assert (again.status_code, again.json()) == (
        400, {"error": "invalid_grant", "error_description": "Invalid refresh token"},
    )  # fmt: skip
    assert (await refresh_keap(http, second)).status_code == 200


async def test_forty_five_idle_days_end_the_grant(http, control):
    tokens = await connect_keap(http)
    await control.advance(44 * 86_400)
    kept = (await refresh_keap(http, tokens.refresh)).json()["refresh_token"]
    await control.advance(46 * 86_400)
    assert (await refresh_keap(http, kept)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["revoke", "uninstall"])
async def test_a_dead_grant_is_worded_by_the_gateway_and_access_tokens_live_on(http, control, kind):
    tokens = await connect_keap(http)
    await control.break_("keap", KEAP, kind, variant="invalid_request")
    refused = await refresh_keap(http, tokens.refresh)
    assert (refused.status_code, refused.json()) == (
        400, {"error": "invalid_request", "error_description": "Invalid Refresh Token"},
    )  # fmt: skip
    assert (await http.get(ME, headers=tokens.headers)).status_code == 200


async def test_the_gateway_refuses_tokens_in_its_own_words(http, control):
    tokens = await connect_keap(http)
    assert (await http.get(ME)).json() == INVALID
    await control.break_("keap", KEAP, "revoke", access_survives=False)
    refused = await http.get(ME, headers=tokens.headers)
    assert (refused.status_code, refused.json()) == (401, INVALID)
    await control.mend("keap", KEAP)
    await control.advance(86_401)
    old = (await http.get(ME, headers=tokens.headers)).json()
    assert old["fault"]["detail"]["errorcode"] == "keymanagement.service.access_token_expired"


async def test_one_quota_for_the_app_over_all_tenants(http, wall):
    one, other = await connect_keap(http), await connect_keap(http, "kp002")
    wall.now = wall.now // 60 * 60 + 1
    answers = [await http.get(ME, headers=(one if n % 2 else other).headers) for n in range(SPIKE_S + 1)]
    assert [a.status_code for a in answers] == [200] * SPIKE_S + [429]
    assert answers[-1].json() == {
        "code": "429", "message": "Quota Exceeded", "status": "Request Throttled", "details": None,
    }  # fmt: skip
    told = answers[SPIKE_S - 1].headers
    assert told["x-keap-product-throttle-available"] == str(PER_MINUTE - SPIKE_S)
    assert told["x-keap-product-quota-used"] == str(SPIKE_S)
    assert told["x-keap-product-quota-limit"] == str(PER_DAY)
    wall.now += 1
    assert (await http.get(ME, headers=one.headers)).status_code == 200


async def test_real_host_names(http):
    tokens = await connect_keap(http)
    for host in ("api.infusionsoft.com", "api.keap.com"):
        answer = await http.get("/crm/rest/v2/businessProfile", headers={**tokens.headers, "Host": host})
        assert answer.status_code == 200


async def test_unknown_things_in_the_words_of_each_version(http):
    tokens = await connect_keap(http)
    older = (await http.get(f"{V1}/nothing", headers=tokens.headers)).json()
    newer = (await http.get(f"{V2}/nothing", headers=tokens.headers)).json()
    assert set(older) == {"message"}
    assert (newer["code"], newer["status"]) == (404, "NOT_FOUND")
