"""What ends a Google account's grant, and what Google tells the apps of it."""

import base64
import hashlib
import json
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.sandbox.google_steps import ACCOUNT, COMPOSE, ME, OTHER, READONLY, SEND, connect, page, refresh
from tests.sandbox.steps import returned

RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
ENDS = [
    ("revoke", {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
    ("uninstall", {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
    ("expire_refresh", {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
    ("change_password", {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
    ("admin_block", {"error": "admin_policy_enforced"}),
    ("interaction_required", {"error": "invalid_grant", "error_subtype": "invalid_rapt"}),
    ("disable_account", {"error": "invalid_grant", "error_description": "Account has been disabled"}),
    ("hub_deleted", {"error": "invalid_grant", "error_description": "Account has been deleted"}),
]


@pytest.mark.parametrize(("kind", "words"), ENDS)
async def test_the_token_endpoint_names_each_end(http, control, kind, words):
    tokens, other = await connect(http), await connect(http, account=OTHER)
    await control.break_("google", ACCOUNT, kind)
    answer = await refresh(http, tokens)
    assert answer.status_code == 400
    assert answer.json().items() >= words.items()
    assert (await refresh(http, other)).status_code == 200
    await control.mend("google", ACCOUNT)
    assert (await refresh(http, tokens)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"), [("revoke", 401), ("disable_account", 401), ("admin_block", 403), ("interaction_required", 200)]
)
async def test_what_the_api_says_meanwhile(http, control, kind, status):
    tokens = await connect(http)
    await control.break_("google", ACCOUNT, kind)
    assert (await http.get(f"{ME}/profile", headers=tokens.headers)).status_code == status
    if kind == "admin_block":
        assert (await http.get("/google/v1/userinfo", headers=tokens.headers)).status_code == 200
        assert "admin_policy_enforced" in (await page(http)).text


async def test_a_new_password_ends_only_grants_with_mail(http, control):
    plain, mail = await connect(http, "openid email"), await connect(http, f"openid email {SEND}")
    await control.break_("google", ACCOUNT, "change_password")
    assert (await refresh(http, plain)).status_code == 200
    assert (await refresh(http, mail)).status_code == 400


async def test_who_signs_in_again_ends_the_demand_for_it(http, control):
    tokens = await connect(http)
    await control.break_("google", ACCOUNT, "interaction_required")
    assert (await refresh(http, await connect(http))).status_code == 200
    assert (await refresh(http, tokens)).status_code == 200


async def test_removed_scopes_show_at_once_and_in_every_answer(http, control):
    tokens = await connect(http, f"openid email {COMPOSE} {READONLY}")
    await control.break_("google", ACCOUNT, "remove_scopes", scopes=[READONLY])
    assert (await http.get(f"{ME}/messages", headers=tokens.headers)).status_code == 403
    assert READONLY not in (await refresh(http, tokens)).json()["scope"]
    assert READONLY in returned(await page(http, f"openid email {READONLY}"))["scope"]


async def test_other_wordings(http, control):
    tokens = await connect(http)
    await control.break_("google", ACCOUNT, "revoke", variant="bad_request")
    assert (await refresh(http, tokens)).json()["error_description"] == "Bad Request"


async def events(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    keys = KeySet.import_key_set((await http.get("/google/oauth2/v3/certs")).json())
    sent = (await http.get("/_sandbox/webhooks/deliveries?provider=google")).json()["deliveries"]
    return [dict(jwt.decode(one["body"], keys, algorithms=["RS256"]).claims) for one in sent]


@pytest.fixture
async def listening(http):
    receiver = {"client_id": "sandbox-client", "url": "http://app.test/hooks/google"}
    assert (await http.put("/_sandbox/google/risc", json=receiver)).status_code == 204


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("revoke", f"{OAUTH}token-revoked"),
        ("change_password", f"{OAUTH}tokens-revoked"),
        ("disable_account", f"{RISC}account-disabled"),
        ("hub_deleted", f"{RISC}account-purged"),
    ],
)
async def test_security_events_of_faults(http, control, listening, kind, event):
    tokens = await connect(http)
    await control.break_("google", ACCOUNT, kind)
    (told,) = await events(http)
    assert (told["iss"], told["aud"]) == ("https://accounts.google.com/", "sandbox-client")
    assert "exp" not in told
    subject = told["events"][event]["subject"]
    if kind == "revoke":
        assert (subject["token_identifier_alg"], subject["token"]) == ("prefix", tokens.refresh[:16])
    else:
        assert subject["sub"] == ACCOUNT
    await control.mend("google", ACCOUNT)
    assert len(await events(http)) == (2 if kind == "disable_account" else 1)


async def test_events_for_want_of_a_fault(http, listening):
    tokens = await connect(http)
    where = f"/_sandbox/google/accounts/{ACCOUNT}/events"
    assert (await http.post(where, json={"event": "token-revoked", "hashed": True})).status_code == 201
    assert (await http.post(where, json={"event": "verification", "state": "abc"})).status_code == 201
    assert (await http.post(where, json={"event": "nonsense"})).status_code == 422
    revoked, verified = await events(http)
    twice = hashlib.sha512(hashlib.sha512(tokens.refresh.encode()).digest()).digest()
    subject = revoked["events"][f"{OAUTH}token-revoked"]["subject"]
    assert subject["token"] == base64.b64encode(twice).decode()
    assert verified["events"][f"{RISC}verification"] == {"state": "abc"}


async def test_only_apps_that_know_the_person_hear_of_them(http, control, listening):
    await connect(http, SEND)
    await control.break_("google", ACCOUNT, "revoke")
    assert await events(http) == []


async def test_a_push_has_a_token_of_its_own(http, wall):
    tokens = await connect(http)
    target = {"topic": "projects/p/topics/mail", "url": "http://app.test/hooks/google/pubsub", "audience": "our-app"}
    await http.put("/_sandbox/google/pubsub", json=target)
    await http.post(f"{ME}/watch", json={"topicName": target["topic"]}, headers=tokens.headers)
    (sent,) = (await http.get("/_sandbox/webhooks/deliveries?provider=google")).json()["deliveries"]
    body = json.loads(sent["body"])
    assert body["subscription"] == "projects/p/subscriptions/mail"
    assert set(body["message"]) >= {"data", "messageId", "publishTime"}
