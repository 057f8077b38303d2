"""Campaigns, their steps and their FROM list, over the API."""

from typing import Any

import pytest

from mailwarden.core.runtime import Runtime
from tests.conftest import NewClient
from tests.outreach.steps import (
    ANY_TIME,
    FIRST,
    PATH,
    SECOND,
    add_account,
    add_people,
    draft,
    get,
    listed,
    make_mailbox,
    people,
    post,
    ready,
    run_sql,
    set_steps,
    start,
    told,
)
from tests.support.browser import Browser, sign_up


async def test_a_draft_has_defaults(owner: Browser) -> None:
    answer = await owner.post(PATH, {"name": "Spring"})
    campaign = told(answer)
    assert (campaign["state"], campaign["rotation"], campaign["bounce_guard_percent"]) == ("draft", False, 5)
    assert campaign["schedule"] == {
        "days": ["mon", "tue", "wed", "thu", "fri"],
        "from": "09:00",
        "until": "17:00",
        "zone": "organization",
    }
    assert campaign["may_change"]


async def test_settings_change_by_version(owner: Browser) -> None:
    campaign = await draft(owner)
    path, tag = f"{PATH}/{campaign['id']}", {"If-Match": campaign["etag"]}
    changed = await owner.patch(path, {"name": "Autumn", "bounce_guard_percent": None}, headers=tag)
    assert (changed.json()["name"], changed.json()["bounce_guard_percent"]) == ("Autumn", None)
    assert changed.json()["track_opens"] is True
    assert (await owner.patch(path, {"name": "Winter"}, headers=tag)).status_code == 412
    assert (await owner.patch(path, {"name": "Winter"})).status_code == 428


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": ""}, "#/name"),
        ({"name": "a\r\nb"}, "#/name"),
        ({"name": "x", "schedule": ANY_TIME | {"zone": "Nowhere/City"}}, "#/schedule/zone"),
        ({"name": "x", "schedule": ANY_TIME | {"until": "00:00"}}, "#/schedule"),
        ({"name": "x", "schedule": ANY_TIME | {"days": []}}, "#/schedule/days"),
        ({"name": "x", "bounce_guard_percent": 0}, "#/bounce_guard_percent"),
    ],
)
async def test_what_does_not_fit_is_named(owner: Browser, wrong: dict[str, Any], pointer: str) -> None:
    answer = await owner.post(PATH, wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_steps_are_replaced_and_cleaned(owner: Browser) -> None:
    campaign = await set_steps(
        owner, await draft(owner), FIRST | {"html": "<p onclick='x'>{{a|b}}</p><script>x</script>"}, SECOND
    )
    assert [one["number"] for one in campaign["steps"]] == [1, 2]
    assert campaign["steps"][0]["html"] == "<p>{{a|b}}</p>"
    assert campaign["steps"][0]["fields"] == ["a", "first_name"]
    fewer = await set_steps(owner, campaign, SECOND | {"subject": "Now first"})
    assert [(one["number"], one["subject"], one["delay_s"]) for one in fewer["steps"]] == [(1, "Now first", 86400)]


async def test_the_first_step_can_have_no_condition(owner: Browser) -> None:
    campaign = await draft(owner)
    body = {"steps": [FIRST | {"condition": "if_opened"}]}
    answer = await owner.http.put(f"{PATH}/{campaign['id']}/steps", json=body, headers={"If-Match": campaign["etag"]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/steps/0/condition")


async def test_everything_that_hinders_is_told_at_once(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner, status="inactive", cause="access_revoked")
    campaign = await draft(owner, track_opens=False)
    answer = await owner.get(f"{PATH}/{campaign['id']}/check")
    assert [one["code"] for one in answer.json()["hindrances"]] == ["no_steps", "no_accounts", "no_recipients"]
    await add_account(owner, campaign, slot)
    second = SECOND | {"condition": "if_opened", "html": "{{No Field}} {{company}}"}
    await set_steps(owner, campaign, {"html": "<p>{{first_name}}</p>"}, second)
    await add_people(owner, campaign, [*people(2), {"address": "x@example.org", "fields": {"first_name": "X"}}])
    answer = await owner.post(f"{PATH}/{campaign['id']}/start", {})
    assert answer.status_code == 409
    found = [one["code"] for one in answer.json()["errors"]]
    expected = ["no_subject", "malformed_field", "condition_needs_tracking", "connection_inactive"]
    assert found == [*expected, "missing_fields", "missing_fields"]
    checked = (await owner.get(f"{PATH}/{campaign['id']}/check")).json()["hindrances"]
    assert [one["recipients"] for one in checked[-2:]] == [3, 2]


async def test_who_lacks_a_field_can_be_left_out(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner)
    step = FIRST | {"html": "<p>{{first_name}}</p>"}
    given = [*people(2, first_name="Ada"), {"address": "x@example.org", "fields": {"first_name": "  "}}]
    campaign = await ready(owner, [slot], given, [step])
    refused = await owner.post(f"{PATH}/{campaign['id']}/start", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "missing_fields")
    started = await start(owner, campaign, skip_missing=True)
    assert (started["state"], started["rotation"]) == ("running", False)
    assert (started["recipients"]["waiting"], started["recipients"]["skipped"]) == (2, 1)


async def test_two_accounts_make_a_rotation_for_ever(owner: Browser, runtime: Runtime) -> None:
    first, _ = await make_mailbox(runtime, owner, 1)
    second, _ = await make_mailbox(runtime, owner, 2)
    campaign = await ready(owner, [first, second], people(3))
    started = await start(owner, campaign)
    assert started["rotation"]
    gone = started["accounts"][0]
    answer = await owner.delete(f"{PATH}/{campaign['id']}/accounts/{gone['id']}")
    assert [one["state"] for one in answer.json()["accounts"]] == ["removed", "active"]
    assert answer.json()["rotation"]
    last = await owner.delete(f"{PATH}/{campaign['id']}/accounts/{started['accounts'][1]['id']}")
    assert (last.status_code, last.json()["code"]) == (409, "last_account")
    back = await add_account(owner, campaign, first)
    assert [one["state"] for one in back["accounts"]] == ["active", "active"]
    assert back["accounts"][0]["id"] == gone["id"]


async def test_a_campaign_of_one_account_takes_no_second_later(owner: Browser, runtime: Runtime) -> None:
    first, _ = await make_mailbox(runtime, owner, 1)
    second, _ = await make_mailbox(runtime, owner, 2)
    campaign = await ready(owner, [first], people(1))
    await start(owner, campaign)
    answer = await owner.post(f"{PATH}/{campaign['id']}/accounts", {"mailbox_id": f"mbx_{second.id.hex}"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_rotation")


async def test_start_pause_resume_archive(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner)
    campaign = await ready(owner, [slot], people(1))
    await start(owner, campaign)
    assert (await owner.post(f"{PATH}/{campaign['id']}/start", {})).status_code == 409
    assert (await owner.post(f"{PATH}/{campaign['id']}/archive")).status_code == 409
    paused = await post(owner, campaign, "pause")
    assert (paused["state"], paused["pause_reason"]) == ("paused", "member")
    assert (await post(owner, campaign, "pause"))["state"] == "paused"
    assert (await post(owner, campaign, "resume"))["state"] == "running"
    await post(owner, campaign, "pause")
    assert (await post(owner, campaign, "archive"))["state"] == "archived"
    assert (await owner.post(f"{PATH}/{campaign['id']}/resume")).status_code == 409
    assert (await owner.delete(f"{PATH}/{campaign['id']}")).status_code == 409


async def test_resume_waits_for_the_repair(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner)
    campaign = await ready(owner, [slot], people(1))
    await start(owner, campaign)
    await post(owner, campaign, "pause")
    await run_sql(runtime, owner.org_id, "UPDATE connections SET status = 'inactive', cause = 'access_revoked'")
    refused = await owner.post(f"{PATH}/{campaign['id']}/resume")
    assert (refused.status_code, refused.json()["code"]) == (409, "connection_inactive")


async def test_resume_all_takes_what_trouble_paused(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner)
    campaigns = [await ready(owner, [slot], people(1)) for _ in range(3)]
    for one in campaigns:
        await start(owner, one)
        await post(owner, one, "pause")
    by_trouble = "UPDATE outreach_campaigns SET pause_reason = 'disconnected' WHERE id = :id"
    for one in campaigns[:2]:
        await run_sql(runtime, owner.org_id, by_trouble, id=bytes.fromhex(one["id"][4:]).hex())
    done = (await owner.post(f"{PATH}/resume", {})).json()
    assert sorted(done["resumed"]) == sorted(one["id"] for one in campaigns[:2])
    named = (await owner.post(f"{PATH}/resume", {"campaign_ids": [campaigns[2]["id"]]})).json()
    assert (named["resumed"], named["not_resumed"]) == ([campaigns[2]["id"]], [])


async def test_a_copy_is_a_draft_of_the_same(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner)
    campaign = await ready(owner, [slot], people(3, first_name="Ada"))
    await start(owner, campaign)
    made = await post(owner, campaign, "copy", {"name": "Again", "recipients": True})
    assert (made["state"], made["recipients"]["waiting"], len(made["accounts"])) == ("draft", 3, 1)
    assert [one["html"] for one in made["steps"]] == [FIRST["html"], SECOND["html"]]
    assert (await listed(owner, made))[0]["fields"] == {"first_name": "Ada"}
    assert (await owner.delete(f"{PATH}/{made['id']}")).status_code == 204
    assert (await owner.get(f"{PATH}/{made['id']}")).status_code == 404


async def test_members_change_their_own_campaigns_only(owner: Browser, runtime: Runtime) -> None:
    theirs, own = await draft(owner), await draft(owner, name="Mine")
    await run_sql(runtime, owner.org_id, "UPDATE memberships SET role = 'member'")
    stranger = "UPDATE outreach_campaigns SET author_id = :nobody WHERE id = :id"
    await run_sql(runtime, owner.org_id, stranger, nobody=owner.org_id, id=theirs["id"][4:])
    refused = await owner.post(f"{PATH}/{theirs['id']}/copy", {"name": "Copy"})
    assert refused.status_code == 201  # reading and copying are everybody's
    refused = await owner.post(f"{PATH}/{theirs['id']}/archive")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    assert not (await get(owner, theirs))["may_change"]
    assert (await owner.post(f"{PATH}/{own['id']}/archive")).status_code == 200


async def test_a_member_sends_from_no_colleagues_mailbox(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner, connected_by=owner.org_id)
    shared, _ = await make_mailbox(runtime, owner, 2, provider="keap", connected_by=owner.org_id)
    campaign = await draft(owner)
    await run_sql(runtime, owner.org_id, "UPDATE memberships SET role = 'member'")
    refused = await owner.post(f"{PATH}/{campaign['id']}/accounts", {"mailbox_id": f"mbx_{slot.id.hex}"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    assert len((await add_account(owner, campaign, shared))["accounts"]) == 1


async def test_other_organizations_see_nothing(owner: Browser, runtime: Runtime, new_client: NewClient) -> None:
    slot, _ = await make_mailbox(runtime, owner)
    campaign = await ready(owner, [slot], people(1))
    other = await sign_up(new_client(), "other@example.com")
    assert (await other.get(PATH)).json()["data"] == []
    for path in ("", "/check", "/recipients"):
        assert (await other.get(f"{PATH}/{campaign['id']}{path}")).status_code == 404
    assert (await other.post(f"{PATH}/{campaign['id']}/start", {})).status_code == 404
    mine = await draft(other)
    foreign = await other.post(f"{PATH}/{mine['id']}/accounts", {"mailbox_id": f"mbx_{slot.id.hex}"})
    assert foreign.status_code == 404


async def test_the_list_is_paged(owner: Browser) -> None:
    made = [(await draft(owner, name=f"C{n}"))["id"] for n in range(5)]
    first = (await owner.get(PATH, params={"limit": 3})).json()
    second = (await owner.get(PATH, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [one["id"] for one in first["data"] + second["data"]] == made[::-1]
    assert not second["has_more"]


async def test_the_list_tells_accounts_and_finds_names(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner)
    await add_account(owner, await draft(owner, name="Spring 100%"), slot)
    await draft(owner, name="Autumn")
    found = (await owner.get(PATH, params={"q": "g 100%"})).json()["data"]
    assert [one["name"] for one in found] == ["Spring 100%"]
    (account,) = found[0]["accounts"]
    assert (account["address"], account["provider"], account["usable"]) == ("box-1@example.com", "google", True)
    pace = (await owner.get(f"{PATH}/{found[0]['id']}/pace")).json()["data"]
    assert pace == [{"account_id": account["id"], "sent_today": 0, "daily_limit": 200}]
