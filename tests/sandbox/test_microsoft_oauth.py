import re

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.sandbox.microsoft import (
    FIRST,
    IMAP,
    ME,
    PERSONAL,
    SCOPES,
    SECOND,
    SMTP,
    TOKEN,
    authorize,
    claims_of,
    code_of,
    connect,
    exchange,
    number,
    refresh,
    token,
)
from tests.sandbox.steps import BACK, BASIC, CLIENT, VERIFIER, returned

GRAPH_ONLY = {f"https://graph.microsoft.com/{name}" for name in ("User.Read", "Mail.Send", "Mail.ReadWrite")}


async def test_a_code_becomes_tokens_with_an_id_token_and_no_word_of_offline_access(http):
    tokens = await connect(http, form={"client_info": "1"})
    assert set(tokens.body) == {
        "token_type", "scope", "expires_in", "ext_expires_in", "access_token", "refresh_token", "id_token",
        "client_info",
    }  # fmt: skip
    assert 3599 <= tokens.body["expires_in"] <= 5400
    assert set(tokens.body["scope"].split()) == set(SCOPES.split()) - {"offline_access"}
    me = (await http.get(ME, headers=tokens.headers)).json()
    assert (me["id"], me["mail"]) == (FIRST.partition(":")[2], "admin@harbor-books.test")


async def test_the_id_token_names_the_account_and_is_signed_by_the_published_key(http):
    tokens = await connect(http)
    keys = KeySet.import_key_set((await http.get("/microsoft/common/discovery/v2.0/keys")).json())
    claims = jwt.decode(tokens.body["id_token"], keys).claims
    tenant, _, person = FIRST.partition(":")
    assert (claims["tid"], claims["oid"], claims["nonce"]) == (tenant, person, "n-1")
    assert claims["iss"] == f"https://login.microsoftonline.com/{tenant}/v2.0"
    assert claims["aud"] == "sandbox-client"


async def test_discovery_leads_back_to_where_the_caller_came_from(http):
    told = (await http.get("/microsoft/organizations/v2.0/.well-known/openid-configuration")).json()
    assert told["token_endpoint"] == "http://sandbox.test/microsoft/organizations/oauth2/v2.0/token"
    assert told["issuer"].startswith("http://sandbox.test/microsoft/")
    real = {"Host": "login.microsoftonline.com"}
    told = (await http.get("/common/v2.0/.well-known/openid-configuration", headers=real)).json()
    assert told["issuer"] == "https://login.microsoftonline.com/{tenantid}/v2.0"
    unknown = await http.get("/microsoft/nowhere.test/v2.0/.well-known/openid-configuration")
    assert (unknown.status_code, unknown.json()["error"]) == (400, "invalid_tenant")


async def test_instance_discovery(http):
    asked = {
        "api-version": "1.1",
        "authorization_endpoint": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    }
    told = (await http.get("/microsoft/common/discovery/instance", params=asked)).json()
    assert told["metadata"][0]["preferred_network"] == "login.microsoftonline.com"
    assert "/common/v2.0/" in told["tenant_discovery_endpoint"]


async def test_the_answer_comes_as_the_app_asked(http):
    by_fragment = await authorize(http, response_mode="fragment")
    assert "code=" in httpx.URL(by_fragment.headers["location"]).fragment
    posted = await authorize(http, response_mode="form_post")
    assert posted.status_code == 200
    assert re.search(r'name="code" value="[\w-]+"', posted.text)
    refused = returned(await authorize(http, response_mode="web_message"))
    assert refused["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid Mail.Fly"}, "invalid_scope"),
    ],
)
async def test_errors_of_an_authorization_come_back_to_the_app(http, more, error):
    assert returned(await authorize(http, **more))["error"] == error


async def test_a_silent_authorization_finds_nobody_signed_in(http):
    query = {
        "client_id": "sandbox-client",
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": SCOPES,
        "prompt": "none",
    }
    answer = returned(await http.get("/microsoft/common/oauth2/v2.0/authorize", params=query))
    assert answer["error"] == "login_required"
    assert answer["error_description"].startswith("AADSTS50058")


async def test_nothing_can_be_unticked(http):
    tokens = await connect(http, _sandbox_scopes="User.Read")
    assert "Mail.Send" in tokens.body["scope"]


async def test_the_hinted_account_is_offered_first(http):
    query = {"client_id": "sandbox-client", "response_type": "code", "redirect_uri": BACK, "scope": SCOPES}
    hint = {"login_hint": "admin@juniper-outdoor.test", "_sandbox_auto": "allow"}
    code = returned(await http.get("/microsoft/common/oauth2/v2.0/authorize", params={**query, **hint}))["code"]
    answer = await exchange(http, code)
    assert claims_of(answer.json()["id_token"])["oid"] == SECOND.partition(":")[2]


async def test_authorities_let_in_whom_they_are_for(http):
    await http.post("/_sandbox/accounts", json={"provider": "microsoft", "external_id": PERSONAL})
    tenant = FIRST.partition(":")[0]
    for authority, account, may in (
        ("common", PERSONAL, True),
        ("consumers", PERSONAL, True),
        ("organizations", PERSONAL, False),
        ("consumers", FIRST, False),
        (tenant, FIRST, True),
        (tenant, SECOND, False),
    ):
        answer = await authorize(http, authority, account)
        assert (answer.status_code == 302) is may, (authority, account)
    assert "AADSTS90002" in (await authorize(http, "nowhere.test")).text


