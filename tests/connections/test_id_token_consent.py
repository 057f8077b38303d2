"""Who signed in at Google must be who the token says, and who a real call says: else nothing is stored."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import load
from mailwarden.settings import Settings
from tests.connections.fakes import come_back, outcome, start, state_of
from tests.support.browser import Browser
from tests.support.replies import Replies

pytestmark = pytest.mark.usefixtures("quiet_journal")
KEY, FOREIGN = RSAKey.generate_key(2048, {"kid": "k-1"}), RSAKey.generate_key(2048, {"kid": "k-1"})
SUB = "107769150410000000001"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    clients = {"google": {"client_id": "our-client", "client_secret": "our-secret"}}
    return Settings(_env_file=None, environment="test", data_dir=tmp_path, providers=clients)


def at_google(replies: Replies, *, id_token: str | None, sub: str = SUB) -> None:
    scopes = " ".join(load()["google"].auth.all_scopes)
    body = {"access_token": "at-1", "refresh_token": "rt-1", "expires_in": 3599, "scope": scopes, "id_token": id_token}
    replies["POST /token"] = httpx.Response(200, json=body)
    replies["GET /oauth2/v3/certs"] = httpx.Response(200, json={"keys": [KEY.as_dict(private=False)]})
    replies["GET /v1/userinfo"] = httpx.Response(200, json={"sub": sub, "email": "ada@example.com"})
    replies["GET /gmail/v1/users/me/profile"] = httpx.Response(200, json={"emailAddress": "ada@example.com"})


def signed(rt: Runtime, started: dict[str, Any], key: RSAKey = KEY, **over: Any) -> str:
    now = rt.clock.now().timestamp()
    nonce = parse_qs(urlsplit(started["authorize_url"]).query)["nonce"][0]
    claims = {
        "iss": "https://accounts.google.com",
        "aud": rt.config.providers["google"].client_id,
        "sub": SUB,
        "iat": now,
        "exp": now + 3600,
        "nonce": nonce,
    }
    return jwt.encode({"alg": "RS256", "kid": "k-1"}, claims | over, key)


async def test_the_account_of_the_token_is_connected(owner: Browser, runtime: Runtime, replies: Replies) -> None:
    started = await start(owner, "/v1/integrations/google/connect")
    at_google(replies, id_token=signed(runtime, started))
    landed = await come_back(owner, state_of(started), "google")
    assert "connected=" in landed
    (row,) = (await owner.get("/v1/connections")).json()["data"]
    assert (row["external_id"], row["account_label"]) == (SUB, "ada@example.com")


@pytest.mark.parametrize(
    ("over", "key", "why"),
    [
        ({"nonce": "of another sign-in"}, KEY, "another sign-in"),
        ({"aud": "somebody-else"}, KEY, "another app"),
        ({"iss": "https://evil.test"}, KEY, "somebody else"),
        ({"exp": 1}, KEY, "expired"),
        ({}, FOREIGN, "signature"),
    ],
)
async def test_a_token_of_another_sign_in_is_refused(
    owner: Browser, runtime: Runtime, replies: Replies, over: dict[str, Any], key: RSAKey, why: str
) -> None:
    started = await start(owner, "/v1/integrations/google/connect")
    at_google(replies, id_token=signed(runtime, started, key, **over))
    ended = await outcome(owner, await come_back(owner, state_of(started), "google"))
    assert ended["outcome"] == "failed"
    assert why in str(ended)
    assert (await owner.get("/v1/connections")).json()["data"] == []
    assert replies.count("GET /v1/userinfo") == 0


async def test_token_and_call_must_name_the_same_account(owner: Browser, runtime: Runtime, replies: Replies) -> None:
    started = await start(owner, "/v1/integrations/google/connect")
    at_google(replies, id_token=signed(runtime, started), sub="107769150410000000002")
    ended = await outcome(owner, await come_back(owner, state_of(started), "google"))
    assert (ended["outcome"], "two different accounts" in str(ended)) == ("failed", True)
    assert (await owner.get("/v1/connections")).json()["data"] == []


async def test_without_a_token_nobody_is_connected(owner: Browser, replies: Replies) -> None:
    started = await start(owner, "/v1/integrations/google/connect")
    at_google(replies, id_token=None)
    ended = await outcome(owner, await come_back(owner, state_of(started), "google"))
    assert (ended["outcome"], "did not say who signed in" in str(ended)) == ("failed", True)


async def test_while_the_keys_cannot_be_had_the_person_tries_again(
    owner: Browser, runtime: Runtime, replies: Replies
) -> None:
    started = await start(owner, "/v1/integrations/google/connect")
    at_google(replies, id_token=signed(runtime, started))
    replies["GET /oauth2/v3/certs"] = httpx.Response(503)
    ended = await outcome(owner, await come_back(owner, state_of(started), "google"))
    assert (ended["outcome"], "try again" in str(ended)) == ("failed", True)
