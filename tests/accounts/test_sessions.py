"""How long a session lives, and what ends it."""

import asyncio
from datetime import timedelta

from sqlalchemy import delete, update

from mailwarden.accounts.models import Membership
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id, new_id, parse_id
from mailwarden.core.runtime import Runtime
from tests.conftest import NewClient
from tests.factories import make_organization
from tests.support.browser import PASSWORD, Browser
from tests.support.time import TimeMachine


async def test_without_a_session_nothing_is_shown(new_client: NewClient) -> None:
    answer = await new_client().get("/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_session_ends_after_twelve_idle_hours(owner: Browser, time_machine: TimeMachine) -> None:
    await time_machine.advance(timedelta(hours=11, minutes=59))
    assert (await owner.get("/v1/me")).status_code == 200
    await time_machine.advance(timedelta(hours=11, minutes=59))
    assert (await owner.get("/v1/me")).status_code == 200
    await time_machine.advance(timedelta(hours=12, minutes=1))
    assert (await owner.get("/v1/me")).status_code == 401


async def test_a_busy_session_ends_after_thirty_days(owner: Browser, time_machine: TimeMachine) -> None:
    for _ in range(65):
        await time_machine.advance(timedelta(hours=11))
        assert (await owner.get("/v1/me")).status_code == 200
    await time_machine.advance(timedelta(hours=6))
    assert (await owner.get("/v1/me")).status_code == 401


async def test_sign_out_ends_the_session_at_the_server(owner: Browser, new_client: NewClient) -> None:
    stolen = new_client()
    stolen.cookies.set("session", owner.http.cookies["session"], domain="127.0.0.1")
    assert (await stolen.get("/v1/me")).status_code == 200
    answer = await owner.post("/v1/auth/sign-out")
    assert answer.status_code == 204
    assert "session" not in owner.http.cookies
    assert (await stolen.get("/v1/me")).status_code == 401


async def test_writing_keeps_a_session_alive_too(owner: Browser, time_machine: TimeMachine) -> None:
    for _ in range(3):
        await time_machine.advance(timedelta(hours=8))
        assert (await owner.post("/v1/alerts/read-all")).status_code == 200


async def test_many_requests_after_a_pause_all_get_through(owner: Browser, time_machine: TimeMachine) -> None:
    """Each of them finds the session due for a touch; none may need a second database connection to answer."""
    await time_machine.advance(timedelta(minutes=5))
    answers = await asyncio.gather(*(owner.get("/v1/me") for _ in range(60)))
    assert {answer.status_code for answer in answers} == {200}


async def test_the_role_is_read_at_every_request(runtime: Runtime, owner: Browser) -> None:
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(update(Membership).values(role="member"))
    me = (await owner.get("/v1/me")).json()
    assert (me["role"], "organization:write" in me["permissions"]) == ("member", False)
    answer = await owner.patch("/v1/organization", {"name": "New"}, headers={"If-Match": '"v1"'})
    assert (answer.status_code, answer.json()["code"], answer.json()["action"]) == (403, "role_required", "ask_owner")


async def join(rt: Runtime, browser: Browser, role: str = "member") -> str:
    org_id, _ = await make_organization(rt, "Second")
    async with unit_of_work(rt.sessions, org_id) as tx:
        tx.session.add(Membership(org_id=org_id, user_id=browser.user_id, role=role))
    return format_id("org", org_id)


async def test_a_person_switches_between_their_organizations(runtime: Runtime, owner: Browser) -> None:
    second = await join(runtime, owner)
    me = (await owner.post("/v1/me/active-organization", {"organization_id": second})).json()
    assert (me["organization"]["id"], me["role"]) == (second, "member")
    assert [one["name"] for one in me["organizations"]] == ["Acme", "Second"]
    assert (await owner.get("/v1/organization")).json()["name"] == "Second"


async def test_the_next_sign_in_opens_the_organization_worked_in_last(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    second = await join(runtime, owner)
    await owner.post("/v1/me/active-organization", {"organization_id": second})
    answer = await new_client().post("/v1/auth/sign-in", json={"email": "owner@example.com", "password": PASSWORD})
    assert answer.json()["organization"]["id"] == second


async def test_nobody_switches_to_an_organization_of_others(runtime: Runtime, owner: Browser) -> None:
    theirs, _ = await make_organization(runtime, "Theirs")
    for org_id in (theirs, new_id()):
        answer = await owner.post("/v1/me/active-organization", {"organization_id": format_id("org", org_id)})
        assert answer.status_code == 404
    assert (await owner.get("/v1/organization")).json()["name"] == "Acme"


async def test_who_was_removed_is_out_at_the_next_request(runtime: Runtime, owner: Browser) -> None:
    second = await join(runtime, owner)
    await owner.post("/v1/me/active-organization", {"organization_id": second})
    async with unit_of_work(runtime.sessions, parse_id("org", second)) as tx:
        await tx.session.execute(delete(Membership).where(Membership.user_id == owner.user_id))
    assert (await owner.get("/v1/me")).status_code == 401
    assert (await owner.post("/v1/alerts/read-all")).status_code == 401