async def test_a_code_works_once_with_its_verifier_its_address_and_its_tenant(http):
    code = await code_of(http)
    wrong = await exchange(http, code, code_verifier="w" * 43)
    assert (wrong.json()["error"], number(wrong)) == ("invalid_grant", 501481)
    elsewhere = await exchange(http, code, redirect_uri=BACK + "/other")
    assert (elsewhere.json()["error"], number(elsewhere)) == ("invalid_client", 500112)
    assert (await exchange(http, code)).status_code == 200
    assert number(await exchange(http, code)) == 54005
    foreign = f"/microsoft/{SECOND.partition(':')[0]}/oauth2/v2.0/token"
    form = {**CLIENT, "grant_type": "authorization_code", "code": await code_of(http), "redirect_uri": BACK}
    assert number(await http.post(foreign, data={**form, "code_verifier": VERIFIER})) == 700005


async def test_a_code_lives_ten_minutes(http, wall):
    code = await code_of(http)
    wall.now += 601
    assert number(await exchange(http, code)) == 70008


async def test_a_plain_challenge(http):
    code = await code_of(http, code_challenge="p" * 43, code_challenge_method="plain")
    assert (await exchange(http, code, code_verifier="p" * 43)).status_code == 200


@pytest.mark.parametrize(
    ("form", "error", "told", "status"),
    [
        ({"client_secret": "wrong"}, "invalid_client", 7000215, 401),
        ({"client_secret": ""}, "invalid_client", 7000218, 401),
        ({"client_id": "stranger"}, "unauthorized_client", 700016, 400),
        ({"client_id": ""}, "invalid_request", 900144, 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 70003, 400),
        ({"refresh_token": "nonsense"}, "invalid_grant", 9002313, 400),
    ],
)
async def test_errors_have_microsofts_shape(http, form, error, told, status):
    answer = await token(http, **{"grant_type": "refresh_token", "refresh_token": "x", **form})
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [told])
    assert re.fullmatch(
        rf"AADSTS{told}: .*Trace ID: {body['trace_id']}.Correlation ID: {body['correlation_id']}.Timestamp: .*Z",
        body["error_description"].replace("\r\n", " "),
    )
    assert body["timestamp"] in body["error_description"]


async def test_client_credentials_may_stand_in_the_header(http):
    tokens = await connect(http)
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    assert (await http.post(TOKEN, data=form, auth=BASIC)).status_code == 200


async def test_every_refresh_gives_a_new_token_and_leaves_the_old_one_good(http, wall):
    first = (await connect(http)).refresh
    second = (await refresh(http, first)).json()["refresh_token"]
    third = (await refresh(http, first)).json()["refresh_token"]
    assert len({first, second, third}) == 3
    wall.now += 80 * 86_400
    fourth = (await refresh(http, second)).json()["refresh_token"]
    wall.now += 11 * 86_400
    assert number(await refresh(http, third)) == 700082
    assert (await refresh(http, fourth)).status_code == 200


async def test_ninety_days_without_use_end_the_grant(http, wall, control):
    tokens = await connect(http)
    wall.now += 91 * 86_400
    answer = await refresh(http, tokens.refresh)
    assert (number(answer), answer.json()["suberror"]) == (700082, "token_expired")
    assert not (await control.truth("microsoft", FIRST))["grant_alive"]


async def test_one_refresh_token_serves_two_services_one_at_a_time(http):
    tokens = await connect(http, scope=f"{SCOPES} {IMAP} {SMTP}")
    assert "outlook" not in tokens.body["scope"]
    mail = (await refresh(http, tokens.refresh, scope=f"{IMAP} {SMTP} offline_access")).json()
    assert {IMAP, SMTP} <= set(mail["scope"].split())
    refused = await http.get(ME, headers={"Authorization": f"Bearer {mail['access_token']}"})
    assert (refused.status_code, refused.json()["error"]["message"]) == (
        401, "Access token validation failure. Invalid audience.",
    )  # fmt: skip
    graph = (await refresh(http, mail["refresh_token"], scope="https://graph.microsoft.com/.default")).json()
    assert set(graph["scope"].split()) >= GRAPH_ONLY
    mixed = await refresh(http, tokens.refresh, scope=f"User.Read {IMAP}")
    assert (mixed.json()["error"], number(mixed)) == ("invalid_scope", 700022)


async def test_what_was_never_allowed_is_not_consented(http):
    tokens = await connect(http)
    answer = await refresh(http, tokens.refresh, scope=IMAP)
    assert (answer.json()["error"], number(answer)) == ("invalid_grant", 65001)


async def test_scopes_are_compared_without_case_and_with_or_without_their_service(http):
    tokens = await connect(
        http,
        scope="openid offline_access https://graph.microsoft.com/user.read MAIL.SEND",
        form={"scope": "https://graph.microsoft.com/.default"},
    )
    assert set(tokens.body["scope"].split()) == {
        "openid", "https://graph.microsoft.com/User.Read", "https://graph.microsoft.com/Mail.Send",
    }  # fmt: skip


async def test_without_offline_access_there_is_no_refresh_token(http):
    tokens = await connect(http, scope="openid User.Read")
    assert "refresh_token" not in tokens.body


async def test_the_same_request_over_and_over_is_a_loop(http, wall):
    tokens = await connect(http)
    answers = [await refresh(http, tokens.refresh) for _ in range(31)]
    assert [a.status_code for a in answers] == [200] * 30 + [400]
    assert number(answers[-1]) == 50196
    wall.now += 301
    assert (await refresh(http, tokens.refresh)).status_code == 200
