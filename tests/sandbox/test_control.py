import asyncio

import pytest

from mailwarden_sandbox.app import SERVED
from tests.sandbox.steps import (
    HUBSPOT,
    KLAVIYO,
    connect_hubspot,
    connect_klaviyo,
    refresh_hubspot,
)

ACCOUNTS = "/_sandbox/accounts"
EMAILS = "/hubspot/marketing/v3/emails"


async def test_accounts_are_listed_and_made(http):
    before = (await http.get(ACCOUNTS)).json()["accounts"]
    known = [(a["provider"], a["external_id"]) for a in before]
    assert known[:4] == [
        ("hubspot", "48000001"), ("hubspot", "48000002"), ("klaviyo", "Kv0001"), ("klaviyo", "Kv0002"),
    ]  # fmt: skip
    assert ("imap", "mailbox2@sandbox.test") in known
    new = {"provider": "hubspot", "external_id": "7", "campaigns": 3, "name": "Seven", "time_zone": "Asia/Tokyo"}
    made = await http.post(ACCOUNTS, json=new)
    assert (made.status_code, made.json()) == (201, new)
    assert len((await http.get(ACCOUNTS, params={"provider": "hubspot"})).json()["accounts"]) == 3
    assert (await http.post(ACCOUNTS, json=new)).status_code == 409
    assert (await http.post(ACCOUNTS, json={"provider": "klaviyo"})).json()["external_id"] == "Kv0003"


@pytest.mark.parametrize(
    "wrong",
    [
        {"provider": "hubspot", "external_id": "abc"},
        {"provider": "klaviyo", "external_id": "toolong"},
        {"provider": "hubspot", "time_zone": "Mars/Base"},
        {"provider": "hubspot", "surprise": 1},
    ],
)
async def test_impossible_accounts_are_refused(http, wrong):
    assert (await http.post(ACCOUNTS, json=wrong)).status_code == 422


async def test_unknown_accounts_and_providers(http):
    assert (await http.get(f"{ACCOUNTS}/hubspot/1")).status_code == 404
    assert (await http.get(f"{ACCOUNTS}/mailbird/1")).status_code == 404
    assert (await http.post("/_sandbox/providers/mailbird/faults", json={"kind": "timeout"})).status_code == 404


async def test_twins_hold_the_same_campaigns(http, control):
    for id_ in ("TwinA1", "TwinB1"):
        await http.post(
            ACCOUNTS, json={"provider": "klaviyo", "external_id": id_, "campaigns": 50, "data_seed": "twin"}
        )
    one, two = [await control.truth("klaviyo", id_, campaigns=1) for id_ in ("TwinA1", "TwinB1")]
    assert one["campaign_list"] == two["campaign_list"]
    assert one["totals"] == two["totals"]


async def test_the_truth_knows_the_grants(http, control):
    assert not (await control.truth("hubspot", HUBSPOT))["grant_alive"]
    tokens = await connect_hubspot(http)
    await refresh_hubspot(http, tokens)
    told = await control.truth("hubspot", HUBSPOT)
    assert told["grant_alive"]
    assert (told["grants"][0]["refreshes"], told["grants"][0]["scopes"]) == (1, ["content", "oauth"])


async def test_the_truth_of_a_window(control):
    window = {"sent_from": "2026-10-01T00:00:00Z", "sent_to": "2026-11-01T00:00:00Z"}
    whole, part = (
        await control.truth("hubspot", HUBSPOT),
        await control.truth("hubspot", HUBSPOT, **window, campaigns=1),
    )
    assert 0 < part["totals"]["campaigns"] == len(part["campaign_list"]) < whole["totals"]["campaigns"]
    assert all(window["sent_from"] <= c["sent_at"] < window["sent_to"] for c in part["campaign_list"])
    assert part["totals"]["opened"] == sum(c["opened"] for c in part["campaign_list"])
    assert whole["totals"]["campaigns"] == whole["counts"]["sent"]


async def test_times_need_an_offset(http):
    assert (await http.get(f"{ACCOUNTS}/hubspot/{HUBSPOT}?sent_from=2026-10-01T00:00:00")).status_code == 422


async def test_figures_stand_still_until_time_is_moved(http, control, wall):
    first = await control.truth("hubspot", HUBSPOT)
    wall.now += 3599
    assert (await control.truth("hubspot", HUBSPOT))["totals"] == first["totals"]
    wall.now += 2
    stepped = await control.truth("hubspot", HUBSPOT)
    assert stepped["totals"]["opened"] > first["totals"]["opened"]
    await control.advance(600)
    assert (await control.truth("hubspot", HUBSPOT))["totals"]["opened"] > stepped["totals"]["opened"]


async def test_the_clock_moves_everything(http, control):
    tokens = await connect_hubspot(http)
    before = (await control.truth("hubspot", HUBSPOT))["counts"]
    await control.advance(20 * 86_400)
    after = (await control.truth("hubspot", HUBSPOT))["counts"]
    assert after["scheduled"] == 0
    assert after["sent"] == before["sent"] + before["scheduled"]
    assert (await http.get(EMAILS, headers=tokens.headers)).status_code == 401
    clock = (await http.get("/_sandbox/clock")).json()
    assert clock == {"now": "2026-12-12T12:00:00.000Z", "offset_s": 1_728_000.0}
    assert (await http.post("/_sandbox/clock", json={"offset_s": 60})).json()["offset_s"] == 60
    assert (await http.post("/_sandbox/clock", json={})).status_code == 422


