"""An address is proved by the newest link mailed to it, and by nothing else."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from mailwarden.accounts.letter_models import AccountLetter
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.accounts.steps import link, mails, newest_token, prove_address, words
from tests.conftest import NewClient
from tests.support.browser import Browser, sign_up
from tests.support.time import TimeMachine

ADDRESS = "owner@example.com"


async def confirm(new_client: NewClient, token: str) -> tuple[int, str]:
    answer = await new_client().post("/v1/auth/confirm-email", json={"token": token})
    return answer.status_code, answer.json().get("code", answer.json().get("email"))


async def test_signing_up_sends_a_link_that_proves_the_address(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    assert (await owner.get("/v1/me")).json()["user"]["email_verified"] is False
    (mail,) = await mails(runtime, ADDRESS)
    page, token = link(mail)
    assert page == "http://127.0.0.1:8000/confirm-email"
    assert str(mail["From"]) == runtime.config.mail_from
    assert token in words(mail, "html")
    assert await confirm(new_client, token) == (200, ADDRESS)
    assert (await owner.get("/v1/me")).json()["user"]["email_verified"] is True


async def test_a_link_works_once(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    token = await newest_token(runtime, ADDRESS)
    answers = await asyncio.gather(*(confirm(new_client, token) for _ in range(8)))
    assert sorted(answers) == [(200, ADDRESS), *[(422, "link_invalid")] * 7]


async def test_a_link_ends_after_three_days(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    token = await newest_token(runtime, ADDRESS)
    await time_machine.advance(timedelta(days=3, seconds=1))
    assert await confirm(new_client, token) == (422, "link_invalid")


async def test_only_the_hash_of_a_link_is_kept(runtime: Runtime, owner: Browser) -> None:
    token = await newest_token(runtime, ADDRESS)
    async with unit_of_work(runtime.sessions) as tx:
        await tx.act_as(owner.user_id)
        (row,) = await tx.session.scalars(select(AccountLetter))
    assert (row.token_hash, row.state) == (token_hash(token), "sent")
    assert token not in str(vars(row))


async def test_a_new_mail_voids_the_older_link(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    first = await newest_token(runtime, ADDRESS)
    await time_machine.advance(60)
    assert (await owner.post("/v1/me/verification")).status_code == 202
    second = await newest_token(runtime, ADDRESS)
    assert await confirm(new_client, first) == (422, "link_invalid")
    assert await confirm(new_client, second) == (200, ADDRESS)


async def test_the_answer_counts_down_sixty_seconds(owner: Browser, time_machine: TimeMachine) -> None:
    state = (await owner.get("/v1/me/verification")).json()
    assert state["sender"].startswith("Mailwarden <noreply@")
    assert 58 <= state["retry_after_s"] <= 60
    early = await owner.post("/v1/me/verification")
    assert (early.status_code, early.json()["code"]) == (429, "resend_too_early")
    assert 58 <= int(early.headers["retry-after"]) <= 60
    await time_machine.advance(60)
    assert (await owner.get("/v1/me/verification")).json()["retry_after_s"] == 0
    again = (await owner.post("/v1/me/verification")).json()
    assert (again["retry_after_s"], again["resends_left"]) == (60, 4)


async def test_five_an_hour(owner: Browser, time_machine: TimeMachine) -> None:
    for left in (4, 3, 2, 1, 0):
        await time_machine.advance(61)
        assert (await owner.post("/v1/me/verification")).json()["resends_left"] == left
    await time_machine.advance(61)
    refused = await owner.post("/v1/me/verification")
    assert refused.status_code == 429
    wait_s = int(refused.headers["retry-after"])
    assert 3200 < wait_s < 3600
    await time_machine.advance(wait_s)
    assert (await owner.post("/v1/me/verification")).status_code == 202


async def test_two_who_ask_at_once_get_one_mail(owner: Browser, time_machine: TimeMachine) -> None:
    await time_machine.advance(61)
    answers = await asyncio.gather(*(owner.post("/v1/me/verification") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [202, 429, 429, 429, 429]


async def test_once_proved_there_is_nothing_to_send(runtime: Runtime, owner: Browser) -> None:
    await prove_address(runtime, owner)
    assert (await owner.post("/v1/me/verification")).json()["code"] == "already_verified"
    changed = await owner.http.put("/v1/me/sign-up-address", json={"email": "new@example.com"})
    assert (changed.status_code, changed.json()["code"]) == (409, "already_verified")


async def test_a_mistyped_address_is_replaced_at_once(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    old = await newest_token(runtime, ADDRESS)
    answer = await owner.http.put("/v1/me/sign-up-address", json={"email": "right@example.com"})
    assert (answer.status_code, answer.json()["email"]) == (202, "right@example.com")
    assert await confirm(new_client, old) == (422, "link_invalid")
    assert await confirm(new_client, await newest_token(runtime, "right@example.com")) == (200, "right@example.com")


async def test_the_holder_hears_of_it_and_the_newcomer_gets_no_link(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await prove_address(runtime, owner)
    before = len(await mails(runtime, ADDRESS))
    second = await sign_up(new_client(), ADDRESS, "Theirs")
    *_, notice = await mails(runtime, ADDRESS)
    assert len(await mails(runtime, ADDRESS)) == before + 1
    assert notice["Subject"] == "You already have an account"
    assert "#" not in words(notice)
    assert (await second.get("/v1/me")).json()["user"]["email_verified"] is False


async def test_of_two_who_want_an_address_the_first_to_prove_it_has_it(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    first = await newest_token(runtime, ADDRESS)
    await sign_up(new_client(), ADDRESS, "Theirs")
    second = await newest_token(runtime, ADDRESS)
    assert await confirm(new_client, second) == (200, ADDRESS)
    assert await confirm(new_client, first) == (422, "link_invalid")


@pytest.mark.parametrize("token", ["x" * 43, "' or 1=1 --" + "x" * 20, "é" * 30])
async def test_made_up_links_open_nothing(owner: Browser, new_client: NewClient, token: str) -> None:
    assert await confirm(new_client, token) == (422, "link_invalid")


async def test_where_it_is_asked_for_the_unproved_look_but_do_not_act(runtime: Runtime, new_client: NewClient) -> None:
    browser = await sign_up(new_client(), "new@example.com")
    browser.http._transport.app = create_app(  # type: ignore[attr-defined]
        replace(runtime, config=replace(runtime.config, unverified_may_act=False))
    )
    me = (await browser.get("/v1/me")).json()
    assert all(one.endswith((":read", "own")) for one in me["permissions"])
    assert not {"connections:write", "messages:send", "mailboxes:own"} & set(me["permissions"])
    assert (await browser.get("/v1/connections")).status_code == 200
    refused = await browser.patch("/v1/organization", {"name": "New"}, headers={"If-Match": '"v1"'})
    assert (refused.status_code, refused.json()["code"]) == (403, "email_unverified")
    assert refused.json()["action"] == "verify_email"
    await prove_address(runtime, browser)
    done = await browser.patch("/v1/organization", {"name": "New"}, headers={"If-Match": '"v1"'})
    assert done.status_code == 200


async def test_a_mailbox_is_not_flooded_by_sign_ups(
    runtime: Runtime, new_client: NewClient, time_machine: TimeMachine
) -> None:
    for number in range(14):
        await sign_up(new_client(), "victim@example.com", f"Organization {number}")
    assert len(await mails(runtime, "victim@example.com")) == 10
    await time_machine.advance(timedelta(hours=1))
    await sign_up(new_client(), "victim@example.com")
    assert len(await mails(runtime, "victim@example.com")) == 11
