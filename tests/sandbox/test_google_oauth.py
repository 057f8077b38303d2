import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.sandbox.google_steps import (
    ACCOUNT,
    ALL,
    COMPOSE,
    EMAIL,
    MAIL,
    ME,
    OTHER,
    READONLY,
    SEND,
    connect,
    exchange,
    page,
    refresh,
    token,
)  # fmt: skip
from tests.sandbox.steps import BACK, VERIFIER, returned

DEAD = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


async def test_a_code_becomes_tokens_and_says_who_it_was(http):
    tokens = await connect(http)
    assert set(tokens.body) == {"access_token", "expires_in", "scope", "token_type", "refresh_token", "id_token"}
    assert set(tokens.body["scope"].split()) == {"openid", EMAIL, SEND, COMPOSE, READONLY, MAIL}
    keys = KeySet.import_key_set((await http.get("/google/oauth2/v3/certs")).json())
    claims = jwt.decode(tokens.body["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["sub"], claims["aud"], claims["nonce"]) == (ACCOUNT, "sandbox-client", "n-1")
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("https://accounts.google.com", 3600)
    who = (await http.get("/google/v1/userinfo", headers=tokens.headers)).json()
    assert (who["sub"], who["email"]) == (ACCOUNT, claims["email"])
    told = (await http.get("/google/tokeninfo", params={"access_token": tokens.access})).json()
    assert {type(value) for value in told.values()} == {str}
    assert (told["aud"], told["sub"]) == ("sandbox-client", ACCOUNT)


async def test_a_refresh_keeps_the_refresh_token(http):
    tokens = await connect(http)
    again = (await refresh(http, tokens)).json()
    assert "refresh_token" not in again
    assert set(again["scope"].split()) == set(tokens.body["scope"].split())
    assert (await refresh(http, tokens)).status_code == 200


async def test_a_refresh_token_comes_only_with_a_consent(http):
    first = await connect(http, prompt="")
    assert first.refresh
    assert not (await connect(http, prompt="")).refresh  # nothing was asked
    assert not (await connect(http, access_type="online")).refresh
    assert (await connect(http, prompt="select_account consent")).refresh
    assert (await connect(http, prompt="", account=OTHER)).refresh


async def test_permissions_can_be_unticked_but_signing_in_cannot(http):
    answer = returned(await page(http, _sandbox_scopes=f"{SEND}"))
    assert set(answer["scope"].split()) == {"openid", EMAIL, SEND}
    granted = (await exchange(http, answer["code"])).json()
    assert set(granted["scope"].split()) == {"openid", EMAIL, SEND}
    nothing = returned(await page(http, _sandbox_scopes=""))
    assert (nothing["error"], nothing["state"]) == ("access_denied", "s")


async def test_granted_scopes_are_included_if_wanted(http):
    await connect(http, f"openid email {SEND}")
    alone = await connect(http, f"openid email {READONLY}")
    assert SEND not in alone.body["scope"]
    both = await connect(http, f"openid email {READONLY}", include_granted_scopes="true")
    assert {SEND, READONLY} <= set(both.body["scope"].split())


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"redirect_uri": "https://elsewhere.test/"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "invalid_request"),
        ({"scope": "openid everything"}, "invalid_scope"),
        ({"prompt": "none consent"}, "prompt"),
        ({"access_type": "sometimes"}, "access_type"),
    ],
)
async def test_wrong_requests_end_on_a_page_of_googles(http, changed, words):
    answer = await page(http, **changed)
    assert answer.status_code >= 400
    assert words in answer.text


async def test_without_a_prompt_only_what_was_granted(http):
    hint = (await connect(http)).body
    address = (
        await http.get("/google/v1/userinfo", headers={"Authorization": f"Bearer {hint['access_token']}"})
    ).json()
    silent = await page(http, prompt="none", login_hint=address["email"])
    assert "code" in returned(silent)
    assert returned(await page(http, prompt="none"))["error"] == "interaction_required"


async def test_the_hinted_account_is_offered_first(http):
    query = {"client_id": "sandbox-client", "redirect_uri": BACK, "response_type": "code", "scope": ALL}
    shown = await http.get("/google/o/oauth2/v2/auth", params=query | {"login_hint": OTHER})
    assert shown.text.index(OTHER) < shown.text.index(ACCOUNT)


async def test_codes_are_used_once_by_who_asked(http):
    code = returned(await page(http))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert (await token(http, **form, code_verifier="w" * 43)).json()["error"] == "invalid_grant"
    other = await token(http, **form | {"redirect_uri": f"{BACK}/"}, code_verifier=VERIFIER)
    assert other.json()["error"] == "redirect_uri_mismatch"
    assert (await exchange(http, code)).status_code == 200
    again = await exchange(http, code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant", "error_description": "Bad Request"})


async def test_clients_are_checked(http):
    for form, words in (({"client_id": "nobody"}, "not found"), ({"client_secret": "wrong"}, "Unauthorized")):
        answer = await token(http, grant_type="refresh_token", refresh_token="x", **form)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert words in answer.json()["error_description"]


async def test_revoking_one_token_ends_everything_of_this_person_and_app(http):
    first, second, another = await connect(http), await connect(http), await connect(http, account=OTHER)
    assert (await http.post("/google/revoke", data={"token": first.access})).status_code == 200
    for tokens in (first, second):
        assert (await refresh(http, tokens)).json() == DEAD
        assert (await http.get(f"{ME}/profile", headers=tokens.headers)).status_code == 401
    assert (await refresh(http, another)).status_code == 200
    dead = await http.post("/google/revoke", data={"token": first.refresh})
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_token")


async def test_the_hundred_and_first_refresh_token_ends_the_first(http):
    made = [await connect(http) for _ in range(101)]
    assert (await refresh(http, made[0])).json() == DEAD
    assert (await refresh(http, made[1])).status_code == 200
    assert (await refresh(http, made[-1])).status_code == 200


async def test_half_a_year_without_use(http, wall):
    tokens = await connect(http)
    wall.now += 184 * 86_400
    assert (await refresh(http, tokens)).json() == DEAD


async def test_addresses_and_older_forms(http):
    config = (await http.get("/google/.well-known/openid-configuration")).json()
    assert (config["issuer"], config["token_endpoint"]) == (
        "https://accounts.google.com",
        "http://sandbox.test/google/token",
    )
    by_host = await http.get("http://accounts.google.com/.well-known/openid-configuration")
    assert by_host.json()["jwks_uri"] == "https://www.googleapis.com/oauth2/v3/certs"
    assert (await http.get("/google/.well-known/risc-configuration")).json()["issuer"].endswith(".com/")
    pems = (await http.get("/google/oauth2/v1/certs")).json()
    keys = (await http.get("/google/oauth2/v3/certs")).json()["keys"]
    assert set(pems) == {key["kid"] for key in keys}
    assert all("d" not in key for key in keys)
    tokens = await connect(http)
    old = (await http.get("/google/oauth2/v2/userinfo", headers=tokens.headers)).json()
    assert (old["id"], old["verified_email"]) == (ACCOUNT, True)


@pytest.mark.parametrize("path", ["/google/v1/userinfo", f"{ME}/profile"])
async def test_without_a_good_token(http: httpx.AsyncClient, path):
    answer = await http.get(path, headers={"Authorization": "Bearer ya29.nothing"})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
