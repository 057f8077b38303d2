"""What people see: countdowns, exact counts before the click, what waits for a resume, and re-adding."""

from typing import Any

from mailwarden.connections.models import Connection
from mailwarden.core.ids import format_id
from mailwarden.outreach.models import OutreachCampaign
from tests.conftest import NewClient
from tests.outreach.trouble.lab import HOUR, MINUTE, Lab
from tests.support.browser import Browser, sign_up


def named(campaign: OutreachCampaign) -> str:
    return f"/v1/outreach-campaigns/{format_id('out', campaign.id)}"


def of(row: Connection) -> str:
    return f"/v1/connections/{format_id('conn', row.id)}"


async def asked(browser: Browser, path: str) -> dict[str, Any]:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def re_add(browser: Browser, lab: Lab, campaign: OutreachCampaign, account: Connection) -> dict[str, Any]:
    entry = await lab.entry(campaign, account)
    answer = await browser.post(f"{named(campaign)}/accounts/{format_id('oacc', entry.id)}/re-add")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_l11_the_countdown_with_the_number_at_stake(lab: Lab, owner: Browser) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    await lab.people(campaign, mine, [2, 1, 0, 0, 0])
    await lab.person(campaign, None)
    await lab.disconnects(mine)
    await lab.later(20 * MINUTE)
    told = await asked(owner, f"{named(campaign)}/trouble")
    first, second = told["accounts"]
    clock = first["clock"]
    assert (first["state"], first["status"], first["action"]["code"]) == ("removed", "disconnected", "reconnect")
    assert (clock["kind"], clock["recipients_stopped"], clock["recipients_freed"]) == ("grace", 2, 3)
    assert 39 * 60 <= clock["remaining_s"] <= 40 * 60
    assert clock["countdown"] == "39 min left"
    assert (first["recipients_kept"], first["recipients_free"]) == (5, 1)
    assert (second["clock"], second["action"]["code"]) == (None, "none")


async def test_l19_the_countdown_of_the_nine_days_leaves_out_what_does_not_count(lab: Lab, owner: Browser) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    await lab.people(campaign, mine, [1])
    await lab.breaks(mine)
    await lab.later(6 * HOUR)
    await lab.down(2 * HOUR)
    clock = (await asked(owner, f"{named(campaign)}/trouble"))["accounts"][0]["clock"]
    assert clock["countdown"] == "8 days 17 h left"
    assert abs(clock["uncounted_s"] - 7200) < 60


async def test_l15_what_was_stopped_stays_on_record(lab: Lab, owner: Browser) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.later(2 * HOUR)
    (past,) = (await asked(owner, f"{named(campaign)}/trouble"))["past"]
    assert (past["kind"], past["recipients_stopped"], past["recipients_freed"]) == ("grace", 1, 1)


async def test_d10_the_preview_counts_what_then_comes(lab: Lab, owner: Browser) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    rotation, single = await lab.campaign(mine, other, name="Rotation"), await lab.campaign(mine, name="Single")
    await lab.campaign(other, name="Spared")
    people = await lab.people(rotation, mine, [3, 1, 0])
    await lab.person(rotation, mine, 2, state="replied")
    await lab.people(single, mine, [1, 0])
    told = await asked(owner, f"{of(mine)}/disconnect-preview")
    counted = {one["name"]: one["recipients"] for one in told["pauses"]}
    assert counted == {"Rotation": 2, "Single": 2}
    assert told["recipients_at_stake"] == 4
    detail = next(one["detail"] for one in told["pauses"] if one["name"] == "Rotation")
    assert "within 60 minutes" in detail
    assert "2 recipients" in detail
    assert (await owner.delete(of(mine))).status_code in (200, 204)
    await lab.work()
    await lab.later(2 * HOUR)
    assert (await lab.states(people)).count("campaign_stopped") == 2
    assert [one.stopped for one in await lab.clocks()] == [2]


