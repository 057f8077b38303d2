"""google-auth, google-auth-oauthlib and google-api-python-client against the sandbox, only the addresses changed."""

import pytest

from tests.sandbox.google_steps import ACCOUNT, EMAIL, MAIL, READONLY, SEND, Tokens, connect

pytestmark = pytest.mark.sdk
SCOPES = ["openid", EMAIL, SEND, READONLY, MAIL]


@pytest.fixture
def sdk(drive, base):
    def sdk(step: str, **told):
        return drive("google-2", "google_client.py", step, base=f"{base}/google", **told)

    return sdk


def held(tokens: Tokens) -> dict[str, str]:
    return {"access": tokens.access, "refresh": tokens.refresh}


@pytest.mark.parametrize("certs", ["/oauth2/v1/certs", "/oauth2/v3/certs"])
@pytest.mark.parametrize("chosen", [SCOPES, ["openid", EMAIL, SEND]])
async def test_the_flow_and_the_id_token(sdk, http, certs, chosen):
    started = sdk("consent", scopes=SCOPES)
    decided = f"{started['url']}&_sandbox_auto=allow&_sandbox_account={ACCOUNT}&_sandbox_scopes={'%20'.join(chosen)}"
    returned = (await http.get(decided)).headers["location"]
    found = sdk("exchange", scopes=SCOPES, returned=returned, verifier=started["verifier"], certs=certs)
    assert set(found["granted"]) >= set(chosen)
    assert (found["sub"], found["iss"]) == (ACCOUNT, "https://accounts.google.com")
    renewed = sdk("renew", access=found["access"], refresh=found["refresh"])
    assert renewed["refresh"] == found["refresh"]
    assert renewed["access"] != found["access"]


async def test_mail(sdk, http):
    found = sdk("mail", **held(await connect(http)))
    assert "@" in found["address"]
    assert (found["threads"], found["aliases"], found["watched"]) == (2, 1, ["expiration", "historyId"])
    assert found["listed"] >= 3
    assert found["changes"] >= 4
    assert found["message_id"].endswith("@mail.gmail.com>")


async def test_a_dead_grant(sdk, http, control):
    tokens = await connect(http)
    await control.break_("google", ACCOUNT, "revoke")
    said = sdk("renew", **held(tokens))
    assert (said["refused"]["error"], said["retryable"]) == ("invalid_grant", False)
    assert sdk("refused", **held(tokens))["refused"]["error"] == "invalid_grant"
    await control.mend("google", ACCOUNT)


async def test_a_missing_scope_and_an_administrators_block(sdk, http, control):
    tokens = await connect(http, f"openid email {SEND}")
    said = sdk("refused", **held(tokens))
    assert (said["status"], said["details"][0]["reason"]) == (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    await control.break_("google", ACCOUNT, "admin_block")
    assert "administrators" in sdk("refused", **held(tokens))["reason"]
    await control.mend("google", ACCOUNT)
