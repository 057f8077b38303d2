"""A mail about an account leaves after its change is committed, again after a refusal, and not twice."""

from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select

from mailwarden.accounts.letter_models import AccountLetter
from mailwarden.core.db import unit_of_work
from mailwarden.core.mail import Mail, MailRefused, MailUnknown
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.accounts.steps import link, mail_folder, mails
from tests.conftest import NewClient
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain
from tests.support.time import TimeMachine


@dataclass
class Relay:
    """The operator's relay on a bad day."""

    trouble: Exception | None
    asked: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.asked.append(mail)
        if self.trouble:
            raise self.trouble


async def state(rt: Runtime, browser: Browser) -> str:
    async with unit_of_work(rt.sessions) as tx:
        await tx.act_as(browser.user_id)
        return (await tx.session.scalars(select(AccountLetter.state))).one()


async def test_nothing_is_mailed_before_the_job(runtime: Runtime, owner: Browser) -> None:
    assert not mail_folder(runtime).exists()
    assert await state(runtime, owner) == "queued"
    await drain(runtime)
    assert await state(runtime, owner) == "sent"


async def test_a_refused_mail_goes_out_later_with_a_link_that_works(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    relay = Relay(MailRefused("450"))
    await drain(replace(runtime, mailer=relay))
    assert (len(relay.asked), await state(runtime, owner)) == (1, "queued")
    await time_machine.advance(60)
    (mail,) = await mails(runtime, "owner@example.com")
    answer = await new_client().post("/v1/auth/confirm-email", json={"token": link(mail)[1]})
    assert answer.status_code == 200


async def test_what_may_have_arrived_is_not_sent_again(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine
) -> None:
    relay = Relay(MailUnknown("broke off"))
    await drain(replace(runtime, mailer=relay))
    await time_machine.advance(3600)
    await drain(replace(runtime, mailer=relay))
    assert (len(relay.asked), await state(runtime, owner)) == (1, "unknown")


async def test_an_address_that_mail_cannot_reach_ends_it(runtime: Runtime, new_client: NewClient) -> None:
    browser = await sign_up(new_client(), "pät@example.com")
    await drain(runtime)
    assert await state(runtime, browser) in ("sent", "failed")


@pytest.mark.parametrize(("again", "proved"), [(False, True), (True, False)])
async def test_the_demo_counts_its_first_user_as_proved(
    runtime: Runtime, new_client: NewClient, again: bool, proved: bool
) -> None:
    demo = create_app(replace(runtime, config=replace(runtime.config, environment="demo")))
    for _ in range(2 if again else 1):
        client = new_client()
        client._transport.app = demo  # type: ignore[attr-defined]
        browser = await sign_up(client, "demo@example.com")
    assert browser.me["user"]["email_verified"] is proved
    assert await mails(runtime, "demo@example.com") == []