async def test_d14_d15_after_a_reconnect_the_paused_campaigns_are_listed_and_resumed_together(
    lab: Lab, owner: Browser
) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    first, second = await lab.campaign(mine, name="First"), await lab.campaign(mine, name="Second")
    rotation = await lab.campaign(mine, other, name="Rotation")
    by_hand = await lab.campaign(mine, name="By hand", state="paused", pause_reason="member")
    for one in (first, second):
        await lab.people(one, mine, [1])
    await lab.breaks(mine)
    listed = await asked(owner, f"{of(mine)}/campaigns-paused")
    assert {(one["name"], one["resumable"]) for one in listed["data"]} == {
        ("First", False),
        ("Second", False),
        ("Rotation", False),
    }
    await lab.later(6 * HOUR)
    await lab.reconnects(mine)
    listed = await asked(owner, f"{of(mine)}/campaigns-paused")
    assert {one["name"] for one in listed["data"] if one["resumable"]} == {"First", "Second"}
    assert listed["resumable"] == 2
    done = await owner.post("/v1/outreach-campaigns/resume", {"campaign_ids": [one["id"] for one in listed["data"]]})
    assert len(done.json()["resumed"]) == 2, done.text
    assert [await lab.state(one) for one in (first, second)] == [("running", None)] * 2
    assert await lab.state(by_hand) == ("paused", "member")
    assert await lab.state(rotation) == ("running", None)
    assert (await asked(owner, f"{of(mine)}/campaigns-paused"))["data"] == []


async def test_l8_a_resume_before_the_repair_is_refused_with_the_cause(lab: Lab, owner: Browser) -> None:
    mine = await lab.account("a@acme.test")
    campaign = await lab.campaign(mine)
    await lab.people(campaign, mine, [1])
    await lab.breaks(mine)
    refused = await owner.post(f"{named(campaign)}/resume")
    assert (refused.status_code, refused.json()["code"]) == (409, "connection_inactive")
    assert (await lab.state(campaign))[0] == "paused"


async def test_l14_re_adding_in_time_over_the_api(lab: Lab, owner: Browser) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    waits = await re_add(owner, lab, campaign, mine)
    assert (waits["state"], waits["waits"]) == ("removed", True)
    account = (await asked(owner, f"{named(campaign)}/trouble"))["accounts"][0]
    assert account["wanted_back"]
    await lab.later(30 * MINUTE)
    await lab.reconnects(mine)
    again = await re_add(owner, lab, campaign, mine)  # done already; asking once more changes nothing
    assert (again["state"], again["waits"], again["recipients_kept"]) == ("active", False, 2)
    await lab.later(2 * HOUR)
    assert await lab.states(people) == ["active", "active"]


async def test_l18_re_adding_too_late_over_the_api(lab: Lab, owner: Browser) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.later(2 * HOUR)
    await lab.reconnects(mine)
    listed = await asked(owner, f"{of(mine)}/campaigns-paused")
    assert [one["re_addable"] for one in listed["data"]] == [True]
    done = await re_add(owner, lab, campaign, mine)
    assert (done["state"], done["recipients_kept"], done["recipients_free"]) == ("active", 0, 1)


async def test_l17_no_call_of_the_api_lifts_a_stop(lab: Lab, owner: Browser) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    (person,) = await lab.people(campaign, mine, [1])
    await lab.disconnects(mine)
    await lab.later(2 * HOUR)
    await lab.reconnects(mine)
    await re_add(owner, lab, campaign, mine)
    where = f"{named(campaign)}/recipients/{format_id('rcp', person)}"
    for body in ({"state": "active"}, {"state": "waiting"}, {"name": "Ada"}):
        await owner.patch(where, body)
    for action in ("pause", "resume"):
        await owner.post(f"{named(campaign)}/{action}")
    for one in await lab.recipients([person]):
        assert one.state == "campaign_stopped"


async def test_another_organization_sees_nothing(lab: Lab, new_client: NewClient) -> None:
    mine = await lab.account("a@acme.test")
    campaign = await lab.campaign(mine)
    stranger = await sign_up(new_client(), "stranger@example.com", "Other")
    assert (await stranger.get(f"{named(campaign)}/trouble")).status_code == 404
    assert (await stranger.get(f"{of(mine)}/campaigns-paused")).status_code == 404
    entry = await lab.entry(campaign, mine)
    refused = await stranger.post(f"{named(campaign)}/accounts/{format_id('oacc', entry.id)}/re-add")
    assert refused.status_code == 404
