"""Invitations: the link alone opens them, once, for seven days; nobody learns who has an account."""

from datetime import timedelta

import pytest

from mailwarden.core.runtime import Runtime
from tests.accounts.steps import link, mails, newest_token, prove_address, words
from tests.conftest import NewClient
from tests.organizations.steps import audit_rows, invite, join, sign_in_again
from tests.support.browser import PASSWORD, Browser, sign_up
from tests.support.jobs import drain
from tests.support.time import TimeMachine

KIM = "kim@example.com"


async def test_a_stranger_signs_up_through_the_link(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    kim = await join(runtime, owner, new_client, "manager")
    me = (await kim.get("/v1/me")).json()
    assert (me["role"], me["organization"]["name"], me["user"]["email_verified"]) == ("manager", "Acme", True)
    listed = (await owner.get("/v1/invitations")).json()
    assert [(one["email"], one["status"], one["mail"]) for one in listed] == [(KIM, "accepted", "sent")]


async def test_the_mail_names_who_invites_whereto(runtime: Runtime, owner: Browser) -> None:
    await invite(owner, KIM)
    (mail,) = await mails(runtime, KIM)
    page, token = link(mail)
    assert page.endswith("/invitation")
    assert mail["Subject"] == "Pat invites you to “Acme” at Mailwarden"
    assert "as a member" in words(mail)
    assert token not in str([row.after for row in await audit_rows(runtime, owner)])


async def test_somebody_with_an_account_joins_after_signing_in(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    kim = await sign_up(new_client(), KIM, "Elsewhere")
    await prove_address(runtime, kim)
    await invite(owner, "KIM@example.com")
    token = await newest_token(runtime, "KIM@example.com")
    anew = await new_client().post(
        "/v1/invitations/sign-up", json={"token": token, "name": "Kim", "password": PASSWORD}
    )
    assert (anew.status_code, anew.json()["code"]) == (409, "sign_in_first")
    joined = await kim.post("/v1/invitations/accept", {"token": token})
    assert (joined.status_code, joined.json()["organization"]["name"]) == (200, "Acme")
    assert {one["name"] for one in (await kim.get("/v1/me")).json()["organizations"]} == {"Acme", "Elsewhere"}


async def test_the_link_proves_an_address_that_was_not_confirmed(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    kim = await sign_up(new_client(), KIM, "Elsewhere")
    await invite(owner, KIM)
    joined = await kim.post("/v1/invitations/accept", {"token": await newest_token(runtime, KIM)})
    assert joined.json()["user"]["email_verified"] is True


async def test_another_address_cannot_use_it(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    await invite(owner, KIM)
    token = await newest_token(runtime, KIM)
    other = await sign_up(new_client(), "lee@example.com", "Elsewhere")
    refused = await other.post("/v1/invitations/accept", {"token": token})
    assert (refused.status_code, refused.json()["code"]) == (409, "invitation_of_another_address")
    assert (await other.get("/v1/me")).json()["organization"]["name"] == "Elsewhere"


async def test_looking_uses_nothing_up_and_tells_nothing_of_accounts(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await sign_up(new_client(), KIM, "Elsewhere")
    seen = []
    for email in (KIM, "nobody@example.com"):
        await invite(owner, email)
        token = await newest_token(runtime, email)
        for _ in range(2):
            answer = await new_client().post("/v1/invitations/look-up", json={"token": token})
            assert answer.status_code == 200, answer.text
        seen.append(answer.json() | {"email": "", "expires_at": ""})
    assert seen[0] == seen[1]
    assert (seen[0]["organization_name"], seen[0]["inviter_name"], seen[0]["role"]) == ("Acme", "Pat", "member")


async def test_inviting_answers_alike_for_known_and_unknown_addresses(owner: Browser, new_client: NewClient) -> None:
    await sign_up(new_client(), KIM, "Elsewhere")
    known, unknown = await invite(owner, KIM), await invite(owner, "nobody@example.com")
    assert {**known, "id": 0, "email": 0, "created_at": 0, "expires_at": 0, "mailed_at": 0, "resend_at": 0} == {
        **unknown,
        "id": 0,
        "email": 0,
        "created_at": 0,
        "expires_at": 0,
        "mailed_at": 0,
        "resend_at": 0,
    }


@pytest.mark.parametrize("how", ["used", "expired", "revoked", "resent", "invented"])
async def test_a_link_that_is_over_opens_nothing(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine, how: str
) -> None:
    invitation = await invite(owner, KIM)
    token = await newest_token(runtime, KIM)
    body = {"token": token, "name": "Kim", "password": PASSWORD}
    if how == "used":
        assert (await new_client().post("/v1/invitations/sign-up", json=body)).status_code == 201
    elif how == "expired":
        await time_machine.advance(timedelta(days=7, seconds=1))
    elif how == "revoked":
        await owner.delete(f"/v1/invitations/{invitation['id']}")
    elif how == "resent":
        await time_machine.advance(timedelta(seconds=61))
        assert (await owner.post(f"/v1/invitations/{invitation['id']}/resend")).status_code == 202
    else:
        body["token"] = "x" * 43
    for answer in (
        await new_client().post("/v1/invitations/sign-up", json=body),
        await new_client().post("/v1/invitations/look-up", json={"token": body["token"]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "link_invalid")


async def test_a_resend_is_another_mail_with_another_link(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine
) -> None:
    invitation = await invite(owner, KIM)
    first = await newest_token(runtime, KIM)
    again = f"/v1/invitations/{invitation['id']}/resend"
    early = await owner.post(again)
    assert (early.status_code, early.json()["code"]) == (429, "resend_too_early")
    assert 0 < int(early.headers["retry-after"]) <= 60
    for _ in range(5):
        await time_machine.advance(timedelta(seconds=61))
        assert (await owner.post(again)).status_code == 202
        await drain(runtime)
    await time_machine.advance(timedelta(seconds=61))
    assert (await owner.post(again)).json()["code"] == "resent_too_often"
    sent = [link(one)[1] for one in await mails(runtime, KIM)]
    assert len(set(sent)) == 6
    assert first in sent


async def test_one_open_invitation_for_one_address(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    await invite(owner, KIM)
    again = await owner.post("/v1/invitations", {"email": "Kim@Example.com"})
    assert (again.status_code, again.json()["code"]) == (409, "already_invited")
    await time_machine.advance(timedelta(days=8))
    await sign_in_again(owner)
    await invite(owner, KIM)
    body = {"token": await newest_token(runtime, KIM), "name": "Kim", "password": PASSWORD}
    assert (await new_client().post("/v1/invitations/sign-up", json=body)).status_code == 201
    member = await owner.post("/v1/invitations", {"email": KIM})
    assert (member.status_code, member.json()["code"]) == (409, "already_member")


async def test_managers_invite_no_owners_and_members_nobody(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    manager = await join(runtime, owner, new_client, "manager", "Mo")
    member = await join(runtime, owner, new_client, "member", "Kim")
    refused = await manager.post("/v1/invitations", {"email": "x@example.com", "role": "owner"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    assert (await member.post("/v1/invitations", {"email": "x@example.com"})).status_code == 403
    of_owner = await invite(owner, "boss@example.com", "owner")
    assert (await manager.delete(f"/v1/invitations/{of_owner['id']}")).status_code == 403


async def test_an_organization_sends_fifty_an_hour(owner: Browser, time_machine: TimeMachine) -> None:
    for number in range(50):
        await invite(owner, f"person-{number}@example.com")
    refused = await owner.post("/v1/invitations", {"email": "one-more@example.com"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_invitations")
    await time_machine.advance(timedelta(hours=1, seconds=1))
    await invite(owner, "one-more@example.com")


@pytest.mark.parametrize(("then", "open_ones"), [("member", []), ("manager", ["m@example.com"]), (None, [])])
async def test_nobody_leaves_a_door_open_behind_themselves(
    runtime: Runtime, owner: Browser, new_client: NewClient, then: str | None, open_ones: list[str]
) -> None:
    other = await join(runtime, owner, new_client, "owner")
    await invite(other, "o@example.com", "owner")
    await invite(other, "m@example.com", "manager")
    path = f"/v1/members/{other.me['user']['id']}"
    done = await (owner.patch(path, {"role": then}) if then else owner.delete(path))
    assert done.status_code in (200, 204), done.text
    listed = (await owner.get("/v1/invitations")).json()
    assert [one["email"] for one in listed if one["status"] == "open"] == open_ones
