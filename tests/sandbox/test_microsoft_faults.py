import json

import pytest

from tests.sandbox.microsoft import FIRST, ME, PERSONAL, authorize, connect, letter, number, refresh
from tests.sandbox.steps import returned

CP1 = json.dumps({"access_token": {"xms_cc": {"values": ["cp1"]}}})


@pytest.mark.parametrize(
    ("kind", "params", "told", "error"),
    [
        ("revoke", {}, 50173, "invalid_grant"),
        ("revoke", {"variant": "65001"}, 65001, "invalid_grant"),
        ("uninstall", {}, 65001, "invalid_grant"),
        ("expire_refresh", {}, 700082, "invalid_grant"),
        ("change_password", {"by": "admin"}, 50173, "invalid_grant"),
        ("admin_block", {}, 53003, "invalid_grant"),
        ("admin_block", {"variant": "50105"}, 50105, "invalid_grant"),
        ("admin_block", {"variant": "7000112"}, 7000112, "unauthorized_client"),
        ("interaction_required", {}, 50076, "interaction_required"),
        ("interaction_required", {"variant": "50079"}, 50079, "interaction_required"),
        ("interaction_required", {"variant": "50076_invalid_grant"}, 50076, "invalid_grant"),
        ("disable_account", {}, 50057, "invalid_grant"),
    ],
)
async def test_each_fault_has_its_number_and_ends_with_it(http, control, kind, params, told, error):
    tokens = await connect(http)
    await control.break_("microsoft", FIRST, kind, **params)
    refused = await refresh(http, tokens.refresh)
    assert (refused.status_code, number(refused), refused.json()["error"]) == (400, told, error)
    assert (await http.get(ME, headers=tokens.headers)).status_code == (401 if kind == "expire_refresh" else 200)
    await control.mend("microsoft", FIRST)
    assert (await refresh(http, tokens.refresh)).status_code == 200


async def test_a_persons_own_new_password_changes_nothing(http, control):
    tokens = await connect(http)
    await control.break_("microsoft", FIRST, "change_password")
    assert (await refresh(http, tokens.refresh)).status_code == 200


async def test_a_demand_for_a_person_carries_claims_and_is_met_by_a_new_consent(http, control):
    tokens = await connect(http)
    await control.break_("microsoft", FIRST, "interaction_required")
    refused = (await refresh(http, tokens.refresh)).json()
    assert "polids" in json.loads(refused["claims"])["access_token"]
    again = await connect(http, claims=refused["claims"])
    assert (await refresh(http, again.refresh)).status_code == 200


async def test_an_administrators_block_also_stops_a_new_consent(http, control):
    await control.break_("microsoft", FIRST, "admin_block", variant="50105")
    answer = returned(await authorize(http))
    assert answer["error"] == "access_denied"
    assert answer["error_description"].startswith("AADSTS50105")


async def test_a_personal_account_has_one_number_for_everything(http, control):
    await http.post("/_sandbox/accounts", json={"provider": "microsoft", "external_id": PERSONAL})
    tokens = await connect(http, PERSONAL)
    await control.break_("microsoft", PERSONAL, "revoke")
    assert number(await refresh(http, tokens.refresh)) == 70000


async def test_removed_scopes_shrink_the_next_answer_and_close_their_calls(http, control):
    tokens = await connect(http)
    await control.break_("microsoft", FIRST, "remove_scopes", scopes=["Mail.Send"])
    refused = await http.post(f"{ME}/sendMail", json={"message": letter()}, headers=tokens.headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ErrorAccessDenied")
    told = (await refresh(http, tokens.refresh, scope="https://graph.microsoft.com/.default")).json()["scope"]
    assert "Mail.Send" not in told
    assert "Mail.ReadWrite" in told


@pytest.mark.parametrize("kind", ["revoke", "disable_account", "admin_block", "interaction_required"])
async def test_a_client_that_understands_claims_hears_of_it_at_once(http, control, kind):
    tokens = await connect(http, form={"claims": CP1})
    assert 20 * 3600 <= tokens.body["expires_in"] <= 28 * 3600
    await control.break_("microsoft", FIRST, kind)
    refused = await http.get(ME, headers=tokens.headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert 'error="insufficient_claims"' in refused.headers["www-authenticate"]


async def test_a_removed_consent_is_no_such_event(http, control):
    tokens = await connect(http, form={"claims": CP1})
    await control.break_("microsoft", FIRST, "uninstall")
    assert (await http.get(ME, headers=tokens.headers)).status_code == 200


async def test_a_chance_refusal_says_least(http, control):
    tokens = await connect(http)
    await control.break_("microsoft", FIRST, "random_invalid_grant", rate=1)
    assert number(await refresh(http, tokens.refresh)) == 70000


async def test_trouble_at_the_token_endpoint_is_told_in_its_own_words(http, control):
    tokens = await connect(http)
    await control.break_("microsoft", FIRST, "status", code=503, scope="token", retry_after=7)
    answer = await refresh(http, tokens.refresh)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "7"
