import httpx
import pytest

from tests.sandbox.steps import (
    BACK,
    BASIC,
    CLIENT,
    KLAVIYO,
    KLAVIYO_SCOPES,
    VERIFIER,
    connect_klaviyo,
    klaviyo_code,
    klaviyo_token,
    refresh_klaviyo,
)

ACCOUNTS = "/klaviyo/api/accounts"


async def test_a_code_becomes_tokens_without_an_account_id(http):
    tokens = await connect_klaviyo(http)
    assert set(tokens.body) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (tokens.body["expires_in"], tokens.body["token_type"]) == (3600, "Bearer")
    assert set(tokens.body["scope"].split()) == set(KLAVIYO_SCOPES.split())
    account = (await http.get(ACCOUNTS, headers=tokens.headers)).json()["data"]
    assert [a["id"] for a in account] == [account[0]["attributes"]["public_api_key"]] == [KLAVIYO]


async def test_the_verifier_must_fit_the_challenge(http):
    code = await klaviyo_code(http)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    wrong = await klaviyo_token(http, **form, code_verifier="w" * 43)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert (await klaviyo_token(http, **form)).json()["error"] == "invalid_grant"
    assert (await klaviyo_token(http, **form, code_verifier=VERIFIER)).status_code == 200


async def test_credentials_in_the_body_are_not_credentials(http):
    tokens = await connect_klaviyo(http)
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    for answer in (
        await http.post("/klaviyo/oauth/token", data={**form, **CLIENT}),
        await http.post("/klaviyo/oauth/token", data=form, auth=("sandbox-client", "wrong")),
        await http.post("/klaviyo/oauth/revoke", data={"token": tokens.refresh}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_slash_at_the_end_and_an_unknown_grant_type(http):
    answer = await http.post("/klaviyo/oauth/token/", data={"grant_type": "password"}, auth=BASIC)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_overlapping_rotation_gives_the_same_successor_for_a_while(http, wall):
    first = (await connect_klaviyo(http)).refresh
    second = (await refresh_klaviyo(http, first)).json()["refresh_token"]
    assert second != first
    assert (await refresh_klaviyo(http, first)).json()["refresh_token"] == second
    wall.now += 301
    assert (await refresh_klaviyo(http, first)).json()["error"] == "invalid_grant"
    assert (await refresh_klaviyo(http, second)).status_code == 200


async def test_only_the_last_but_one_token_overlaps(http):
    first = (await connect_klaviyo(http)).refresh
    second = (await refresh_klaviyo(http, first)).json()["refresh_token"]
    await refresh_klaviyo(http, second)
    assert (await refresh_klaviyo(http, first)).json()["error"] == "invalid_grant"


async def test_strict_rotation_forgives_nothing_and_fixed_changes_nothing(http, control):
    await control.behave("klaviyo", KLAVIYO, rotation="strict")
    first = (await connect_klaviyo(http)).refresh
    second = (await refresh_klaviyo(http, first)).json()["refresh_token"]
    assert (await refresh_klaviyo(http, first)).json()["error"] == "invalid_grant"
    await control.behave("klaviyo", KLAVIYO, rotation="fixed")
    assert (await refresh_klaviyo(http, second)).json()["refresh_token"] == second


async def test_ninety_idle_days_end_the_grant(http, control):
    tokens = await connect_klaviyo(http)
    await control.advance(89 * 86_400)
    kept = (await refresh_klaviyo(http, tokens.refresh)).json()["refresh_token"]
    await control.advance(91 * 86_400)
    assert (await refresh_klaviyo(http, kept)).json()["error"] == "invalid_grant"
    assert not (await control.truth("klaviyo", KLAVIYO))["grant_alive"]


async def test_ten_refreshes_a_minute(http, control, wall):
    await control.behave("klaviyo", KLAVIYO, rotation="fixed")
    wall.now = wall.now // 60 * 60
    token = (await connect_klaviyo(http)).refresh
    answers = [(await refresh_klaviyo(http, token)).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    wall.now += 60
    assert (await refresh_klaviyo(http, token)).status_code == 200


@pytest.mark.parametrize("kind", ["access", "refresh"])
async def test_revoking_either_token_ends_the_whole_grant(http, kind):
    tokens = await connect_klaviyo(http)
    form = {"token": getattr(tokens, kind), "token_type_hint": f"{kind}_token"}
    assert (await http.post("/klaviyo/oauth/revoke", data=form, auth=BASIC)).status_code == 200
    refused = await http.get(ACCOUNTS, headers=tokens.headers)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (401, "not_authenticated")
    assert (await refresh_klaviyo(http, tokens.refresh)).json()["error"] == "invalid_grant"
    again = await http.post("/klaviyo/oauth/revoke", data=form, auth=BASIC)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_token_traffic_has_one_host(http):
    tokens = await connect_klaviyo(http)
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    answers: dict[str, httpx.Response] = {}
    for host in ("a.klaviyo.com", "www.klaviyo.com"):
        answers[host] = await http.post("/oauth/token", data=form, auth=BASIC, headers={"Host": host})
    assert answers["a.klaviyo.com"].status_code == 200
    assert answers["www.klaviyo.com"].status_code == 403
