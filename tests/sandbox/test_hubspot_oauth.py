import pytest

from tests.sandbox.steps import (
    BACK,
    CHALLENGE,
    CLIENT,
    HUBSPOT,
    VERIFIER,
    connect_hubspot,
    hubspot_code,
    hubspot_token,
    refresh_hubspot,
)

VERSIONS = ("v3", "2026-03", "2026-09")


async def test_a_code_becomes_tokens_that_name_the_portal(http):
    tokens = await connect_hubspot(http)
    assert tokens.body["hub_id"] == int(HUBSPOT)
    assert tokens.body["expires_in"] == 1800
    assert tokens.body["token_type"] == "bearer"
    assert tokens.body["scopes"] == ["content", "oauth"]


@pytest.mark.parametrize("version", ["v1", *VERSIONS])
async def test_every_version_refreshes_and_gives_the_same_refresh_token(http, version):
    tokens = await connect_hubspot(http)
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    answer = await hubspot_token(http, version, **form)
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] == tokens.refresh
    assert answer.json()["access_token"] != tokens.access


async def test_the_old_version_also_reads_the_query(http):
    tokens = await connect_hubspot(http)
    query = {**CLIENT, "grant_type": "refresh_token", "refresh_token": tokens.refresh}
    assert (await http.post("/hubspot/oauth/v1/token", params=query)).status_code == 200
    assert (await http.post("/hubspot/oauth/v3/token", params=query)).json()["status"] == "BAD_CLIENT_ID"


async def test_a_code_works_once(http):
    code = await hubspot_code(http)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert (await hubspot_token(http, **form)).status_code == 200
    again = await hubspot_token(http, **form)
    assert (again.status_code, again.json()["status"], again.json()["error"]) == (400, "BAD_AUTH_CODE", "invalid_grant")


async def test_a_code_dies_after_five_minutes(http, control):
    code = await hubspot_code(http)
    await control.advance(301)
    answer = await hubspot_token(http, grant_type="authorization_code", code=code, redirect_uri=BACK)
    assert answer.json()["status"] == "BAD_AUTH_CODE"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": "nobody"}, "BAD_CLIENT_ID", "invalid_client"),
        ({"client_secret": "wrong"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE", "unsupported_grant_type"),
        ({"refresh_token": "na1-unknown"}, "BAD_REFRESH_TOKEN", "invalid_grant"),
    ],
)
async def test_refusals_carry_both_languages_of_errors(http, form, status, error):
    tokens = await connect_hubspot(http)
    answer = await hubspot_token(http, **{"grant_type": "refresh_token", "refresh_token": tokens.refresh, **form})
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]) == (400, status, error)


async def test_a_refresh_token_belongs_to_its_client(http):
    tokens = await connect_hubspot(http)
    other = {"provider": "hubspot", "client_id": "other", "client_secret": "secret"}
    assert (await http.post("/_sandbox/clients", json=other)).status_code == 201
    answer = await refresh_hubspot(http, tokens, client_id="other", client_secret="secret")
    assert answer.json()["status"] == "BAD_REFRESH_TOKEN"


async def test_the_redirect_uri_must_be_the_same_at_the_exchange(http):
    code = await hubspot_code(http)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost:1/other"}
    answer = await hubspot_token(http, **form)
    assert answer.json()["status"] == "BAD_REDIRECT_URI"


async def test_pkce_is_checked_where_it_is_used(http):
    code = await hubspot_code(http, code_challenge=CHALLENGE, code_challenge_method="S256")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert (await hubspot_token(http, **form)).json()["status"] == "BAD_CODE_VERIFIER"
    assert (await hubspot_token(http, **form, code_verifier=VERIFIER)).status_code == 200


@pytest.mark.parametrize("version", VERSIONS)
async def test_introspection_tells_live_tokens_from_dead_ones(http, version):
    tokens = await connect_hubspot(http)
    path = f"/hubspot/oauth/{version}/token/introspect"
    access = (await http.post(path, data={**CLIENT, "token": tokens.access, "token_type_hint": "access_token"})).json()
    refresh = (await http.post(path, data={**CLIENT, "refresh_token": tokens.refresh})).json()
    assert (access["active"], access["hub_id"], access["token_use"]) == (True, int(HUBSPOT), "access_token")
    assert (refresh["active"], refresh["scopes"]) == (True, ["content", "oauth"])
    assert "expires_in" not in refresh
    assert (await http.post(path, data={**CLIENT, "token": "unknown"})).json() == {"active": False}


@pytest.mark.parametrize("version", VERSIONS)
async def test_revoking_ends_the_refresh_token_but_not_the_access_token(http, version):
    tokens = await connect_hubspot(http)
    path = f"/hubspot/oauth/{version}/token/revoke"
    assert (await http.post(path, data={**CLIENT, "token": tokens.refresh})).status_code == 200
    assert (await refresh_hubspot(http, tokens)).json()["status"] == "BAD_REFRESH_TOKEN"
    assert (await http.get("/hubspot/account-info/v3/details", headers=tokens.headers)).status_code == 200


async def test_the_old_version_shows_and_deletes_tokens_by_path(http):
    tokens = await connect_hubspot(http)
    access = await http.get(f"/hubspot/oauth/v1/access-tokens/{tokens.access}")
    assert access.json()["hub_id"] == int(HUBSPOT)
    path = f"/hubspot/oauth/v1/refresh-tokens/{tokens.refresh}"
    assert (await http.get(path)).json()["token_type"] == "refresh"
    assert (await http.delete(path)).status_code == 204
    assert (await http.get(path)).status_code == 404


async def test_an_expired_access_token_is_told_from_an_unknown_one(http, control):
    tokens = await connect_hubspot(http)
    await control.advance(1801)
    expired = await http.get("/hubspot/account-info/v3/details", headers=tokens.headers)
    assert (expired.status_code, expired.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert "expired 1 second(s) ago" in expired.json()["message"]
    unknown = await http.get("/hubspot/account-info/v3/details", headers={"Authorization": "Bearer CJunknown-token"})
    assert (unknown.status_code, unknown.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    malformed = await http.get("/hubspot/account-info/v3/details", headers={"Authorization": "Bearer ~ ~"})
    assert malformed.status_code == 530