async def test_campaigns_can_be_added_and_disturb_no_other_account(http, control, wall):
    other = (await control.truth("hubspot", "48000002"))["totals"]
    before = (await control.truth("hubspot", HUBSPOT))["totals"]["campaigns"]
    wall.now += 100
    added = (await http.post(f"{ACCOUNTS}/hubspot/{HUBSPOT}/campaigns", json={"count": 2})).json()["external_ids"]
    after = await control.truth("hubspot", HUBSPOT, campaigns=1)
    assert after["totals"]["campaigns"] == before + 2
    assert [c["external_id"] for c in after["campaign_list"][-2:]] == added
    assert after["campaign_list"][-1]["sent_at"] == "2026-11-22T12:01:40Z"
    assert (await control.truth("hubspot", "48000002"))["totals"] == other
    tokens = await connect_hubspot(http)
    newest = (
        await http.get(EMAILS, params={"sort": "-updatedAt", "isPublished": "true"}, headers=tokens.headers)
    ).json()
    assert {e["id"] for e in newest["results"][:2]} == set(added)


async def test_requests_are_logged_without_secrets(http):
    tokens = await connect_hubspot(http)
    await http.get(EMAILS, params={"limit": 1}, headers=tokens.headers)
    await http.get(f"/hubspot/oauth/v1/access-tokens/{tokens.access}")
    answer = await http.get("/_sandbox/requests", params={"provider": "hubspot"})
    assert tokens.access not in answer.text
    assert tokens.refresh not in answer.text
    calls = answer.json()["requests"]
    assert [c["status"] for c in calls] == [302, 200, 200, 200]
    exchange, listing = calls[1], calls[2]
    assert (exchange["grant_type"], exchange["account"]) == ("authorization_code", HUBSPOT)
    assert (listing["method"], listing["path"], listing["query"]) == ("GET", "/marketing/v3/emails", "limit=1")
    assert (listing["account"], listing["client_id"], len(listing["token"])) == (HUBSPOT, "sandbox-client", 12)
    later = await http.get("/_sandbox/requests", params={"after": listing["entry"]})
    assert len(later.json()["requests"]) == 1
    await http.delete("/_sandbox/requests")
    assert (await http.get("/_sandbox/requests")).json() == {"requests": []}


async def test_a_slow_call_is_read_after_those_that_overtook_it(http, control):
    tokens = await connect_hubspot(http)
    seen = (await http.get("/_sandbox/requests")).json()["requests"][-1]["entry"]
    await control.break_("hubspot", HUBSPOT, "slow", ms=400, count=1)
    slow = asyncio.create_task(http.get(EMAILS, params={"limit": 1}, headers=tokens.headers))
    await asyncio.sleep(0.1)
    await http.get(EMAILS, params={"limit": 2}, headers=tokens.headers)
    (quick,) = (await http.get("/_sandbox/requests", params={"after": seen})).json()["requests"]
    await slow
    (late,) = (await http.get("/_sandbox/requests", params={"after": quick["entry"]})).json()["requests"]
    assert (quick["query"], late["query"]) == ("limit=2", "limit=1")
    assert late["number"] < quick["number"]
    assert late["arrived"] <= quick["arrived"]


async def test_a_reset_forgets_everything(http, control):
    tokens = await connect_klaviyo(http)
    await control.advance(500)
    truth = (await control.truth("klaviyo", KLAVIYO))["totals"]
    assert (await http.post("/_sandbox/reset", json={"seed": 8})).json() == {"seed": 8}
    assert (await http.get("/klaviyo/api/accounts", headers=tokens.headers)).status_code == 401
    assert (await http.get("/_sandbox/clock")).json()["offset_s"] == 0
    assert (await control.truth("klaviyo", KLAVIYO))["totals"] != truth


async def test_faults_are_listed_counted_and_lifted_one_by_one(http, control):
    path = f"{ACCOUNTS}/hubspot/{HUBSPOT}/faults"
    tokens = await connect_hubspot(http)
    first = await control.break_("hubspot", HUBSPOT, "status", code=503, count=5)
    second = await control.break_("hubspot", HUBSPOT, "revoke")
    for _ in range(2):
        await refresh_hubspot(http, tokens)
    listed = (await http.get(path)).json()["faults"]
    assert [f["id"] for f in listed] == [first["id"], second["id"]]
    assert (listed[0]["strikes"], listed[0]["remaining"]) == (2, 3)
    assert (await http.delete(f"{path}/{first['id']}")).json() == {"lifted": [first["id"]]}
    assert (await http.delete(f"{path}/{first['id']}")).status_code == 404
    assert (await http.delete(path, params={"kind": "revoke"})).json() == {"lifted": [second["id"]]}


async def test_behaviour_can_be_switched_for_a_whole_provider(http, control):
    assert (
        await http.patch("/_sandbox/providers/hubspot", json={"rotation": "strict", "access_ttl_s": 5})
    ).status_code == 200
    for account in (HUBSPOT, "48000002"):
        told = (await control.truth("hubspot", account))["behaviour"]
        assert (told["rotation"], told["access_ttl_s"]) == ("strict", 5)


async def test_the_index_health_and_unknown_paths(http):
    assert "Provider sandbox" in (await http.get("/")).text
    assert (await http.get("/elsewhere")).status_code == 404
    assert (await http.get("/_sandbox/health")).json()["providers"] == list(SERVED)
    assert (await http.get("/_sandbox/docs")).status_code == 200
    assert (await http.get("/hubspot/unknown")).json()["category"] == "OBJECT_NOT_FOUND"
    assert (await http.get("/klaviyo/api/unknown")).json()["errors"][0]["code"] == "not_found"
