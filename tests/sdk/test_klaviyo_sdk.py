"""klaviyo-api 24 (classic campaigns) and 25 (the newest revision) against the sandbox, only the base URL changed."""

import ssl
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.sandbox.program import running_sandbox
from tests.sandbox.steps import KLAVIYO, Tokens, connect_klaviyo

pytestmark = pytest.mark.sdk
EMAIL = "equals(messages.channel,'email')"
# Half a year within one rule of summer time, so that the account's zone is a fixed offset.
SPAN = {"start": "2026-04-01T00:00:00", "end": "2026-10-01T00:00:00"}
both = pytest.mark.parametrize("env", ["klaviyo-24", "klaviyo-25"])


@pytest.fixture
async def tokens(http) -> Tokens:
    return await connect_klaviyo(http)


@pytest.fixture
def sdk(drive, base, tokens):
    def sdk(env: str, step: str, **told):
        return drive(env, "klaviyo_client.py", step, base=f"{base}/klaviyo", access=tokens.access, **told)

    return sdk


async def test_24_lists_classic_campaigns_to_the_end(sdk, control):
    listed = sdk("klaviyo-24", "classic", filter=EMAIL)
    archived = sdk("klaviyo-24", "classic", filter=f"and({EMAIL},equals(archived,true))")
    counts = (await control.truth("klaviyo", KLAVIYO))["counts"]
    assert len({c["id"] for c in listed + archived}) == len(listed + archived) == counts["campaigns"]
    assert sum(c["status"] == "Sent" for c in listed + archived) == counts["sent"]


async def test_24_reads_subjects_from_included_messages(sdk):
    subjects = sdk("klaviyo-24", "subjects", filter=EMAIL)
    assert len(subjects) == 100
    assert all(subjects)


async def test_25_lists_the_newer_campaigns_to_the_end(sdk, control):
    listed = sdk("klaviyo-25", "omni")
    counts = (await control.truth("klaviyo", KLAVIYO))["counts"]
    assert len({c["id"] for c in listed}) == len(listed)
    assert (
        counts["campaigns"] - counts["archived"]
        <= len(listed)
        <= counts["campaigns"] - counts["archived"] + counts["sms"]
    )


async def test_25_finds_status_and_channel_on_messages_and_variations(sdk, control):
    counts = (await control.truth("klaviyo", KLAVIYO))["counts"]
    told = sdk("klaviyo-25", "messages")
    assert counts["sent"] - counts["archived"] <= told["count"] <= counts["sent"] + counts["sms"]
    assert told["channel"] in ("email", "sms")
    assert told["send_time"] > "2024"


@both
async def test_reports_equal_the_truth(sdk, control, env):
    window = {"sent_from": f"{SPAN['start']}+02:00", "sent_to": f"{SPAN['end']}+02:00"}
    totals = (await control.truth("klaviyo", KLAVIYO, **window))["totals"]
    assert sdk(env, "report", **SPAN) == {
        "campaigns": totals["campaigns"], "recipients": totals["sent"], "delivered": totals["delivered"],
        "opens_unique": totals["opened"], "clicks_unique": totals["clicked"], "bounced": totals["bounced"],
    }  # fmt: skip


@both
async def test_the_account_and_a_revoked_token(sdk, control, env):
    assert sdk(env, "account") == {"id": KLAVIYO, "timezone": "Europe/Berlin"}
    await control.break_("klaviyo", KLAVIYO, "revoke")
    refused = sdk(env, "account")
    assert (refused["refused"], refused["type"]) == (401, "UnauthorizedException")
    assert refused["body"]["errors"][0]["code"] == "not_authenticated"


@both
async def test_paging_over_tls_where_the_client_cuts_the_cursor_out(drive, tmp_path: Path, env):
    """With an https link the client sends the cursor with a leading ``=``; with http it sends the whole link."""
    arguments = ("--tls", "--tls-dir", str(tmp_path / "tls"), "--campaigns", "150", "--no-quotas")
    with running_sandbox(tmp_path, *arguments) as port:
        base, ca = f"https://127.0.0.1:{port}", tmp_path / "tls" / "ca.pem"
        trust = ssl.create_default_context(cafile=ca)
        async with httpx.AsyncClient(base_url=base, verify=trust) as http:
            tokens = await connect_klaviyo(http)
            counts = (await http.get(f"/_sandbox/accounts/klaviyo/{KLAVIYO}")).json()["counts"]
        listing = partial(drive, env, "klaviyo_client.py", base=f"{base}/klaviyo", access=tokens.access, ca=ca)
        listed = listing("omni") if env == "klaviyo-25" else listing("classic", filter=EMAIL)
        async with httpx.AsyncClient(base_url=base, verify=trust) as http:
            calls = (await http.get("/_sandbox/requests", params={"path": "/api/campaigns"})).json()["requests"]
    assert "page%5Bcursor%5D=%3D" in calls[-1]["query"]
    assert len({c["id"] for c in listed}) == len(listed) >= counts["campaigns"] - counts["archived"]
