"""API keys: shown once, narrow, bounded by their maker's role of today, and gone when revoked."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from mailwarden.accounts.access_models import ApiKey
from mailwarden.accounts.models import Membership
from mailwarden.accounts.rules import SCOPES
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.developers.keys import service
from mailwarden.developers.scopes import DESCRIPTIONS
from tests.accounts.steps import prove_address
from tests.conftest import NewClient
from tests.developers.steps import as_program, make_key
from tests.organizations.steps import invite, join
from tests.support.browser import Browser, sign_up
from tests.support.time import TimeMachine


async def rows(rt: Runtime, owner: Browser) -> list[ApiKey]:
    async with unit_of_work(rt.sessions, owner.org_id) as tx:
        return list(await tx.session.scalars(select(ApiKey).where(ApiKey.org_id == owner.org_id)))


async def become(rt: Runtime, owner: Browser, role: str) -> None:
    async with unit_of_work(rt.sessions, owner.org_id) as tx:
        mine = (Membership.org_id == owner.org_id, Membership.user_id == owner.user_id)
        await tx.session.execute(update(Membership).where(*mine).values(role=role))


async def test_a_key_reads_what_its_scopes_say(owner: Browser, new_client: NewClient) -> None:
    program = as_program(new_client(), (await make_key(owner, ["data:read"]))["secret"])
    assert (await program.get("/v1/campaigns")).status_code == 200
    refused = await program.get("/v1/connections")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_required")
    assert refused.json()["evidence"] == {"scope": "status:read"}


async def test_the_secret_is_shown_once_and_not_kept(runtime: Runtime, owner: Browser) -> None:
    made = await make_key(owner)
    listed = (await owner.get("/v1/api-keys")).json()["data"]
    assert [one["id"] for one in listed] == [made["key"]["id"]]
    assert made["secret"].startswith(listed[0]["hint"])
    stored = str([vars(row) for row in await rows(runtime, owner)])
    assert made["secret"] not in stored
    assert made["secret"].split("_")[3] not in str(listed) + stored


async def test_a_key_writes_without_csrf_and_its_cookie_is_not_looked_at(owner: Browser) -> None:
    secret = (await make_key(owner, ["organization:write", "status:read"]))["secret"]
    owner.http.headers.pop("x-csrf")
    headers = {"Authorization": f"Bearer {secret}", "If-Match": '"v1"', "Origin": "https://elsewhere.example"}
    answer = await owner.patch("/v1/organization", {"name": "By a program"}, headers=headers)
    assert (answer.status_code, answer.json()["name"]) == (200, "By a program")
    wrong = await owner.get("/v1/me", headers={"Authorization": "Bearer mw_live_nonsense"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_token")


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "", "Token x", "Bearer " + "x" * 9000])
async def test_whatever_else_is_sent_is_a_401_with_a_challenge(owner: Browser, header: str) -> None:
    answer = await owner.get("/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_one_wrong_character_opens_nothing(owner: Browser, new_client: NewClient) -> None:
    secret = (await make_key(owner))["secret"]
    for place in range(8, len(secret)):
        other = "A" if secret[place] != "A" else "B"
        program = as_program(new_client(), secret[:place] + other + secret[place + 1 :])
        assert (await program.get("/v1/me")).status_code == 401, place


async def test_a_key_ends_when_it_expires(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    from_now = runtime.clock.now() + timedelta(hours=1)
    program = as_program(new_client(), (await make_key(owner, expires_at=from_now.isoformat()))["secret"])
    assert (await program.get("/v1/me")).status_code == 200
    await time_machine.advance(3601)
    assert (await program.get("/v1/me")).status_code == 401
    assert (await owner.get("/v1/api-keys")).json()["data"][0]["status"] == "expired"


async def test_a_revoked_key_ends_at_once(owner: Browser, new_client: NewClient) -> None:
    made = await make_key(owner)
    program = as_program(new_client(), made["secret"])
    for _ in range(2):
        assert (await owner.delete(f"/v1/api-keys/{made['key']['id']}")).status_code == 204
        assert (await program.get("/v1/me")).status_code == 401
    assert (await owner.get("/v1/api-keys")).json()["data"][0]["status"] == "revoked"


async def test_both_keys_work_while_they_overlap(
    owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    old = await make_key(owner, ["data:read"], allowed_ips=["127.0.0.0/8"])
    path = f"/v1/api-keys/{old['key']['id']}/rotate"
    rotated = await owner.post(path, {"overlap_hours": 2})
    assert rotated.status_code == 201, rotated.text
    new = rotated.json()
    same = ("name", "scopes", "allowed_ips")
    assert [new["key"][one] for one in same] == [old["key"][one] for one in same]
    programs = [as_program(new_client(), one["secret"]) for one in (old, new)]
    assert [(await one.get("/v1/campaigns")).status_code for one in programs] == [200, 200]
    assert (await owner.post(path, {})).json()["code"] == "key_ended"
    await time_machine.advance(2 * 3600 + 1)
    assert [(await one.get("/v1/campaigns")).status_code for one in programs] == [401, 200]


async def test_a_key_never_may_more_than_its_makers_role_today(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    program = as_program(new_client(), (await make_key(owner, ["diagnostics:read", "data:read"]))["secret"])
    assert (await program.get("/v1/diagnostics/scheduler")).status_code == 200
    await become(runtime, owner, "member")
    assert (await program.get("/v1/diagnostics/scheduler")).json()["code"] == "role_required"
    assert (await program.get("/v1/campaigns")).status_code == 200
    assert (await owner.get("/v1/api-keys")).json()["code"] == "role_required"


async def test_a_key_of_somebody_who_left_opens_nothing(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    program = as_program(new_client(), (await make_key(owner))["secret"])
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        mine = (Membership.org_id == owner.org_id, Membership.user_id == owner.user_id)
        await tx.session.delete((await tx.session.scalars(select(Membership).where(*mine))).one())
    assert (await program.get("/v1/campaigns")).status_code == 401


@pytest.mark.parametrize("scope", ["api_keys:write", "billing:write", "account:own", "operator", "no:such", ""])
async def test_what_no_key_can_be_granted(owner: Browser, scope: str) -> None:
    answer = await owner.post("/v1/api-keys", {"name": "x", "scopes": ["data:read", scope]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0] | {"detail": ""} == {
        "pointer": "#/scopes/1",
        "code": "unknown_scope",
        "detail": "",
    }


async def test_keys_keep_no_keys(owner: Browser, new_client: NewClient) -> None:
    scopes = [one["scope"] for one in (await owner.get("/v1/api-scopes")).json()["data"]]
    program = as_program(new_client(), (await make_key(owner, scopes))["secret"])
    for method, path in (("GET", "/v1/api-keys"), ("POST", "/v1/api-keys"), ("POST", "/v1/auth/sign-out")):
        answer = await program.request(method, path, json={"name": "x", "scopes": scopes})
        assert (answer.status_code, answer.json()["code"]) == (403, "session_required"), path


async def test_a_key_is_bound_to_its_addresses(owner: Browser, new_client: NewClient) -> None:
    near = as_program(new_client(), (await make_key(owner, allowed_ips=["127.0.0.1", "::1/128"]))["secret"])
    far = as_program(new_client(), (await make_key(owner, allowed_ips=["198.51.100.7/24"]))["secret"])
    assert (await near.get("/v1/me")).status_code == 200
    for headers in ({}, {"X-Forwarded-For": "198.51.100.9"}):
        answer = await far.get("/v1/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "ip_not_allowed")


@pytest.mark.parametrize("wrong", ["nowhere", "10.0.0.0/33", "", "1.2.3.4.5"])
async def test_only_ranges_of_addresses_are_taken(owner: Browser, wrong: str) -> None:
    answer = await owner.post("/v1/api-keys", {"name": "x", "scopes": ["data:read"], "allowed_ips": [wrong]})
    assert answer.status_code == 422


async def test_its_use_is_noted_once_a_minute(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine, statements: list[str]
) -> None:
    program = as_program(new_client(), (await make_key(owner))["secret"])
    seen: list[Any] = []
    for seconds in (0, 1, 30, 31):
        await time_machine.advance(seconds)
        await program.get("/v1/me")
        seen.append((await rows(runtime, owner))[0].last_used_at)
    assert seen[0] is not None
    assert seen[0] == seen[1] == seen[2] < seen[3]


async def test_another_organization_sees_none_of_them(owner: Browser, new_client: NewClient) -> None:

    key = (await make_key(owner))["key"]["id"]
    other = await sign_up(new_client(), "other@example.com")
    assert (await other.get("/v1/api-keys")).json()["data"] == []
    assert (await other.delete(f"/v1/api-keys/{key}")).status_code == 404
    assert (await other.post(f"/v1/api-keys/{key}/rotate", {})).status_code == 404


def test_every_scope_is_described() -> None:
    assert set(DESCRIPTIONS) == set(SCOPES)


async def test_a_key_decides_nothing_about_owners(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    await prove_address(runtime, owner)
    kim = await join(runtime, owner, new_client)
    waiting = await invite(owner, "heir@example.com", "owner")
    program = as_program(new_client(), (await make_key(owner, ["members:read", "members:write"]))["secret"])
    member, myself = (f"/v1/members/usr_{one.user_id.hex}" for one in (kim, owner))
    answers = [
        await program.patch(member, json={"role": "owner"}),
        await program.patch(myself, json={"role": "member"}),
        await program.delete(myself),
        await program.post("/v1/invitations", json={"email": "new@example.com", "role": "owner"}),
        await program.post(f"/v1/invitations/{waiting['id']}/resend"),
        await program.delete(f"/v1/invitations/{waiting['id']}"),
    ]
    assert [(one.status_code, one.json().get("code")) for one in answers] == [(403, "session_required")] * 6
    assert (await program.patch(member, json={"role": "manager"})).status_code == 200


async def test_keys_that_have_expired_leave_room_for_others(
    owner: Browser, time_machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_KEYS", 2)
    made = await make_key(owner)
    assert (await owner.post(f"/v1/api-keys/{made['key']['id']}/rotate", {"overlap_hours": 1})).status_code == 201
    body = {"name": "Another", "scopes": ["data:read"]}
    assert (await owner.post("/v1/api-keys", body)).json()["code"] == "too_many_keys"
    await time_machine.advance(timedelta(hours=2))
    assert (await owner.post("/v1/api-keys", body)).status_code == 201
