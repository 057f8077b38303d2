"""keap-core-v2-sdk against the sandbox, only the base URL changed."""

import pytest

from tests.sandbox.keap_steps import KEAP, connect_keap
from tests.sandbox.steps import Tokens

pytestmark = pytest.mark.sdk


@pytest.fixture
async def tokens(http) -> Tokens:
    return await connect_keap(http)


@pytest.fixture
def sdk(drive, base, tokens):
    def sdk(step: str, **told):
        return drive("keap-2", "keap_client.py", step, base=f"{base}/keap/crm", access=tokens.access, **told)

    return sdk


async def test_who_is_connected_and_how_a_dead_token_is_refused(sdk, control):
    assert sdk("identity") == {"tenant": KEAP, "business": "Harbor Books"}
    await control.break_("keap", KEAP, "revoke", access_survives=False)
    refused = sdk("identity")
    assert (refused["refused"], refused["type"]) == (401, "UnauthorizedException")
    assert refused["body"]["fault"]["detail"]["errorcode"] == "oauth.v2.InvalidAccessToken"


async def test_automations_to_the_end(sdk, control):
    listed = sdk("campaigns")
    counts = (await control.truth("keap", KEAP))["counts"]
    assert len({c["id"] for c in listed}) == len(listed) == counts["campaigns"] - counts["archived"]


async def test_records_add_up_to_the_truth(sdk, control):
    window = {"sent_from": "2026-06-01T00:00:00Z", "sent_to": "2026-10-01T00:00:00Z"}
    totals = (await control.truth("keap", KEAP, **window))["totals"]
    span = f"start_created_time=={window['sent_from']};end_created_time=={window['sent_to']}"
    expected = {"ids": totals["sent"], **{name: totals[name] for name in ("sent", "opened", "clicked")}}
    assert sdk("records", filter=span) == expected
    assert totals["sent"] > 0


async def test_addresses_with_a_status_that_the_client_knows(sdk):
    told = sdk("addresses")
    assert told["count"] >= 240
    assert told["same"]


async def test_a_contact_is_made_and_gets_an_email(sdk, control):
    told = sdk("contact", email="ada@example.org")
    assert told["found"] == [told["made"]]
    assert sdk("send", contact=told["made"], subject="Hello") is None
    await control.advance(5)
    assert sdk("records", filter=f"contact_id=={told['made']}") == {"ids": 1, "sent": 1, "opened": 0, "clicked": 0}
