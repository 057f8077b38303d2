"""hubspot-api-client 12 against the sandbox, with nothing changed but the host."""

from functools import partial

import pytest

from tests.sandbox.steps import HUBSPOT, Tokens, connect_hubspot

pytestmark = pytest.mark.sdk
SPAN = {"start": "2026-01-01T00:00:00Z", "end": "2026-10-01T00:00:00Z"}


@pytest.fixture
async def tokens(http) -> Tokens:
    return await connect_hubspot(http)


@pytest.fixture
def sdk(drive, base, tokens):
    return partial(
        drive, "hubspot-12", "hubspot_client.py", base=f"{base}/hubspot", access=tokens.access, refresh=tokens.refresh
    )


async def test_it_lists_every_email_with_its_statistics(sdk, control):
    told = sdk("pages")
    truth = await control.truth("hubspot", HUBSPOT, include_archived=False)
    assert len(set(told["ids"])) == len(told["ids"]) == told["total"]
    assert told["total"] == truth["counts"]["campaigns"] - truth["counts"]["archived"]
    totals = truth["totals"]
    assert told["sums"] == {
        "sent": totals["sent"], "delivered": totals["delivered"], "open": totals["opened"], "click": totals["clicked"],
        "bounce": totals["bounced"], "spamreport": totals["complaints"], "unsubscribed": totals["unsubscribes"],
    }  # fmt: skip


async def test_it_reads_one_email(sdk, control):
    known = (await control.truth("hubspot", HUBSPOT, include_archived=False, campaigns=1))["campaign_list"][0]
    told = sdk("one", id=known["external_id"])
    assert told == {"name": known["name"], "subject": known["subject"], "state": "PUBLISHED", "sent": known["sent"]}


async def test_it_reads_statistics_of_a_span(sdk, control):
    window = {"sent_from": SPAN["start"], "sent_to": SPAN["end"], "include_archived": False}
    totals = (await control.truth("hubspot", HUBSPOT, **window))["totals"]
    assert sdk("statistics", **SPAN) == {
        "emails": totals["campaigns"], "sent": totals["sent"], "months": totals["sent"], "some": True,
    }  # fmt: skip


async def test_it_refreshes_and_learns_of_a_revocation(sdk, control):
    assert sdk("refresh") == {"hub_id": int(HUBSPOT), "expires_in": 1800}
    await control.break_("hubspot", HUBSPOT, "revoke", access_survives=False)
    refused = sdk("refresh")
    assert (refused["refused"], refused["body"]["status"]) == (400, "BAD_REFRESH_TOKEN")
    called = sdk("refused")
    assert (called["refused"], called["body"]["category"]) == (401, "INVALID_AUTHENTICATION")


async def test_it_learns_of_a_missing_scope(http, drive, base):
    narrow = await connect_hubspot(http, _sandbox_scopes="oauth")
    called = drive("hubspot-12", "hubspot_client.py", "refused", base=f"{base}/hubspot", access=narrow.access)
    assert (called["refused"], called["body"]["category"]) == (403, "MISSING_SCOPES")
