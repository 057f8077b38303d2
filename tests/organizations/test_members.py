"""Members: who sees and changes whom, an owner always remains, and a change acts at once."""

import asyncio

import pytest

from mailwarden.accounts.rules import not_theirs_to_set
from mailwarden.core.runtime import Runtime
from tests.conftest import NewClient
from tests.organizations.steps import audit_rows, join, sign_in_again
from tests.support.browser import Browser, sign_up


def path(person: Browser) -> str:
    return f"/v1/members/{person.me['user']['id']}"


async def role_of(person: Browser) -> str:
    return str((await person.get("/v1/me")).json()["role"])


@pytest.mark.parametrize(
    ("actor", "current", "wanted", "allowed"),
    [
        ("owner", "owner", "member", True),
        ("owner", "member", "owner", True),
        ("owner", "owner", None, True),
        ("manager", "member", "manager", True),
        ("manager", "manager", None, True),
        ("manager", None, "manager", True),
        ("manager", "owner", "member", False),
        ("manager", "member", "owner", False),
        ("manager", None, "owner", False),
        ("manager", "owner", None, False),
    ],
)
def test_owners_are_made_and_unmade_by_owners(actor: str, current: str, wanted: str, allowed: bool) -> None:
    assert (not_theirs_to_set(actor, current, wanted) is None) is allowed


async def test_the_list_tells_roles_and_what_may_be_changed(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    manager = await join(runtime, owner, new_client, "manager", "Mo")
    await join(runtime, owner, new_client, "member", "Kim")
    seen = (await manager.get("/v1/members")).json()
    assert [(one["name"], one["role"], one["you"], one["may_change"]) for one in seen] == [
        ("Pat", "owner", False, False),
        ("Mo", "manager", True, True),
        ("Kim", "member", False, True),
    ]
    assert seen[0]["refusal"] == "Only an owner decides who is an owner."


async def test_a_member_sees_whom_to_ask_and_not_the_list(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await join(runtime, owner, new_client, "manager", "Mo")
    member = await join(runtime, owner, new_client, "member", "Kim")
    refused = await member.get("/v1/members")
    assert (refused.status_code, refused.json()["code"], refused.json()["action"]) == (
        403,
        "role_required",
        "ask_owner",
    )
    me = (await member.get("/v1/me")).json()
    assert me["ask"] == [{"name": "Pat", "role": "owner"}, {"name": "Mo", "role": "manager"}]
    told = {one["permission"]: one for one in me["not_allowed"]}
    assert told["connections:write"]["roles"] == ["owner", "manager"]
    assert told["billing:write"]["reason"] == "This needs the role owner. Ask one of them."
    assert not set(told) & set(me["permissions"])
    assert (await owner.get("/v1/me")).json()["not_allowed"] == []


async def test_a_new_role_acts_with_the_next_request(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    member = await join(runtime, owner, new_client)
    assert (await member.get("/v1/members")).status_code == 403
    changed = await owner.patch(path(member), {"role": "manager"})
    assert (changed.status_code, changed.json()["role"]) == (200, "manager")
    assert (await member.get("/v1/members")).status_code == 200
    await owner.patch(path(member), {"role": "member"})
    assert (await member.get("/v1/members")).status_code == 403


async def test_a_manager_cannot_touch_owners(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    manager = await join(runtime, owner, new_client, "manager")
    for answer in (
        await manager.patch(path(owner), {"role": "member"}),
        await manager.delete(path(owner)),
        await manager.patch(path(manager), {"role": "owner"}),
        await manager.post("/v1/organization/transfer-ownership", {"member_id": manager.me["user"]["id"]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required")
    assert await role_of(owner) == "owner"


async def test_the_last_owner_stays_one(owner: Browser) -> None:
    for answer in (
        await owner.patch(path(owner), {"role": "manager"}),
        await owner.delete(path(owner)),
        await owner.post("/v1/organization/leave"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    assert await role_of(owner) == "owner"


async def test_two_owners_cannot_both_step_down_at_once(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    other = await join(runtime, owner, new_client, "owner")
    answers = await asyncio.gather(
        owner.patch(path(owner), {"role": "member"}), other.patch(path(other), {"role": "member"})
    )
    assert sorted(one.status_code for one in answers) == [200, 409]


async def test_whoever_is_removed_is_out_at_once(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    member = await join(runtime, owner, new_client)
    assert (await owner.delete(path(member))).status_code == 204
    assert (await member.get("/v1/me")).status_code == 401
    assert (await owner.delete(path(member))).status_code == 404


async def test_ownership_changes_hands_in_one_step(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    heir = await join(runtime, owner, new_client)
    given = await owner.post("/v1/organization/transfer-ownership", {"member_id": heir.me["user"]["id"]})
    assert given.status_code == 200, given.text
    assert (await role_of(heir), await role_of(owner)) == ("owner", "manager")
    told = [(one.action, one.before, one.after) for one in (await audit_rows(runtime, heir))[-2:]]
    assert told == [
        ("member.role_changed", {"role": "member"}, {"role": "owner"}),
        ("member.role_changed", {"role": "owner"}, {"role": "manager"}),
    ]


async def test_strangers_are_no_members(owner: Browser, new_client: NewClient) -> None:
    stranger = await sign_up(new_client(), "stranger@example.com", "Elsewhere")
    for answer in (await stranger.patch(path(owner), {"role": "member"}), await stranger.delete(path(owner))):
        assert answer.status_code == 404
    assert await role_of(owner) == "owner"


async def test_leaving_leads_to_another_organization_of_theirs_or_out(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    member = await join(runtime, owner, new_client)
    made = await member.post("/v1/organizations", {"name": "My own", "time_zone": "Europe/Berlin"})
    assert (made.status_code, made.json()["role"]) == (201, "owner")
    back = await member.post("/v1/me/active-organization", {"organization_id": owner.me["organization"]["id"]})
    assert {one["name"] for one in back.json()["organizations"]} == {"Acme", "My own"}
    left = await member.post("/v1/organization/leave")
    assert left.json()["active_organization"]["name"] == "My own"
    assert (await member.get("/v1/me")).json()["organization"]["name"] == "My own"
    other = await join(runtime, owner, new_client, "member", "Lee")
    assert (await other.post("/v1/organization/leave")).json() == {"active_organization": None}
    assert (await other.get("/v1/me")).status_code == 401
    await sign_in_again(other)
    assert (await other.get("/v1/me")).json()["organization"]["name"] == "Lee’s organization"
