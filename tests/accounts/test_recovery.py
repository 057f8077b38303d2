"""A forgotten password: neutral towards strangers, single use, and the end of every session."""

import asyncio
from datetime import timedelta

import httpx
from sqlalchemy import select, update

from mailwarden.accounts.factor_models import Identity
from mailwarden.accounts.models import User
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from tests.accounts.steps import mails, newest_token, prove_address, words
from tests.accounts.test_second_factor import turn_on
from tests.conftest import NewClient
from tests.developers.steps import as_program, make_key
from tests.support.browser import PASSWORD, Browser, sign_up
from tests.support.time import TimeMachine

ADDRESS = "owner@example.com"
NEW = "a quite different passphrase"


async def ask(http: httpx.AsyncClient, email: str = ADDRESS) -> httpx.Response:
    return await http.post("/v1/auth/forgot-password", json={"email": email})


async def reset(http: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    return await http.post("/v1/auth/reset-password", json={"token": token, "password": password})


async def signs_in(new_client: NewClient, password: str, email: str = ADDRESS) -> bool:
    answer = await new_client().post("/v1/auth/sign-in", json={"email": email, "password": password})
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


async def test_the_link_sets_a_new_password_and_ends_every_session(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await prove_address(runtime, owner)
    await ask(new_client())
    token = await newest_token(runtime, ADDRESS)
    assert (await reset(new_client(), token)).status_code == 204
    assert (await owner.get("/v1/me")).status_code == 401
    assert await signs_in(new_client, NEW)
    assert not await signs_in(new_client, PASSWORD)
    notice = (await mails(runtime, ADDRESS))[-1]
    assert notice["Subject"] == "Your password was changed"
    assert "127.0.0.1" in words(notice)


async def leave_ways_in(rt: Runtime, browser: Browser) -> str:
    """An account at Google that signs in, and a key; the secret of the key."""
    key = await make_key(browser, ["data:read"])
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        await tx.act_as(browser.user_id)
        google = {"provider": "google", "issuer": "https://accounts.google.com", "subject": "7"}
        tx.session.add(Identity(**google, subject_hash=b"7" * 32, user_id=browser.user_id, label="pat@gmail.com"))
    return str(key["secret"])


async def works(new_client: NewClient, secret: str) -> bool:
    return (await as_program(new_client(), secret).get("/v1/campaigns")).status_code == 200


async def elsewhere(rt: Runtime, browser: Browser) -> list[str]:
    async with reader(rt.sessions) as tx:
        await tx.act_as(browser.user_id)
        mine = select(Identity.label).where(Identity.user_id == browser.user_id)
        return list(await tx.session.scalars(mine))


async def test_who_proves_the_address_by_a_new_password_shuts_out_whoever_signed_up_with_it(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await turn_on(runtime, owner)
    secret = await leave_ways_in(runtime, owner)
    async with unit_of_work(runtime.sessions) as tx:
        await tx.act_as(owner.user_id)
        await tx.session.execute(update(User).where(User.id == owner.user_id).values(email_verified_at=None))
    await ask(new_client())
    assert (await reset(new_client(), await newest_token(runtime, ADDRESS))).status_code == 204
    assert await elsewhere(runtime, owner) == []
    assert not await works(new_client, secret)
    assert await signs_in(new_client, NEW)  # and is asked for no code of the stranger's
    assert "may have been a stranger's" in " ".join(words((await mails(runtime, ADDRESS))[-1]).split())


async def test_ones_own_ways_in_stay_and_are_named_in_the_mail(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await prove_address(runtime, owner)
    secret = await leave_ways_in(runtime, owner)
    await ask(new_client())
    assert (await reset(new_client(), await newest_token(runtime, ADDRESS))).status_code == 204
    assert await elsewhere(runtime, owner) == ["pat@gmail.com"]
    assert await works(new_client, secret)
    told = words((await mails(runtime, ADDRESS))[-1])
    assert ("pat@gmail.com" in told, "stranger" in told) == (True, False)


async def test_known_and_unknown_addresses_get_the_same_answer_for_the_same_work(
    runtime: Runtime, owner: Browser, new_client: NewClient, statements: list[str]
) -> None:
    statements.clear()
    known = await ask(new_client())
    work = list(statements)
    statements.clear()
    unknown = await ask(new_client(), "nobody@example.com")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert statements == work
    assert known.json()["link_minutes"] == 60
    assert await mails(runtime, "nobody@example.com") == []


async def test_a_link_is_used_once_by_one(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    await ask(new_client())
    token = await newest_token(runtime, ADDRESS)
    answers = await asyncio.gather(*(reset(new_client(), token, f"{NEW} {n}") for n in range(10)))
    assert sorted(answer.status_code for answer in answers) == [204, *[422] * 9]


async def test_a_link_ends_after_sixty_minutes(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    await ask(new_client())
    token = await newest_token(runtime, ADDRESS)
    await time_machine.advance(timedelta(minutes=59))
    assert (await reset(new_client(), token, "short")).status_code == 422  # and does not use it up
    await time_machine.advance(timedelta(minutes=1, seconds=1))
    refused = await reset(new_client(), token)
    assert (refused.status_code, refused.json()["code"]) == (422, "link_invalid")


async def test_strangers_cannot_make_a_link_stop_working(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    await ask(new_client())
    token = await newest_token(runtime, ADDRESS)
    await time_machine.advance(61)
    await ask(new_client())
    await mails(runtime)
    assert (await reset(new_client(), token)).status_code == 204


async def test_a_used_link_takes_the_others_with_it(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    await ask(new_client())
    first = await newest_token(runtime, ADDRESS)
    await time_machine.advance(61)
    await ask(new_client())
    await reset(new_client(), await newest_token(runtime, ADDRESS))
    assert (await reset(new_client(), first, "yet another passphrase")).json()["code"] == "link_invalid"


async def test_a_mailbox_is_not_flooded(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    for _ in range(4):
        assert (await ask(new_client())).status_code == 202
    assert len(await mails(runtime, ADDRESS)) == 2  # that of the sign-up, and one link
    for _ in range(8):
        await time_machine.advance(61)
        assert (await ask(new_client())).status_code == 202
        await mails(runtime)
    assert len(await mails(runtime, ADDRESS)) == 6


async def test_the_link_proves_the_mailbox_too(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    await ask(new_client())
    await reset(new_client(), await newest_token(runtime, ADDRESS))
    answer = await new_client().post("/v1/auth/sign-in", json={"email": ADDRESS, "password": NEW})
    assert answer.json()["user"]["email_verified"] is True


async def test_of_two_with_one_address_the_holder_gets_the_link(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await prove_address(runtime, owner)
    await sign_up(new_client(), ADDRESS, "Theirs")
    await ask(new_client())
    await reset(new_client(), await newest_token(runtime, ADDRESS))
    assert (await owner.get("/v1/me")).status_code == 401  # theirs was reset


async def test_a_verification_link_resets_nothing(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    assert (await reset(new_client(), await newest_token(runtime, ADDRESS))).json()["code"] == "link_invalid"
    await ask(new_client())
    token = await newest_token(runtime, ADDRESS)
    answer = await new_client().post("/v1/auth/confirm-email", json={"token": token})
    assert answer.json()["code"] == "link_invalid"
